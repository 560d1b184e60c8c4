"""An evaluation as the command line prints it."""

from retrieval import Changes, Report
from retrieval.evaluation.comparing import Change
from retrieval.evaluation.report import FIRST, FOUND, MAIN_MEASURE, MEASURES, Question
from ui.console import out

SHOWN = 3  # places found instead of those wanted
LISTED = 10  # questions on each side of a comparison; --json and --report have all


def show_report(report: Report) -> None:
    """An evaluation as tables: systems, their differences, slices, latency."""
    title = f"{report.path}: {report.queries} preguntas, {report.documents} documentos"
    by_document = ", por documento" if report.level == "document" else ""
    out.print(title + by_document, markup=False)
    out.print(f"{'':10}" + "".join(f"{measure:>22}" for measure in MEASURES) + f"{'s':>8}")
    for name, measures in report.systems.items():
        cells = (measures[measure] for measure in MEASURES)
        row = "".join(f"{f'{c.mean:.3f} [{c.low:.3f}, {c.high:.3f}]':>22}" for c in cells)
        out.print(f"{name:10}{row}{report.seconds[name]:8.2f}", markup=False)
    for comparison in report.comparisons:
        if comparison.measure == MAIN_MEASURE:
            out.print(
                f"{comparison.a} − {comparison.b}: {comparison.difference:+.3f} {MAIN_MEASURE}, "
                f"p = {comparison.p:.3f} (corregido)"
            )
    show_slices(report)
    times = (f"{name} {time.p50:.1f} / {time.p95:.1f}" for name, time in report.latency.items())
    out.print(f"ms por pregunta (mediana / percentil 95): {', '.join(times)}", markup=False)


def show_slices(report: Report) -> None:
    """The mean of the main measure in each slice, by system."""
    if not report.slices:
        return
    heads = "".join(f"{name:>10}" for name in report.systems)
    out.print(f"{MAIN_MEASURE:32}{'preguntas':>10}{heads}", markup=False)
    for attribute, values in report.slices.items():
        for value, one in values.items():
            means = "".join(f"{table[MAIN_MEASURE].mean:10.3f}" for table in one.systems.values())
            out.print(f"{f'{attribute}: {value}':32}{one.queries:10}{means}", markup=False)


def show_misses(report: Report) -> None:
    """The questions without a relevant place among the first: what was wanted, what was found."""
    misses = report.misses
    out.print(
        f"\n{len(misses)} preguntas sin un lugar correcto entre los {FIRST} primeros "
        f"de {report.main}:",
        markup=False,
    )
    for question in misses:
        show_miss(report, question)


def show_miss(report: Report, question: Question) -> None:
    """One of them."""
    out.print(f"\n{question.id}: {question.text}", markup=False)
    for key in sorted(question.relevant, key=lambda key: -question.relevant[key]):
        place = report.place(key)
        out.print(f"  se esperaba {place.label} — {key}", markup=False)
        if place.text:
            out.print(f"      {place.text}", style="dim", markup=False)
    found = question.systems[report.main].found[:SHOWN]
    labels = "; ".join(report.place(key).label for key in found) or "nada"
    out.print(f"  se encontró {labels}", markup=False)


def show_changes(changes: Changes) -> None:
    """What changed since another report."""
    out.print(
        f"\nContra el informe anterior: {changes.questions} preguntas en común "
        f"({changes.only_old} solo en el anterior, {changes.only_new} solo en este)",
        markup=False,
    )
    if changes.rejudged:
        out.print(f"  ojo: {changes.rejudged} de ellas cambiaron de juicios", markup=False)
    for one in changes.differences:
        out.print(
            f"  {one.system:10}{one.measure:>8} {one.old:.3f} → {one.new:.3f} "
            f"({one.difference:+.3f}, p = {one.p:.3f} corregido)",
            markup=False,
        )
    for name, listed in (("mejor", changes.better), ("peor", changes.worse)):
        out.print(f"{len(listed)} preguntas salen {name} con {changes.system}:", markup=False)
        for change in listed[:LISTED]:
            places = f"{rank_text(change.rank_before)} → {rank_text(change.rank_after)}"
            out.print(f"  {change.gain:+.3f} {change.id} ({places}): {change.text}", markup=False)
            show_found(change)
        if len(listed) > LISTED:
            out.print(f"  … y {len(listed) - LISTED} más", markup=False)


def show_found(change: Change) -> None:
    """The first places found for a question before and after."""
    for when, found in (("antes", change.before), ("ahora", change.after)):
        text = "; ".join(found[:SHOWN]) or "nada"
        out.print(f"      {when}: {text}", style="dim", markup=False)


def rank_text(rank: int | None) -> str:
    """Where the first relevant place stood."""
    return f"lugar {rank}" if rank else f"fuera de los {FOUND}"
