import json
import sqlite3
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.quiz import Item, choice_item, export, short_item
from agent.quiz.anki import mathjax, place_html, text_html
from corpus import InputError, Settings
from corpus.fragments import View
from retrieval import Retriever, store, update
from retrieval.index import Index
from tests.agent.quiz.examples import choice
from tests.conftest import WordsEmbedder
from tests.corpus.test_pdf import drawn, slide

WRONG = ("Los pesos", "Los sesgos", "Los gradientes")


def package(
    file: Path, folder: Path
) -> tuple[list[dict[str, Any]], dict[str, Any], dict[str, bytes]]:
    """The notes, the collection's row and the media of an Anki package."""
    with zipfile.ZipFile(file) as opened:
        assert opened.testzip() is None
        names = json.loads(opened.read("media"))
        media = {name: opened.read(number) for number, name in names.items()}
        assert set(opened.namelist()) == {"collection.anki2", "media", *names}
        base = Path(opened.extract("collection.anki2", folder))
    connection = sqlite3.connect(base)
    connection.row_factory = sqlite3.Row
    notes = [
        {"guid": row["guid"], "mid": row["mid"], "tags": row["tags"].split()}
        | {"fields": row["flds"].split("\x1f")}
        for row in connection.execute("SELECT * FROM notes ORDER BY id")
    ]
    collection = dict(connection.execute("SELECT * FROM col").fetchone())
    cards = connection.execute("SELECT COUNT(*) FROM cards").fetchone()[0]
    connection.close()
    assert cards == len(notes)
    return notes, collection, media


@pytest.fixture
def with_slides(course: Path, settings: Settings, embedder: WordsEmbedder) -> Retriever:
    """The course of the fixtures, and a PDF of two slides."""
    lines = ("El perceptron separa con una recta.", "La regla corrige los pesos con cada error.")
    deck = drawn(
        slide("Perceptron", *lines), slide("Optimizador", "El paso baja por el gradiente.")
    )
    (course / "clase-02.pdf").write_bytes(deck)
    update(settings.index, [course], embedder)
    return Retriever(Index.load(store.current(settings.index)), embedder)


def items_of(retriever: Retriever) -> tuple[Item, Item]:
    """An item of options about a slide, and one in words about a text."""
    deck = next(p for p in retriever.index.passages if p.document.endswith(".pdf"))
    notes = next(p for p in retriever.index.passages if "desborde" in p.text)
    return (
        choice_item(deck, "¿Qué separa <b>$w$</b>?", "La recta $w<0$ & más", WRONG),
        short_item(notes, "¿Qué se resta?", "El máximo"),
    )


def test_notes_hold_question_options_answer_reason_and_place(
    with_slides: Retriever, tmp_path: Path
) -> None:
    first, second = items_of(with_slides)
    done = export([first, second], with_slides.view, tmp_path / "curso.apkg", "Deep Learning")
    assert (done.notes, done.pictures, done.without_place) == (2, 1, ())
    notes, collection, media = package(tmp_path / "curso.apkg", tmp_path)
    question, options, answer, why, label, place = notes[0]["fields"]
    assert question == r"¿Qué separa &lt;b&gt;\(w\)&lt;/b&gt;?"
    assert options.count("<li>") == 4
    assert r"<li>La recta \(w&lt;0\) &amp; más</li>" in options
    assert answer == rf"{'ABCD'[first.right or 0]}) La recta \(w&lt;0\) &amp; más"
    assert (why, label) == (text_html(first.why), first.label)
    (name,) = media
    assert place == f'<img src="{name}">'
    assert media[name] == with_slides.view(first.passage_id).data
    assert media[name].startswith(b"\x89PNG")
    assert notes[0]["tags"] == ["Clase-2", "es"]
    assert notes[1]["fields"][1:4] == ["", "El máximo", second.why]
    assert "para que la exponencial no se desborde" in notes[1]["fields"][5]
    decks = json.loads(collection["decks"]).values()
    assert "Deep Learning" in {deck["name"] for deck in decks}


def test_importing_again_updates_and_does_not_duplicate(
    with_slides: Retriever, tmp_path: Path
) -> None:
    first, second = items_of(with_slides)
    target = tmp_path / "curso.apkg"
    export([first, second], with_slides.view, target, "Curso")
    before, collection, media = package(target, tmp_path)
    changed = replace(first, answer="La recta", options=("La recta", *WRONG), right=0)
    export([second, changed], with_slides.view, target, "Curso")
    after, collection_after, media_after = package(target, tmp_path)
    assert {note["guid"] for note in before} == {note["guid"] for note in after}
    assert len({note["guid"] for note in after}) == 2
    assert {note["mid"] for note in before} == {note["mid"] for note in after}
    assert json.loads(collection["decks"]).keys() == json.loads(collection_after["decks"]).keys()
    assert media == media_after
    assert after[1]["fields"][2] == "A) La recta"
    export([first], with_slides.view, target, "Otro")
    assert (
        json.loads(package(target, tmp_path)[1]["decks"]).keys()
        != json.loads(collection["decks"]).keys()
    )


def test_nothing_is_left_beside_the_package(with_slides: Retriever, tmp_path: Path) -> None:
    folder = tmp_path / "anki"
    export(items_of(with_slides), with_slides.view, folder / "a.apkg", "Curso")
    assert [file.name for file in folder.iterdir()] == ["a.apkg"]


def test_an_item_whose_place_is_gone_goes_without_it_and_is_told(
    retriever: Retriever, course: Path, tmp_path: Path
) -> None:
    here = next(p for p in retriever.index.passages if "desborde" in p.text)
    item = short_item(here, "¿Qué se resta?", "El máximo")
    done = export([choice(), item], retriever.view, tmp_path / "a.apkg", "Curso")
    assert done.notes == 2
    assert len(done.without_place) == 1
    assert "No existe el pasaje" in done.without_place[0]
    assert package(tmp_path / "a.apkg", tmp_path)[0][0]["fields"][5] == ""


def test_a_target_that_cannot_be_written_is_one_clear_error(
    retriever: Retriever, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="No se puede escribir"):
        export([], retriever.view, tmp_path / "file" / "a.apkg", "Curso")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("$x^2$ y $$\\sum_i x_i$$", r"\(x^2\) y \[\sum_i x_i\]"),
        ("cuesta $5 y no $10", "cuesta $5 y no $10"),
        ("`a = $x$` y $a$", r"<code>a = $x$</code> y \(a\)"),
        ("[latex]\\input{x}[/latex]", r"&#91;latex]\input{x}&#91;/latex]"),
        ("[sound:x.mp3] [0, 1]", "&#91;sound:x.mp3] [0, 1]"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("una\ndos", "una<br>dos"),
        ("el **22 %** y 2**3 ** 2", "el <b>22 %</b> y 2**3 ** 2"),
    ],
)
def test_text_as_anki_shows_it(text: str, shown: str) -> None:
    assert text_html(text) == shown


def test_formulas_in_a_place_are_written_for_anki_and_code_is_left_alone() -> None:
    html = '<p class="$a$">$x$</p><pre><span>$HOME$</span></pre><code>$y$</code>'
    media: dict[str, bytes] = {}
    assert place_html(View("text/html", html.encode()), media) == (
        r'<p class="$a$">\(x\)</p><pre><span>$HOME$</span></pre><code>$y$</code>'
    )
    assert media == {}
    drawn = place_html(View("image/svg+xml", b"<svg/>"), media)
    assert [name.endswith(".svg") and name in drawn for name in media] == [True]
    assert mathjax("100 \\$ y $x$") == r"100 \$ y \(x\)"
