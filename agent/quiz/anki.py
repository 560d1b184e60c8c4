"""A quiz as an Anki package (.apkg): each note shows the place of the course behind its answer.

Ids depend on the item and on the deck's name alone, so that importing a newer package updates the
notes and keeps their schedule. The package is put together here rather than by
`genanki.Package.write_to_file`, which leaves a copy of the answers in the temporary folder.
"""

import itertools
import json
import os
import re
import sqlite3
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from html import escape
from pathlib import Path

import genanki  # type: ignore[import-untyped]

from agent.quiz.items import LETTERS, Item
from corpus.document import digest
from corpus.errors import InputError, MaterialError
from corpus.fragments import View

MODEL = 1_732_650_117  # chosen once; another number would be another kind of note
MODEL_NAME = "Ayudante"
FIELDS = ("Pregunta", "Opciones", "Respuesta", "Por qué", "Lugar", "Imagen")
FRONT = "<div class=pregunta>{{Pregunta}}</div>{{Opciones}}"
BACK = (
    "{{FrontSide}}<hr id=answer><div class=respuesta>{{Respuesta}}</div>"
    "<blockquote>{{Por qué}}</blockquote><div class=lugar>{{Lugar}}</div>{{Imagen}}"
)
CSS = (
    ".card { font-family: sans-serif; font-size: 18px; max-width: 44em; margin: auto }\n"
    ".pregunta, .respuesta { font-weight: bold }\n.lugar { opacity: .7; font-size: smaller }\n"
    "img { max-width: 100% }\npre { white-space: pre-wrap }\n"
)
ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/svg+xml": "svg"}
CODE = re.compile(r"(<pre\b.*?</pre>|<code\b.*?</code>|<[^>]*>)", re.S)
INLINE_CODE = re.compile(r"`([^`\n]+)`")
BOLD = re.compile(r"\*\*(\S(?:[^*\n]*\S)?)\*\*")
DISPLAY = re.compile(r"\$\$(.+?)\$\$", re.S)
INLINE = re.compile(r"(?<![\\$\w])\$(?=\S)([^$\n]*?[^\s\\$])\$(?![\d$])")  # $5 and $10 are prices
COMMAND = re.compile(r"\[(?=/?(?:latex|\${1,2}|sound:|anki:))", re.I)  # Anki would run it


@dataclass(frozen=True, slots=True)
class Exported:
    """What a package holds: notes, pictures, and why some notes show no place, a line each."""

    notes: int
    pictures: int
    without_place: tuple[str, ...]


def export(
    items: Iterable[Item], view: Callable[[str], View], target: Path, deck_name: str
) -> Exported:
    """Writes `items` to the Anki package `target`, over what was there.

    Args:
        items: in the order in which Anki is to ask them.
        view: shows the place of a passage, as `Retriever.view` does; an item whose place it cannot
            show goes without.
        target: its name ends in ``.apkg``.
        deck_name: also tells to which deck an import goes.

    Raises:
        InputError: if the file cannot be written.
    """
    deck = genanki.Deck(number_of(deck_name), deck_name)
    model = note_model()
    media: dict[str, bytes] = {}
    without: list[str] = []
    shown: dict[str, str] = {}  # by passage
    for item in items:
        if item.passage_id not in shown:
            try:
                seen = view(item.passage_id)
            except (InputError, MaterialError) as error:
                without.append(f"{item.label}: {error}")
                shown[item.passage_id] = ""
            else:
                shown[item.passage_id] = place_html(seen, media)
        deck.add_note(note_of(item, model, shown[item.passage_id]))
    try:
        write(deck, media, target)
    except OSError as error:
        raise InputError(f"No se puede escribir en {target}: {error.strerror or error}.") from error
    return Exported(len(deck.notes), len(media), tuple(without))


def note_model() -> genanki.Model:
    """The kind of note: question and options, then answer, reason and place."""
    return genanki.Model(
        MODEL,
        MODEL_NAME,
        fields=[{"name": name} for name in FIELDS],
        templates=[{"name": "Tarjeta", "qfmt": FRONT, "afmt": BACK}],
        css=CSS,
    )


def note_of(item: Item, model: genanki.Model, place: str) -> genanki.Note:
    """The note of an item; `place` is the HTML that shows where it comes from."""
    options = "".join(f"<li>{text_html(option)}</li>" for option in item.options)
    letter = f"{LETTERS[item.right]}) " if item.right is not None else ""
    fields = [
        text_html(item.question),
        f"<ol type=A>{options}</ol>" if options else "",
        f"{letter}{text_html(item.answer)}",
        text_html(item.why),
        text_html(item.label),
        place,
    ]
    tags = [item.class_label, f"Semana {item.week}" if item.week is not None else "", item.language]
    return genanki.Note(
        model,
        [field.replace("\x1f", " ") for field in fields],  # it parts the fields
        guid=genanki.guid_for("ayudante", item.id),
        tags=[re.sub(r"[\s\"]+", "-", tag) for tag in tags if tag],
    )


def text_html(text: str) -> str:
    """Text as Anki shows it: nothing of it is HTML or a command, its formulas are MathJax's."""
    parts = INLINE_CODE.split(text)
    return "".join(
        f"<code>{plain(part)}</code>" if at % 2 else prose(plain(part))
        for at, part in enumerate(parts)
    )


def prose(text: str) -> str:
    """Plain text with its lines, formulas and what Markdown has in bold."""
    return BOLD.sub(r"<b>\1</b>", mathjax(text)).replace("\n", "<br>")


def plain(text: str) -> str:
    """Text in which nothing is HTML or a command of Anki's."""
    return COMMAND.sub("&#91;", escape(text))


def mathjax(text: str) -> str:
    r"""`text` with LaTeX as Anki wants it: ``$…$`` becomes ``\(…\)`` and ``$$…$$`` ``\[…\]``."""
    return INLINE.sub(r"\\(\1\\)", DISPLAY.sub(r"\\[\1\\]", text))


def place_html(view: View, media: dict[str, bytes]) -> str:
    """HTML that shows a place; its picture, if it is one, is added to `media`."""
    ending = ENDINGS.get(view.media_type)
    if ending is None:
        html = view.data.decode("utf-8").replace("\x1f", " ")
        parts = CODE.split(COMMAND.sub("&#91;", html))  # it parts at tags and at code
        return "".join(part if at % 2 else mathjax(part) for at, part in enumerate(parts))
    name = f"ayudante-{digest(view.data)[:16]}.{ending}"
    media[name] = view.data
    return f'<img src="{name}">'


def number_of(deck_name: str) -> int:
    """The deck's id: stable, and in the range that genanki asks for."""
    return (1 << 30) + int(digest(deck_name.encode())[:7], 16)


def write(deck: genanki.Deck, media: dict[str, bytes], target: Path) -> None:
    """Writes the package; `target` is replaced when all of it is there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".anki-") as folder:
        collection, package = Path(folder) / "collection.anki2", Path(folder) / "package"
        now = time.time()
        with closing(sqlite3.connect(collection)) as connection:
            numbers = itertools.count(int(now * 1000))
            genanki.Package(deck).write_to_db(connection.cursor(), now, numbers)
            connection.commit()
        with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as out:
            out.write(collection, collection.name)
            out.writestr("media", json.dumps(dict(enumerate(media))))
            for number, data in enumerate(media.values()):
                out.writestr(str(number), data)
        os.replace(package, target)
