"""Items of a quiz: a question, its right answer, and the sentence of the course that says so.

An item keeps what is needed to ask, grade and cite it, so that it outlives a change of the index.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from agent.citations import quote
from agent.quiz.wording import best_sentence
from corpus.document import digest
from corpus.errors import InputError
from corpus.language import fold
from retrieval.filters import Filter, Place, named, place_of
from retrieval.passages import Passage

Kind = Literal["choice", "short"]
LETTERS = "ABCD"  # of the options


@dataclass(frozen=True, slots=True)
class Item:
    """A question of a quiz.

    Attributes:
        id: depends on kind, passage and question alone.
        kind: “choice” has four options, “short” is answered in words.
        question: as it is asked; ends in “?”.
        options: four for a choice, in the order in which they are shown; () for a short one.
        right: position of the right option, from 0; None for a short one.
        answer: the right answer in words.
        why: the sentence of the passage that supports it, an exact span; may be empty, which no
            item that passes the checks has.
        passage_id: the passage that it is about.
        label: how a citation names the place: “Clase 5, lámina 12”.
        document: the passage's.
        language: “es” or “en”, as the passage.
        class_label: the class that it belongs to, “Clase 5”; else what its document is called.
        week: of its document, or None.
        place: kind and numbers of its document.
        guessed: whether the model chose the right option without the passage; None if not asked.
    """

    id: str
    kind: Kind
    question: str
    options: tuple[str, ...]
    right: int | None
    answer: str
    why: str
    passage_id: str
    label: str
    document: str
    language: str
    class_label: str
    week: int | None
    place: Place
    guessed: bool | None = None

    def to_dict(self) -> dict[str, Any]:
        """A JSON object from which `from_dict` makes an equal item."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Item":
        """The item that `to_dict` wrote."""
        place = data["place"]
        numbers = {name: tuple(place[name]) for name in ("classes", "labs", "assignments")}
        return cls(
            **{
                **data,
                "options": tuple(data["options"]),
                "place": Place(kind=place["kind"], **numbers),
            }
        )

    @property
    def wrong(self) -> tuple[str, ...]:
        """The options that are not right."""
        return tuple(option for at, option in enumerate(self.options) if at != self.right)


def choice_item(
    passage: Passage, question: str, answer: str, wrong: Sequence[str], seed: int = 0
) -> Item:
    """An item of options about `passage`, unchecked, the options in an order that `seed` sets."""
    options = [answer, *wrong]
    random.Random(f"{seed} {question}").shuffle(options)
    return item_of(passage, "choice", question, answer, tuple(options), options.index(answer))


def short_item(passage: Passage, question: str, answer: str) -> Item:
    """An item that is answered in words, unchecked."""
    return item_of(passage, "short", question, answer, (), None)


def corrected(
    item: Item, question: str, answer: str, wrong: Sequence[str] = (), text: str = ""
) -> Item:
    """A draft as a teacher has put it right, with an id of its own if it asks something else.

    Args:
        item: the draft.
        question: as it is to be asked.
        answer: the right one.
        wrong: the options that are not, in their order.
        text: of the passage, in which what supports the answer is looked for.

    Raises:
        InputError: if something is missing, or two options are the same.
    """
    question, answer, *wrong = (" ".join(one.split()) for one in (question, answer, *wrong))
    options = list(wrong)
    if item.right is not None:
        options.insert(item.right, answer)
    if not all((question, answer, *options)) or len(options) != len(item.options):
        raise InputError(
            f"Faltan la pregunta, la respuesta o alguna de las {len(item.options)} opciones.",
            f"The question, the answer or one of the {len(item.options)} options is missing.",
        )
    if len({fold(one) for one in options}) < len(options):
        raise InputError("Dos opciones dicen lo mismo.", "Two options say the same.")
    return replace(
        item,
        id=id_of(item.kind, item.passage_id, question),
        question=question,
        options=tuple(options),
        answer=answer,
        why=best_sentence(answer, question, text) or quote(answer, text) or item.why,
        guessed=item.guessed if (question, answer) == (item.question, item.answer) else None,
    )


def text_behind(item: Item, passages: Iterable[Passage]) -> str:
    """The passage that an item is about; empty if it is not among those."""
    return next((one.text for one in passages if one.id == item.passage_id), "")


def id_of(kind: Kind, passage_id: str, question: str) -> str:
    """An item's id."""
    return digest("\n".join((kind, passage_id, question)).encode())[:12]


def item_of(
    passage: Passage,
    kind: Kind,
    question: str,
    answer: str,
    options: tuple[str, ...],
    right: int | None,
) -> Item:
    """An item about `passage`; code finds the sentence that supports the answer."""
    place = place_of(passage)
    of_class = f"Clase {place.classes[0]}" if place.classes else ""
    return Item(
        id=id_of(kind, passage.id, question),
        kind=kind,
        question=question,
        options=options,
        right=right,
        answer=answer,
        why=best_sentence(answer, question, passage.text),
        passage_id=passage.id,
        label=passage.label,
        document=passage.document,
        language=passage.language,
        class_label=of_class or passage.called or passage.title,
        week=passage.week,
        place=place,
    )


def accepts(within: Filter, item: Item) -> bool:
    """Whether `item` is about a part of the course that `within` accepts, as its passage would."""
    if within.languages and item.language not in within.languages:
        return False
    if within.weeks and item.week not in within.weeks:
        return False
    if within.documents and not any(named(item.document, part) for part in within.documents):
        return False
    if within.kinds and item.place.kind not in within.kinds:
        return False
    numbered = within.classes or within.labs or within.assignments
    return not numbered or not (
        within.classes.isdisjoint(item.place.classes)
        and within.labs.isdisjoint(item.place.labs)
        and within.assignments.isdisjoint(item.place.assignments)
    )
