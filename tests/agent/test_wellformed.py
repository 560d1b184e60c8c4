import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.wellformed import FENCE, WINDOW, beginning, circles, closed, mended, whole


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("Una frase. Otra que se cor", "Una frase."),
        ("Una sola que se cor", "Una sola que se cor…"),
        ("Todo bien [1].", "Todo bien [1]."),
        ("Mira:\n```python\nx = 1", "Mira:\n```python\nx = 1\n```"),
        ("Vale así. La fórmula es $$ x = \\frac{1}{2", "Vale así."),
        ("Vale así. La fórmula es $x = 2", "Vale así."),
        ("Vale así. Es \\( x ", "Vale así."),
        ("Vale $x$ y $y$.", "Vale $x$ y $y$."),
        ("", ""),
    ],
)
def test_an_answer_ends_well(written: str, left: str) -> None:
    assert whole(written) == left


@given(st.text(alphabet="ab .$`\n\\()[]", max_size=80))
def test_code_and_formulas_always_close(text: str) -> None:
    done = whole(text)
    assert closed(done) or FENCE.search(done)
    assert len(FENCE.findall(done)) % 2 == 0


def test_going_in_circles_is_seen() -> None:
    phrase = "y por eso la red aprende mejor que antes con los datos, "
    assert circles(phrase * 2) is None
    at = circles(phrase * 5)
    assert at is not None
    assert at <= len(phrase) * 2 + WINDOW
    assert circles(" ".join(f"La palabra {at} dice algo distinto." for at in range(99))) is None


@pytest.mark.parametrize(
    ("cut", "closed_again"),
    [
        ("a\n```python\nx = 1", "a\n```python\nx = 1\n```"),
        ("a\n$$\nx = 1", "a\n$$\nx = 1\n$$"),
        ("a\n\\[\nx = 1", "a\n\\[\nx = 1\n\\]"),
        ("a $x$ b", "a $x$ b"),
        ("$$x$$\n\n```\ny\n```", "$$x$$\n\n```\ny\n```"),
    ],
)
def test_a_block_that_was_cut_is_closed(cut: str, closed_again: str) -> None:
    assert mended(cut) == closed_again


def test_a_sentence_is_known_by_its_beginning() -> None:
    assert beginning("Una frase\n corta.") == "Una frase corta."
    long = "La softmax reparte la unidad entre las clases según sus logits y nunca da un cero."
    assert beginning(long) == "La softmax reparte la unidad entre las clases según sus logits y …"
    formula = (
        "La derivada de la pérdida respecto de un logit es $p_i - y_i + 0 + 0 + 0 + 0$ siempre."
    )
    assert beginning(formula) == "La derivada de la pérdida respecto de un logit es …"
    assert beginning("$" + "x + " * 30 + "x$") == "…"
