"""Who uses the page: whoever sits at the machine, or the people of a file of accounts.

The file keeps of each account a salted hash of its password (scrypt, with its cost beside it, so
that the cost of new ones can be raised) and a random id, which is what conversations and quizzes
store in place of the name.
"""

import getpass
import hashlib
import ipaddress
import re
import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hmac import compare_digest
from pathlib import Path
from typing import Literal

from filelock import FileLock
from pydantic import TypeAdapter, ValidationError

from corpus.errors import InputError
from corpus.writing import put

Role = Literal["student", "teacher"]
SHORTEST, LONGEST = 10, 200  # characters of a password
LONGEST_NAME = 64
NAME = re.compile(rf"[\w.@+-]{{1,{LONGEST_NAME}}}")
# One of the equal choices of OWASP's Password Storage Cheat Sheet: 32 MiB, three passes.
COST, BLOCK, PASSES = 2**15, 8, 3


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at the page.

    Attributes:
        name: as the page greets them; empty for whoever sits at the machine.
        id: tells people apart in what is stored, and names nobody.
        teacher: whether the teaching staff's part of the page is theirs.
        owns: how the ids of their conversations begin; empty if all conversations are theirs.
    """

    name: str
    id: str
    teacher: bool
    owns: str

    def own(self, conversation: str) -> str:
        """`conversation` if that is the id of one of theirs, else nothing."""
        return conversation if conversation.startswith(self.owns) else ""


def alone() -> Person:
    """The person at a page without accounts: whoever uses the machine, to whom all of it is."""
    return Person("", getpass.getuser(), teacher=True, owns="")


@dataclass(frozen=True, slots=True)
class Account:
    """What the file keeps of a person.

    Attributes:
        id: random; what is stored elsewhere in place of the name.
        role: what part of the page is theirs.
        salt: of the hash, in hexadecimal.
        hash: scrypt of the password, in hexadecimal.
        cost: scrypt's N for this hash.
        block: its r.
        passes: its p.
    """

    id: str
    role: Role
    salt: str
    hash: str
    cost: int = COST
    block: int = BLOCK
    passes: int = PASSES

    @classmethod
    def new(cls, password: str, role: Role) -> "Account":
        """An account of somebody who had none."""
        return cls(secrets.token_hex(8), role, "", "").with_password(password)

    def with_password(self, password: str) -> "Account":
        """The account with another password; raises `InputError` for one that will not do."""
        if not SHORTEST <= len(password) <= LONGEST:
            raise InputError(f"La contraseña debe tener entre {SHORTEST} y {LONGEST} caracteres.")
        fresh = Account(self.id, self.role, secrets.token_hex(16), "")
        return replace(fresh, hash=fresh.hashed(password))

    def opens_with(self, password: str) -> bool:
        """Whether that is its password; a wrong one takes as long."""
        return compare_digest(self.hashed(password), self.hash)

    def hashed(self, password: str) -> str:
        """A password under this account's salt and cost."""
        text = unicodedata.normalize("NFC", password)  # keyboards write «ñ» in two ways
        return hashlib.scrypt(
            text.encode(),
            salt=bytes.fromhex(self.salt),
            n=self.cost,
            r=self.block,
            p=self.passes,
            maxmem=256 * self.cost * self.block,  # twice what it takes
        ).hex()

    @property
    def mark(self) -> str:
        """What a session holds: it changes with the account and with its password."""
        return hashlib.sha256(f"{self.id} {self.hash}".encode()).hexdigest()


# Stands for an account that does not exist, so that asking for one takes as long.
NOBODY = Account("", "student", "00" * 16, "")
ROWS = TypeAdapter(dict[str, Account])


