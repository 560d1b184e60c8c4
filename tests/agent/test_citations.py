import pytest

from agent.citations import Checked, checked, quote
from agent.sentences import PLACED
from corpus.document import numbered
from retrieval import Passage
from tests.conftest import WordsEmbedder

SOFTMAX = "La función softmax convierte los logits en probabilidades, como 0.5."
PERCEPTRON = "El perceptrón fue propuesto por Frank Rosenblatt en 1958.\nOtra línea."


def passage(number: int, text: str) -> Passage:
    return Passage(f"d#{number}", "d.pdf", "D", "Clase 1", (), text, numbered("page", number))


SHOWN = {1: passage(1, SOFTMAX), 2: passage(2, PERCEPTRON)}


def check(text: str) -> tuple[str, list[int]]:
    done = checked(text, SHOWN, WordsEmbedder())
    return done.text, [citation.marker for citation in done.citations]


def test_valid_markers_stay() -> None:
    assert check("Softmax da probabilidades [1].") == ("Softmax da probabilidades [1].", [1])


def test_markers_of_nothing_are_removed() -> None:
    answer, markers = check("El perceptrón es de Rosenblatt [7].")
    assert "[7]" not in answer
    assert markers == [2]


def test_a_sentence_without_marker_gets_the_passage_that_supports_it() -> None:
    answer, markers = check("El perceptrón fue propuesto por Rosenblatt en 1958. Sí.")
    assert answer == "El perceptrón fue propuesto por Rosenblatt en 1958 [2]. Sí."
    assert markers == [2]


def test_a_sentence_that_nothing_supports_stays_without() -> None:
    answer, markers = check(
        "Softmax convierte logits en probabilidades. Los dinosaurios comían helechos gigantes."
    )
    assert answer.endswith("Los dinosaurios comían helechos gigantes.")
    assert markers == [1]


def test_an_answer_always_cites_something() -> None:
    answer, markers = check("Rosenblatt.")
    assert (answer, markers) == ("Rosenblatt [2].", [2])


def test_code_and_formulas_are_left_alone() -> None:
    text = "Usa softmax así:\n```python\nx = logits[1] + probabilidades[9]\n```"
    answer, _ = check(text)
    assert "x = logits[1] + probabilidades[9]" in answer
    formula = "$$ p_{[9]} = 1 $$"
    assert formula in check(f"Los logits dan probabilidades softmax:\n{formula}")[0]


def test_several_markers_at_once() -> None:
    assert check("Softmax y perceptrón [1, 2].") == ("Softmax y perceptrón [1][2].", [1, 2])


def test_numbers_with_points_do_not_break_sentences() -> None:
    answer, _ = check("La función softmax convierte los logits 0.5 en probabilidades.")
    assert answer == "La función softmax convierte los logits 0.5 en probabilidades [1]."


def test_a_quote_is_an_exact_span() -> None:
    text = PERCEPTRON
    found = quote("¿En qué año propuso Rosenblatt el perceptrón?", text)
    assert found == "El perceptrón fue propuesto por Frank Rosenblatt en 1958."
    assert found in text


def test_nothing_shown_cites_nothing() -> None:
    assert checked("Hola [1].", {}, WordsEmbedder()) == Checked("Hola.", ())


@pytest.mark.parametrize(
    "text",
    [
        "El intervalo [0, 1] contiene a todas las probabilidades.",
        "Compara `x.shape[0]` con `x.shape[1]` antes.",
        "En $[0, 1]$ vive la salida.",
        "Nada... y luego .5 de .gitignore",
    ],
)
def test_what_is_no_marker_is_left_exactly_as_it_is(text: str) -> None:
    answer, _ = check(f"Softmax da probabilidades [1]. {text}")
    assert PLACED.sub("", answer) == f"Softmax da probabilidades. {text}"


def test_of_a_small_model_only_what_keeps_to_the_wording_is_vouched_for() -> None:
    said = "La función softmax convierte los logits en probabilidades [1]. Softmax da logits [1]."
    done = checked(said, SHOWN, WordsEmbedder(), "es")
    assert done.text == (
        "La función softmax convierte los logits en probabilidades [1]. Softmax da logits."
    )
    assert [one.marker for one in done.citations] == [1]
    assert checked("Softmax da logits [1].", SHOWN, WordsEmbedder(), "es").citations == ()


def test_the_marker_of_a_tables_row_stays_in_its_last_cell() -> None:
    row = "| La función softmax | convierte los logits en probabilidades |"
    assert check(f"| función | qué hace |\n| --- | --- |\n{row}")[0].endswith(
        "convierte los logits en probabilidades [1] |"
    )


def test_a_marker_gives_way_to_the_passage_whose_wording_is_kept() -> None:
    twin = passage(2, "La función softmax transforma en probabilidades los logits, como 0.5.")
    shown = {1: twin, 2: SHOWN[1]}
    said = "La función softmax convierte los logits en probabilidades, como 0.5 [1]."
    done = checked(said, shown, WordsEmbedder(), "es")
    assert done.text == said.replace("[1]", "[2]")
    assert checked(said, shown, WordsEmbedder()).text == said


def test_what_is_said_in_another_language_than_the_passages_cannot_keep_to_their_wording() -> None:
    said = "Softmax makes logits into 0.5 [1]."
    assert checked(said, SHOWN, WordsEmbedder(), "en") == checked(said, SHOWN, WordsEmbedder())
    assert checked("Hello.", SHOWN, WordsEmbedder(), "en").citations
