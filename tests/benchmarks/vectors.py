"""Vectors kept on disk by the text's digest, so that a second run embeds nothing again."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from corpus.document import digest
from corpus.progress import Progress, silent
from retrieval.embedding import Embedder, Encoding, Vectors

BATCH = 512  # texts between two writes: what an interrupted run loses at most


class CachedEmbedder:
    """An embedder that embeds a text once; it has the id and the digest of the one within.

    Args:
        embedder: what embeds new texts.
        cache: folder of the vectors, in one file for all models.
    """

    def __init__(self, embedder: Embedder, cache: Path) -> None:
        self.id, self._embedder = embedder.id, embedder
        cache.mkdir(parents=True, exist_ok=True)
        self._file = sqlite3.connect(cache / "vectors.sqlite", timeout=60)
        self._file.execute("CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, row BLOB)")

    @property
    def digest(self) -> str:
        """Changes when the model's weights do."""
        return self._embedder.digest

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._embedder.dimension

    def embed_queries(self, texts: list[str]) -> Vectors:
        """Unit rows of shape (len(texts), dimension)."""
        return self._embedded(texts, "query", self._embedder.embed_queries, silent)

    def embed_passages(self, texts: list[str], progress: Progress = silent) -> Vectors:
        """Unit rows of shape (len(texts), dimension)."""
        return self._embedded(texts, "passage", self._embedder.embed_passages, progress)

    def encode_queries(self, texts: list[str]) -> list[Encoding]:
        """As the embedder within does; not kept, for pieces are large."""
        return self._embedder.encode_queries(texts)

    def encode_passages(
        self, texts: list[str], progress: Progress = silent
    ) -> Iterator[tuple[int, Encoding]]:
        """As the embedder within does; not kept, for pieces are large."""
        return self._embedder.encode_passages(texts, progress)

    def _embedded(
        self,
        texts: list[str],
        kind: str,
        embed: Callable[[list[str]], Vectors],
        progress: Progress,
    ) -> Vectors:
        """The vectors of `texts`, those that are not in the file made by `embed` and put there."""
        keys = [digest(f"{self.digest}\n{kind}\n{text}".encode()) for text in texts]
        new = dict(zip(keys, texts, strict=True))
        for key in keys:
            if key in new and self._row(key) is not None:
                del new[key]
        items = list(new.items())
        for start in range(0, len(items), BATCH):
            batch = items[start : start + BATCH]
            rows = embed([text for _, text in batch])
            blobs = [(key, row.tobytes()) for (key, _), row in zip(batch, rows, strict=True)]
            with self._file:
                self._file.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", blobs)
            progress("embedding", start + len(batch), len(items))
        found = [np.frombuffer(self._row(key) or b"", np.float32) for key in keys]
        return np.stack(found)

    def _row(self, key: str) -> bytes | None:
        """What the file has under `key`."""
        found = self._file.execute("SELECT row FROM vectors WHERE key = ?", (key,)).fetchone()
        return found[0] if found else None
