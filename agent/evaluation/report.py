"""What an evaluation of answers found: plain dataclasses, and dicts for JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from agent.evaluation.cases import Case
from agent.events import Status
from retrieval.evaluation.measures import interval
from retrieval.evaluation.report import Interval

STATUSES: tuple[Status, ...] = ("answered", "not_in_materials", "off_topic")


@dataclass(frozen=True, slots=True)
class Said:
    """What a system said to one case.

    Attributes:
        text: the answer.
        status: as the system gave it.
        language: that the text is in.
        cited: places cited, ``document#number``, with the sentence before each marker.
        first_token: seconds until the first text.
        total: seconds in all.
        evidence: probability that the materials answer, as the system judged; None if it does not.
        judged: whether a judge found the answer right; None if nobody judged it.
    """

    text: str
    status: Status
    language: str
    cited: tuple[tuple[str, str], ...]
    first_token: float
    total: float
    evidence: float | None = None
    judged: bool | None = None


@dataclass(frozen=True, slots=True)
class System:
    """The measures of one system.

    Attributes:
        measures: by name, the mean with its 95 % bootstrap interval; those without a case to
            measure on are left out.
        seconds: medians of the time to first text and in all.
        kappa: Cohen's kappa between facts and judge on answerable questions; None without a judge.
        reliability: for tenths of the evidence probability, (mean probability, share answerable,
            cases).
    """

    measures: dict[str, Interval]
    seconds: dict[str, float]
    kappa: float | None = None
    reliability: tuple[tuple[float, float, int], ...] = ()


@dataclass(frozen=True, slots=True)
class AnswersReport:
    """All systems on all cases.

    Attributes:
        path: of the questions.
        split: of them; None for all.
        model: that wrote.
        at_once: questions answered at one time; seconds mean something when it is 1.
        systems: by name.
        said: by system and case, what came.
        cases: by id.
    """

    path: str
    split: str | None
    model: str
    at_once: int
    systems: dict[str, System]
    said: dict[str, dict[str, Said]] = field(repr=False)
    cases: dict[str, Case] = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON, every answer included."""
        return {
            "path": self.path,
            "split": self.split,
            "model": self.model,
            "at_once": self.at_once,
            "questions": len(self.cases),
            "systems": {name: asdict(system) for name, system in self.systems.items()},
            "answers": [
                {
                    "_id": case.id,
                    "question": case.question,
                    "expected": case.expected,
                    "said": {
                        name: asdict(said[case.id]) | {"right": judged_right(case, said[case.id])}
                        for name, said in self.said.items()
                    },
                }
                for case in self.cases.values()
            ],
        }


def judged_right(case: Case, said: Said) -> bool:
    """Whether the answer says the facts of an answerable case, or refuses one that is not."""
    if case.expected != "answered":
        return said.status in ("not_in_materials", "off_topic")
    return said.status == "answered" and case.right(said.text)


def measured(cases: Sequence[Case], said: Mapping[str, Said]) -> System:
    """The measures of a system from what it said."""
    pairs = [(case, said[case.id]) for case in cases if case.id in said]
    asked = [(case, one) for case, one in pairs if case.expected == "answered"]
    answered = [(case, one) for case, one in asked if one.status == "answered"]
    values: dict[str, list[float]] = {
        "right": [judged_right(case, one) for case, one in asked],
        "right by judge": [one.judged for _, one in asked if one.judged is not None],
        "citation precision": [
            place in case.places for case, one in answered for place, _ in one.cited
        ],
        "citation recall": [
            any(place in case.places for place, _ in one.cited)
            for case, one in answered
            if one.cited
        ],
        "language": [one.language == case.language for case, one in pairs if one.text],
    }
    for status in STATUSES:
        values[f"{status}, precision"] = [
            c.expected == status for c, s in pairs if s.status == status
        ]
        values[f"{status}, recall"] = [s.status == status for c, s in pairs if c.expected == status]
    refusals = ("not_in_materials", "off_topic")
    values["refusal, precision"] = [
        c.expected in refusals for c, s in pairs if s.status in refusals
    ]
    values["refusal, recall"] = [s.status in refusals for c, s in pairs if c.expected in refusals]
    times = {
        name: float(np.median([getattr(one, name) for _, one in pairs] or [0.0]))
        for name in ("first_token", "total")
    }
    return System(
        {name: interval(np.array(some, float)) for name, some in values.items() if some},
        {name: round(value, 2) for name, value in times.items()},
        kappa([(case.right(one.text), one.judged) for case, one in asked]),
        reliability([(one.evidence, case.expected == "answered") for case, one in pairs]),
    )


def kappa(pairs: Sequence[tuple[bool, bool | None]]) -> float | None:
    """Cohen's kappa of two yes-or-no judges (Educational and Psychological Measurement, 1960)."""
    both = [(a, b) for a, b in pairs if b is not None]
    if not both:
        return None
    agreed = sum(a == b for a, b in both) / len(both)
    yes_a, yes_b = (sum(pair[at] for pair in both) / len(both) for at in (0, 1))
    chance = yes_a * yes_b + (1 - yes_a) * (1 - yes_b)
    return round((agreed - chance) / (1 - chance), 3) if chance < 1 else 1.0


def reliability(
    pairs: Sequence[tuple[float | None, bool]],
) -> tuple[tuple[float, float, int], ...]:
    """For each tenth of probability, its mean, the share that came true, and how many."""
    tenths: dict[int, list[tuple[float, bool]]] = {}
    for probability, true in pairs:
        if probability is not None:
            tenths.setdefault(min(int(probability * 10), 9), []).append((probability, true))
    return tuple(
        (
            round(float(np.mean([p for p, _ in some])), 3),
            round(float(np.mean([true for _, true in some])), 3),
            len(some),
        )
        for _, some in sorted(tenths.items())
    )
