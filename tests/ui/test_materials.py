import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from agent import Assistant
from corpus import InputError, Settings
from retrieval import Retriever, store, update
from retrieval.index import Index
from tests.conftest import NOTES, WordsEmbedder
from ui.materials import CHANGING, RETIRED, UPLOADED, Change, Materials
from ui.uploads import safe_name, weight

GRU = "# Clase 9: GRU\n\nLa compuerta de actualización decide cuánto se recuerda.\n"


@pytest.fixture
def materials(retriever: Retriever, settings: Settings) -> Materials:
    return Materials(Assistant(retriever, settings, use_model=False))


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    return folder


def written(folder: Path, name: str, text: str = GRU) -> Path:
    file = folder / name
    file.write_text(text)
    return file


def best(materials: Materials, question: str) -> str:
    return materials.assistant.retriever.search(question, 1)[0].passage.document


def test_a_file_that_comes_in_is_found_by_the_next_question(
    materials: Materials, course: Path, outside: Path
) -> None:
    told: list[str] = []
    change = materials.add(
        [written(outside, "clase-09-gru.md")], progress=lambda stage, *_: told.append(stage)
    )
    assert change.kept == ("subidos/clase-09-gru.md",)
    assert change.report is not None
    assert (change.report.added, change.report.documents) == (1, 3)
    assert (course / UPLOADED / "clase-09-gru.md").read_text() == GRU
    assert best(materials, "compuerta de actualización") == "subidos/clase-09-gru.md"
    assert told


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("virus.exe", "x", "No se lee el formato .exe"),
        ("apuntes", "x", "sin extensión"),
        (".md", "x", "sin extensión"),
        ("vacio.md", "", "Está vacío"),
        ("grande.md", "x" * 2_000, "Pesa 2 kB y el límite es 1 kB"),
    ],
)
def test_a_file_that_cannot_come_in_is_refused_and_changes_nothing(
    materials: Materials, course: Path, outside: Path, name: str, text: str, reason: str
) -> None:
    before = materials.assistant.retriever
    strict = Materials(materials.assistant, max_bytes=1_000)
    change = strict.add([written(outside, name, text)])
    assert (change.report, change.kept) == (None, ())
    assert reason in str(change.refused[0][1])
    assert not (course / UPLOADED).exists()
    assert materials.assistant.retriever is before


def test_one_refused_file_does_not_keep_the_others_out(materials: Materials, outside: Path) -> None:
    change = materials.add([written(outside, "a.exe"), written(outside, "clase-09.md")])
    assert change.kept == ("subidos/clase-09.md",)
    assert [name for name, _ in change.refused] == ["a.exe"]


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("../../etc/clase-05.md", "clase-05.md"),
        ("C:\\cursos\\clase-05.md", "clase-05.md"),
        (".oculto.md", "oculto.md"),
        ("  Semana 5: ¿qué?\n<b>.md", "Semana 5- -qué-b.md"),
        ("Distribución (ñ).pdf", "Distribución (ñ).pdf"),
        ("a" * 300 + ".pdf", "a" * 116 + ".pdf"),
        ("...", ""),
    ],
)
def test_a_name_cannot_leave_its_folder_or_hide(given: str, safe: str) -> None:
    assert safe_name(given) == safe


def test_a_name_that_was_changed_is_told(materials: Materials, outside: Path) -> None:
    change = materials.add([written(outside, ".clase-09.md")])
    assert change.notes == (
        ("subidos/clase-09.md", "Se guardó con este nombre en vez de «.clase-09.md»."),
    )


def test_a_file_takes_the_place_of_another_only_if_that_is_wanted(
    materials: Materials, course: Path, outside: Path
) -> None:
    materials.add([written(outside, "clase-09.md")])
    newer = written(outside, "clase-09.md", GRU.replace("compuerta", "puerta"))
    change = materials.add([newer])
    assert "Ya hay un archivo subido con ese nombre" in str(change.refused[0][1])
    assert (course / UPLOADED / "clase-09.md").read_text() == GRU
    change = materials.add([newer], replacing=True)
    assert change.report is not None
    assert change.report.updated == 1
    assert "puerta" in (course / UPLOADED / "clase-09.md").read_text()
    assert [path.read_text() for path in change.retired] == [GRU]
    assert sorted(path.name for path in (course / UPLOADED).iterdir()) == ["clase-09.md"]


def test_another_document_of_the_same_name_is_told(materials: Materials, outside: Path) -> None:
    change = materials.add([written(outside, "clase-04.md", NOTES + "\nMás.\n")])
    assert "También está clase-04.md" in dict(change.notes)["subidos/clase-04.md"]


def test_a_solution_comes_in_and_no_student_sees_it(materials: Materials, outside: Path) -> None:
    change = materials.add([written(outside, "tarea-1-pauta.md", "# Pauta\n\nLa derivada es 2.\n")])
    assert "los estudiantes no las ven" in dict(change.notes)["subidos/tarea-1-pauta.md"]
    shown = {passage.document for passage in materials.assistant.retriever.public}
    assert "subidos/tarea-1-pauta.md" not in shown
    assert "subidos/tarea-1-pauta.md" in materials.documents


