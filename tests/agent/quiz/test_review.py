import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from agent.quiz import Grade, Pending, QuizStore, Review, Source, corrected, short_item
from agent.quiz.grading import POINTS, Result
from corpus import InputError
from retrieval import Filter
from tests.agent.quiz.examples import SOFTMAX, WRONG, choice

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
OTHER = replace(
    SOFTMAX, id="semana-05/clase-10.md#def", document="semana-05/clase-10.md", called="Clase 10"
)
FIRST = choice()
SECOND = short_item(OTHER, "¿Qué se resta?", "El máximo de los logits")


def grade(result: Result) -> Grade:
    return Grade(result, POINTS[result], "", Source(SOFTMAX.id, SOFTMAX.label, ""))


@pytest.fixture
def store(tmp_path: Path) -> QuizStore:
    store = QuizStore(tmp_path / "quiz" / "quiz.sqlite")
    assert store.add([FIRST, SECOND]) == 2
    return store


@pytest.fixture
def review(store: QuizStore) -> Review:
    return Review(store)


def test_right_answers_are_asked_at_growing_intervals(review: Review) -> None:
    now, waits = NOW, []
    for _ in range(5):
        then = review.answer("ana", FIRST.id, grade("right"), now)
        waits.append(then - now)
        now = then
    assert waits == sorted(waits)
    assert waits[0] == timedelta(minutes=10)
    assert waits[1] >= timedelta(days=1)
    assert waits[-1] > timedelta(days=30)


def test_a_wrong_answer_comes_back_soon_and_a_partly_right_one_sooner_than_a_right_one(
    review: Review,
) -> None:
    now = NOW
    for _ in range(3):
        now = review.answer("ana", FIRST.id, grade("right"), now)
    again = review.answer("ana", FIRST.id, grade("wrong"), now)
    assert again - now <= timedelta(minutes=10)
    waits = {
        result: review.answer(result, FIRST.id, grade(result), NOW) - NOW
        for result in ("wrong", "partly", "right")
    }
    assert waits["wrong"] < waits["partly"] < waits["right"]


def test_what_is_due_comes_first_then_what_is_new(review: Review) -> None:
    assert review.due("ana", NOW) == [FIRST, SECOND]
    then = review.answer("ana", FIRST.id, grade("right"), NOW)
    assert review.due("ana", NOW) == [SECOND]
    assert review.due("ana", then) == [FIRST, SECOND]
    assert review.due("ana", then, limit=1) == [FIRST]
    assert review.due("ana", then, within=Filter(classes=frozenset({10}))) == [SECOND]
    assert review.due("beto", NOW) == [FIRST, SECOND]


def test_a_reported_item_is_not_due_until_a_teacher_approves_it_again(
    review: Review, store: QuizStore
) -> None:
    then = review.answer("ana", FIRST.id, grade("wrong"), NOW)
    store.report(FIRST.id, "La B también es correcta ")
    store.report(FIRST.id, "no se entiende")
    assert review.due("ana", then + timedelta(days=1)) == [SECOND]
    assert review.due("beto", NOW) == [SECOND]
    (waiting,) = store.pending()
    assert waiting.item == FIRST
    assert waiting.reasons == ("La B también es correcta", "no se entiende")
    assert store.add([FIRST]) == 0
    assert store.items() == [SECOND]
    assert store.item(FIRST.id) == FIRST
    store.approve(FIRST.id)
    assert store.pending() == []
    assert review.due("ana", then + timedelta(days=1)) == [FIRST, SECOND]


def test_who_answered_a_reported_item_goes_on_when_it_was_put_right(
    review: Review, store: QuizStore
) -> None:
    then = review.answer("ana", FIRST.id, grade("wrong"), NOW)
    store.report(FIRST.id, "se lee mal")
    right = corrected(FIRST, "¿Cómo se lee mejor?", FIRST.answer, FIRST.wrong)
    store.approve(FIRST.id, right)
    assert store.cards("ana")[right.id].due == then
    assert [one.item_id for one in store.reviews("ana")] == [right.id]


