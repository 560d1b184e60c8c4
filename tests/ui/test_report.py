from pathlib import Path

from corpus import Settings
from retrieval import store, update
from retrieval.index import Index
from tests.conftest import WordsEmbedder
from tests.corpus.test_pdf import drawn, picture, slide
from ui.report import write_report


def report(course: Path, settings: Settings, embedder: WordsEmbedder) -> str:
    """The report of a course, as text."""
    update(settings.index, [course], embedder)
    path = settings.index.parent / "informe.html"
    write_report(path, Index.load(store.current(settings.index)))
    return path.read_text()


def test_the_report_shows_passages_and_files_that_were_not_read(
    course: Path, settings: Settings, embedder: WordsEmbedder
) -> None:
    page = report(course, settings, embedder)
    assert "2 documentos, 6 pasajes (0 de soluciones, que los estudiantes no ven)" in page
    assert "<td>figura.png</td><td>no se lee todavía: es una imagen PNG</td>" in page
    assert "§ Estabilidad numérica" in page
    assert "Se resta el máximo de los logits" in page


def test_pages_that_could_not_be_read_are_shown(
    course: Path, settings: Settings, embedder: WordsEmbedder
) -> None:
    (course / "clase-05.pdf").write_bytes(drawn(slide("Uno", "texto de la lámina"), picture))
    page = report(course, settings, embedder)
    assert page.count('src="data:image/png;base64,') == 1
    assert "sin leer: 2. Para leerlas:" in page


def test_what_a_document_says_is_not_html_in_the_report(
    course: Path, settings: Settings, embedder: WordsEmbedder
) -> None:
    (course / "malo.md").write_text("# <b>x</b>\n\n`<script>alert(1)</script>`\n")
    page = report(course, settings, embedder)
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_the_report_loads_nothing_from_elsewhere(
    course: Path, settings: Settings, embedder: WordsEmbedder
) -> None:
    page = report(course, settings, embedder)
    assert "http://" not in page
    assert "https://" not in page


def test_what_is_kept_as_a_solution_is_told(
    course: Path, settings: Settings, embedder: WordsEmbedder
) -> None:
    (course / "tarea-1.md").write_text("# Tarea 1\n\nCalcule.\n\n## Solución\n\nEs 42.\n")
    assert update(settings.index, [course], embedder).solutions == 1
    page = report(course, settings, embedder)
    assert "(1 de soluciones, que los estudiantes no ven)" in page
    assert "1 de solución, que los estudiantes no ven" in page
    assert "<b>🔒 solución: § Solución</b>" in page
    assert "<b>§ Tarea 1</b>" in page
