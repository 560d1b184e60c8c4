"""The options that hold a search to a part of the course."""

import json
from pathlib import Path

import pytest

from corpus.errors import InputError
from retrieval import Filter
from retrieval.choosing import SHOWN, chosen, known_document
from retrieval.filters import Facets
from tests.conftest import ayudante
from tests.retrieval.test_filters import course_of

PASSAGES = course_of(("clase-04.md", "labs/lab-02.ipynb"))


def test_no_option_asks_for_nothing() -> None:
    assert chosen(PASSAGES) == Filter()


def test_options_become_a_filter_in_english_or_spanish() -> None:
    assert chosen(PASSAGES, kinds=["lab"], labs=[2]) == Filter(
        kinds=frozenset({"lab"}), labs=frozenset({2})
    )
    assert chosen(PASSAGES, kinds=["Apuntes", "LABORATORIOS"]) == chosen(
        PASSAGES, kinds=["notes", "lab"]
    )
    assert chosen(PASSAGES, classes=[4], documents=["CLASE-04"], languages=["ES"]) == Filter(
        classes=frozenset({4}),
        documents=frozenset({"CLASE-04"}),
        languages=frozenset({"es"}),
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"kinds": ["poema"]}, "tipo «poema». Hay: lab (laboratorios), notes (apuntes)."),
        ({"kinds": ["slide"]}, "tipo «slide». Hay: lab (laboratorios), notes (apuntes)."),
        ({"classes": [4, 9]}, "No hay clase 9 en el índice. Hay: 4."),
        ({"labs": [99]}, "No hay lab 99 en el índice. Hay: 2."),
        ({"weeks": [1]}, "ninguna semana en el índice"),
        ({"documents": ["zzz"]}, "«zzz» en su nombre. Hay: clase-04.md, labs/lab-02.ipynb."),
        ({"documents": [" "]}, "Ningún documento tiene"),
        ({"languages": ["fr"]}, "idioma «fr». Hay: en, es."),
        ({"classes": [4], "kinds": ["lab"]}, "Ningún pasaje cumple todos"),
    ],
)
def test_an_unknown_value_lists_those_that_there_are(
    options: dict[str, list[str]], said: str
) -> None:
    with pytest.raises(InputError) as raised:
        chosen(PASSAGES, **options)  # type: ignore[arg-type]
    assert said in str(raised.value)


def test_a_long_list_of_documents_is_cut() -> None:
    there: Facets = {"documents": {f"{number:02}.md": 1 for number in range(SHOWN + 3)}}
    with pytest.raises(InputError, match=r"11\.md … y 3 más\.$"):
        known_document("zzz", there)


@pytest.mark.slow
def test_the_command_line_searches_within(course: Path, tmp_path: Path) -> None:
    assert ayudante("index", str(course), cwd=tmp_path).returncode == 0
    options = ("search", "softmax", "--json")
    free = ayudante(*options, cwd=tmp_path)
    held = ayudante(*options, "--lab", "2", "--kind", "lab", cwd=tmp_path)
    assert held.returncode == 0, held.stderr
    assert documents(free.stdout) == {"clase-04.md", "labs/lab-02.ipynb"}
    assert documents(held.stdout) == {"labs/lab-02.ipynb"}
    wrong = ayudante(*options, "--class", "9", cwd=tmp_path)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "No hay clase 9 en el índice. Hay: 4." in wrong.stderr


def documents(found: str) -> set[str]:
    return {result["document"] for result in json.loads(found)["results"]}
