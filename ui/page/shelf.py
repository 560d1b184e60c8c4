"""How the library looks: the course by week, what a search found, what is indexed. It is all HTML
in which the course's text is data.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence, Set
from datetime import datetime
from html import escape

from corpus.document import without_title
from corpus.programme import CLASS_OR_LAB, said
from retrieval import Passage, Retriever, SearchResult
from retrieval.filters import KINDS, kind_of
from retrieval.lexical import WORD, tokens
from retrieval.wording import standard
from ui.page.place import link, picture
from ui.page.site import Catalogue, Say

TEXTS: Catalogue = {
    "week": {"es": "Semana {number}", "en": "Week {number}"},
    "no_week": {"es": "Sin semana", "en": "No week"},
    "document": {"es": "1 documento", "en": "1 document"},
    "documents": {"es": "{n} documentos", "en": "{n} documents"},
    "place": {"es": "1 lugar", "en": "1 place"},
    "places": {"es": "{n} lugares", "en": "{n} places"},
    "found": {"es": "{n}, del más cercano al menos cercano", "en": "{n}, the closest first"},
    "nothing": {
        "es": "Nada del curso calza con eso. Prueba con menos filtros, o con otras palabras: el "
        "nombre del concepto, en español o en inglés.",
        "en": "Nothing in the course matches that. Try fewer filters, or other words: the name of "
        "the concept, in Spanish or English.",
    },
    "no_documents": {
        "es": "No hay documentos con esos filtros.",
        "en": "There are no documents with those filters.",
    },
    "indexed": {"es": "Qué está indexado", "en": "What is indexed"},
    "since": {"es": "índice del {when}", "en": "index of {when}"},
    "kind": {"es": "Tipo", "en": "Kind"},
    "documents_head": {"es": "Documentos", "en": "Documents"},
    "places_head": {"es": "Lugares", "en": "Places"},
}
ENGLISH = {
    "slide": "slides",
    "lab": "labs",
    "notes": "notes",
    "assignment": "assignments",
    "code": "code",
    "transcript": "transcripts",
    "course": "about the course",
}
KIND_NAMES: Catalogue = {
    kind: {"es": name.capitalize(), "en": ENGLISH[kind].capitalize()}
    for kind, name in KINDS.items()
}
EXCERPT = 260  # characters of a result's text: three lines of a card
BEFORE = 50  # of those, before the first word that was asked for
# What Markdown means to a renderer and not to a reader; a formula on its own is left out.
BLOCKS = re.compile(r"\$\$.*?(?:\$\$|\Z)|^#+ |^\s*```[^\n]*$|\|[\s:-]*(?=\|)|\|\s*$", re.M | re.S)
INLINE = re.compile(r"(?<!\w)\*+|\*+(?!\w)|[`$]")


def shelf(passages: Iterable[Passage], say: Say, name: Say, *, unfolded: bool) -> str:
    """The documents by week, and in a week by kind; weeks that nobody knows come last.

    Args:
        passages: of the documents that are shown.
        say: texts of `TEXTS`.
        name: texts of `KIND_NAMES`.
        unfolded: whether the weeks are open.
    """
    weeks: dict[int | None, list[list[Passage]]] = defaultdict(list)
    for places in by_document(passages):
        weeks[places[0].week].append(places)
    if not weeks:
        return f'<p role="status">{say("no_documents")}</p>'
    in_order = sorted(weeks, key=lambda week: (week is None, week or 0))
    state = " open" if unfolded else ""
    return "".join(
        f'<details class="week"{state}><summary>'
        f"<strong>{say('no_week') if week is None else say('week', number=week)}</strong> "
        f'<span class="count">{escape(preview(weeks[week]))}</span></summary>'
        f"{by_kind(weeks[week], say, name)}</details>"
        for week in in_order
    )


def by_document(passages: Iterable[Passage]) -> list[list[Passage]]:
    """The passages of each document, in their order."""
    documents: dict[str, list[Passage]] = defaultdict(list)
    for passage in passages:
        documents[passage.document].append(passage)
    return list(documents.values())


def by_kind(documents: Sequence[Sequence[Passage]], say: Say, name: Say) -> str:
    """Documents, given by their passages, under the name of their kind."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for places in documents:
        kinds[kind_of(places[0])].append(
            f"<li>{link(places[0].id, titled(places[0]), places[0].document)} "
            f'<span class="count">{counted(len(places), "place", say)}</span></li>'
        )
    return "".join(
        f"<h4>{name(kind)}</h4><ul>{''.join(kinds[kind])}</ul>" for kind in KINDS if kind in kinds
    )


