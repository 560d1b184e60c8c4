import pytest

from retrieval.lexical import LexicalIndex, glossary, tokens
from retrieval.wording import rows, standard


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("xq no converge", "porque no converge"),
        ("kien invento la atencion?", "quién invento la atencion?"),
        ("usa `np.exp(z)` y $x^2$", "usa `np.exp(z)` y $x^2$"),
        ("oye", "oye"),  # nothing would be left of it
    ],
)
def test_chat_spelling_is_written_out_and_the_rest_stays(written: str, meant: str) -> None:
    assert standard(written) == meant


def test_a_term_is_found_under_its_name_in_the_other_language() -> None:
    index = LexicalIndex.build(["evitar el sobreajuste", "descenso de gradiente", "otra cosa"])
    assert index.scores("overfitting").argmax() == 0
    assert index.scores("gradient descent").argmax() == 1
    assert 0 < index.scores("overfitting")[0] <= 1


def test_its_own_name_wins_over_a_translation() -> None:
    index = LexicalIndex.build(["sobreajuste", "overfitting", "otra cosa"])
    assert index.scores("overfitting").argmax() == 1
    assert index.scores("sobreajuste").argmax() == 0


def test_an_unknown_word_is_found_under_a_near_spelling() -> None:
    index = LexicalIndex.build(["la dimensión", "otra cosa", "nada"])
    right, wrong = index.scores("dimension"), index.scores("dimencion")
    assert wrong.argmax() == 0
    assert wrong[0] == pytest.approx(right[0])
    assert not index.scores("xyzzyx").any()


def test_the_lists_are_whole() -> None:
    chat = list(rows("chat.tsv"))
    assert len({left for left, _ in chat}) == len(chat)
    for spanish, english in rows("glossary.tsv"):
        assert all(name.strip() for name in f"{spanish}; {english}".split("; "))
    assert glossary().expand(tokens("overfitting"))["overfitting"]["sobreajust"] == 0.8
