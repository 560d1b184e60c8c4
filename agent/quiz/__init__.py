"""The quiz: items written by the model and checked by code, grading, spaced review, Anki."""

from agent.quiz.anki import Exported, export
from agent.quiz.checks import faults
from agent.quiz.grading import Grade, Source, grade_choice, grade_short
from agent.quiz.items import Item, choice_item, corrected, short_item, text_behind
from agent.quiz.review import ClassProgress, Review
from agent.quiz.store import Pending, QuizStore
from agent.quiz.writing import Written, write_items

__all__ = [
    "ClassProgress",
    "Exported",
    "Grade",
    "Item",
    "Pending",
    "QuizStore",
    "Review",
    "Source",
    "Written",
    "choice_item",
    "corrected",
    "export",
    "faults",
    "grade_choice",
    "grade_short",
    "short_item",
    "text_behind",
    "write_items",
]
