"""``ayudante users``: the accounts of ``ayudante chat --auth``."""

import getpass
import sys
import warnings
from typing import Annotated

import typer

from corpus.errors import InputError
from corpus.settings import Settings
from ui.console import out, print_json
from ui.options import JsonOption
from ui.people import Users, folded

users = typer.Typer(
    help="Cuentas de quienes usan la página con: ayudante chat --auth", no_args_is_help=True
)
NameArgument = Annotated[str, typer.Argument(help="Con qué nombre entra.")]
StdinOption = Annotated[
    bool,
    typer.Option("--password-stdin", help="Lee la contraseña de la entrada estándar, una línea."),
]
ROLES = {"student": "estudiante", "teacher": "equipo docente"}


@users.command()
def add(
    name: NameArgument,
    teacher: Annotated[
        bool, typer.Option("--teacher", help="Es del equipo docente, no estudiante.")
    ] = False,
    from_stdin: StdinOption = False,
) -> None:
    """Crea una cuenta; pide la contraseña dos veces."""
    stored = Users(Settings.load().users)
    stored.must_be_free(name)  # before anybody types a password
    stored.add(name, asked_password(from_stdin), "teacher" if teacher else "student")
    role = ROLES[stored.account(name).role]
    out.print(f"Cuenta «{folded(name)}» creada ({role}) en {stored.file}", markup=False)


@users.command()
def password(name: NameArgument, from_stdin: StdinOption = False) -> None:
    """Cambia la contraseña de una cuenta, que conserva lo suyo y cierra sus sesiones."""
    stored = Users(Settings.load().users)
    stored.account(name)
    stored.change_password(name, asked_password(from_stdin))
    out.print(f"Contraseña de «{folded(name)}» cambiada", markup=False)


@users.command(name="list")
def show_list(as_json: JsonOption = False) -> None:
    """Lista las cuentas, con el código que sus conversaciones llevan en lugar del nombre."""
    accounts = Users(Settings.load().users).accounts()
    if as_json:
        rows = [{"name": name, "role": one.role, "id": one.id} for name, one in accounts.items()]
        print_json({"users": rows})
        return
    for name, one in sorted(accounts.items()):
        out.print(f"{name}: {ROLES[one.role]} ({one.id})", markup=False)
    if not accounts:
        out.print("No hay cuentas. Créelas con: ayudante users add NOMBRE")


@users.command()
def remove(name: NameArgument) -> None:
    """Borra una cuenta y cierra sus sesiones; lo que escribió queda."""
    account = Users(Settings.load().users).remove(name)
    out.print(
        f"Cuenta «{folded(name)}» borrada; sus conversaciones quedan, y su código comienza con "
        f"{account.id}",
        markup=False,
    )


def asked_password(from_stdin: bool) -> str:
    """A new password, from standard input or typed twice; raises `InputError`."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    try:
        with warnings.catch_warnings(action="error", category=getpass.GetPassWarning):
            given = getpass.getpass("Contraseña: ")
            again = getpass.getpass("Otra vez: ")
    except (EOFError, getpass.GetPassWarning) as error:  # no terminal, or one that would show it
        raise InputError("No hay dónde escribir la contraseña. Use --password-stdin.") from error
    if given != again:
        raise InputError("Las dos contraseñas no son iguales. Vuelva a intentarlo.")
    return given
