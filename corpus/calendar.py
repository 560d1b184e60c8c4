"""The course's calendar: a Markdown table becomes dated facts.

A table of a Markdown file is a calendar if its head has a column of dates (*Fecha*, *Día*,
*Date*) and one of topics (*Tema*, *Contenido*, *Topic*). Other columns are known by the first word
of their head: *Semana*, *Clase*, *Lab*, *Láminas*, *Evaluación* (or *Tareas*, *Entregas*).

- A date is ``mar 4 ago``, ``martes 4 de agosto``, ``04/08``, ``2026-08-04``; the year, when the
  row does not say it, comes from the front matter (``año: 2026``, ``anio``, ``year``) or else from
  the first year in the file. ``lun 14 sep a vie 18 sep`` is a range.
- A struck-out date, ``~~mar 8 sep~~ jue 10 sep``, is superseded by the one beside it.
- What is assigned is said with *enunciado*, *se asigna* or *se publica*; what is due with
  *entrega*, *vence* or *plazo*; an exam with *control*, *prueba*, *examen* or *certamen*.

A row that cannot be understood is reported with its line and the others are kept.
"""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

from markdown_it import MarkdownIt

from corpus.language import fold

MONTHS = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic")
OTHER_MONTHS = {"jan": 1, "apr": 4, "aug": 8, "dec": 12, "set": 9}
WEEKDAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
MONTH_NAMES = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio",
    "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
)  # fmt: skip
COLUMNS = {  # how a column's head may begin, folded
    "week": ("semana", "sem", "week", "s"),
    "date": ("fecha", "dia", "date"),
    "number": ("clase", "class", "sesion", "n", "no", "num"),
    "topic": ("tema", "temas", "contenido", "contenidos", "topic", "materia"),
    "lab": ("lab", "labs", "laboratorio", "laboratorios", "practico", "auxiliar"),
    "slides": ("laminas", "slides", "material", "materiales", "diapositivas", "ppt", "apuntes"),
    "evaluation": (
        "evaluacion", "evaluaciones", "tarea", "tareas", "entrega", "entregas", "assignment",
        "hito", "hitos",
    ),
}  # fmt: skip
ISO_DATE = re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})\b")
SLASHED = re.compile(r"\b(?P<day>\d{1,2})[/-](?P<month>\d{1,2})(?:[/-](?P<year>\d{4}|\d{2}))?\b")
NAMED = re.compile(  # in “4 mar 4 ago” mar is a Tuesday
    r"\b(?P<day>\d{1,2})(?:º|°)?[\s-]+(?:de\s+)?(?P<month>[a-z]{3,10}+)\.?"
    r"(?:\s+(?:del?\s+)?(?P<year>\d{4}))?(?!\s+\d{1,2}\b(?!:))",
)
DAYS_OF_MONTH = re.compile(  # “14 a vie 18 sep”, “14 al 18 de septiembre”, “4-8 ago”
    r"\b(\d{1,2})\s*(?:al?|hasta|y|-|–)\s*(?:el\s+)?(?:[a-z]{3,9}\s+)?(\d{1,2})"
    r"((?:\s+de)?\s+[a-z]{3,10}(?:\s+(?:del?\s+)?\d{4})?)"
)
TWO_DAYS = re.compile(r"\b(\d{1,2})\s*(?:y|and)\s+(?:el\s+)?(?:[a-z]{3,9}\s+)?(\d{1,2})\b(?!:)")
STRUCK = re.compile(r"~~(?P<old>.+?)~~")
LINK = re.compile(r"\[(?P<label>[^]]*)\]\((?P<target>[^)\s]+)[^)]*\)")
TARGET = re.compile(r"\]\(\s*<?(?P<target>[^)\s>]+)")  # of a link, around a picture too
YEAR_FIELD = re.compile(r"^(?:año|anio|year)\s*:\s*[\"']?(?P<year>20\d\d)", re.M | re.I)
YEAR = re.compile(r"\b20\d\d\b")
NOTHING = re.compile(r"^[\s–—-]*$")
GIVEN = re.compile(r"enunciado|asigna|publica|sale la", re.I)
DUE = re.compile(r"entrega|vence|plazo|\bdue\b|deadline", re.I)
EXAM = re.compile(
    r"\b(control(es)?|pruebas?|ex[aá]men(es)?|cert[aá]men(es)?|exams?|quiz|midterm)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Day:
    """A row of the calendar.

    Attributes:
        line: its line in the file, from 1.
        date: the day in force, ISO 8601.
        until: the last day of a range, or empty.
        superseded: struck-out dates, ISO 8601.
        week: number of the week, or None.
        number: number of the class, or None.
        topic: what it is about; empty if the row only has an evaluation.
        lab: its lab, or empty.
        given, due, exams: what is assigned, is due or is examined that day.
        files: base names of the files that the row links to.
        notes: whatever else the row says, “Sala: B06”.
    """

    line: int
    date: str
    until: str
    superseded: tuple[str, ...]
    week: int | None
    number: int | None
    topic: str
    lab: str
    given: tuple[str, ...]
    due: tuple[str, ...]
    exams: tuple[str, ...]
    files: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """A JSON object from which `from_dict` makes an equal day."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Day":
        """The day that `to_dict` wrote."""
        lists = {name: tuple(value) for name, value in data.items() if isinstance(value, list)}
        return cls(**{**data, **lists})

    @property
    def text(self) -> str:
        """The row in words, as a student would ask for it."""
        when = f"Semana {self.week}, {long_date(self.date)}" if self.week else long_date(self.date)
        if self.until:
            when += f" al {long_date(self.until)}"
        if self.superseded:
            when += f" (antes, {' y '.join(map(long_date, self.superseded))})"
        parts = [f"Clase {self.number}: {self.topic}" if self.number else self.topic, self.lab]
        parts += [*self.given, *(f"Vence: {what}" for what in self.due)]
        parts += [*(f"Se rinde: {what}" for what in self.exams), *self.notes]
        said = ". ".join(part.rstrip(".") for part in parts if part)
        return f"{when[0].upper()}{when[1:]}. {said}."


@dataclass(frozen=True, slots=True)
class Calendar:
    """What the calendar tables of a text say.

    Attributes:
        days: in the order of the rows.
        warnings: what is wrong in some rows, with their lines.
        others: the rows that could not be understood, in words.
        lines: the lines of each table, from 0.
    """

    days: tuple[Day, ...]
    warnings: tuple[str, ...]
    others: tuple[str, ...]
    lines: tuple[range, ...]


def long_date(iso: str) -> str:
    """“jueves 10 de septiembre de 2026”."""
    day = date.fromisoformat(iso)
    return f"{WEEKDAYS[weekday(iso)]} {day.day} de {MONTH_NAMES[day.month - 1]} de {day.year}"


def year_of(text: str) -> int | None:
    """The year that a calendar's front matter says, or else the first one in it."""
    found = YEAR_FIELD.search(text)
    years = [found["year"]] if found else YEAR.findall(text)
    return int(years[0]) if years else None


def calendar_of(text: str, year: int | None) -> Calendar:
    """The calendar in a Markdown text, for dates of `year`; without days if it has none."""
    days: list[Day] = []
    warnings: list[str] = []
    others: list[str] = []
    lines: list[range] = []
    for table in tables_of(text):
        columns = columns_of(table.head)
        if not {"date", "topic"} <= set(columns):
            continue
        lines.append(table.lines)
        for line, cells in table.rows:
            row = Row(line, columns, table.head, cells)
            try:
                day = day_of(row, year)
            except ValueError as error:
                warnings.append(f"calendario, línea {line}: {error}")
                others += [row.text] if row.text else []
                continue
            days.append(day)
            if wrong := wrong_weekday(row["date"], day):
                warnings.append(f"calendario, línea {line}: {wrong}")
    return Calendar(tuple(days), tuple(warnings), tuple(others), tuple(lines))


@dataclass(frozen=True, slots=True)
class Table:
    """A Markdown table: its lines (from 0), its head, its rows with their line (from 1)."""

    lines: range
    head: list[str]
    rows: list[tuple[int, list[str]]]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a calendar: its line, and for each cell what column it is, its head, its text."""

    line: int
    columns: list[str]
    head: list[str]
    cells: list[str]

    def __getitem__(self, column: str) -> str:
        """The cell of a column, the first if there are several; empty if there is none."""
        return next((cell for name, cell in self.of(column)), "")

    def of(self, column: str) -> Iterator[tuple[str, str]]:
        """Head and text of each cell of that column."""
        for name, head, cell in zip(self.columns, self.head, self.cells, strict=False):
            if name == column:
                yield head, cell

    @property
    def text(self) -> str:
        """The row in words, each cell after its head."""
        said = [(head, spoken(cell)) for head, cell in zip(self.head, self.cells, strict=False)]
        return ". ".join(f"{head}: {text}" for head, text in said if text)


def tables_of(text: str) -> Iterator[Table]:
    """The tables of a Markdown text."""
    rows: list[tuple[int, list[str]]] = []
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type == "table_open" and token.map:
            lines, rows = range(*token.map), []
        elif token.type == "tr_open" and token.map:
            rows.append((token.map[0] + 1, []))
        elif token.type == "inline" and rows:
            rows[-1][1].append(token.content.strip())
        elif token.type == "table_close":
            yield Table(lines, rows[0][1], rows[1:])
            rows = []


def columns_of(head: list[str]) -> list[str]:
    """What each column is; “notes” if it is unknown or said before, save for evaluations."""
    found: list[str] = []
    for cell in head:
        words = re.findall(r"[a-z]+", fold(cell))
        known = [name for name, starts in COLUMNS.items() if words and words[0] in starts]
        is_new = known and (known[0] not in found or known[0] == "evaluation")
        found.append(known[0] if is_new else "notes")
    return found


def day_of(row: Row, year: int | None) -> Day:
    """The day of a row.

    Raises:
        ValueError: saying what cannot be understood in it.
    """
    written = row["date"]
    struck = [date_in(match["old"], year) for match in STRUCK.finditer(written)]
    dates = list(dates_in(STRUCK.sub("", written), year))
    if not dates:
        raise ValueError(f"no se entiende la fecha «{written}»")
    if len(dates) > 1 and dates[1] < dates[0]:
        raise ValueError(f"«{written}» termina antes de empezar; escriba los años")
    given, due, exams, notes = sorted_out(row)
    topic, lab = spoken(row["topic"]), spoken(row["lab"])
    if not any((topic, lab, given, due, exams, notes)):
        raise ValueError("no dice qué hay ese día")
    return Day(
        line=row.line,
        date=dates[0].isoformat(),
        until=dates[1].isoformat() if len(dates) > 1 else "",
        superseded=tuple(day.isoformat() for day in struck if day),
        week=number_in(row["week"]),
        number=number_in(row["number"]),
        topic=topic,
        lab=lab,
        given=given,
        due=due,
        exams=exams,
        files=tuple(files_in(" ".join(row.cells))),
        notes=notes,
    )


def wrong_weekday(cell: str, day: Day) -> str:
    """What is wrong if the cell names another day of the week than the date has; or empty."""
    written = re.match(r"[a-z]{2,}", fold(STRUCK.sub("", cell)).strip())
    names = [fold(name)[:3] for name in WEEKDAYS]
    if not written or written[0][:3] not in names or written[0][:3] == names[weekday(day.date)]:
        return ""
    return f"dice «{written[0]}» y es {long_date(day.date)}"


def weekday(iso: str) -> int:
    """0 for Monday to 6 for Sunday."""
    return date.fromisoformat(iso).weekday()


Said = tuple[str, ...]


def sorted_out(row: Row) -> tuple[Said, Said, Said, Said]:
    """What a row gives, what falls due, what is examined, and what else it says."""
    given, due, exams, notes = [], [], [], []
    for head, cell in row.of("evaluation"):
        for part in re.split(r";|<br\s*/?>|\n", spoken(cell)):
            part = part.strip(" .,")
            if GIVEN.search(part):
                given.append(part)
            elif DUE.search(part) or (part and DUE.match(head)):
                due.append(part)
            elif EXAM.search(part):
                exams.append(part)
            elif part:
                notes.append(part)
    notes += [f"{head}: {spoken(cell)}" for head, cell in row.of("notes") if spoken(cell)]
    return tuple(given), tuple(due), tuple(exams), tuple(notes)


def spoken(cell: str) -> str:
    """A cell without Markdown's marks, struck-out words or dashes that mean nothing."""
    text = LINK.sub(lambda match: match["label"], STRUCK.sub("", cell))
    text = re.sub(r"[*`]|(?<!\w)_|_(?!\w)", "", text).strip()
    return "" if NOTHING.match(text) else text


def number_in(cell: str) -> int | None:
    """The first number of a cell, or None."""
    found = re.search(r"\d+", STRUCK.sub("", cell))
    return int(found[0]) if found else None


def files_in(cell: str) -> Iterator[str]:
    """Base names of the files that a text links to."""
    for match in TARGET.finditer(cell):
        name = PurePosixPath(unquote(match["target"].split("#")[0].split("?")[0])).name
        if "." in name:
            yield name


def date_in(text: str, year: int | None) -> date | None:
    """The first date of a text, or None."""
    return next(dates_in(text, year), None)


def dates_in(text: str, year: int | None) -> Iterator[date]:
    """The dates of a text, in order.

    Raises:
        ValueError: for a day that no month has, or a date without a year to put it in.
    """
    apart = TWO_DAYS.search(fold(text))
    if apart and int(apart[2]) != int(apart[1]) + 1:
        raise ValueError(f"«{text}» son dos días; ponga cada uno en una fila")
    plain = DAYS_OF_MONTH.sub(r"\1\3 a \2\3", fold(text))
    for pattern in (ISO_DATE, NAMED, SLASHED):
        found = [match for match in pattern.finditer(plain) if month_of(match["month"])]
        for match in found:
            written = match["year"] or year
            if written is None:
                raise ValueError(f"la fecha «{text}» no tiene año; póngalo al inicio: año: 2026")
            whole = int(written) + (2000 if int(written) < 100 else 0)
            try:
                yield date(whole, month_of(match["month"]), int(match["day"]))
            except ValueError as error:
                raise ValueError(f"la fecha «{text}» no existe") from error
        if found:
            return


def month_of(name: str) -> int:
    """1 to 12 for “ago”, “agosto”, “aug” or “8”; 0 if it is no month."""
    if name.isdigit():
        return int(name)
    start = name[:3]
    return MONTHS.index(start) + 1 if start in MONTHS else OTHER_MONTHS.get(start, 0)
