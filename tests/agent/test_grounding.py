import pytest

from agent.grounding import numbers_of, telling
from agent.wellformed import closed
from tests.conftest import WordsEmbedder

TEXT = """Con logits muy grandes la exponencial se desborda.

La cura usa que solo importan las diferencias entre logits:

$$
p_i = \\frac{e^{z_i - m}}{\\sum_j e^{z_j - m}}.
$$

Por eso se resta el máximo de los logits antes de la exponencial.

```python
z = z - z.max()
p = z.exp() / z.exp().sum()
```
"""


def test_what_is_quoted_has_formulas_and_code_whole() -> None:
    for most in range(1, 8):
        for question in ("¿Por qué importan las diferencias?", "resta el máximo", "z.exp() sum"):
            said = telling(question, TEXT, WordsEmbedder(), most)
            assert said in TEXT
            assert closed(said), said


def test_what_is_quoted_does_not_stop_before_the_formula_that_it_announces() -> None:
    said = "El softmax se satura y aprende poco. Al dividir por la raíz,"
    text = f"{said}\n\n$$\nx = 1\n$$\n\nqueda bien."
    assert telling("¿por qué dividir?", text, WordsEmbedder(), 2).endswith("$$\nx = 1\n$$")


def test_what_is_quoted_tells_most_about_the_question() -> None:
    assert telling("se desborda la exponencial", TEXT, WordsEmbedder(), 1) == TEXT.split("\n")[0]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Los tipos son tres.", {"3"}),
        ("hay (dos), o cinco", {"2", "5"}),
        ("vale 0,5 o 12.", {"0.5", "12"}),
        ("tresillo y _dos_", {"2"}),
    ],
)
def test_a_number_is_seen_beside_punctuation(text: str, numbers: set[str]) -> None:
    assert numbers_of(text) == numbers
