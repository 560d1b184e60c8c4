"""The second reading of an item: the model, which is not told the right option, must find it.

Whether it also finds it without the passage is written down with the item and decides nothing: a
question that can be answered by knowing the field may still be a good one.
"""

import random

import openai

from agent.drafting import said_by
from agent.enriching import shown
from agent.prompts import prompt
from agent.quiz.items import LETTERS, Item
from retrieval.passages import Passage


def supported(client: openai.OpenAI, model: str, item: Item, passage: Passage) -> bool:
    """Whether the model, shown passage and question anew, finds the answer there."""
    if item.kind == "choice":
        asked, right = lettered(item)
        return chosen(client, model, "quiz_choose", f"{shown(passage)}\n\n{asked}") == right
    asked = f"{shown(passage)}\n\nPregunta: {item.question}\nRespuesta: {item.answer}"
    choice = {"choice": ["sí", "no"]}
    return said_by(client, model, prompt("quiz_judge"), asked, structured_outputs=choice) == "sí"


def guessed(client: openai.OpenAI, model: str, item: Item) -> bool | None:
    """Whether the model finds the right option without the passage; None if there are none."""
    if item.kind != "choice":
        return None
    asked, right = lettered(item)
    return chosen(client, model, "quiz_guess", asked) == right


def chosen(client: openai.OpenAI, model: str, name: str, asked: str) -> str:
    """The letter that the model chooses, under the prompt `name`."""
    choice = {"choice": list(LETTERS)}
    return said_by(client, model, prompt(name), asked, structured_outputs=choice)


def lettered(item: Item) -> tuple[str, str]:
    """The question with its options in another order, and the letter of the right one."""
    options = random.Random(item.id).sample(item.options, len(item.options))
    lines = [f"{letter}) {option}" for letter, option in zip(LETTERS, options, strict=True)]
    return "\n".join([f"Pregunta: {item.question}", *lines]), LETTERS[options.index(item.answer)]
