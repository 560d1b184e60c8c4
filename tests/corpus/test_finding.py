from pathlib import Path

import pytest

from corpus.finding import is_material

COURSE = Path("/home/ana/.cursos/dl")


@pytest.mark.parametrize(
    ("path", "material"),
    [
        (COURSE / "clase-1.md", True),
        (COURSE / "labs" / "lab-1.ipynb", True),
        (COURSE / ".git" / "index", False),
        (COURSE / "labs" / ".clase.md.new", False),
        (COURSE / "labs" / "~$lab-1.docx", False),
        (COURSE / "informe.html", False),
        (COURSE / "índice" / "CURRENT", False),
        (COURSE, True),
    ],
)
def test_a_change_below_the_course_is_material_unless_hidden_or_ours(
    path: Path, material: bool
) -> None:
    ours = [COURSE / "índice", COURSE / "informe.html"]
    assert is_material(path, COURSE, ours) is material
