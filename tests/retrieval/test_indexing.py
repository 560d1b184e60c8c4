from pathlib import Path

import pytest

from corpus import IndexDamaged, IndexMismatch, InputError, Settings, read_file
from retrieval import indexing, store, update
from retrieval.index import Index
from retrieval.packaged import silent
from tests.conftest import NOTES, WordsEmbedder


class Counting(WordsEmbedder):
    """Counts the passages it embeds."""

    embedded = 0

    def embed_passages(self, texts, progress=silent):  # type: ignore[no-untyped-def]
        self.embedded += len(texts)
        return super().embed_passages(texts, progress)


class Other(WordsEmbedder):
    """Another model."""

    digest = "2"


def test_the_report_counts_and_lists_what_was_skipped(
    course: Path, settings: Settings, embedder: WordsEmbedder
) -> None:
    report = update(settings.index, [course], embedder)
    assert (report.documents, report.added, report.updated, report.removed) == (2, 2, 0, 0)
    assert report.passages == 6
    assert [(s.document, s.reason) for s in report.skipped] == [
        ("figura.png", "no se lee todavía: es una imagen PNG")
    ]


def test_unchanged_files_are_not_read_again(
    course: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder = Counting()
    update(settings.index, [course], embedder)
    version, embedded = store.current(settings.index), embedder.embedded

    def refuse(*_: object) -> None:
        raise AssertionError("read again")

    (course / "figura.png").unlink()
    update(settings.index, [course], embedder)
    version = store.current(settings.index)
    monkeypatch.setattr(indexing, "read_file", refuse)
    report = update(settings.index, [course], embedder)
    assert (report.added, report.updated, report.removed) == (0, 0, 0)
    assert embedder.embedded == embedded
    assert store.current(settings.index) == version


def test_a_changed_file_embeds_only_its_new_passages(course: Path, settings: Settings) -> None:
    embedder = Counting()
    update(settings.index, [course], embedder)
    embedder.embedded = 0
    (course / "clase-04.md").write_text(NOTES + "\n## Temperatura\n\nDivide los logits.\n")
    report = update(settings.index, [course], embedder)
    assert (report.updated, embedder.embedded) == (1, 1)


def test_a_removed_file_leaves_the_index(
    course: Path, settings: Settings, embedder: WordsEmbedder
) -> None:
    update(settings.index, [course], embedder)
    (course / "clase-04.md").unlink()
    report = update(settings.index, [course], embedder)
    assert (report.documents, report.removed) == (1, 1)
    passages = Index.load(store.current(settings.index)).passages
    assert {p.document for p in passages} == {"labs/lab-02.ipynb"}


def test_one_bad_file_never_stops_the_others(
    course: Path, settings: Settings, embedder: WordsEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = read_file

    def buggy(source, data):  # type: ignore[no-untyped-def]
        if source.name == "clase-04.md":
            raise ZeroDivisionError("a parser's bug")
        return real(source, data)

    monkeypatch.setattr(indexing, "read_file", buggy)
    report = update(settings.index, [course], embedder)
    assert report.documents == 1
    assert any("ZeroDivisionError" in s.reason for s in report.skipped)


def test_nothing_to_index_keeps_what_was_there(
    course: Path, settings: Settings, embedder: WordsEmbedder, tmp_path: Path
) -> None:
    update(settings.index, [course], embedder)
    before = store.current(settings.index)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="No hay nada que indexar"):
        update(settings.index, [tmp_path / "empty"], embedder)
    assert store.current(settings.index) == before


def test_another_model_is_refused_until_a_rebuild(course: Path, settings: Settings) -> None:
    update(settings.index, [course], WordsEmbedder())
    with pytest.raises(IndexMismatch, match="--rebuild"):
        update(settings.index, [course], Other())
    update(settings.index, [course], Other(), rebuild=True)
    assert Index.load(store.current(settings.index)).model == ("words", "2")


def test_a_damaged_index_is_rebuilt_only_when_asked(
    course: Path, settings: Settings, embedder: WordsEmbedder
) -> None:
    update(settings.index, [course], embedder)
    (store.current(settings.index) / "passages.jsonl").write_text("")
    with pytest.raises(IndexDamaged):
        update(settings.index, [course], embedder)
    report = update(settings.index, [course], embedder, rebuild=True)
    assert report.added == 2


@pytest.mark.parametrize("pointer", ["", "v-nope abc"])
def test_a_lost_pointer_is_mended_by_a_rebuild(
    course: Path, settings: Settings, embedder: WordsEmbedder, pointer: str
) -> None:
    update(settings.index, [course], embedder)
    (settings.index / "CURRENT").write_text(pointer)
    update(settings.index, [course], embedder, rebuild=True)
    assert len(Index.load(store.current(settings.index)).documents) == 2


def test_an_empty_path_is_not_the_current_folder(
    course: Path, settings: Settings, embedder: WordsEmbedder
) -> None:
    update(settings.index, [course], embedder)
    with pytest.raises(InputError, match="vacía"):
        update(settings.index, [Path()], embedder)
    with pytest.raises(InputError, match="AYUDANTE_INDEX"):
        Settings.load(index="")


def test_a_course_that_moved_is_followed(
    course: Path, settings: Settings, embedder: WordsEmbedder
) -> None:
    update(settings.index, [course], embedder)
    moved = course.rename(course.parent / "moved")
    update(settings.index, [moved], embedder)
    assert Index.load(store.current(settings.index)).roots == (str(moved),)
