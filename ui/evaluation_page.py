"""An evaluation as a page for whoever teaches the course: how good the search is, and where not.

One HTML file with nothing to load and nothing to run. Questions and materials may say anything:
every text is escaped.
"""

from collections.abc import Iterable, Iterator, Mapping
from html import escape
from pathlib import Path

from retrieval.evaluation.comparing import Change, Changes
from retrieval.evaluation.report import (
    FIRST,
    FOUND,
    MAIN_MEASURE,
    MEASURES,
    Interval,
    Question,
    Report,
)
from ui.charts import bars, curves, gains, legend, number, signed, span
from ui.evaluation_style import STYLE
from ui.sheet import sheet

SHOWN = 3  # places found instead of those wanted
LISTED = 200  # misses, and changes on each side; more would only make the page heavy
ATTRIBUTES = {
    "style": "Estilo de la pregunta",
    "language": "Idioma de la pregunta",
    "kind": "Dónde está la respuesta",
    "week": "Semana de la respuesta",
}
VALUES = {
    ("kind", "page"): "página",
    ("kind", "slide"): "lámina",
    ("kind", "cell"): "celda",
    ("kind", "section"): "sección",
    ("kind", "document"): "documento",
    ("language", "es"): "español",
    ("language", "en"): "inglés",
}
SYSTEMS_SAID = (
    "<b>dense</b> busca por significado, <b>lexical</b> por palabras (BM25) e <b>hybrid</b> "
    "une ambos: es el que usa el ayudante."
)
MEASURES_SAID = (
    "<b>nDCG@10</b>: qué tan arriba quedan los lugares correctos entre los diez primeros (1 es "
    "perfecto). <b>R@k</b>: qué parte de los lugares correctos está entre los k primeros. "
    "<b>RR@10</b>: 1 si el primero es correcto, ½ si lo es recién el segundo, y así. "
    "Entre corchetes, el intervalo del 95 %."
)


def write_evaluation(path: Path, report: Report, changes: Changes | None = None) -> None:
    """Writes the page of `report` to `path`, replaced if it is there.

    Args:
        path: the HTML file.
        report: what is shown.
        changes: what changed since another report, if it was compared.
    """
    parts = [
        summary(report),
        systems_part(report),
        differences_part(report),
        slices_part(report),
        latency_part(report),
        changes_part(changes) if changes else "",
        misses_part(report),
    ]
    path.write_text(sheet("Evaluación de la búsqueda", parts, STYLE), encoding="utf-8")


def summary(report: Report) -> str:
    """What the numbers say, in one sentence."""
    hits = report.queries - len(report.misses)
    what = "un documento correcto" if report.level == "document" else "un lugar correcto"
    return (
        "<h1>Evaluación de la búsqueda</h1>"
        f'<p class="soft">{escape(report.path)}: {report.queries} preguntas sobre '
        f"{report.documents} documentos.</p>"
        f'<p class="lead">En <b>{hits} de {report.queries}</b> preguntas, '
        f"{escape(report.main)} trae {what} entre los {FIRST} primeros. "
        f'<a href="#fallos">Vea las otras {len(report.misses)}</a>.</p>'
    )


def systems_part(report: Report) -> str:
    """Every measure of every system: a table, bars, the recall curve."""
    rows = (
        (escape(measure), [values[measure] for values in report.systems.values()])
        for measure in MEASURES
    )
    names = list(report.systems)
    return (
        f"<h2>Sistemas</h2><p>{SYSTEMS_SAID}</p>"
        + heat_table("medida", names, rows)
        + f'<p class="soft">{MEASURES_SAID}</p><div class="charts">'
        + figure("Medias e intervalos", legend(names) + bars(report.systems, MEASURES))
        + figure("Cobertura (R@k) según cuántos se miran", legend(names) + curves(report.recall))
        + "</div>"
    )


