from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent.quiz import Item, QuizStore, choice_item
from corpus import InputError, Settings
from retrieval import Retriever
from ui.cli import app
from ui.practice import letter


@pytest.fixture
def stored(
    retriever: Retriever, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> QuizStore:
    """A quiz of one item over the small course, whose retriever the commands open."""
    monkeypatch.setenv("AYUDANTE_QUIZ", str(tmp_path / "quiz.sqlite"))
    monkeypatch.setattr(Retriever, "open", lambda **_: retriever)
    passage = next(one for one in retriever.public if "probabilidades" in one.text)
    wrong = ("imágenes en texto", "pesos en sesgos", "gradientes en datos")
    item = choice_item(passage, "¿Qué hace softmax?", "logits en probabilidades", wrong)
    store = QuizStore(tmp_path / "quiz.sqlite")
    store.add([item])
    return store


def test_practising_grades_at_once_and_says_when_it_comes_back(stored: QuizStore) -> None:
    item = stored.items()[0]
    assert item.right is not None
    right = "abcd"[item.right]
    runner = CliRunner()
    said = runner.invoke(app, ["quiz", "practise", "--student", "ana"], input=f"{right}\n")
    assert "¿Qué hace softmax?" in said.output
    assert "✔" in said.output
    assert "vuelve el" in said.output
    again = runner.invoke(app, ["quiz", "practise", "--student", "ana"])
    assert "✔" not in again.output
    progress = runner.invoke(app, ["quiz", "progress", "--student", "ana"])
    assert "1 de 1 vistas, 1 acertadas" in progress.output


def test_a_reported_item_is_not_asked_again(stored: QuizStore) -> None:
    runner = CliRunner()
    runner.invoke(app, ["quiz", "report", stored.items()[0].id, "tiene dos correctas"])
    assert stored.items() == []
    assert isinstance(runner.invoke(app, ["quiz", "export", "x.apkg"]).exception, InputError)


def test_drafts_are_approved_one_by_one_or_all_at_once(stored: QuizStore) -> None:
    def draft(question: str) -> Item:
        return replace(stored.items()[0], id=question, question=question)

    runner = CliRunner()
    assert "No hay nada por aprobar" in runner.invoke(app, ["quiz", "approve"]).output
    stored.propose([draft(name) for name in "abcde"])
    waiting = runner.invoke(app, ["quiz", "practise", "--student", "x"], input="a\n" * 9)
    assert waiting.output.count("¿Qué hace softmax?") == 1
    said = runner.invoke(app, ["quiz", "approve"], input="a\nd\n\na\ns\n")
    assert "Respuesta: " in said.output
    assert "«" in said.output
    assert "En el quiz: 3. Por aprobar: 2." in said.output
    assert [one.question for one in stored.items()][1:] == ["a", "d"]
    assert [one.item.question for one in stored.pending()] == ["c", "e"]
    stored.report("a", "tiene dos correctas")
    runner.invoke(app, ["quiz", "approve", "--all"])  # but not what was reported
    assert [one.question for one in stored.items()][1:] == ["c", "d", "e"]
    said = runner.invoke(app, ["quiz", "approve"], input="a\n")
    assert "Avisaron: tiene dos correctas" in said.output
    assert [one.question for one in stored.items()][1:] == ["a", "c", "d", "e"]


def test_with_nothing_to_practise_it_says_what_to_do(stored: QuizStore) -> None:
    (item,) = stored.items()
    stored.report(item.id, "mala")
    stored.discard(item.id)
    runner = CliRunner()
    assert "ayudante quiz write" in runner.invoke(app, ["quiz", "practise"]).output
    stored.propose([replace(item, id="otra")])
    assert "Por aprobar: 1." in runner.invoke(app, ["quiz", "practise"]).output


def test_a_letter_means_an_option() -> None:
    assert letter(" B)", 4) == 1
    for said in ("", "z", "d"):
        with pytest.raises(InputError, match="de a a c"):
            letter(said, 3)
