import asyncio

import gradio as gr
import pytest

from agent import Assistant
from corpus import InputError, Settings
from retrieval import Retriever
from tests.ui.test_watch import chat_of


@pytest.mark.parametrize("edited", ["x" * 5_000, "  "])
def test_an_edit_that_cannot_be_asked_leaves_the_conversation_as_it_was(
    retriever: Retriever, settings: Settings, edited: str
) -> None:
    chat = chat_of(Assistant(retriever, settings, use_model=False))
    stored = chat.site.assistant.conversations
    for question in ("¿Qué es softmax?", "¿y en código?"):
        stored.ask("ana", question)
    turn = stored.asked("ana")[0]

    async def edit() -> None:
        async for _ in chat.again(turn, edited, "ana", "explain", gr.Request()):
            pass

    with pytest.raises(InputError):
        asyncio.run(edit())
    assert len(stored.asked("ana")) == 2
