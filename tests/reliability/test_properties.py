"""What holds for every text, every calendar, every history of changes: hypothesis looks on."""

import re
import shutil
import tempfile
from datetime import date
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from agent.citations import checked
from agent.wellformed import whole
from corpus import Document, IndexDamaged, Section
from corpus.calendar import calendar_of, long_date, year_of
from corpus.document import numbered
from retrieval import Passage, Retriever, store, update
from retrieval.index import Index
from retrieval.passages import CHARACTERS, passages_of
from tests.conftest import WordsEmbedder
from tests.reliability.test_index import same

PARTS = st.sampled_from(
    [
        "softmax", "los logits", "El perceptrón", "0.5", "[1]", "[2]", "[7]", "[1, 2]", "[0, 1]",
        "`x[1]`", "```", "```python\nx[2]\n```", "$p_{[1]}$", "$$", "\\[", "\\]", "**", "# ", "- ",
        "> ", "|", ". ", "! ", "…", "\n", "\n\n", " ", "\t", "ñ", "🎲", "\ue000", "\u200b",
        "e\u0301",
    ]
)  # fmt: skip
CODE = st.just("\n```python\nx[2]\n```\n")
PROSE = st.text(st.characters(exclude_characters="`$\\[]", exclude_categories=["Cs"]), max_size=12)
MARKDOWN = st.lists(st.one_of(PARTS, st.text(max_size=12)), max_size=60).map("".join)
NO_SURROGATES = st.text(st.characters(exclude_categories=["Cs"]))


def unlike_code(part: str) -> bool:
    return not set("`$\\") & set(part)


def passage(number: int, text: str) -> Passage:
    return Passage(f"d#{number}", "d.pdf", "D", "Clase 1", (), text, numbered("page", number))


SHOWN = {
    1: passage(1, "La función softmax convierte los logits en probabilidades, como 0.5."),
    2: passage(2, "El perceptrón fue propuesto por Rosenblatt en 1958.\nSepara con una recta."),
}


@given(MARKDOWN, st.sampled_from([None, "es", "en"]))
def test_whatever_a_model_writes_only_shown_passages_are_cited_by_exact_spans(
    text: str, worded_in: Literal["es", "en"] | None
) -> None:
    done = checked(text, SHOWN, WordsEmbedder(), worded_in)
    cited = [one.marker for one in done.citations]
    assert cited == sorted(set(cited))
    for one in done.citations:
        assert one.passage is SHOWN[one.marker]
        assert one.quote
        assert one.quote in one.passage.text
        assert f"[{one.marker}]" in done.text
    assert bool(cited) <= bool(text.strip())
    assert worded_in == "es" or bool(cited) == bool(text.strip())


@given(st.lists(st.one_of(PARTS.filter(unlike_code), CODE, PROSE), max_size=60).map("".join))
def test_a_checked_answer_is_checked_again_without_a_change(text: str) -> None:
    done = checked(whole(text), SHOWN, WordsEmbedder())
    again = checked(done.text, SHOWN, WordsEmbedder())
    assert again.text == done.text
    assert [one.marker for one in again.citations] == [one.marker for one in done.citations]


@given(MARKDOWN)
def test_where_nothing_is_shown_nothing_is_cited(text: str) -> None:
    assert checked(text, {}, WordsEmbedder()).citations == ()


def dense(text: str) -> str:
    """`text` without the white space at which it may be split."""
    return "".join(text.split())


@given(st.lists(MARKDOWN.map(lambda text: text * 9), min_size=1, max_size=4))
def test_passages_cover_their_text_within_their_limit_and_always_alike(texts: list[str]) -> None:
    sections = tuple(Section(text, numbered("cell", at)) for at, text in enumerate(texts, start=1))
    document = Document("lab-1.ipynb", "Lab 1", "Lab 1", sections)
    found = passages_of(document)
    assert found == passages_of(document)
    assert len({one.id for one in found}) == len(found)
    assert all(0 < len(one.text) <= CHARACTERS for one in found)
    for section in sections:
        here = [one.text for one in found if one.location == section.location]
        assert all(text in section.text for text in here)
        assert dense("".join(here)) == dense(section.text)


CELLS = st.one_of(
    st.sampled_from(
        [
            "4 ago", "mar 4 ago", "31 feb", "04/08", "2026-08-04", "0000-00-00", "99/99/9999",
            "~~mar 8 sep~~ jue 10 sep", "lun 14 sep a vie 18 sep", "30 a 2 ene", "29 feb 2027",
            "Softmax", "Entrega Tarea 1", "Control 1; Enunciado", "–", "[Clase](a.pdf)", "",
        ]
    ),
    NO_SURROGATES.map(lambda text: text[:20]),
)  # fmt: skip