def heat_table(
    head: str, names: Iterable[str], rows: Iterable[tuple[str, Iterable[Interval]]]
) -> str:
    """Means with their intervals, darker the higher; what heads a row is HTML already."""
    heads = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join(
        f'<tr><th scope="row">{name}</th>{"".join(map(heat_cell, values))}</tr>'
        for name, values in rows
    )
    return f'<table class="heat"><tr><th>{escape(head)}</th>{heads}</tr>{body}</table>'


def heat_cell(value: Interval) -> str:
    """A mean with its interval below."""
    return (
        f'<td style="--heat: {value.mean * 60:.0f}%"><b>{number(value.mean, 3)}</b>'
        f"<small>{span(value)}</small></td>"
    )


def figure(caption: str, drawing: str) -> str:
    """A drawing under its caption."""
    return f"<figure><figcaption>{caption}</figcaption>{drawing}</figure>"


def differences_part(report: Report) -> str:
    """The main system against each other one, question by question."""
    others = [name for name in report.systems if name != report.main]
    if not others:
        return ""
    drawings = (gains_figure(report, other) for other in others)
    return (
        f"<h2>{escape(report.main)} contra los demás</h2>"
        f"<p>Cada barra es una pregunta: cuánto {MAIN_MEASURE} gana o pierde. Las que no se ven "
        f'son iguales.</p><div class="charts">{"".join(drawings)}</div>'
    )


def gains_figure(report: Report, other: str) -> str:
    """The gain of the main system over `other` in each question."""
    differences = [
        (
            question.systems[report.main].measures[MAIN_MEASURE]
            - question.systems[other].measures[MAIN_MEASURE],
            question.text,
        )
        for question in report.questions
    ]
    better = sum(gain > 0 for gain, _ in differences)
    worse = sum(gain < 0 for gain, _ in differences)
    tested = [
        f", p = {number(one.p, 3)} (corregido)"
        for one in report.comparisons
        if one.measure == MAIN_MEASURE and {one.a, one.b} == {report.main, other}
    ]
    mean = sum(gain for gain, _ in differences) / len(differences)
    said = (
        f'<p class="soft">mejor en {better}, igual en {len(differences) - better - worse}, '
        f"peor en {worse}; en promedio {signed(mean)}{''.join(tested)}</p>"
    )
    return figure(f"{escape(report.main)} − {escape(other)}", gains(differences) + said)


def slices_part(report: Report) -> str:
    """The main measure in each slice."""
    tables = []
    for attribute, values in report.slices.items():
        rows = (
            (
                f"{escape(VALUES.get((attribute, value), value))} "
                f'<span class="soft">({one.queries})</span>',
                [table[MAIN_MEASURE] for table in one.systems.values()],
            )
            for value, one in values.items()
        )
        title = escape(ATTRIBUTES.get(attribute, attribute))
        tables.append(f"<section><h3>{title}</h3>{heat_table('', report.systems, rows)}</section>")
    if not tables:
        return ""
    return (
        f"<h2>Según la pregunta</h2><p>{MAIN_MEASURE} en cada grupo; entre paréntesis, cuántas "
        "preguntas tiene. Con pocas preguntas el intervalo es ancho: mírelo antes de concluir.</p>"
        f'<div class="slices">{"".join(tables)}</div>'
    )


def latency_part(report: Report) -> str:
    """Milliseconds for one question."""
    rows = "".join(
        f"<tr><td>{'vector de la pregunta' if name == 'embedding' else escape(name)}</td>"
        f"<td>{number(time.p50, 1)}</td><td>{number(time.p95, 1)}</td></tr>"
        for name, time in report.latency.items()
    )
    return (
        "<h2>Tiempo</h2><p>Milisegundos por pregunta. Los de dense y hybrid se suman a los del "
        'vector de la pregunta; lexical no lo necesita.</p><table class="times"><tr><th></th>'
        f"<th>mediana</th><th>percentil 95</th></tr>{rows}</table>"
    )


