import os
from pathlib import Path
from typing import Any

import pytest

from corpus import IndexDamaged, IndexMismatch, InputError, MaterialError, Settings
from corpus.pictures import Pictures
from corpus.progress import silent
from corpus.sandbox import Job, Sandbox
from retrieval import Retriever, store, update
from retrieval.index import Index
from tests.conftest import NOTES, WordsEmbedder
from tests.corpus.test_pdf import drawn, picture, slide
from tests.corpus.test_pictures import Echo


class Counting(WordsEmbedder):
    """Counts the passages it embeds."""

    embedded = 0

    def encode_passages(self, texts, progress=silent):  # type: ignore[no-untyped-def]
        self.embedded += len(texts)
        return super().encode_passages(texts, progress)


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


def test_the_index_that_other_tests_are_given_is_as_update_makes_it(
    retriever: Retriever, course: Path, settings: Settings, embedder: WordsEmbedder
) -> None:
    given = store.current(settings.index)
    report = update(settings.index, [course], embedder)
    assert (report.documents, report.added, report.updated, report.removed) == (2, 0, 0, 0)
    assert store.current(settings.index) == given
    update(settings.index, [course], embedder, rebuild=True)
    assert Index.load(store.current(settings.index)).passages == retriever.index.passages


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
    monkeypatch.setattr(Sandbox, "run", refuse)
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
    course: Path, settings: Settings, embedder: WordsEmbedder
) -> None:
    (course / "cortado.pdf").write_bytes(b"%PDF-1.7 cut")
    (course / "hondo.ipynb").write_text("[" * 100_000)
    report = update(settings.index, [course], embedder)
    assert report.documents == 2
    assert [item.document for item in report.skipped] == [
        "cortado.pdf",
        "figura.png",
        "hondo.ipynb",
    ]


