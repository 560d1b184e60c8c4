import pytest

from agent.events import Answer, Citation, SearchStep, Seconds
from corpus.document import numbered
from retrieval import Passage
from ui.render import EMPTY, answer_message, body, safe, sources, step_message


def passage(text: str, kind: str = "page", name: str = "clase-04.pdf") -> Passage:
    place = numbered("cell", 7) if kind == "cell" else numbered("page", 7, word="lámina")
    return Passage("p#1", name, "T", "Clase 4", (), text, place)


def answer(text: str, *citations: Citation, notice: str = "") -> Answer:
    return Answer("q", text, "answered", "es", citations, (), Seconds(0, 0, 0), "m", notice)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("![foto](http://evil/x.png)", "foto"),
        ("![foto][1]", "foto"),
        ("<script>alert(1)</script>", "&lt;script>alert(1)&lt;/script>"),
        ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)>"),
        ("si $a<b$ y `x < y`", r"si $a\lt b$ y `x < y`"),
        ("$<img src=https://evil/x.png>$", r"$\lt img src=https://evil/x.png>$"),
        ("$![a](https://evil/x.png)$", "$a$"),
        (r"\`<img src=x>\`", r"\`&lt;img src=x>\`"),
        ("hola ```\n\n<img src=x> ", "hola ```\n\n&lt;img src=x> "),
        ("```mermaid\n<img src=x>\n```", "```text\n<img src=x>\n```"),
        ("```html\n<b>\n```", "```html\n<b>\n```"),
        ("a < b", "a &lt; b"),
    ],
)
def test_text_brings_no_html_and_no_pictures(text: str, expected: str) -> None:
    assert safe(text) == expected


def test_sources_show_label_document_and_text() -> None:
    shown = sources(answer("x [1]", Citation(1, passage("Softmax da probabilidades"), "")))
    assert "**[1] Clase 4, lámina 7**" in shown
    assert "`clase-04.pdf`" in shown
    assert "Softmax da probabilidades" in shown


def test_a_code_cell_is_shown_as_code_and_cannot_leave_its_fence() -> None:
    shown = body(passage("x = 1\n```\n<script>", kind="cell"))
    assert shown.startswith("```python\n")
    assert shown.count("```") == 2


def test_an_answer_without_citations_shows_no_sources() -> None:
    assert sources(answer("No encuentro eso.")) == EMPTY


def test_a_notice_is_shown_with_the_answer() -> None:
    assert "se cortó" in str(answer_message(answer("a", notice="La respuesta se cortó")).content)


def test_a_step_names_what_was_searched_and_found() -> None:
    step = SearchStep("search_course", {"query": "softmax"}, 0.2, ((1, passage("x")),))
    message = step_message(step)
    assert message.metadata["title"] == "Buscó en el curso: softmax"
    assert "[1] Clase 4, lámina 7" in str(message.content)
