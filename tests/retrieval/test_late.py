from pathlib import Path

import numpy as np

from retrieval import Retriever
from retrieval.embedding import Encoding, unit
from retrieval.late import AXES, Basis, Coded, Coder, TokenIndex
from retrieval.retriever import without_copies


def texts(count: int, seed: int = 0) -> list[Encoding]:
    """Texts of three to nine random pieces."""
    random = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        size = int(random.integers(3, 10))
        tokens = unit(random.normal(size=(size, 200)).astype(np.float32))
        made.append(Encoding(unit(tokens.mean(0)), random.integers(0, 50, size), tokens))
    return made


def index(encodings: list[Encoding]) -> TokenIndex:
    coder = Coder()
    for at, encoding in enumerate(encodings):
        coder.add(at, encoding)
    coded = coder.finish()
    assert coder.basis is not None
    return TokenIndex.build([coded[at] for at in range(len(encodings))], coder.basis)


def test_a_score_is_the_weighed_mean_over_the_questions_pieces_of_the_best_cosine() -> None:
    encodings = texts(30)
    made, query = index(encodings), texts(1, seed=7)[0]
    weights = made.weights()
    scores = made.scores(query, weights, [[row] for row in range(30)])
    asked = made.basis.small(query.tokens)
    unknown = np.log(1 + 30.5 / 0.5)
    weight = np.array([weights.get(int(piece), unknown) for piece in query.pieces])
    for row, encoding in enumerate(encodings):
        exact = (asked @ made.basis.small(encoding.tokens).T).max(axis=1)
        assert abs(scores[row] - exact @ weight / weight.sum()) < 0.01  # bytes instead of floats


def test_a_piece_in_fewer_texts_weighs_more_and_counts_once_a_text() -> None:
    basis = Basis(np.zeros(4, np.float32), np.eye(4, dtype=np.float32))
    rows = [
        Coded.of(np.eye(4, dtype=np.float32)[:2], np.array(pieces), basis)
        for pieces in ([1, 1], [1, 2], [1, 3])
    ]
    weights = TokenIndex.build(rows, basis).weights()
    assert weights[2] == weights[3] == np.log(1 + 2.5 / 1.5)
    assert weights[1] == np.log(1 + 0.5 / 3.5)


def test_a_group_has_the_pieces_of_all_its_texts_and_an_empty_one_scores_nothing() -> None:
    encodings = texts(20)
    empty = Encoding(encodings[0].vector, np.zeros(0, np.int64), np.zeros((0, 200), np.float32))
    made = index([*encodings, empty])
    query = Encoding(encodings[4].vector, encodings[4].pieces, encodings[4].tokens)
    alone, together, none = made.scores(query, made.weights(), [[3], [3, 4], [20]])
    assert together > 0.99 > alone
    assert none == 0


def test_what_is_saved_is_loaded_and_axes_are_kept_for_what_comes_later(tmp_path: Path) -> None:
    made = index(texts(40))
    made.save(tmp_path / "tokens")
    loaded = TokenIndex.load(tmp_path / "tokens")
    query = texts(1, seed=3)[0]
    groups = [[row] for row in range(40)]
    assert np.array_equal(
        made.scores(query, made.weights(), groups), loaded.scores(query, loaded.weights(), groups)
    )
    assert loaded.basis.axes.shape == (200, AXES)
    later = Coder(loaded.basis)
    later.add(0, query)
    assert later.finish()[0].codes.dtype == np.int8
    assert later.basis is loaded.basis


def test_copies_come_after_what_says_something_new() -> None:
    vectors = unit(np.array([[1, 0], [1, 0.01], [0, 1], [0.01, 1]], np.float32))
    assert without_copies([1, 0, 3, 2], vectors) == ([1, 3], [0, 2])


def test_reranking_keeps_every_candidate(retriever: Retriever) -> None:
    hybrid = retriever.search("la función softmax", k=6, system="hybrid")
    reranked = retriever.search("la función softmax", k=6)
    assert {r.passage.id for r in hybrid} == {r.passage.id for r in reranked}
