import os
from pathlib import Path

import pytest

from corpus import IndexDamaged, IndexMissing, InputError, Settings
from retrieval import Retriever, store
from retrieval.index import Index
from tests.conftest import WordsEmbedder


def files(folder: Path) -> list[Path]:
    version = folder / "versions" / (folder / "CURRENT").read_text().split()[0]
    return sorted(path for path in version.rglob("*") if path.is_file())


def test_an_index_comes_back_as_it_was(retriever: Retriever, settings: Settings) -> None:
    loaded = Index.load(store.current(settings.index))
    again = Retriever(loaded, WordsEmbedder())
    assert loaded.passages == retriever.index.passages
    question = "por que softmax da probabilidades"
    assert [(r.passage.id, r.score) for r in again.search(question)] == [
        (r.passage.id, r.score) for r in retriever.search(question)
    ]


def test_nothing_in_the_store_is_a_pickle(retriever: Retriever, settings: Settings) -> None:
    for path in files(settings.index):
        assert path.suffix in {".json", ".jsonl", ".faiss", ".npy"}
        assert not path.read_bytes().startswith(b"\x80")


def test_a_missing_file_is_noticed(retriever: Retriever, settings: Settings) -> None:
    files(settings.index)[0].unlink()
    with pytest.raises(IndexDamaged):
        store.current(settings.index)


@pytest.mark.parametrize("pointer", ["", "v-nope abc", "../../etc abc", "one two three"])
def test_a_wrong_pointer_is_noticed(retriever: Retriever, settings: Settings, pointer: str) -> None:
    (settings.index / "CURRENT").write_text(pointer)
    with pytest.raises(IndexDamaged):
        store.current(settings.index)


def test_a_missing_index_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="ayudante index"):
        store.current(tmp_path)


def test_a_write_that_fails_leaves_the_old_version(
    retriever: Retriever, settings: Settings
) -> None:
    before = store.current(settings.index)

    def fail(folder: Path) -> None:
        (folder / "half").write_text("half")
        raise OSError(28, "No space left on device")

    with store.writing(settings.index), pytest.raises(InputError, match="El índice anterior sigue"):
        store.publish(settings.index, fail)
    assert store.current(settings.index) == before
    assert len(list((settings.index / "versions").iterdir())) == 1


def test_a_crash_before_the_pointer_moves_leaves_the_old_version(
    retriever: Retriever, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = store.current(settings.index)

    def crash(source: Path, target: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", crash)
    with store.writing(settings.index), pytest.raises(KeyboardInterrupt):
        store.publish(settings.index, retriever.index.save)
    assert store.current(settings.index) == before


def test_only_the_previous_version_is_kept(retriever: Retriever, settings: Settings) -> None:
    for _ in range(3):
        with store.writing(settings.index):
            store.publish(settings.index, retriever.index.save)
    assert len(list((settings.index / "versions").iterdir())) == 2


def test_one_writer_at_a_time(settings: Settings) -> None:
    with (
        store.writing(settings.index),
        pytest.raises(InputError, match="Otro proceso"),
        store.writing(settings.index),
    ):
        pass
