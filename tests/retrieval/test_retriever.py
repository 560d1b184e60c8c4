import numpy as np
import pytest

from corpus import InputError
from retrieval import Retriever
from retrieval.lexical import LexicalIndex, fold, tokens
from retrieval.retriever import top
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
    found = retriever.search(question, k=3)
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