def test_a_file_that_cannot_be_read_is_listed_and_can_be_removed(
    materials: Materials, outside: Path
) -> None:
    change = materials.add([written(outside, "roto.pdf", "no soy un PDF")])
    assert change.report is not None
    reasons = {one.document: one.reason for one in change.report.skipped}
    assert "dañado" in reasons["subidos/roto.pdf"]
    materials.remove("subidos/roto.pdf")
    assert "subidos/roto.pdf" not in materials.documents


def test_what_is_removed_leaves_the_index_and_is_kept_aside(
    materials: Materials, course: Path, settings: Settings
) -> None:
    change = materials.remove("clase-04.md")
    assert change.retired == (settings.index.parent / RETIRED / "clase-04.md",)
    assert change.retired[0].read_text() == NOTES
    assert not (course / "clase-04.md").exists()
    assert best(materials, "softmax") == "labs/lab-02.ipynb"
    (course / "clase-04.md").write_text("# Clase 4\n\nOtra versión de softmax.\n")
    materials.reindex()
    again = materials.remove("clase-04.md")
    assert again.retired[0].name == "clase-04 (2).md"
    assert change.retired[0].read_text() == NOTES


def test_a_document_that_is_not_there_cannot_be_removed(materials: Materials, course: Path) -> None:
    for name in ("", "nada.md", "../index/CURRENT"):
        with pytest.raises(InputError, match="Ya no está el archivo"):
            materials.remove(name)


def test_the_last_document_stays(materials: Materials, course: Path) -> None:
    materials.remove("clase-04.md")
    with pytest.raises(InputError, match="No hay nada que indexar"):
        materials.remove("labs/lab-02.ipynb")
    assert (course / "labs" / "lab-02.ipynb").is_file()
    assert best(materials, "perceptrón") == "labs/lab-02.ipynb"


def test_a_second_change_at_once_is_told_to_wait(materials: Materials, outside: Path) -> None:
    file = written(outside, "clase-09.md")
    changes: list[Callable[[], Change]] = [
        lambda: materials.add([file]),
        lambda: materials.remove("clase-04.md"),
        materials.reindex,
    ]
    with CHANGING:
        for change in changes:
            with pytest.raises(InputError, match="Espera a que termine"):
                change()
    assert materials.add([file]).kept


def test_an_index_that_another_process_writes_is_told_with_where_the_files_are(
    materials: Materials, course: Path, settings: Settings, outside: Path
) -> None:
    with store.writing(settings.index), pytest.raises(InputError, match="quedaron en") as error:
        materials.add([written(outside, "clase-09.md")])
    assert str(course / UPLOADED) in str(error.value)
    change = materials.reindex()
    assert change.report is not None
    assert change.report.added == 1


def test_what_is_kept_aside_is_no_part_of_the_course_that_holds_the_index(
    course: Path, embedder: WordsEmbedder, settings: Settings
) -> None:
    within = settings.model_copy(update={"index": course / "index"})
    update(within.index, [course], embedder)
    retriever = Retriever(Index.load(store.current(within.index)), embedder)
    materials = Materials(Assistant(retriever, within, use_model=False))
    change = materials.remove("clase-04.md")
    assert change.retired[0].parent == course / f".{RETIRED}"
    assert materials.documents == ["figura.png", "labs/lab-02.ipynb"]


def test_several_folders_keep_their_names(
    course: Path, embedder: WordsEmbedder, settings: Settings, outside: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    shutil.copytree(course, other)
    update(settings.index, [course, other], embedder)
    retriever = Retriever(Index.load(store.current(settings.index)), embedder)
    materials = Materials(Assistant(retriever, settings, use_model=False))
    change = materials.add([written(outside, "clase-09.md")])
    assert change.kept == ("course/subidos/clase-09.md",)
    assert change.kept[0] in materials.documents


def test_a_course_of_loose_files_is_not_changed_from_here(
    course: Path, embedder: WordsEmbedder, settings: Settings, outside: Path
) -> None:
    update(settings.index, [course / "clase-04.md"], embedder)
    retriever = Retriever(Index.load(store.current(settings.index)), embedder)
    materials = Materials(Assistant(retriever, settings, use_model=False))
    with pytest.raises(InputError, match="archivos sueltos"):
        materials.add([written(outside, "clase-09.md")])
    with pytest.raises(InputError, match="archivo suelto"):
        materials.remove("clase-04.md")
    assert (course / "clase-04.md").is_file()


def test_weights_are_said_as_people_say_them() -> None:
    assert weight(200_000_000) == "200 MB"
    assert weight(12_540_000) == "12,5 MB"
    assert weight(800) == "0,8 kB"
