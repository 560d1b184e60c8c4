"""Texts split as a usual recipe splits them, and the judged places that each chunk covers.

A document's sections, as this project's readers give them, are put together into one text again,
which is then split without regard for them; offsets say which sections a chunk came from.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from corpus.document import Document, Section
from retrieval.evaluation.judgements import Qrels, place_of
from retrieval.passages import Passage

SIZE, OVERLAP = 1_000, 200  # characters: what LangChain's own tutorials use


@dataclass(frozen=True, slots=True)
class Span:
    """The stretch of a text, from `start` to before `end`, that belongs to `place`."""

    start: int
    end: int
    place: str


@dataclass(frozen=True, slots=True)
class Source:
    """A text to split, and whose each stretch of it is."""

    text: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A text that a peer indexes, and the places that it covers, the most covered first."""

    text: str
    places: tuple[str, ...]


def whole(document: Document) -> Source:
    """A document that is judged by its name: its title, then its sections."""
    text = "\n".join(filter(None, (document.title, *(one.text for one in document.sections))))
    return Source(text, (Span(0, len(text), document.name),))


def sources_of(
    document: Document, names: Mapping[str, str], *, pages_apart: bool = True
) -> list[Source]:
    """A course's document as the texts that a loader would hand to the splitter.

    Args:
        document: as the readers left it.
        names: by ``document#number``, the place that judgements call so; see `place_names`.
        pages_apart: whether each page of a PDF is a text of its own, as for LangChain's
            ``PyPDFLoader``; all else is one text a document.
    """
    written = [
        (text, names.get(place, place))
        for section, text in with_headings(document.sections)
        for place in (f"{document.name}#{section.location.number or 1}",)
    ]
    if pages_apart and document.sections and document.sections[0].location.kind == "page":
        return [joined([part]) for part in written]
    return [joined(written)]


def with_headings(sections: Iterable[Section]) -> Iterator[tuple[Section, str]]:
    """Each section with its text below the headings that it opens, if it does not say them.

    The readers keep headings beside the text; a plain reading has them in it.
    """
    above: tuple[str, ...] = ()
    for section in sections:
        same = 0
        while section.headings[: same + 1] == above[: same + 1] and same < len(section.headings):
            same += 1
        said = section.text[: 2 * SIZE]
        lines = [heading for heading in section.headings[same:] if heading not in said]
        above = section.headings
        yield section, "\n".join((*lines, section.text))


def joined(parts: Sequence[tuple[str, str]]) -> Source:
    """(text, place) pairs as one text, with a blank line between them that is nobody's."""
    spans: list[Span] = []
    start = 0
    for text, place in parts:
        spans.append(Span(start, start + len(text), place))
        start += len(text) + 2
    return Source("\n\n".join(text for text, _ in parts), tuple(spans))


def split(sources: Iterable[Source]) -> list[Chunk]:
    """The chunks of `sources`; needs ``langchain-text-splitters``."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        chunk_size=SIZE, chunk_overlap=OVERLAP, add_start_index=True
    )
    chunks = []
    for source in sources:
        for document in splitter.create_documents([source.text]):
            text, start = document.page_content, document.metadata["start_index"]
            if start < 0:
                raise ValueError(f"The splitter lost a chunk that begins with {text[:40]!r}.")
            chunks.append(Chunk(text, covered(start, start + len(text), source.spans)))
    return chunks


def covered(start: int, end: int, spans: Iterable[Span]) -> tuple[str, ...]:
    """The places with a character between `start` and `end`, those with most characters first."""
    shared: dict[str, int] = {}
    for span in spans:
        common = min(end, span.end) - max(start, span.start)
        if common > 0:
            shared[span.place] = shared.get(span.place, 0) + common
    return tuple(sorted(shared, key=lambda place: -shared[place]))


def gathered(rows: Iterable[int], places: Sequence[Sequence[str]]) -> list[str]:
    """The places of what was found, in its order, each once; `places` are by row."""
    return list(dict.fromkeys(place for row in rows for place in places[row]))


def place_names(passages: Iterable[Passage]) -> dict[str, str]:
    """By ``document#number``, the place of the first passage that covers it, as `at_places`."""
    names: dict[str, str] = {}
    for passage in passages:
        first = passage.location.number or 1
        for number in range(first, (passage.location.last or first) + 1):
            names.setdefault(f"{passage.document}#{number}", place_of(passage))
    return names


def with_ids_placed(qrels: Qrels, passages: Iterable[Passage]) -> tuple[Qrels, list[str]]:
    """`qrels` with judged passage ids replaced by their places, and the judgements left out.

    A judgement is left out if it names neither a number nor a passage's id; so is a question that
    then has none.
    """
    ids = {passage.id: place_of(passage) for passage in passages}
    placed: Qrels = {}
    lost: list[str] = []
    for query, judged in qrels.items():
        for named, grade in judged.items():
            is_place = named.rpartition("#")[2].isdecimal() and named not in ids
            place = named if is_place else ids.get(named)
            if place is None:
                lost.append(f"{query} {named}")
                continue
            here = placed.setdefault(query, {})
            here[place] = max(grade, here.get(place, 0))
    return placed, lost
