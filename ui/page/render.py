"""Events of the assistant as what the page shows. Text of the course and of the model is data:
it can show formulas and code, and it can neither load anything remote nor bring HTML of its own.
"""

import re

from gradio import ChatMessage

from agent.events import Answer, SearchStep
from retrieval.passages import Passage

CODE = re.compile(
    r"(^ {0,3}```[^\n]*\n.*?(?:^ {0,3}```[ \t]*$|\Z)|(?<![\\`])`[^`\n]+`(?!`))", re.S | re.M
)
FORMULA = re.compile(r"(\$\$.*?\$\$|\$[^$\n]+\$|\\\[.*?\\\]|\\\(.*?\\\))", re.S)
IMAGE = re.compile(r"!\[([^]]*)\](\([^)]*\)|\[[^]]*\])?")
DRAWN = re.compile(
    r"^( {0,3}```)[ \t]*(mermaid|latex|math)\b", re.I
)  # fences Gradio does not show as code
STEP_TITLES = {
    "search_course": "Buscó en el curso",
    "open_passage": "Abrió un pasaje",
    "course_calendar": "Miró el calendario",
    "list_materials": "Miró la lista de materiales",
    "define_term": "Buscó un término",
    "linked_material": "Buscó lo que lo acompaña",
    "calculator": "Calculó",
    "tensor_shapes": "Siguió las formas",
    "gradient_check": "Comprobó un gradiente",
}
EMPTY = "Aquí aparecerán las láminas y celdas que respaldan la respuesta."


def safe(text: str) -> str:
    """Markdown without images or HTML; code stays, and a formula says ``lt`` for ``<``."""
    return "".join(
        DRAWN.sub(r"\1text", part) if at % 2 else safe_prose(part)
        for at, part in enumerate(CODE.split(text))
    )


def safe_prose(text: str) -> str:
    """Text outside of code."""
    return "".join(
        part.replace("<", r"\lt ") if at % 2 else part.replace("<", "&lt;")
        for at, part in enumerate(FORMULA.split(IMAGE.sub(r"\1", text)))
    )


def step_message(step: SearchStep) -> ChatMessage:
    """A tool's use as a message that folds away."""
    places = "\n".join(f"- [{marker}] {safe(passage.label)}" for marker, passage in step.found)
    asked = ", ".join(str(value) for value in step.arguments.values())
    title = f"{STEP_TITLES.get(step.tool, step.tool)}: {safe(asked[:80])}"
    return ChatMessage(
        role="assistant",
        content=places,
        metadata={"title": title, "duration": step.seconds, "status": "done"},
    )


def answer_message(answer: Answer) -> ChatMessage:
    """The final text, with its notice if there is one."""
    notice = f"\n\n*{safe(answer.notice)}*" if answer.notice else ""
    return ChatMessage(role="assistant", content=safe(answer.text) + notice)


def sources(answer: Answer) -> str:
    """The cited passages as Markdown: label, document, text."""
    if not answer.citations:
        return EMPTY
    return "\n\n---\n\n".join(
        f"**[{citation.marker}] {safe(citation.label)}**  \n"
        f"`{citation.passage.document}`\n\n{body(citation.passage)}"
        for citation in answer.citations
    )


def body(passage: Passage) -> str:
    """A passage's text as a person reads it; a notebook cell keeps its lines."""
    if passage.location.kind == "cell" and not passage.text.lstrip().startswith("#"):
        return f"```python\n{passage.text.replace('```', '')}\n```"
    return safe(passage.text).replace("\n", "  \n")