def changes_part(changes: Changes) -> str:
    """What changed since another report."""
    rows = "".join(
        f"<tr><td>{escape(one.system)}</td><td>{escape(one.measure)}</td>"
        f"<td>{signed(one.difference)}</td><td>{number(one.p, 3)}</td>"
        f"<td>{number(one.old, 3)} → {number(one.new, 3)}</td></tr>"
        for one in changes.differences
    )
    warning = (
        f'<p class="warn">⚠ {changes.rejudged} de ellas cambiaron de juicios: su diferencia no es '
        "solo de la búsqueda.</p>"
        if changes.rejudged
        else ""
    )
    return (
        f"<h2>Cambios desde el informe anterior</h2><p>{changes.questions} preguntas en común "
        f"({changes.only_old} solo en el anterior, {changes.only_new} solo en este).</p>{warning}"
        '<div class="wide"><table><tr><th>sistema</th><th>medida</th><th>cambio</th>'
        f"<th>p</th><th>antes → ahora</th></tr>{rows}</table></div>"
        + changed_list(f"Mejor con {changes.system}", changes.better)
        + changed_list(f"Peor con {changes.system}", changes.worse)
    )


def changed_list(title: str, changed: tuple[Change, ...]) -> str:
    """The questions that changed to one side, with the places found before and after."""
    items = "".join(
        f"<details><summary>{escape(change.text)} "
        f'<span class="soft">{signed(change.gain)} · {rank(change.rank_before)} → '
        f"{rank(change.rank_after)}</span></summary><p>Antes:</p>{ordered(change.before)}"
        f"<p>Ahora:</p>{ordered(change.after)}</details>"
        for change in changed[:LISTED]
    )
    return f"<h3>{escape(title)}: {len(changed)}</h3>{items}{more(len(changed))}"


def rank(place: int | None) -> str:
    """Where the first relevant place stood."""
    return f"lugar {place}" if place else f"fuera de los {FOUND}"


def ordered(texts: Iterable[str]) -> str:
    """Places found, in their order."""
    items = "".join(f"<li>{escape(text)}</li>" for text in texts)
    return f"<ol>{items}</ol>" if items else "<p>nada</p>"


def more(total: int) -> str:
    """That a list does not end there."""
    return f'<p class="soft">… y {total - LISTED} más</p>' if total > LISTED else ""


def misses_part(report: Report) -> str:
    """The questions without a relevant place among the first."""
    misses = report.misses
    return (
        f'<h2 id="fallos">Preguntas que salen mal: {len(misses)}</h2>'
        f"<p>{escape(report.main)} no trae nada correcto entre los {FIRST} primeros.</p>"
        + "".join(miss_part(report, question) for question in misses[:LISTED])
        + more(len(misses))
    )


def miss_part(report: Report, question: Question) -> str:
    """One of them: what was wanted, and what was found instead."""
    keys = sorted(question.relevant, key=lambda key: -question.relevant[key])
    found = question.systems[report.main].found[:SHOWN]
    return (
        f"<details><summary>{escape(question.text)} {''.join(tags(question.attributes))}</summary>"
        f"<p>Se esperaba:</p><ul>{''.join(wanted(report, key) for key in keys)}</ul>"
        f"<p>Se encontró:</p>{ordered(report.place(key).label for key in found)}</details>"
    )


def tags(attributes: Mapping[str, str]) -> Iterator[str]:
    """What slices a question is in."""
    for name, value in attributes.items():
        said = f"semana {value}" if name == "week" else VALUES.get((name, value), value)
        yield f'<span class="tag">{escape(said)}</span>'


def wanted(report: Report, key: str) -> str:
    """A relevant place: its label, its key and its first words."""
    place = report.place(key)
    return (
        f'<li><b>{escape(place.label)}</b> <span class="soft">{escape(key)}</span><br>'
        f"{escape(place.text)}</li>"
    )
