from hypothesis import given
from hypothesis import strategies as st

from corpus.fragments import code_html, markdown_html
from corpus.marking import PIECE, marked_html


def test_a_quotation_of_markdown_is_found_in_what_was_drawn_of_it() -> None:
    text = "Antes. La **función** `softmax` da *probabilidades*.\n\n- Suman uno.\n- Otra cosa."
    said = marked_html(markdown_html(text), "La **función** `softmax` da *probabilidades*.")
    assert said.startswith("<p>Antes. <mark>La </mark><strong><mark>función</mark></strong>")
    assert "<code><mark>softmax</mark></code>" in said
    assert "Suman uno" in said.split("</mark>")[-1]


def test_a_quotation_runs_over_blocks_and_leaves_formulas_alone() -> None:
    text = r"Con $p_i = \frac{a}{b}$ se tiene" + "\n\n| uno | dos |\n|---|---|\n| tres | cuatro |"
    drawn = markdown_html(text)
    said = marked_html(drawn, " ".join(text.split()))
    assert said.replace("<mark>", "").replace("</mark>", "") == drawn
    assert '<mark>Con </mark><span class="math inline"><mark><math' in said
    assert "<td><mark>cuatro</mark></td>" in said
    assert "<tr>\n<mark>" not in said


def test_code_keeps_its_colours() -> None:
    drawn = code_html("x = 1\nfor a in range(3):\n    total += a < x\n", "python")
    said = marked_html(drawn, "for a in range(3): total += a < x")
    assert said.replace("<mark>", "").replace("</mark>", "") == drawn
    assert "total </mark>" in said
    assert "&lt;" in said


def test_as_much_as_is_found_is_marked_and_nothing_else() -> None:
    drawn = markdown_html("La red aprende pesos. Después olvida.")
    assert "<mark>La red aprende pesos</mark>" in marked_html(drawn, "La red aprende pesos $w_")
    assert "<mark>La red aprende</mark> pesos" in marked_html(drawn, "La red aprende pe")
    assert marked_html(drawn, "Nada de eso está aquí") == drawn
    assert marked_html(drawn, "") == drawn
    assert marked_html(drawn, "La") == drawn


@given(st.text(), st.text())
def test_marks_are_all_that_is_added_and_nothing_of_the_quotation(text: str, quote: str) -> None:
    for asked in (quote, text, '<img src=x onerror="hurt()">' + text):
        drawn = markdown_html(text + asked)
        said = marked_html(drawn, asked)
        assert said.replace("<mark>", "").replace("</mark>", "") == drawn
        assert "".join(PIECE.findall(drawn)) == drawn
