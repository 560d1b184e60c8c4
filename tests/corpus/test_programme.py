import pytest

from corpus.calendar import calendar_of
from corpus.programme import called, links_together, ties, week_of


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Slides/12_SequenceModels.pdf", "Clase 12"),
        ("Labs/Lab12_NMT_attention.ipynb", "Lab 12"),
        ("semana-03/clase-04-softmax.md", "Clase 4"),
        ("clase 7/apuntes.md", "Clase 7"),
        ("semana-04/tarea-1-mlp.docx", "Tarea 1"),
        ("README.md", ""),
        ("2024-notas.md", ""),
        ("labels-3.md", ""),
        ("clase_2026.pdf", ""),
        ("Sesión 4.pdf", "Clase 4"),
        ("Clases 5.pdf", "Clase 5"),
    ],
)
def test_documents_are_called_as_people_call_them(name: str, expected: str) -> None:
    assert called(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("semana-03/a.md", 3), ("Week 11/a.md", 11), ("S05_intro.pdf", 5), ("clases-5/a.md", None)],
)
def test_folders_and_files_say_the_week(name: str, expected: int | None) -> None:
    assert week_of(name) == expected


def test_a_class_knows_its_lab_by_the_list_that_links_both() -> None:
    readme = (
        "* Traducción [Slides](./Slides/13_NMT.pdf)\\n"
        "  * Laboratorio [![Colab](https://x.org/b.svg)](http://y.org/Lab12_NMT.ipynb)\\n"
        "* Perceptrón [Slides](./Slides/2_Perceptron.pdf)\\n"
    ).replace("\\n", "\n")
    found = ties(
        ["Slides/13_NMT.pdf", "Slides/2_Perceptron.pdf", "Labs/Lab12_NMT.ipynb"],
        [],
        list(links_together(readme)),
    )
    assert found["Slides/13_NMT.pdf"].related == ("Lab 12",)
    assert found["Labs/Lab12_NMT.ipynb"].related == ("Clase 13",)
    assert found["Slides/2_Perceptron.pdf"].related == ()


def test_a_class_and_a_lab_of_one_number_in_one_folder_go_together() -> None:
    names = ["semana-02/clase-02.pdf", "semana-02/lab-02.ipynb", "semana-03/lab-03.ipynb"]
    found = ties(names, [], [])
    assert found["semana-02/clase-02.pdf"].related == ("Lab 2",)
    assert found["semana-03/lab-03.ipynb"].related == ()


def test_the_calendar_names_what_files_do_not() -> None:
    table = (
        "| Semana | Fecha | Clase | Tema | Láminas |\n|---|---|---|---|---|\n"
        "| 4 | 25 ago | 6 | Regularización | [pdf](x/regularizacion.pdf) |\n"
    )
    found = ties(["x/regularizacion.pdf"], calendar_of(table, 2026).days, [])
    assert (found["x/regularizacion.pdf"].called, found["x/regularizacion.pdf"].week) == (
        "Clase 6",
        4,
    )


def test_a_file_name_that_several_folders_have_ties_nothing() -> None:
    table = (
        "| Semana | Fecha | Clase | Tema | Láminas |\n|---|---|---|---|---|\n"
        "| 8 | 29 sep | 12 | Transformers | [notas](semana-08/README.md) |\n"
    )
    names = ["README.md", "semana-08/README.md"]
    for order in (names, names[::-1]):
        found = ties(order, calendar_of(table, 2026).days, [])
        assert found["README.md"].called == ""
        assert found["README.md"].week is None
