from datetime import date
from pathlib import Path

import numpy as np
import pytest

from corpus import InputError, Settings
from corpus.language import fold
from retrieval import Retriever, store, update
from retrieval.index import Index
from retrieval.lexical import LexicalIndex, tokens
from retrieval.retriever import top, unlike_the_best
from tests.conftest import WordsEmbedder


def vectors(retriever: Retriever) -> np.ndarray:
    return retriever.index.vectors_of(list(range(retriever.size)))


def test_faiss_agrees_with_brute_force(retriever: Retriever, embedder: WordsEmbedder) -> None:
    question = "la función softmax"
    cosines = vectors(retriever) @ embedder.embed_queries([question])[0]
    order = np.argsort(-cosines, kind="stable")
    found = retriever.search(question, k=retriever.size, system="dense")
    assert [r.passage for r in found] == [retriever.index.passages[at] for at in order]
    assert np.allclose([r.score for r in found], cosines[order], atol=1e-6)


def test_hybrid_is_cosine_plus_weighed_normalised_bm25(
    retriever: Retriever, embedder: WordsEmbedder
) -> None:
    question = "cómo se restan los logits"
    cosines = vectors(retriever) @ embedder.embed_queries([question])[0]
    expected = cosines + retriever.lexical_weight * retriever.index.lexical.scores(question)
    found = retriever.search(question, k=3, system="hybrid")
    assert np.allclose([r.score for r in found], np.sort(expected)[::-1][:3], atol=1e-6)
    assert [r.rank for r in found] == [1, 2, 3]


def test_lexical_scores_lie_in_the_unit_interval_and_unknown_words_lower_them() -> None:
    index = LexicalIndex.build(["softmax y logits", "perceptrón", "gradiente descendente"])
    known, mixed = index.scores("softmax"), index.scores("softmax xyzzy")
    assert 0 < mixed[0] < known[0] <= 1
    assert known[1] == known[2] == 0
    assert not index.scores("xyzzy").any()
    assert not index.scores("¿de la?").any()


def test_matching_folds_accents_and_stems_and_keeps_enie() -> None:
    assert tokens("convolución") == tokens("CONVOLUCION") == tokens("convoluciones")
    assert fold("AÑO") == "año" != fold("ano")
    assert tokens("C++ y C#") == ["c++", "c#"]


def test_an_unfound_word_finds_nothing_by_words(retriever: Retriever) -> None:
    assert retriever.search("xyzzy", system="lexical") == []


@pytest.mark.parametrize("question", ["", "   ", "x" * 100_000])
def test_a_bad_question_is_refused_in_one_line(retriever: Retriever, question: str) -> None:
    with pytest.raises(InputError) as caught:
        retriever.search(question)
    assert "\n" not in str(caught.value)


def test_results_follow_the_contract(retriever: Retriever) -> None:
    data = retriever.search("estabilidad de la exponencial", k=1)[0].to_dict()
    assert set(data) == {
        "rank", "score", "passage_id", "document", "title", "location", "text",
    }  # fmt: skip
    assert data["document"] == "clase-04.md"
    assert data["location"] == {
        "kind": "section", "number": 3, "last": None, "label": "§ Estabilidad numérica",
    }  # fmt: skip


def test_neighbours_stay_in_their_document(retriever: Retriever) -> None:
    first = retriever.index.passages[0]
    near = retriever.neighbours(first.id, reach=50)
    assert first in near
    assert {p.document for p in near} == {first.document}


def test_top_breaks_ties_in_order() -> None:
    assert top(np.array([1, 3, 3, 2], np.float32), 3) == [1, 2, 3]
    assert top(np.array([1, 2], np.float32), 9) == [1, 0]


CALENDAR = """| Semana | Fecha | Clase | Tema | Evaluación |
|---|---|---|---|---|
| 1 | 2026-08-04 | 1 | Introducción | – |
| 4 | 2026-08-25 | 6 | Regularización | Se entrega enunciado Tarea 1 |
| 6 | ~~2026-09-08~~ 2026-09-11 | – | – | Entrega Tarea 1 |
"""