def test_a_draft_is_asked_once_it_is_approved(store: QuizStore, review: Review) -> None:
    draft = choice(question="¿Qué truco evita infinitos?")
    assert store.propose([draft, FIRST]) == 1  # the other one is asked already, and stays so
    assert store.pending() == [Pending(draft, ())]
    assert draft not in store.items()
    assert draft not in review.due("ana", NOW)
    store.approve(draft.id)
    assert store.pending() == []
    assert store.items() == [FIRST, SECOND, draft]
    with pytest.raises(InputError, match="ya no espera"):
        store.approve(draft.id)


def test_a_discarded_draft_is_neither_asked_nor_written_again(store: QuizStore) -> None:
    draft = choice(question="¿Qué truco evita infinitos?")
    store.propose([draft])
    store.discard(draft.id)
    store.report(draft.id, "no sirve")  # by a student who still has it on the screen
    assert store.pending() == []
    assert store.items() == [FIRST, SECOND]
    assert draft.question in store.questions()
    assert store.propose([draft]) == 0
    with pytest.raises(InputError, match="ya no espera"):
        store.approve(draft.id)


def test_a_draft_is_put_right_before_it_is_asked(store: QuizStore) -> None:
    draft = choice(question="¿Qué truco evita infinitos?", answer="Sumar el máximo")
    store.propose([draft])
    right = corrected(draft, "¿Qué se resta a los logits?", "Su  máximo", WRONG, SOFTMAX.text)
    assert right.options[right.right or 0] == right.answer == "Su máximo"
    assert set(right.wrong) == set(WRONG)
    assert right.why in SOFTMAX.text
    assert right.why.startswith("Se resta el máximo")
    assert not draft.why.startswith("Se resta el máximo")
    store.approve(draft.id, right)
    assert store.items() == [FIRST, SECOND, right]
    assert store.item(right.id) == right


def test_a_correction_that_nothing_bears_out_cites_the_passage_as_it_is_now() -> None:
    left = replace(choice(), why="Esto decía la lámina antes.")
    right = corrected(left, "¿Qué?", "cebolla", WRONG, SOFTMAX.text)
    assert right.why
    assert right.why in SOFTMAX.text
    assert corrected(left, "¿Qué?", "cebolla", WRONG).why == left.why  # the passage is gone


def test_a_draft_cannot_become_what_is_asked_already(store: QuizStore) -> None:
    draft = choice(question="¿Qué truco evita infinitos?")
    store.propose([draft])
    with pytest.raises(InputError, match="ya está en el quiz"):
        store.approve(draft.id, corrected(draft, FIRST.question, FIRST.answer, FIRST.wrong))
    assert store.pending() == [Pending(draft, ())]
    assert store.items() == [FIRST, SECOND]


