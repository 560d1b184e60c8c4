"""``ayudante conversations``: what was asked before."""

from typing import TYPE_CHECKING, Annotated

import typer

from corpus.errors import InputError
from corpus.settings import Settings
from ui.console import out, print_json
from ui.options import JsonOption

if TYPE_CHECKING:
    from agent.conversations import Conversation

IdArgument = Annotated[
    str | None, typer.Argument(help="El nombre de una conversación.", show_default=False)
]


def conversations(
    name: IdArgument = None,
    search: Annotated[str, typer.Option("--search", help="Solo las que dicen esto.")] = "",
    rename: Annotated[str | None, typer.Option("--rename", help="Le pone este título.")] = None,
    delete: Annotated[bool, typer.Option("--delete", help="La borra para siempre.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Lista las conversaciones; con un nombre, la escribe en Markdown, la renombra o la borra."""
    from agent.conversations import Conversations

    stored = Conversations(Settings.load().conversations)
    if name is None:
        if rename or delete:
            raise InputError("Diga qué conversación. Vea sus nombres con: ayudante conversations")
        show_list(stored.listed(search), as_json=as_json)
    elif rename is not None:
        stored.rename(name, rename)
    elif delete:
        stored.delete(name)
    elif as_json:
        stored.must_exist(name)
        print_json({"conversation": name, "turns": [one.to_dict() for one in stored.asked(name)]})
    else:
        out.print(stored.exported(name), markup=False, end="")


def show_list(found: "list[Conversation]", *, as_json: bool) -> None:
    """Prints a list of conversations."""
    if as_json:
        print_json({"conversations": [one.to_dict() for one in found]})
        return
    for one in found:
        turns = "1 pregunta" if one.turns == 1 else f"{one.turns} preguntas"
        out.print(f"{one.id}: {one.title} ({turns}, {one.last} UTC)", markup=False)
    if not found:
        out.print("No hay conversaciones.")
