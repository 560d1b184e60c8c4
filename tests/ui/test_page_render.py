import pytest

from agent.conversations import Cited, Step, Turn
from corpus.document import numbered
from retrieval import Passage
from ui.page.place import href
from ui.page.render import UNBACKED, answer_message, conversation_messages, safe, step_message

CITED = Cited(1, "clase-04.pdf#a 1", "Clase 4, lámina 7", 'dice "suma uno" <b>')
LINK = 'href="#lugar-clase-04.pdf%23a%201"'


def passage() -> Passage:
    place = numbered("page", 7, word="lámina")
    return Passage("clase-04.pdf#a 1", "clase-04.pdf", "T", "Clase 4", (), "x", place)


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
        ("> sea\n> $$\n> a > b\n> $$\n> y", "> sea\n> $$ a > b $$\n> y"),
        ("$$\na\n> b\n$$", "$$\na\n> b\n$$"),
    ],
)
def test_text_brings_no_html_and_no_pictures(text: str, expected: str) -> None:
    assert safe(text) == expected


def test_a_marker_and_a_chip_open_the_place_and_show_the_quote() -> None:
    said = str(answer_message("Suma uno [1].", [CITED]).content)
    assert said.count(LINK) == 2
    assert 'class="marker"' in said
    assert 'class="chip"' in said
    assert "dice &quot;suma uno&quot; &lt;b&gt;" in said
    assert href(CITED.passage_id) in said


def test_a_quote_with_formulas_stays_within_the_title() -> None:
    cited = Cited(1, "p#1", "Clase 4, § $x$", "Sea $m$:\n\n$$\n\\frac{a}{b}\n$$ y \\[c\\]")
    said = str(answer_message("Suma uno [1].", [cited]).content)
    assert "$" not in said
    assert "\\" not in said
    assert "&#36;&#36; &#92;frac{a}{b} &#36;&#36;" in said


def test_what_looks_like_a_marker_in_code_or_a_formula_stays() -> None:
    said = str(answer_message("`x[1]` y $x[1]$ y [2]", [CITED]).content)
    assert "`x[1]` y $x[1]$ y [2]" in said
    assert said.count(LINK) == 1  # the chip


def test_an_answer_without_citations_is_told_apart() -> None:
    assert UNBACKED in str(answer_message("No encuentro eso.", []).content)
    assert UNBACKED not in str(answer_message("x [1]", [CITED]).content)


def test_a_notice_is_shown_with_the_answer() -> None:
    assert "se cortó" in str(answer_message("a", [], "La respuesta se cortó").content)


def test_a_step_names_what_was_searched_and_links_what_was_found() -> None:
    found = ((passage().id, passage().label),)
    step = Step("search_course", {"query": "softmax"}, 0.2, found)
    message = step_message(step, "es")
    assert message.metadata["title"] == "Buscó en el curso: softmax"
    assert LINK in str(message.content)
    assert step_message(step, "en").metadata["title"].startswith("Searched the course")


def test_a_stored_conversation_is_shown_as_it_was() -> None:
    steps = (Step("search_course", {"query": "<b>"}, 0.2), Step("own", {}, 0.1))
    turns = [
        Turn(1, "¿<b>?", "Suma uno [1].", cited=(CITED,), steps=steps),
        Turn(2, "¿y?", None),
    ]
    asked, first, second, said, _, lost = conversation_messages(turns, "sin respuesta", "en")
    assert [asked.role, said.role] == ["user", "assistant"]
    assert asked.content == "¿&lt;b>?"
    assert first.metadata["title"] == "Searched the course: &lt;b>"
    assert second.metadata["title"] == "own: "
    assert LINK in str(said.content)
    assert "sin respuesta" in str(lost.content)