def test_adding_a_file_reads_only_that_file(
    course: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder = Counting()
    (course / "figura.png").unlink()
    update(settings.index, [course], embedder)
    embedder.embedded = 0
    read: list[str] = []
    run = Sandbox.run

    def noting(self: Sandbox, job: Job) -> dict[str, Any]:
        read.append(job.arguments["name"])
        return run(self, job)

    monkeypatch.setattr(Sandbox, "run", noting)
    (course / "nuevo.md").write_text("# Nuevo\n\nUna sola sección.")
    report = update(settings.index, [course], embedder)
    assert (read, report.added, embedder.embedded) == (["nuevo.md"], 1, 1)


def test_pages_that_could_not_be_read_are_read_once_they_can(
    course: Path, settings: Settings, embedder: WordsEmbedder
) -> None:
    (course / "clase-05.pdf").write_bytes(drawn(slide("Uno", "texto de la lámina"), picture))
    update(settings.index, [course], embedder)
    assert Index.load(store.current(settings.index)).documents["clase-05.pdf"].unread == (2,)
    pictures = Pictures([Echo()], settings.cache / "pictures")
    report = update(settings.index, [course], embedder, pictures=pictures)
    assert report.updated == 1
    assert Index.load(store.current(settings.index)).documents["clase-05.pdf"].unread == ()
    assert update(settings.index, [course], embedder, pictures=pictures).updated == 0


def test_a_calendar_that_arrives_names_the_documents_it_links(
    course: Path, settings: Settings, embedder: WordsEmbedder
) -> None:
    (course / "regularizacion.md").write_text("# Dropout\n\nApaga neuronas al azar.")
    update(settings.index, [course], embedder)
    (course / "calendario.md").write_text(
        "| Semana | Fecha | Clase | Tema | Láminas |\n|---|---|---|---|---|\n"
        "| 4 | 2026-08-25 | 6 | Regularización | [pdf](regularizacion.md) |\n"
    )
    update(settings.index, [course], embedder)
    index = Index.load(store.current(settings.index))
    (dropout,) = [p for p in index.passages if p.document == "regularizacion.md"]
    assert (dropout.called, dropout.week) == ("Clase 6", 4)
    assert [day.date for day in index.days] == ["2026-08-25"]


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


def test_the_current_folder_can_be_indexed_and_an_empty_path_is_none(
    course: Path, settings: Settings, embedder: WordsEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(course)
    assert update(settings.index, [Path()], embedder).documents == 2
    with pytest.raises(InputError, match="vacía"):
        Retriever.build([""], settings=settings)
    with pytest.raises(InputError, match="AYUDANTE_INDEX"):
        Settings.load(index="")


def test_a_course_that_moved_is_followed(
    course: Path, settings: Settings, embedder: WordsEmbedder
) -> None:
    update(settings.index, [course], embedder)
    moved = course.rename(course.parent / "moved")
    update(settings.index, [moved], embedder)
    assert Index.load(store.current(settings.index)).roots == (str(moved),)


def test_what_the_program_writes_is_no_material(
    course: Path, embedder: WordsEmbedder, settings: Settings
) -> None:
    (course / "informe.html").write_text("<p>El informe de antes, con todo el curso adentro.</p>")
    for _ in range(2):
        report = update(course / "indice", [course], embedder, leave_out=[course / "informe.html"])
        assert report.documents == 2


def test_one_file_given_twice_under_two_names_is_two_documents(
    course: Path, settings: Settings, embedder: WordsEmbedder
) -> None:
    update(settings.index, [course, course / "labs"], embedder)
    passages = Index.load(store.current(settings.index)).passages
    assert {p.document for p in passages} == {
        "course/clase-04.md",
        "course/labs/lab-02.ipynb",
        "labs/lab-02.ipynb",
    }
    assert len({p.id for p in passages}) == len(passages)


def test_a_file_name_from_an_old_archive_is_made_readable(
    course: Path, settings: Settings, embedder: WordsEmbedder
) -> None:
    Path(os.fsdecode(os.fsencode(course) + b"/Presentaci\xf3n.txt")).write_text("Bienvenida.")
    update(settings.index, [course], embedder)
    assert "Presentación.txt" in Index.load(store.current(settings.index)).documents


def test_pictures_are_read_again_when_another_reader_is_chosen_or_one_failed(
    course: Path, settings: Settings, embedder: WordsEmbedder
) -> None:
    class Broken(Echo):
        id = "broken"

        def read(self, png: bytes) -> str:
            raise MaterialError("el modelo de visión no respondió")

    (course / "clase-05.pdf").write_bytes(drawn(slide("Uno", "texto de la lámina"), picture))
    cache = settings.cache / "pictures"

    def run(*readers: Echo) -> int:
        return update(settings.index, [course], embedder, pictures=Pictures(readers, cache)).updated

    run(Broken(), Echo())
    index = Index.load(store.current(settings.index))
    assert any("Capas convolucionales" in passage.text for passage in index.passages)
    assert run(Broken(), Echo()) == 1
    assert run(Echo()) == 1
    assert run(Echo()) == 0
    assert run() == 1
    index = Index.load(store.current(settings.index))
    assert not any("Capas convolucionales" in passage.text for passage in index.passages)


def test_what_was_left_out_stays_out_when_the_index_is_renewed(
    course: Path, settings: Settings, embedder: WordsEmbedder
) -> None:
    report = course / "informe.html"
    report.write_text("<!doctype html><body><h1>Informe</h1><p>de lo indexado</p></body>")
    update(settings.index, [course], embedder, leave_out=[report])
    retriever = Retriever(Index.load(store.current(settings.index)), embedder)
    done, after = retriever.renewed(settings)
    assert done.added == 0
    assert "informe.html" not in after.index.documents


def test_a_folder_of_any_name_is_indexed(
    course: Path, settings: Settings, embedder: WordsEmbedder
) -> None:
    odd = course.parent / os.fsdecode(b"curso-\xf1")
    course.rename(odd)
    update(settings.index, [odd], embedder)
    assert Index.load(store.current(settings.index)).root_paths == [odd]


def test_a_lock_of_office_is_no_file_of_the_course(
    course: Path, settings: Settings, embedder: WordsEmbedder
) -> None:
    (course / "~$clase.pptx").write_bytes(b"ana")
    done = update(settings.index, [course], embedder)
    assert [one.document for one in done.skipped] == ["figura.png"]
