"""Telling the language of a text, also when many ask at once."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from corpus.language import guessed

SAID = {
    "¿por qué se divide por la raíz de la dimensión?": "es",
    "what is the learning rate of the second lab?": "en",
    "la retropropagación y los gradientes de una capa": "es",
}


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads give way to one another as often as can be."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def test_many_threads_tell_languages_at_once(restless: None) -> None:
    texts = [*SAID] * 1_000
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(guessed, texts)) == [SAID[text] for text in texts]
