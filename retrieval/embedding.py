"""Embeddings: the meaning of a text as a unit vector.

`SentenceEmbedder` wraps any sentence-transformers model: the embedded one, a folder, or a hub
id. Queries and passages get their own prompts, which E5 and its kind were trained with.
"""

import hashlib
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.errors import ModelUnavailable
from corpus.progress import Progress, silent
from corpus.settings import EMBEDDED
from retrieval import e5
from retrieval.packaged import blocks

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]
BATCH = 32


class Embedder(Protocol):
    """Turns texts into unit vectors. `id` and `digest` name the model that does it."""

    id: str

    @property
    def digest(self) -> str:
        """Changes when the model's weights do."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    def embed_queries(self, texts: list[str]) -> Vectors:
        """Unit rows of shape (len(texts), dimension)."""
        ...

    def embed_passages(self, texts: list[str], progress: Progress = silent) -> Vectors:
        """Unit rows of shape (len(texts), dimension)."""
        ...


class SentenceEmbedder:
    """A sentence-transformers model, loaded on first use.

    Args:
        model: ``embedded``, a folder, or a hub id.
        cache: where the embedded model is converted to.
        progress: shown while that happens.
    """

    def __init__(self, model: str, cache: Path, progress: Progress = silent) -> None:
        self.id = e5.NAME if model == EMBEDDED else model
        self._model, self._cache, self._progress = model, cache, progress

    @cached_property
    def model(self) -> "SentenceTransformer":
        """The loaded model; raises `ModelUnavailable` if it cannot be had."""
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()
        embedded = self._model == EMBEDDED
        if self._model.startswith(("/", ".", "~")) and not Path(self._model).is_dir():
            raise ModelUnavailable(f"No existe la carpeta {self._model} del modelo de embeddings.")
        source = str(e5.folder(self._cache, self._progress)) if embedded else self._model
        try:
            return SentenceTransformer(source, local_files_only=embedded)
        except (OSError, ValueError) as error:
            raise ModelUnavailable(
                f"No se pudo cargar el modelo de embeddings {self._model}: "
                f"{str(error).strip().splitlines()[0]} Use una carpeta, un id que se pueda "
                f"descargar, o --embedding-model {EMBEDDED}."
            ) from error

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the packaged file or of the folder's files, or the hub's commit."""
        if self._model == EMBEDDED:
            return e5.SHA256
        folder = Path(self._model)
        if folder.is_dir():
            whole = hashlib.sha256()
            for block in blocks(path for path in sorted(folder.rglob("*")) if path.is_file()):
                whole.update(block)
            return whole.hexdigest()
        config = getattr(self.model[0].auto_model, "config", None)
        return str(getattr(config, "_commit_hash", None) or "unknown")

    @cached_property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self.model.get_embedding_dimension() or 0)

    def embed_queries(self, texts: list[str]) -> Vectors:
        """Unit rows of shape (len(texts), dimension), float32."""
        rows: Vectors = self.model.encode_query(
            texts, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
        )
        return rows

    def embed_passages(self, texts: list[str], progress: Progress = silent) -> Vectors:
        """Unit rows of shape (len(texts), dimension), float32; texts of like length together."""
        rows = np.zeros((len(texts), self.dimension), np.float32)
        order = sorted(range(len(texts)), key=lambda at: -len(texts[at]))
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            with fastest():
                rows[batch] = self.model.encode_document(
                    [texts[at] for at in batch], normalize_embeddings=True, show_progress_bar=False
                )
            progress("calculando embeddings", start + len(batch), len(texts))
        return rows


def fastest() -> AbstractContextManager[object]:
    """Multiplies matrices in bfloat16 where the processor does so natively; elsewhere, as ever.

    For batches: it converts the weights each time. What it changes in a vector is in
    docs/decisions.md, “Embedding faster”.
    """
    import torch

    # older versions of torch lack it
    can: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    native = can.get("avx512_bf16") or can.get("amx_bf16")
    return torch.autocast("cpu", torch.bfloat16, enabled=bool(native))