class Users:
    """The accounts of a file, which is read again whenever it has changed.

    Every method raises `InputError` if the file cannot be read or is no file of accounts.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.read: tuple[tuple[int, int, int], dict[str, Account]] = ((0, 0, 0), {})

    def accounts(self) -> dict[str, Account]:
        """Every account, by name; none if there is no file."""
        try:
            state = self.file.stat()
            seen = (state.st_ino, state.st_mtime_ns, state.st_size)
            if seen != self.read[0]:
                self.read = (seen, ROWS.validate_json(self.file.read_bytes()))
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise InputError(f"No se puede leer {self.file}: {error.strerror}.") from error
        except ValidationError as error:
            raise InputError(
                f"{self.file} no es un archivo de cuentas. Bórrelo o repóngalo, y cree las "
                "cuentas con: ayudante users add"
            ) from error
        return self.read[1]

    def account(self, name: str) -> Account:
        """The account of that name; raises `InputError` if there is none."""
        found = self.accounts().get(folded(name))
        if found is None:
            raise InputError(f"No existe la cuenta «{name}». Vea cuáles hay: ayudante users list")
        return found

    def person(self, name: str) -> Person:
        """Whose account that is; raises `InputError` if it is there no more."""
        account = self.accounts().get(name)
        if account is None:
            raise InputError(
                "Tu cuenta ya no existe. Pregunta al equipo docente.",
                "Your account is gone. Ask the teaching staff.",
            )
        return Person(name, account.id, account.role == "teacher", f"{account.id}.")

    def admits(self, name: str, password: str) -> bool:
        """Whether that is the password of that account; a name that is not there takes as long."""
        return self.accounts().get(folded(name), NOBODY).opens_with(password)

    def add(self, name: str, password: str, role: Role) -> None:
        """Makes an account.

        Raises:
            InputError: if the name or the password will not do, or the name is taken.
        """
        self.must_be_free(name)
        account = Account.new(password, role)
        with self.changing() as accounts:
            self.must_be_free(name)
            accounts[folded(name)] = account

    def must_be_free(self, name: str) -> None:
        """Raises `InputError` if no account can be made under that name."""
        if not NAME.fullmatch(folded(name)):
            raise InputError(
                f"El nombre «{name}» no sirve: use de 1 a {LONGEST_NAME} letras, cifras o . @ + - _"
            )
        if folded(name) in self.accounts():
            raise InputError(f"Ya existe la cuenta «{name}». Elija otro nombre.")

    def change_password(self, name: str, password: str) -> None:
        """Gives an account another password, which ends its sessions."""
        self.account(name)
        with self.changing() as accounts:
            accounts[folded(name)] = self.account(name).with_password(password)

    def remove(self, name: str) -> Account:
        """Deletes an account, and returns it; what its person wrote stays."""
        self.account(name)
        with self.changing() as accounts:
            return accounts.pop(folded(name))

    @contextmanager
    def changing(self) -> Iterator[dict[str, Account]]:
        """The accounts, to change them; they are written once the block ends well."""
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self.file.with_suffix(".lock")):
                accounts = dict(self.accounts())
                yield accounts
                put(self.file, ROWS.dump_json(accounts, indent=1), private=True)
        except OSError as error:
            raise InputError(f"No se puede escribir {self.file}: {error.strerror}.") from error


def folded(name: str) -> str:
    """A name as the file has it: «Ana» and «ana» are one."""
    return unicodedata.normalize("NFC", name.strip()).casefold()


def secret_of(file: Path) -> Path:
    """Where what signs the sessions of a file of accounts is kept."""
    return file.with_suffix(".key")


def must_be_guarded(host: str, users: Users | None) -> None:
    """Raises `InputError` for a page that strangers could reach, or that nobody could enter."""
    if users is None and not on_loopback(host):
        raise InputError(
            f"En «{host}» la página estaría a la vista de otros: agregue --auth, y cree las "
            "cuentas con: ayudante users add"
        )
    if users is not None and not users.accounts():
        raise InputError(f"No hay cuentas en {users.file}; créelas con: ayudante users add NOMBRE")


def on_loopback(host: str) -> bool:
    """Whether only this machine reaches an address to listen on."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