@given(
    st.lists(
        st.sampled_from(["Fecha", "Tema", "Semana", "Clase", "Lab", "Evaluación", "Sala", ""]),
        min_size=2,
        max_size=8,
    ),
    st.lists(st.lists(CELLS, max_size=8), max_size=6),
    st.sampled_from([None, 2026, 2024]),
)
def test_every_row_of_a_calendar_is_a_day_or_a_warning(
    head: list[str], rows: list[list[str]], year: int | None
) -> None:
    lines = [head, ["---"] * len(head), *rows]
    text = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    calendar = calendar_of(text, year)
    assert calendar == calendar_of(text, year)
    for day in calendar.days:
        first = date.fromisoformat(day.date)
        assert not day.until or date.fromisoformat(day.until) >= first
        assert long_date(day.date) in day.text[0].lower() + day.text[1:]
        assert type(day).from_dict(day.to_dict()) == day
    assert len(calendar.others) <= len(calendar.warnings)
    assert all(re.match(r"calendario, línea \d+: ", one) for one in calendar.warnings)


@given(NO_SURROGATES)
def test_any_text_has_a_calendar_perhaps_an_empty_one(text: str) -> None:
    calendar_of(text, year_of(text))


FILES = st.dictionaries(
    st.from_regex(r"[a-z]{1,8}(/[a-z]{1,8})?\.json", fullmatch=True),
    st.binary(max_size=200),
    min_size=1,
    max_size=4,
)


@given(st.lists(FILES, min_size=1, max_size=4), st.data())
def test_a_store_gives_back_what_was_last_published_or_says_that_it_is_damaged(
    versions: list[dict[str, bytes]], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for files in versions:

            def write(version: Path, files: dict[str, bytes] = files) -> None:
                for name, content in files.items():
                    (version / name).parent.mkdir(exist_ok=True)
                    (version / name).write_bytes(content)

            with store.writing(folder):
                store.publish(folder, write)
        version = store.current(folder)
        found = {name: (version / name).read_bytes() for name in store.files_of(version)}
        found.pop(store.MANIFEST)
        assert found == versions[-1]
        assert len(list((folder / store.VERSIONS).iterdir())) <= 2
        name = data.draw(st.sampled_from(sorted(versions[-1])))
        content = data.draw(st.binary(max_size=200).filter(lambda other: other != found[name]))
        (version / name).write_bytes(content)
        with pytest.raises(IndexDamaged, match="--rebuild"):
            store.current(folder)


NAMES = st.sampled_from(["clase-01.md", "clase-02.md", "lab-01.md", "tarea-1.md", "notas.txt"])
WORDS = st.lists(
    st.sampled_from(
        [
            "softmax",
            "logits",
            "perceptrón",
            "gradiente",
            "pérdida",
            "red",
            "capa",
            "peso",
            "sesgo",
            "época",
        ]
    ),
    min_size=1,
    max_size=40,
).map(" ".join)
QUESTIONS = ("¿Qué es softmax?", "perceptrón y gradiente", "la red tiene una capa")


class FollowedCourse(RuleBasedStateMachine):
    """A course whose files come, change and go, beside a dictionary that should be its index."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.course, self.index = self.folder / "course", self.folder / "index"
        self.course.mkdir()
        self.files: dict[str, str] = {}
        self.followed: dict[str, str] = {}

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    @initialize(text=WORDS)
    def begin(self, text: str) -> None:
        self.write("clase-00.md", text)
        self.follow()

    @rule(name=NAMES, text=WORDS)
    def write(self, name: str, text: str) -> None:
        """Adds a document, or replaces it."""
        (self.course / name).write_text(text)
        self.files[name] = text

    @precondition(lambda self: len(self.files) > 1)
    @rule(at=st.integers(0, 9))
    def delete(self, at: int) -> None:
        name = sorted(self.files)[at % len(self.files)]
        (self.course / name).unlink()
        del self.files[name]

    @rule()
    def follow(self) -> None:
        report = update(self.index, [self.course], WordsEmbedder())
        before, self.followed = self.followed, dict(self.files)
        assert report.added == len(self.files.keys() - before.keys())
        assert report.removed == len(before.keys() - self.files.keys())
        assert report.updated == sum(
            before.get(name, text) != text for name, text in self.files.items()
        )

    @invariant()
    def the_index_holds_what_was_followed(self) -> None:
        if not self.followed:
            return
        index = Index.load(store.current(self.index))
        assert {one.document: dense(one.text) for one in index.passages} == {
            name: dense(text) for name, text in self.followed.items()
        }

    @precondition(lambda self: self.files == self.followed)
    @rule()
    def compare_with_one_made_afresh(self) -> None:
        afresh = Path(tempfile.mkdtemp(dir=self.folder))
        update(afresh, [self.course], WordsEmbedder())
        assert same(self.index, afresh)
        one, other = (
            Retriever(Index.load(store.current(at)), WordsEmbedder()) for at in (self.index, afresh)
        )
        for question in QUESTIONS:
            for system in ("dense", "lexical", "hybrid"):
                assert one.search(question, 5, system) == other.search(question, 5, system)


TestFollowedCourse = FollowedCourse.TestCase
TestFollowedCourse.settings = settings(max_examples=settings().max_examples // 10)
