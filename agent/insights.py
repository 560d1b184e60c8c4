"""What a professor learns from the questions: gaps, topics, feedback, slow answers.

Everything comes from the file of conversations, which does not know who asked. Questions that ask
the same are shown as one, with how many times it was asked.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from agent.conversations import Turn
from retrieval.embedding import Embedder
from retrieval.passages import Passage

SAME = 0.94  # cosine from which two questions ask the same
WEAK = 0.65  # probability of an answer below which its evidence is weak
SLOW = 0.95  # quantile of the seconds from which an answer is slow
LISTED = 50  # questions in each list
REFUSED = ("not_in_materials", "off_topic")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, or several that ask the same.

    Attributes:
        question: as it was asked last.
        times: how many times it was asked.
        near: label of the place that it was answered from, or of the nearest one; or empty.
        week: of that place; None if it has none.
        last: when it was asked last, UTC.
        turn: id of the last turn.
    """

    question: str
    times: int
    near: str
    week: int | None
    last: str
    turn: int


@dataclass(frozen=True, slots=True)
class Insights:
    """What the conversations say.

    Attributes:
        questions: how many were asked.
        by_status: how many answers of each status; “lost” counts those cut short.
        unanswered: that the course does not answer, the most asked first.
        weak: answered, but on weak evidence or not usefully, as a student said.
        topics: documents (“Clase 5”) by how many answers cite them.
        by_week: for each week: questions whose place is in it, and how many had no answer.
        useful: how many answers students found useful, and how many not.
        seconds: median and 95th percentile of the answers' times.
        slow: the slowest answers.
        comments: what students said about answers, the latest first.
    """

    questions: int
    by_status: dict[str, int]
    unanswered: tuple[Asked, ...]
    weak: tuple[Asked, ...]
    topics: dict[str, int]
    by_week: dict[int, tuple[int, int]]
    useful: tuple[int, int]
    seconds: tuple[float, float]
    slow: tuple[Asked, ...]
    comments: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The insights as JSON."""
        return asdict(self)


def insights(turns: Sequence[Turn], passages: Sequence[Passage], embedder: Embedder) -> Insights:
    """What `turns` say of a course with `passages`; the embedder tells what asks the same."""
    weeks = {passage.called or passage.title: passage.week for passage in passages}
    answered = [turn for turn in turns if turn.status]
    refused = [turn for turn in answered if turn.status == "not_in_materials"]
    seconds = [turn.seconds for turn in answered if turn.seconds is not None]
    limit = float(np.quantile(seconds, SLOW)) if seconds else 0.0
    slow = [turn for turn in answered if (turn.seconds or 0) >= limit > 0]
    return Insights(
        questions=len(turns),
        by_status=dict(Counter(turn.status or "lost" for turn in turns)),
        unanswered=gathered(refused, weeks, embedder),
        weak=gathered([turn for turn in answered if is_weak(turn)], weeks, embedder),
        topics=dict(Counter(topic for turn in answered for topic in topics_of(turn)).most_common()),
        by_week=by_week(answered, weeks),
        useful=(
            sum(turn.feedback == 1 for turn in turns),
            sum(turn.feedback == -1 for turn in turns),
        ),
        seconds=(
            round(float(np.median(seconds)), 2) if seconds else 0.0,
            round(limit, 2),
        ),
        slow=gathered(sorted(slow, key=lambda turn: turn.seconds or 0), weeks, embedder),
        comments=tuple(turn.comment for turn in reversed(turns) if turn.comment)[:LISTED],
    )


def is_weak(turn: Turn) -> bool:
    """Whether an answer may be a poor one: little evidence, or a student said so."""
    if turn.status not in ("answered", "hinted"):
        return False
    return turn.feedback == -1 or (turn.evidence is not None and turn.evidence < WEAK)


def topics_of(turn: Turn) -> list[str]:
    """The documents that an answer cites, each once."""
    if turn.status in REFUSED:
        return []
    return list(dict.fromkeys(document_of(label) for label in turn.about))


def document_of(label: str) -> str:
    """“Clase 5” of “Clase 5, lámina 12”."""
    return label.rpartition(", ")[0] or label


def by_week(turns: Sequence[Turn], weeks: dict[str, int | None]) -> dict[int, tuple[int, int]]:
    """For each week, how many questions are about it and how many of those had no answer."""
    asked: Counter[int] = Counter()
    gaps: Counter[int] = Counter()
    for turn in turns:
        week = weeks.get(document_of(turn.about[0])) if turn.about else None
        if week is not None and turn.status != "off_topic":
            asked[week] += 1
            gaps[week] += turn.status == "not_in_materials"
    return {week: (asked[week], gaps[week]) for week in sorted(asked)}


def gathered(
    turns: Sequence[Turn], weeks: dict[str, int | None], embedder: Embedder
) -> tuple[Asked, ...]:
    """The questions of `turns`, those that ask the same as one, the most asked first."""
    if not turns:
        return ()
    vectors = embedder.embed_queries([turn.question for turn in turns])
    groups: list[list[int]] = []
    for at in range(len(turns)):
        near = [float(vectors[at] @ vectors[group[0]]) for group in groups]
        best = max(range(len(groups)), key=near.__getitem__, default=None)
        if best is not None and near[best] >= SAME:
            groups[best].append(at)
        else:
            groups.append([at])
    groups.sort(key=lambda group: (-len(group), -group[-1]))
    return tuple(one_of([turns[at] for at in group], weeks) for group in groups[:LISTED])


def one_of(turns: Sequence[Turn], weeks: dict[str, int | None]) -> Asked:
    """Turns that ask the same, as one question."""
    last = turns[-1]
    near = last.about[0] if last.about else ""
    week = weeks.get(document_of(near))
    return Asked(last.question, len(turns), near, week, last.asked_at, last.id)
