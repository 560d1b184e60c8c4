"""Two evaluations of the same questions, before and after a change."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import InputError
from retrieval.evaluation.measures import holm, randomisation_p
from retrieval.evaluation.report import MAIN_MEASURE, MEASURES, Question, Report, main_system

AnyReport = Report | Mapping[str, Any]
Pair = tuple[Question, Question]  # a question in the old report and in the new one


@dataclass(frozen=True, slots=True)
class Difference:
    """A system's means of a measure on the common questions, before and after.

    `p` is that of a paired randomisation test, two-sided and corrected for the whole table.
    """

    system: str
    measure: str
    old: float
    new: float
    difference: float
    p: float


@dataclass(frozen=True, slots=True)
class Change:
    """A question that one system answers better or worse than before.

    Attributes:
        id, text: the question.
        gain: new minus old nDCG@10.
        rank_before, rank_after: of its first relevant place; None beyond the first ten.
        before, after: the places found, best first.
    """

    id: str
    text: str
    gain: float
    rank_before: int | None
    rank_after: int | None
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed between two reports.

    Attributes:
        system: whose questions are told in `better` and `worse`.
        questions: how many are in both reports, with the same text.
        only_old, only_new: how many are in one of them.
        rejudged: how many of the common ones have other relevant places or grades.
        differences: by system and measure, over the common questions.
        better, worse: by gain in nDCG@10, the largest change first.
    """

    system: str
    questions: int
    only_old: int
    only_new: int
    rejudged: int
    differences: tuple[Difference, ...]
    better: tuple[Change, ...]
    worse: tuple[Change, ...]

    def to_dict(self) -> dict[str, Any]:
        """The changes as the JSON contract has them."""
        return asdict(self)


def compare(old: AnyReport, new: AnyReport) -> Changes:
    """What changed from `old` to `new`, each a `Report` or the dict of its JSON.

    Raises:
        InputError: if one is no report, or they share no question, no system, or not the level.
    """
    before = {question.id: question for question in questions_of(old, "anterior")}
    after = {question.id: question for question in questions_of(new, "nuevo")}
    check_levels(old, new)
    pairs = [
        (before[name], question)
        for name, question in after.items()
        if name in before and before[name].text == question.text
    ]
    if not pairs:
        raise InputError(
            "Los dos informes no tienen ninguna pregunta en común (mismo id y mismo texto). "
            "Compare evaluaciones de las mismas preguntas."
        )
    systems = [
        name
        for name in pairs[0][1].systems
        if all(name in question.systems for pair in pairs for question in pair)
    ]
    if not systems:
        raise InputError("Los dos informes no miden ningún sistema en común; use --systems.")
    main = main_system(systems)
    changed = [change for pair in pairs if (change := change_of(pair, main)).gain]
    return Changes(
        system=main,
        questions=len(pairs),
        only_old=len(before) - len(pairs),
        only_new=len(after) - len(pairs),
        rejudged=sum(a.relevant != b.relevant for a, b in pairs),
        differences=differences_of(pairs, systems),
        better=tuple(sorted((c for c in changed if c.gain > 0), key=lambda c: -c.gain)),
        worse=tuple(sorted((c for c in changed if c.gain < 0), key=lambda c: c.gain)),
    )


def read_report(path: Path) -> dict[str, Any]:
    """The report that ``ayudante evaluate --json`` wrote; raises `InputError` if it is none."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"No se puede leer el informe {path}: {error}.") from error
    try:
        questions_of(data, "anterior")
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    return dict(data)


def questions_of(report: AnyReport, which: str) -> tuple[Question, ...]:
    """The questions of a report; `which` names it in the `InputError` if it is none."""
    if isinstance(report, Report):
        return report.questions
    try:
        return tuple(Question.from_dict(question) for question in report["questions"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        why = f"falta {error}" if isinstance(error, KeyError) else str(error)
        raise InputError(
            f"El informe {which} no es de «ayudante evaluate --json», o es de una versión "
            f"anterior ({why}). Vuelva a medir."
        ) from error


def check_levels(old: AnyReport, new: AnyReport) -> None:
    """Raises `InputError` if one report judges passages and the other documents."""
    levels = [one.level if isinstance(one, Report) else one.get("level") for one in (old, new)]
    if levels[0] != levels[1]:
        raise InputError(
            f"El informe anterior juzga por {levels[0]} y el nuevo por {levels[1]}. "
            "Mida ambos con el mismo --level."
        )


def change_of(pair: Pair, system: str) -> Change:
    """What `system` does on a question, before and after."""
    old, new = (question.systems[system] for question in pair)
    return Change(
        id=pair[1].id,
        text=pair[1].text,
        gain=round(new.measures[MAIN_MEASURE] - old.measures[MAIN_MEASURE], 4),
        rank_before=pair[0].rank(system),
        rank_after=pair[1].rank(system),
        before=old.found,
        after=new.found,
    )


def differences_of(pairs: Sequence[Pair], systems: Sequence[str]) -> tuple[Difference, ...]:
    """Every system and measure, with Holm-corrected p values."""

    def column(side: int, system: str, measure: str) -> NDArray[np.float64]:
        return np.array([pair[side].systems[system].measures[measure] for pair in pairs])

    raw = [
        (system, measure, column(0, system, measure), column(1, system, measure))
        for system in systems
        for measure in MEASURES
    ]
    corrected = holm([randomisation_p(new - old) for *_, old, new in raw])
    return tuple(
        Difference(
            system=system,
            measure=measure,
            old=round(float(old.mean()), 4),
            new=round(float(new.mean()), 4),
            difference=round(float((new - old).mean()), 4),
            p=round(p, 4),
        )
        for (system, measure, old, new), p in zip(raw, corrected, strict=True)
    )
