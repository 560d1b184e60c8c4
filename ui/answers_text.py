"""An evaluation of answers as the command line prints it."""

from agent.evaluation import AnswersReport
from agent.evaluation.report import judged_right
from ui.console import out

SHOWN = 10  # wrong answers; --json has all


def show_answers(report: AnswersReport) -> None:
    """The measures of every system, side by side, then what went wrong."""
    names = list(report.systems)
    out.print(f"{report.path}: {len(report.cases)} preguntas, {report.model}", markup=False)
    out.print(f"{'':34}" + "".join(f"{name:>24}" for name in names), markup=False)
    measures = dict.fromkeys(m for system in report.systems.values() for m in system.measures)
    for measure in measures:
        cells = ""
        for name in names:
            one = report.systems[name].measures.get(measure)
            text = f"{one.mean:.3f} [{one.low:.3f}, {one.high:.3f}]" if one else "–"
            cells += f"{text:>24}"
        out.print(f"{measure:34}{cells}", markup=False)
    for name in names:
        system = report.systems[name]
        times = ", ".join(f"{which} {value:.1f} s" for which, value in system.seconds.items())
        agreed = "" if system.kappa is None else f"; κ con el juez {system.kappa:.2f}"
        out.print(f"{name}: {times} (medianas, {report.at_once} a la vez){agreed}", markup=False)
    for mean, share, number in next(iter(report.systems.values())).reliability:
        out.print(f"  confianza {mean:.2f}: respondibles {share:.2f} de {number}", markup=False)
    show_wrong(report, names[0])


def show_wrong(report: AnswersReport, name: str) -> None:
    """Some of the answers of a system that are not right."""
    said = report.said[name]
    wrong = [case for case in report.cases.values() if not judged_right(case, said[case.id])]
    out.print(f"\n{len(wrong)} mal respondidas por {name}:", markup=False)
    for case in wrong[:SHOWN]:
        one = said[case.id]
        out.print(f"\n{case.id} ({case.expected}): {case.question}", markup=False)
        out.print(f"  {one.status}: {' '.join(one.text.split())[:300]}", markup=False)
