from pathlib import Path

import pytest

from agent.corrections import FILE, add_answer
from corpus import InputError, Settings
from retrieval import Retriever


def test_an_answer_of_the_staff_is_found_from_then_on(
    course: Path, retriever: Retriever, settings: Settings
) -> None:
    question = "¿Se puede usar calculadora en el examen?"
    after = add_answer(question, "Sí, una que no sea programable.", retriever, settings)
    after = add_answer("¿Hay clase el viernes santo?", "# No\nEs feriado.", after, settings)
    best = after.search(question, 1)[0].passage
    assert best.document == FILE
    assert "programable" in best.text
    assert (course / FILE).read_text().startswith("# Respuestas del equipo docente\n\n## ¿Se puede")
    assert "### No" in (course / FILE).read_text()


@pytest.mark.parametrize(("question", "answer"), [("", "x"), ("¿?", ""), ("¿?", "x" * 9_000)])
def test_an_empty_or_endless_answer_is_refused(
    retriever: Retriever, settings: Settings, question: str, answer: str
) -> None:
    with pytest.raises(InputError):
        add_answer(question, answer, retriever, settings)