def preview(documents: Sequence[Sequence[Passage]]) -> str:
    """What a week is about: its classes and labs by name, one document of each."""
    names: dict[str, str] = {}
    for first, *_ in documents:
        names.setdefault(first.called or first.title, titled(first))
    return " — ".join(names.values())


def titled(passage: Passage) -> str:
    """A document as people call it, and its title: “Clase 6 · Regularización”."""
    match = CLASS_OR_LAB.match(passage.title)  # “Laboratorio 2: …” is of what is called “Lab 2”
    start = match.end() if match and said(match) == passage.called else 0
    rest = passage.title[start:].strip(" :·.-–—")
    return " · ".join(filter(None, (passage.called, rest)))


def results(found: Sequence[SearchResult], question: str, say: Say) -> str:
    """What a search found, each a card that opens its place."""
    if not found:
        return f'<p role="status">{say("nothing")}</p>'
    asked = frozenset(tokens(standard(question)))
    number = say("found", n=counted(len(found), "place", say))
    cards = "".join(card(one.passage, asked) for one in found)
    return f'<p role="status" class="count">{number}</p><ol class="cards">{cards}</ol>'


def card(passage: Passage, asked: Set[str]) -> str:
    """A place: its picture if it is a page, its name, and the part of its text that fits best."""
    on_page = passage.location.kind == "page"
    seen = f'<img src="{picture(passage.id)}" alt="" loading="lazy">' if on_page else ""
    text = excerpt(without_title(passage.text, passage.headings), asked)
    return (
        f"<li>{seen}<div>{link(passage.id, passage.label)}"
        f'<p class="count">{escape(passage.title)}</p><p>{text}</p></div></li>'
    )


def excerpt(text: str, asked: Set[str]) -> str:
    """HTML of the stretch of `text` with most of the words in `asked`, which are marked.

    Args:
        text: of a passage.
        asked: stems, as `retrieval.lexical.tokens` makes them.
    """
    text = " ".join(INLINE.sub("", BLOCKS.sub(" ", text)).split())
    words = [word for word in WORD.finditer(text) if not asked.isdisjoint(tokens(word[0]))]

    def worth(first: re.Match[str]) -> int:
        last = first.start() + EXCERPT - BEFORE
        return len({tokens(word[0])[0] for word in words if first.start() <= word.start() < last})

    best = max(words, key=worth, default=None)
    start = text.rfind(" ", 0, max(0, best.start() - BEFORE)) + 1 if best else 0
    end = start + EXCERPT
    if len(text) > end:
        end = max(text.rfind(" ", start, end), start + EXCERPT // 2)
    return (
        f"{'…' if start else ''}{marked(text, words, start, end)}{'…' if end < len(text) else ''}"
    )


def marked(text: str, words: Iterable[re.Match[str]], start: int, end: int) -> str:
    """HTML of `text[start:end]` with those of `words` that lie in it marked."""
    parts: list[str] = []
    for word in words:
        if start <= word.start() and word.end() <= end:
            parts += [escape(text[start : word.start()]), f"<mark>{escape(word[0])}</mark>"]
            start = word.end()
    return "".join((*parts, escape(text[start:end])))


def indexed(retriever: Retriever, when: datetime | None, say: Say, name: Say) -> str:
    """What is indexed, in a line that unfolds into a table by kind."""
    documents = by_document(retriever.public)
    kinds = Counter(kind_of(places[0]) for places in documents)
    places: Counter[str] = Counter()
    for one in documents:
        places[kind_of(one[0])] += len(one)
    numbers = [
        counted(len(documents), "document", say),
        counted(len(retriever.public), "place", say),
        *([say("since", when=f"{when:%Y-%m-%d %H:%M}")] if when else []),
    ]
    rows = "".join(
        f'<tr><th scope="row">{name(kind)}</th><td>{kinds[kind]}</td><td>{places[kind]}</td></tr>'
        for kind in KINDS
        if kind in kinds
    )
    heads = "".join(
        f'<th scope="col">{say(one)}</th>' for one in ("kind", "documents_head", "places_head")
    )
    return (
        f'<details class="indexed"><summary>{say("indexed")}: {", ".join(numbers)}</summary>'
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></details>"
    )


def counted(n: int, one: str, say: Say) -> str:
    """“1 lugar”, “12 lugares”."""
    return say(one) if n == 1 else say(f"{one}s", n=n)
