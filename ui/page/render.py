"""Events of the assistant as what the page shows. Text of the course and of the model is data:
it can show formulas and code, and it can neither load anything remote nor bring HTML of its own.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from gradio import ChatMessage

from agent.conversations import Cited, Step, Turn
from agent.messages import Language
from ui.page.place import link
from ui.page.site import Catalogue

CODE = re.compile(  # fenced; fenced in a quotation, which ends with it at the latest; inline
    r"(^ {0,3}```[^\n]*\n.*?(?:^ {0,3}```[ \t]*$|\Z)"
    r"|^ {0,3}> ?```[^\n]*\n(?:^ {0,3}>(?! ?```)[^\n]*(?:\n|\Z))*(?:^ {0,3}> ?```[ \t]*$)?"
    r"|(?<![\\`])`[^`\n]+`(?!`))",
    re.S | re.M,
)
FORMULA = re.compile(r"(\$\$.*?\$\$|\$[^$\n]+\$|\\\[.*?\\\]|\\\(.*?\\\))", re.S)
IMAGE = re.compile(r"!\[([^]]*)\](\([^)]*\)|\[[^]]*\])?")
DRAWN = re.compile(
    r"^( {0,3}```)[ \t]*(mermaid|latex|math)\b", re.I
)  # fences Gradio does not show as code
STEPS: Catalogue = {
    "search_course": {"es": "Buscó en el curso", "en": "Searched the course"},
    "open_passage": {"es": "Abrió un pasaje", "en": "Opened a passage"},
    "course_calendar": {"es": "Miró el calendario", "en": "Looked at the calendar"},
    "list_materials": {"es": "Miró la lista de materiales", "en": "Looked at the materials"},
    "define_term": {"es": "Buscó un término", "en": "Looked up a term"},
    "linked_material": {"es": "Buscó lo que lo acompaña", "en": "Looked for what goes with it"},
    "calculator": {"es": "Calculó", "en": "Calculated"},
    "tensor_shapes": {"es": "Siguió las formas", "en": "Followed the shapes"},
    "gradient_check": {"es": "Comprobó un gradiente", "en": "Checked a gradient"},
}
UNBACKED = '<span class="unbacked"></span>'  # the style sheet tells such an answer apart
MARKER = re.compile(r"\[(\d{1,3})\]")


def safe(text: str) -> str:
    """Markdown without images or HTML; code stays, and a formula says ``lt`` for ``<``."""
    return "".join(
        DRAWN.sub(r"\1text", part) if at % 2 else safe_prose(part)
        for at, part in enumerate(CODE.split(text))
    )


def safe_prose(text: str) -> str:
    """Text outside of code."""
    return "".join(
        out_of_quotation(part).replace("<", r"\lt ") if at % 2 else part.replace("<", "&lt;")
        for at, part in enumerate(FORMULA.split(IMAGE.sub(r"\1", text)))
    )


def out_of_quotation(formula: str) -> str:
    """A formula without the ``>`` of the quotation it runs through, which a chat would show."""
    first, *rest = (line.strip() for line in formula.split("\n"))
    if not rest or not all(line.startswith(">") for line in rest):
        return formula
    return " ".join((first, *(line[1:].strip() for line in rest)))


def step_message(step: Step, language: Language) -> ChatMessage:
    """A tool's use as a message that folds away."""
    places = "\n".join(f"- {link(passage_id, label)}" for passage_id, label in step.found)
    asked = ", ".join(step.arguments.values())
    did = STEPS[step.tool][language] if step.tool in STEPS else step.tool
    title = f"{did}: {safe(asked[:80])}"
    return ChatMessage(
        role="assistant",
        content=places,
        metadata={"title": title, "duration": step.seconds, "status": "done"},
    )


def answer_message(text: str, cited: Sequence[Cited], notice: str = "") -> ChatMessage:
    """An answer: its markers open the places they stand for, which are listed below it.

    Args:
        text: Markdown with markers ``[n]``.
        cited: what the markers stand for.
        notice: what a person should know about it; may be empty.
    """
    places = {one.marker: one for one in cited}
    parts = [linked(safe(text), places)]
    if not places:
        parts.append(UNBACKED)
    else:
        chips = [link(one.passage_id, one.label, one.quote, "chip") for one in places.values()]
        parts.append(" ".join(chips))
    if notice:
        parts.append(f"*{safe(notice)}*")
    return ChatMessage(role="assistant", content="\n\n".join(parts))


def linked(text: str, places: Mapping[int, Cited]) -> str:
    """Safe Markdown whose markers are links, outside of code and formulas."""

    def marker(found: re.Match[str]) -> str:
        one = places.get(int(found[1]))
        if one is None:
            return found[0]
        return link(one.passage_id, found[1], f"{one.label}: {one.quote}", "marker")

    return "".join(
        part if at % 2 else outside_formulas(part, marker)
        for at, part in enumerate(CODE.split(text))
    )


def outside_formulas(text: str, marker: Callable[[re.Match[str]], str]) -> str:
    """`text` with its markers replaced, but for what looks like one in a formula."""
    return "".join(
        part if at % 2 else MARKER.sub(marker, part) for at, part in enumerate(FORMULA.split(text))
    )


def conversation_messages(
    turns: Iterable[Turn], lost: str, language: Language
) -> list[ChatMessage]:
    """A stored conversation as messages.

    Args:
        turns: oldest first.
        lost: what is said in place of an answer that never came.
        language: of the page.
    """
    messages: list[ChatMessage] = []
    for turn in turns:
        messages.append(question_message(turn.question))
        messages += [step_message(step, language) for step in turn.steps]
        messages.append(answer_message(turn.answer or lost, turn.cited))
    return messages


def question_message(question: str) -> ChatMessage:
    """What a student asked."""
    return ChatMessage(role="user", content=safe(question))
