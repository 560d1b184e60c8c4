from pathlib import Path

import numpy as np
import pytest

from corpus import IndexDamaged, Settings
from retrieval import Retriever, store
from retrieval.embedding import Vectors
from retrieval.index import VECTORS
from retrieval.vectors import VectorIndex, lists_for

DIMENSION = 32


def clustered(size: int, seed: int = 0) -> Vectors:
    """Unit rows around 50 centres, in no order."""
    chance = np.random.default_rng(seed)
    centres = np.random.default_rng(99).normal(size=(50, DIMENSION))
    noise = 0.5 * chance.normal(size=(size, DIMENSION))
    rows = centres[chance.integers(50, size=size)] + noise
    unit: Vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit


def best(vectors: Vectors, queries: Vectors, k: int) -> list[list[int]]:
    rows: list[list[int]] = np.argsort(-(queries @ vectors.T), axis=1)[:, :k].tolist()
    return rows


def recall(found: list[list[int]], wanted: list[list[int]]) -> float:
    pairs = zip(found, wanted, strict=True)
    return sum(len({*a} & {*b}) for a, b in pairs) / sum(map(len, wanted))


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    return clustered(30_000)


@pytest.fixture(scope="module")
def trained(vectors: Vectors) -> VectorIndex:
    return VectorIndex.build(vectors, exact=1_000)


def test_every_vector_is_compared_up_to_the_switch() -> None:
    vectors, queries = clustered(1_000), clustered(20, seed=1)
    index = VectorIndex.build(vectors, exact=1_000)
    scores, rows = index.search(queries, 10)
    assert index.exact
    assert rows.tolist() == best(vectors, queries, 10)
    assert scores == pytest.approx(np.take_along_axis(queries @ vectors.T, rows, 1), abs=1e-6)


def test_a_trained_index_takes_over_above_the_switch(
    vectors: Vectors, trained: VectorIndex
) -> None:
    queries = clustered(200, seed=1)
    scores, rows = trained.search(queries, 10)
    assert not trained.exact
    assert trained.size == len(vectors)
    assert recall(rows.tolist(), best(vectors, queries, 10)) >= 0.95
    assert scores == pytest.approx(np.take_along_axis(queries @ vectors.T, rows, 1), abs=1e-6)
    assert (np.diff(scores, axis=1) <= 0).all()


def test_a_trained_index_keeps_exact_vectors_in_the_order_of_the_rows(
    vectors: Vectors, trained: VectorIndex
) -> None:
    rows = [29_999, 0, 7, 7]
    assert np.array_equal(trained.of(rows), vectors[rows])
    assert trained.of([]).shape == (0, DIMENSION)


def test_training_twice_gives_the_same_index(vectors: Vectors, trained: VectorIndex) -> None:
    queries = clustered(50, seed=2)
    again = VectorIndex.build(vectors, exact=1_000).search(queries, 10)
    assert np.array_equal(again[1], trained.search(queries, 10)[1])


@pytest.mark.parametrize("exact", [1_000, 100_000])
def test_what_is_saved_comes_back(vectors: Vectors, exact: int, tmp_path: Path) -> None:
    index, queries = VectorIndex.build(vectors, exact), clustered(50, seed=3)
    index.save(tmp_path / "vectors")
    loaded = VectorIndex.load(tmp_path / "vectors")
    assert loaded.exact == index.exact
    before, after = index.search(queries, 10), loaded.search(queries, 10)
    assert np.array_equal(before[0], after[0])
    assert np.array_equal(before[1], after[1])
    assert np.array_equal(loaded.of([5, 29_999]), vectors[[5, 29_999]])


@pytest.mark.parametrize("exact", [1_000, 100_000])
def test_a_loaded_index_stays_on_disk(vectors: Vectors, exact: int, tmp_path: Path) -> None:
    path = tmp_path / "vectors"
    VectorIndex.build(vectors, exact).save(path)
    loaded = VectorIndex.load(path)
    assert str(path) in Path("/proc/self/maps").read_text()
    del loaded
    assert str(path) not in Path("/proc/self/maps").read_text()


@pytest.mark.parametrize("exact", [0, 100])
@pytest.mark.parametrize("size", [0, 1, 2, 63, 64, 100])
def test_few_vectors_are_all_found(
    size: int, exact: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    VectorIndex.build(clustered(size), exact).save(tmp_path / "vectors")
    index = VectorIndex.load(tmp_path / "vectors")
    scores, rows = index.search(clustered(3, seed=1), 200)
    assert rows.shape == scores.shape == (3, size)
    assert [sorted(found) for found in rows.tolist()] == [[*range(size)]] * 3
    assert capfd.readouterr().err == ""


def test_a_list_that_is_too_short_sends_the_search_to_the_others(trained: VectorIndex) -> None:
    rows = trained.search(clustered(2, seed=4), 29_000)[1]
    assert (rows >= 0).all()
    assert all(len({*found}) == 29_000 for found in rows.tolist())


def test_lists_grow_with_the_root_and_none_is_too_small_to_train() -> None:
    assert lists_for(1_000_000) == 1_000
    assert lists_for(250_000) == 500
    assert lists_for(100) == lists_for(0) == 1


def test_a_changed_vector_is_noticed_before_it_is_mapped(
    retriever: Retriever, settings: Settings
) -> None:
    path = store.current(settings.index) / VECTORS
    damage = bytearray(path.read_bytes())
    damage[-1] ^= 1
    path.unlink()
    path.write_bytes(damage)
    with pytest.raises(IndexDamaged, match="vectors"):
        store.current(settings.index)
