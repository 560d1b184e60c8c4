"""Passages go through the model in batches of like length."""

import pytest

from corpus.progress import silent
from retrieval.embedding import alike


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
