from agent.conversations import Turn
from agent.insights import insights
from retrieval import Retriever

HERE = "Clase 4, § Definición"


def turn(number: int, question: str, status: str | None = "answered", **more: object) -> Turn:
    base = {"answer": "…", "asked_at": f"2026-10-0{number} 10:00:00", "seconds": float(number)}
    return Turn(number, question, status=status, **{**base, **more})  # type: ignore[arg-type]


def test_what_the_questions_say(retriever: Retriever) -> None:
    turns = [
        turn(1, "¿Qué hace softmax?", about=(HERE, "Lab 2, celda 2"), feedback=1),
        turn(2, "¿Qué son las redes de grafos?", "not_in_materials", about=("Lab 2, celda 2",)),
        turn(3, "qué son las redes de grafos", "not_in_materials", about=("Lab 2, celda 2",)),
        turn(4, "¿Quién ganó el partido?", "off_topic"),
        turn(5, "¿Por qué se resta el máximo?", evidence=0.55, about=("Clase 4, § Definición",)),
        turn(6, "¿Qué es un logit?", feedback=-1, comment="no era eso"),
        turn(7, "se cayó", None, seconds=None),
    ]
    said = insights(turns, retriever.index.passages, retriever.embedder)
    assert said.questions == 7
    assert said.by_status["lost"] == 1
    assert [(one.times, one.near) for one in said.unanswered] == [(2, "Lab 2, celda 2")]
    assert {one.question for one in said.weak} == {
        "¿Por qué se resta el máximo?",
        "¿Qué es un logit?",
    }
    assert said.topics == {"Clase 4": 2, "Lab 2": 1}
    assert said.useful == (1, 1)
    assert said.comments == ("no era eso",)
    assert said.slow[0].question == "¿Qué es un logit?"
    assert said.to_dict()["questions"] == 7


def test_nothing_asked_is_no_error(retriever: Retriever) -> None:
    said = insights([], retriever.index.passages, retriever.embedder)
    assert (said.questions, said.unanswered, said.seconds) == (0, (), (0.0, 0.0))