@pytest.mark.parametrize(
    ("question", "answer", "wrong", "said"),
    [
        ("  ", "a", ("b", "c", "d"), "Faltan"),
        ("¿Qué?", "", ("b", "c", "d"), "Faltan"),
        ("¿Qué?", "a", ("b", "c"), "Faltan"),
        ("¿Qué?", "a", ("b", "c", "d", "e"), "Faltan"),
        ("¿Qué?", "a", ("b", "Á", "d"), "lo mismo"),
    ],
)
def test_a_correction_leaves_a_whole_item(
    question: str, answer: str, wrong: tuple[str, ...], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        corrected(FIRST, question, answer, wrong)


def test_a_short_item_has_no_options_to_put_right() -> None:
    assert corrected(SECOND, SECOND.question, SECOND.answer).options == ()
    with pytest.raises(InputError, match="Faltan"):
        corrected(SECOND, SECOND.question, SECOND.answer, ("otra",))


def test_everything_survives_reopening(review: Review, store: QuizStore) -> None:
    then = review.answer("ana", FIRST.id, grade("partly"), NOW)
    store.report(SECOND.id, "mala")
    again = QuizStore(store.file)
    assert again.items() == [FIRST]
    assert again.pending() == [Pending(SECOND, ("mala",))]
    assert again.cards("ana")[FIRST.id].due == then
    (done,) = again.reviews("ana")
    assert (done.item_id, done.result, done.points, done.at) == (FIRST.id, "partly", 0.5, NOW)
    following = Review(again).answer("ana", FIRST.id, grade("right"), then)
    assert following == Review(store).store.cards("ana")[FIRST.id].due


def test_the_same_answers_give_the_same_dates(tmp_path: Path) -> None:
    dates = []
    for name in ("a", "b"):
        store = QuizStore(tmp_path / name)
        store.add([FIRST])
        now = NOW
        for result in ("right", "right", "partly", "wrong", "right", "right"):
            now = Review(store).answer("ana", FIRST.id, grade(result), now)
        dates.append(now)
    assert dates[0] == dates[1]


def test_progress_goes_by_class(review: Review, store: QuizStore) -> None:
    store.add([choice(question="¿Qué truco evita infinitos?")])
    then = review.answer("ana", FIRST.id, grade("right"), NOW)
    review.answer("ana", SECOND.id, grade("wrong"), NOW)
    four, ten = review.progress("ana", NOW)
    assert (four.label, four.items, four.seen, four.right, four.due) == ("Clase 4", 2, 1, 1, 0)
    assert (ten.label, ten.items, ten.seen, ten.right, ten.due) == ("Clase 10", 1, 1, 0, 0)
    assert [one.due for one in review.progress("ana", then)] == [1, 1]
    assert [one.seen for one in review.progress("beto")] == [0, 0]


def test_times_are_kept_in_utc_and_one_without_a_zone_is_refused(review: Review) -> None:
    santiago = NOW.astimezone(timezone(timedelta(hours=-3)))
    assert review.answer("ana", FIRST.id, grade("right"), santiago).tzinfo == UTC
    assert review.store.reviews("ana")[0].at == NOW
    with pytest.raises(ValueError, match="time zone"):
        review.due("ana", datetime(2026, 3, 2))
    with pytest.raises(ValueError, match="time zone"):
        review.answer("ana", FIRST.id, grade("right"), datetime(2026, 3, 2))


def test_what_is_not_there_is_one_clear_error(review: Review, store: QuizStore) -> None:
    with pytest.raises(InputError, match="No existe la pregunta x"):
        review.answer("ana", "x", grade("right"), NOW)
    with pytest.raises(InputError, match="No existe la pregunta x"):
        store.report("x", "mala")
    with pytest.raises(InputError, match="seudónimo"):
        review.answer(" ", FIRST.id, grade("right"), NOW)
    assert store.reviews("ana") == []


def test_a_file_that_is_no_database_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "quiz").write_text("no es una base de datos, por más que se mire")
    with pytest.raises(InputError, match="No se puede usar el archivo del quiz"):
        QuizStore(tmp_path / "quiz").items()


def test_items_are_filtered_by_the_part_of_the_course(store: QuizStore) -> None:
    assert store.items(Filter(classes=frozenset({4}))) == [FIRST]
    assert store.items(Filter(documents=frozenset({"CLASE-10"}))) == [SECOND]
    assert store.items(Filter(kinds=frozenset({"lab"}))) == []


def test_answers_at_once_are_all_counted(review: Review, store: QuizStore) -> None:
    threads = [
        threading.Thread(target=review.answer, args=("ana", FIRST.id, grade("right"), NOW))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.reviews("ana")) == 8
    alone = QuizStore(store.file.with_name("alone.sqlite"))
    alone.add([FIRST])
    for _ in range(8):
        expected = Review(alone).answer("ana", FIRST.id, grade("right"), NOW)
    assert store.cards("ana")[FIRST.id].due == expected
