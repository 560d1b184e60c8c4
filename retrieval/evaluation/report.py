"""What an evaluation says: frozen values and the JSON that they become."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from corpus.errors import InputError

Level = Literal["passage", "document"]
LEVELS: tuple[Level, ...] = ("passage", "document")
MEASURES = ("nDCG@10", "R@1", "R@5", "R@20", "RR@10")
MAIN_MEASURE = "nDCG@10"
FOUND = 10  # places kept of each ranking: as deep as nDCG@10 and RR@10 look
FIRST = 5  # a question is a miss if no relevant place is among these: what a student may read


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over queries with its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Mean difference a - b of a measure, and its two-sided p corrected for all comparisons."""

    a: str
    b: str
    measure: str
    difference: float
    p: float


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Median and 95th percentile of a time, in milliseconds for one query."""

    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Place:
    """How a person knows a place: its label and its first words."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one system made of one question.

    Attributes:
        measures: the value of each measure, to four decimals.
        found: the first `FOUND` places, best first.
    """

    measures: dict[str, float]
    found: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The outcome as the JSON contract has it."""
        return {**self.measures, "found": list(self.found)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Outcome":
        """The outcome that `to_dict` wrote; raises as a wrong dict does."""
        return cls(
            {measure: float(data[measure]) for measure in MEASURES},
            tuple(str(place) for place in data["found"]),
        )


@dataclass(frozen=True, slots=True)
class Question:
    """A judged question and what each system made of it.

    Attributes:
        id: as in ``queries.jsonl``.
        text: as it was asked, after the question that it follows up on.
        attributes: what slices it belongs to: its style, its language.
        relevant: by place, its grade.
        systems: by system, its outcome.
    """

    id: str
    text: str
    attributes: dict[str, str]
    relevant: dict[str, int]
    systems: dict[str, Outcome]

    def rank(self, system: str) -> int | None:
        """Rank from 1 of the first relevant place among those kept, or None."""
        found = self.systems[system].found
        return next((at for at, key in enumerate(found, start=1) if key in self.relevant), None)

    def to_dict(self) -> dict[str, Any]:
        """The question as the JSON contract has it; an attribute never hides a key of ours."""
        return self.attributes | {
            "id": self.id,
            "text": self.text,
            "systems": {name: outcome.to_dict() for name, outcome in self.systems.items()},
            "relevant": self.relevant,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Question":
        """The question that `to_dict` wrote; raises as a wrong dict does."""
        ours = ("id", "text", "systems", "relevant")
        return cls(
            id=str(data["id"]),
            text=str(data["text"]),
            attributes={name: str(value) for name, value in data.items() if name not in ours},
            relevant={place: int(grade) for place, grade in data["relevant"].items()},
            systems={name: Outcome.from_dict(one) for name, one in data["systems"].items()},
        )


@dataclass(frozen=True, slots=True)
class Slice:
    """The questions that share a value of an attribute: how many, and each system's means."""

    queries: int
    systems: dict[str, dict[str, Interval]]


@dataclass(frozen=True, slots=True)
class Report:
    """An evaluation.

    Attributes:
        path: the folder of the judged questions.
        queries, documents: how many questions were asked, over how many documents.
        systems: by system, the interval of each measure.
        seconds: by system, for all questions, their embedding included.
        comparisons: every pair of systems on every measure.
        level: what was judged, passages (places) or whole documents.
        slices: by attribute and value, the means of those questions.
        latency: milliseconds for one query: its “embedding” alone, and each system's beyond it.
        recall: by system, the mean R@k for k from 1 to 20.
        questions: in the order of ``queries.jsonl``.
        places: what people call the places that questions name.
    """

    path: str
    queries: int
    documents: int
    systems: dict[str, dict[str, Interval]]
    seconds: dict[str, float]
    comparisons: tuple[Comparison, ...]
    level: Level
    slices: dict[str, dict[str, Slice]]
    latency: dict[str, Percentiles]
    recall: dict[str, tuple[float, ...]]
    questions: tuple[Question, ...]
    places: dict[str, Place]

    @property
    def main(self) -> str:
        """The system whose misses are told; see `main_system`."""
        return main_system(list(self.systems))

    @property
    def misses(self) -> tuple[Question, ...]:
        """The questions for which `main` has no relevant place among its first `FIRST`."""
        ranks = ((question, question.rank(self.main)) for question in self.questions)
        return tuple(question for question, rank in ranks if rank is None or rank > FIRST)

    def place(self, key: str) -> Place:
        """What people call a place; a judged one that the corpus lacks has only its key."""
        return self.places.get(key, Place(key, ""))

    def to_dict(self) -> dict[str, Any]:
        """The report as the JSON contract has it."""
        return {
            "path": self.path,
            "queries": self.queries,
            "documents": self.documents,
            "level": self.level,
            "systems": {
                name: {measure: asdict(value) for measure, value in values.items()}
                | {"seconds": self.seconds[name]}
                for name, values in self.systems.items()
            },
            "comparisons": [asdict(comparison) for comparison in self.comparisons],
            "slices": {
                attribute: {value: asdict(one) for value, one in values.items()}
                for attribute, values in self.slices.items()
            },
            "latency_ms": {name: asdict(value) for name, value in self.latency.items()},
            "recall": {name: list(curve) for name, curve in self.recall.items()},
            "questions": [question.to_dict() for question in self.questions],
            "places": {key: asdict(place) for key, place in self.places.items()},
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Report":
        """The report that `to_dict` wrote; raises `InputError` for anything else."""
        try:
            systems = {name: dict(values) for name, values in data["systems"].items()}
            return cls(
                path=data["path"],
                queries=data["queries"],
                documents=data["documents"],
                seconds={name: values.pop("seconds") for name, values in systems.items()},
                systems={name: intervals(values) for name, values in systems.items()},
                comparisons=tuple(Comparison(**one) for one in data["comparisons"]),
                level=data["level"],
                slices={
                    attribute: {value: slice_of(one) for value, one in values.items()}
                    for attribute, values in data["slices"].items()
                },
                latency={name: Percentiles(**one) for name, one in data["latency_ms"].items()},
                recall={name: tuple(curve) for name, curve in data["recall"].items()},
                questions=tuple(Question.from_dict(one) for one in data["questions"]),
                places={key: Place(**place) for key, place in data["places"].items()},
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(f"El informe es de otra versión: {error!r}.") from error


def intervals(data: dict[str, Any]) -> dict[str, Interval]:
    """By measure, its interval."""
    return {measure: Interval(**value) for measure, value in data.items()}


def slice_of(data: dict[str, Any]) -> Slice:
    """A slice as `asdict` wrote it."""
    return Slice(data["queries"], {name: intervals(one) for name, one in data["systems"].items()})


def main_system(names: list[str]) -> str:
    """The system that students get, “reranked”, or what comes nearest to it."""
    return next((name for name in ("reranked", "hybrid") if name in names), names[-1])


def checked_level(name: str) -> Level:
    """The level called `name`; raises `InputError` if there is none."""
    for level in LEVELS:
        if level == name:
            return level
    raise InputError(f"No existe el nivel «{name}». Hay: {', '.join(LEVELS)}.")
