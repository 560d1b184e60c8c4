"""Passages go through the model in batches of like length."""

import threading
import time
from pathlib import Path

import numpy as np
import pytest

from corpus.progress import silent
from retrieval.embedding import QUERIES, Encoding, SentenceEmbedder, alike

NOTHING = np.zeros(1, np.float32)


@pytest.mark.parametrize(
    ("texts", "batches"),
    [
        ([], []),
        (["aaaa", "a", "aaa"], [[0, 2], [1]]),  # two of four characters would be eight
        (["a" * 50, "aa", "aa"], [[0], [1, 2]]),  # a text that is too long goes alone
        (["", ""], [[0, 1]]),
    ],
)
def test_a_batch_has_so_many_characters_with_its_padding(
    texts: list[str], batches: list[list[int]]
) -> None:
    assert list(alike(texts, 9, silent)) == batches


def test_many_queries_are_several_passes_between_which_others_have_their_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = SentenceEmbedder("embedded", tmp_path)
    passes: list[list[str]] = []

    def encode(texts: list[str]) -> list[Encoding]:
        passes.append(texts)
        if len(passes) == 1:  # someone asks while the first pass runs
            asking.start()
            while not model._encoded._waiting:
                time.sleep(0.001)
        return [Encoding(NOTHING, NOTHING.astype(np.int64), NOTHING[None]) for _ in texts]

    monkeypatch.setattr(model._encoded, "_compute", encode)
    asking = threading.Thread(target=model.encode_queries, args=(["¿qué es softmax?"],))
    questions = [f"pregunta {n}" for n in range(2 * QUERIES + 1)]
    assert len(model.encode_queries(questions)) == len(questions)
    asking.join(10)
    assert "¿qué es softmax?" in passes[1]
    assert max(map(len, passes)) <= QUERIES + 1
