import pytest

from corpus import BUNDLED, SourceFile, read_file
from corpus.calendar import calendar_of, files_in, year_of

TABLE = """---
año: 2026
---
# Calendario

| Semana | Fecha | Clase | Tema | Lab | Láminas | Evaluación |
|---|---|---|---|---|---|---|
| 1 | mar 4 ago | 1 | Introducción | – | [Clase 1](slides/clase-01.pdf) | – |
| 2 | ~~mar 11 ago~~ jue 13 ago | 2 | Perceptrón | [Lab 2](lab%2002.ipynb) | – | Enunciado Tarea 1 |
| 3 | vie 21/08 | – | – | – | – | Entrega Tarea 1; Control 1 |
| – | lun 14 sep a vie 18 sep | – | Receso | – | – | – |
"""


def test_rows_become_dated_facts() -> None:
    calendar = calendar_of(TABLE, year_of(TABLE))
    assert calendar.warnings == ()
    first, moved, due, recess = calendar.days
    assert (first.line, first.date, first.week, first.number) == (8, "2026-08-04", 1, 1)
    assert first.files == ("clase-01.pdf",)
    assert (moved.date, moved.superseded) == ("2026-08-13", ("2026-08-11",))
    assert (moved.lab, moved.given, moved.files) == (
        "Lab 2",
        ("Enunciado Tarea 1",),
        ("lab 02.ipynb",),
    )
    assert (due.date, due.due, due.exams) == ("2026-08-21", ("Entrega Tarea 1",), ("Control 1",))
    assert (recess.date, recess.until, recess.week) == ("2026-09-14", "2026-09-18", None)


def test_a_day_is_said_in_words() -> None:
    moved = calendar_of(TABLE, 2026).days[1]
    assert moved.text == (
        "Semana 2, jueves 13 de agosto de 2026 (antes, martes 11 de agosto de 2026). "
        "Clase 2: Perceptrón. Lab 2. Enunciado Tarea 1."
    )


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("| 4 | pronto | 4 | Softmax |", "línea 3: no se entiende la fecha «pronto»"),
        ("| 4 | 31 feb | 4 | Softmax |", "línea 3: la fecha «31 feb» no existe"),
        ("| 4 | 4 ago | – | – |", "línea 3: no dice qué hay ese día"),
    ],
)
def test_a_broken_row_is_reported_with_its_line_and_the_others_stay(row: str, reason: str) -> None:
    table = (
        f"| Semana | Fecha | Clase | Tema |\n|---|---|---|---|\n{row}\n| 5 | 11 ago | 5 | Adam |"
    )
    calendar = calendar_of(table, 2026)
    assert calendar.warnings == (f"calendario, {reason}",)
    assert [day.topic for day in calendar.days] == ["Adam"]


def test_a_date_without_a_year_asks_for_one() -> None:
    assert (
        "año: 2026"
        in calendar_of("| Fecha | Tema |\n|---|---|\n| 4 ago | Adam |", None).warnings[0]
    )


def test_a_weekday_that_is_not_the_date_s_is_reported_and_kept() -> None:
    calendar = calendar_of("| Fecha | Tema |\n|---|---|\n| lun 4 ago | Adam |", 2026)
    assert calendar.warnings == ("calendario, línea 3: dice «lun» y es martes 4 de agosto de 2026",)
    assert len(calendar.days) == 1


@pytest.mark.parametrize(
    "written", ["2026-08-04", "04/08", "4-8-26", "4 de agosto", "Aug 4 ago 4 Aug"]
)
def test_dates_may_be_written_in_many_ways(written: str) -> None:
    (day,) = calendar_of(f"| Fecha | Tema |\n|---|---|\n| {written} | Adam |", 2026).days
    assert day.date == "2026-08-04"


def test_a_table_without_dates_or_topics_is_no_calendar() -> None:
    assert calendar_of("| Nota | Tema |\n|---|---|\n| 7.0 | Adam |", 2026).days == ()