@pytest.fixture
def dated(course: Path, settings: Settings, embedder: WordsEmbedder) -> Retriever:
    """The small course with a calendar."""
    (course / "calendario.md").write_text(f"# Calendario\n\n{CALENDAR}")
    update(settings.index, [course], embedder)
    return Retriever(Index.load(store.current(settings.index)), embedder)


def test_the_days_that_fit_the_words_are_found_by_date(dated: Retriever) -> None:
    found = dated.dated("¿cuándo se entrega la tarea 1?", date(2026, 9, 1), 6)
    assert [passage.text.split(".")[0] for passage in found] == [
        "Semana 4, martes 25 de agosto de 2026",
        "Semana 6, viernes 11 de septiembre de 2026 (antes, martes 8 de septiembre de 2026)",
    ]
    assert found[0].label == "Calendario, § Calendario"


def test_without_words_that_fit_the_coming_days_are_found(dated: Retriever) -> None:
    found = dated.dated("zzz", date(2026, 8, 20), 1)
    assert [passage.text for passage in found] == [
        "Semana 4, martes 25 de agosto de 2026. Clase 6: Regularización. "
        "Se entrega enunciado Tarea 1."
    ]


def test_a_date_is_also_found_by_searching(dated: Retriever) -> None:
    best = dated.search("fecha de entrega de la tarea 1", 2, "lexical")
    assert any("Vence: Entrega Tarea 1" in result.passage.text for result in best)


def test_a_passage_can_be_seen_as_a_person_sees_it(retriever: Retriever) -> None:
    (cell,) = [p for p in retriever.index.passages if "entrenar" in p.text]
    view = retriever.view(cell.id)
    assert view.media_type == "text/html"
    assert "entrenar" in view.data.decode()


def test_a_passage_whose_file_is_gone_says_so(retriever: Retriever, course: Path) -> None:
    passage = retriever.index.passages[0]
    (course / passage.document).unlink()
    with pytest.raises(InputError, match=r"Ya no está el archivo .* Rehaga el índice"):
        retriever.view(passage.id)


def test_what_looks_like_the_best_is_preferred_and_the_best_keeps_its_score() -> None:
    best, twin, other = np.eye(3, dtype=np.float32)
    twin = (0.9 * best + np.sqrt(0.19, dtype=np.float32) * twin).astype(np.float32)
    vectors = np.stack([other, best, twin])
    lost = unlike_the_best(vectors, np.array([0.90, 1.0, 0.89], np.float32))
    assert lost[1] == 0
    assert lost[0] > 0.8
    assert 0 <= lost[2] < 0.12
    assert unlike_the_best(vectors[:0], np.zeros(0, np.float32)).shape == (0,)


def test_one_result_among_equals_is_no_reason_to_prefer_another() -> None:
    vectors = np.eye(4, dtype=np.float32)
    assert np.allclose(unlike_the_best(vectors, np.ones(4, np.float32)), 0, atol=1e-6)


def test_what_goes_with_a_place_is_the_best_of_each_class_or_lab(
    course: Path, settings: Settings, embedder: WordsEmbedder
) -> None:
    links = "- [Clase 4](clase-04.md) y su [Lab 2](labs/lab-02.ipynb)\n"
    (course / "programa.md").write_text(f"# Programa\n\n{links}")
    update(settings.index, [course], embedder)
    retriever = Retriever(Index.load(store.current(settings.index)), embedder)
    lab = next(one for one in retriever.public if one.called == "Lab 2")
    (best,) = retriever.beside(lab.id, 1)
    assert best.called == "Clase 4"
    assert len(retriever.beside(lab.id, 2)) == 2
    alone = next(one for one in retriever.public if one.document == "programa.md")
    assert retriever.beside(alone.id, 1) == []
