import asyncio

import pytest

from agent import Assistant
from agent.serving.server import free_port
from corpus import Settings
from retrieval import Retriever
from tests.benchmarks.crowd import EchoModel, crowd, mixed
from ui.page import serving

pytestmark = pytest.mark.slow


def test_fifty_students_at_once_get_their_own_answers(
    retriever: Retriever, settings: Settings
) -> None:
    with (
        Assistant(retriever, settings, model=EchoModel(script=[])) as assistant,
        serving(assistant, free_port(0)) as url,
    ):
        heard = asyncio.run(crowd(url, 50))
        assert [one.name for one in heard if one.failed or one.name not in one.text] == []
        assert mixed(heard) == []
        listed = assistant.conversations.listed()
        assert len(listed) == 50
        assert all(one.turns == 1 for one in listed)