def test_links_around_pictures_count() -> None:
    assert list(files_in("[![Colab](https://x.org/badge.svg)](http://y.org/Lab1.ipynb)")) == [
        "badge.svg",
        "Lab1.ipynb",
    ]


def test_each_row_is_a_section_of_its_own_under_its_heading() -> None:
    source = SourceFile(BUNDLED / "calendario.md", "calendario.md")
    document = read_file(source, TABLE.encode())
    assert [section.location.label for section in document.sections] == ["§ Calendario"] * 4
    assert document.sections[1].text.startswith("Semana 2, jueves 13 de agosto")
    assert len(document.days) == 4


def test_the_bundled_calendar_is_whole() -> None:
    path = BUNDLED / "calendario.md"
    document = read_file(SourceFile(path, path.name), path.read_bytes())
    assert document.warnings == ()
    classes = [day.number for day in document.days if day.number]
    assert classes == list(range(1, 21))
    known = {file.name for file in BUNDLED.rglob("*")}
    linked = {file for day in document.days for file in day.files}
    assert linked <= known


@pytest.mark.parametrize(
    "written",
    ["lun 14 a vie 18 sep", "14 al 18 de septiembre", "14-18 sep", "lun 14 sep a vie 18 sep"],
)
def test_a_range_keeps_both_its_ends(written: str) -> None:
    calendar = calendar_of(f"| Fecha | Tema |\n|---|---|\n| {written} | Receso |", 2026)
    assert calendar.warnings == ()
    assert (calendar.days[0].date, calendar.days[0].until) == ("2026-09-14", "2026-09-18")


def test_a_weekday_is_no_month() -> None:
    table = "| Fecha | Tema |\n|---|---|\n| semana 4 mar 4 ago | Adam |"
    assert calendar_of(table, 2026).days[0].date == "2026-08-04"


def test_a_range_that_ends_before_it_starts_is_reported() -> None:
    table = "| Fecha | Tema |\n|---|---|\n| 28 dic a 3 ene | Vacaciones |"
    assert "termina antes de empezar" in calendar_of(table, 2026).warnings[0]


def test_nothing_that_a_row_says_is_lost() -> None:
    table = (
        "| Fecha | Tema | Sala | Evaluación | Entregas | Notas |\n|---|---|---|---|---|---|\n"
        "| 4 ago | Adam $w_1$ | B06 | Pruebas parciales | Tarea 1 | Se graba |\n"
        "| por definir | Charla invitada | B07 | – | – | – |"
    )
    calendar = calendar_of(table, 2026)
    (day,) = calendar.days
    assert (day.due, day.exams) == (("Tarea 1",), ("Pruebas parciales",))
    assert day.text.endswith("Adam $w_1$. Vence: Tarea 1. Se rinde: Pruebas parciales. "
                             "Sala: B06. Notas: Se graba.")  # fmt: skip
    assert calendar.others == ("Fecha: por definir. Tema: Charla invitada. Sala: B07",)


@pytest.mark.parametrize(
    ("cell", "first", "last"),
    [
        ("mar 4 ago 10:30", "2026-08-04", ""),
        ("mar 4 agosto 10:30", "2026-08-04", ""),
        ("mar 4 y mié 5 ago", "2026-08-04", "2026-08-05"),
        ("lun 3 a mar 4 ago", "2026-08-03", "2026-08-04"),
    ],
)
def test_hours_and_days_in_a_row_are_understood(cell: str, first: str, last: str) -> None:
    (day,) = calendar_of(f"| Fecha | Tema |\n|---|---|\n| {cell} | Redes |\n", 2026).days
    assert (day.date, day.until) == (first, last)


def test_two_days_that_are_no_range_are_to_stand_in_two_rows() -> None:
    calendar = calendar_of("| Fecha | Tema |\n|---|---|\n| 4 y 6 ago | Redes |\n", 2026)
    assert calendar.days == ()
    assert "ponga cada uno en una fila" in calendar.warnings[0]
    assert calendar.others == ("Fecha: 4 y 6 ago. Tema: Redes",)
