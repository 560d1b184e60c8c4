"""How chunks of a peer stand for judged places; the peers themselves are not needed."""

from pathlib import Path

import numpy as np

from corpus.document import Document, Location, Section, numbered
from corpus.progress import Progress, silent
from retrieval.embedding import Vectors
from retrieval.evaluation.judgements import at_places, place_of
from retrieval.passages import passages_of
from tests.benchmarks.chunks import (
    Span,
    covered,
    gathered,
    joined,
    place_names,
    sources_of,
    whole,
    with_ids_placed,
)
from tests.benchmarks.vectors import CachedEmbedder
from tests.conftest import WordsEmbedder

STEPS = (
    Section(
        "Softmax\n" + "los logits se vuelven probabilidades", numbered("page", 1), ("Softmax",)
    ),
    Section(
        "Softmax\n" + "los logits se vuelven probabilidades que suman uno",
        numbered("page", 2),
        ("Softmax",),
    ),
    Section("Sigmoide\n" + "una sola probabilidad " * 10, numbered("page", 3), ("Sigmoide",)),
)
DECK = Document("clase-04.pdf", "Clase 4", "Clase 4", STEPS)


def test_a_chunk_covers_what_it_overlaps_the_most_overlapped_first() -> None:
    spans = [Span(0, 10, "a"), Span(12, 20, "b"), Span(22, 90, "c"), Span(92, 95, "a")]
    assert covered(8, 20, spans) == ("b", "a")
    assert covered(10, 12, spans) == ()  # the blank line between two is nobody's
    assert covered(19, 23, spans) == ("b", "c")  # as much of each: in their order
    assert covered(9, 95, spans) == ("c", "b", "a")
    assert covered(0, 17, [Span(0, 3, "a"), Span(4, 9, "b"), Span(9, 17, "a")]) == ("a", "b")


def test_places_are_gathered_chunk_by_chunk_each_once() -> None:
    places = [("a", "b"), ("b", "c"), ("d",)]
    assert gathered([1, 2, 0], places) == ["b", "c", "d", "a"]


def test_the_spans_of_a_joined_text_say_each_its_part() -> None:
    source = joined([("uno", "x#1"), ("dos tres", "x#2")])
    assert [source.text[span.start : span.end] for span in source.spans] == ["uno", "dos tres"]


def test_a_place_is_called_as_the_judgements_call_it() -> None:
    passages = passages_of(DECK)
    names = place_names(passages)
    assert names["clase-04.pdf#1"] == names["clase-04.pdf#2"] == "clase-04.pdf#1"
    judged = at_places({"q": {f"clase-04.pdf#{n}": 1 for n in (2, 3)}}, passages)
    assert judged["q"].keys() == {names["clase-04.pdf#2"], names["clase-04.pdf#3"]}


def test_pages_are_apart_unless_a_pdf_is_one_text() -> None:
    names = place_names(passages_of(DECK))
    apart = sources_of(DECK, names)
    assert [len(source.spans) for source in apart] == [1, 1, 1]
    (one,) = sources_of(DECK, names, pages_apart=False)
    assert [span.place for span in one.spans] == [f"clase-04.pdf#{n}" for n in (1, 1, 3)]
    assert one.text.count("Softmax") == 2  # a title that the page says is not written again


def test_headings_that_readers_keep_apart_are_written_above() -> None:
    where = [Location("section", number, None, "") for number in (1, 2)]
    sections = (
        Section("Se resta el máximo.", where[0], ("Softmax", "Estabilidad")),
        Section("Suma uno.", where[1], ("Softmax", "Propiedades")),
    )
    (source,) = sources_of(Document("a.md", "a", "", sections), {})
    assert source.text == ("Softmax\nEstabilidad\nSe resta el máximo.\n\nPropiedades\nSuma uno.")
    assert [span.place for span in source.spans] == ["a.md#1", "a.md#2"]


def test_a_document_that_is_judged_whole_starts_with_its_title() -> None:
    section = Section("El texto.", Location("document", None, None, "documento"))
    source = whole(Document("d1", "El título", "", (section,)))
    assert source.text == "El título\nEl texto."
    assert covered(0, 5, source.spans) == ("d1",)


def test_a_judged_passage_id_is_its_place_and_an_unknown_one_is_left_out() -> None:
    passage = passages_of(DECK)[-1]
    qrels = {"q1": {passage.id: 2, "clase-04.pdf#3": 1}, "q2": {"clase-04.pdf#gone": 1}}
    placed, lost = with_ids_placed(qrels, [passage])
    assert placed == {"q1": {place_of(passage): 2}}
    assert lost == ["q2 clase-04.pdf#gone"]


def test_a_text_is_embedded_once_and_as_query_and_passage_apart(tmp_path: Path) -> None:
    class Counting(WordsEmbedder):
        asked: list[str] = []  # noqa: RUF012

        def embed_queries(self, texts: list[str]) -> Vectors:
            self.asked += texts
            return super().embed_queries(texts)

        def embed_passages(self, texts: list[str], progress: Progress = silent) -> Vectors:
            self.asked += texts
            return -super().embed_queries(texts)

    first = CachedEmbedder(Counting(), tmp_path).embed_passages(["uno", "dos", "uno"])
    Counting.asked.clear()
    again = CachedEmbedder(Counting(), tmp_path)
    assert np.array_equal(again.embed_passages(["uno", "dos", "uno"]), first)
    assert Counting.asked == []
    assert not np.array_equal(again.embed_queries(["uno"]), first[:1])
    assert Counting.asked == ["uno"]
