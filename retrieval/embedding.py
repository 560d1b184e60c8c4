"""Embeddings: the meaning of a text as a unit vector, and of each of its pieces.

`SentenceEmbedder` wraps any sentence-transformers model: the embedded one, a folder, or a hub
id. Queries and passages get their own prompts, which E5 and its kind were trained with.
"""

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.errors import ModelUnavailable
from corpus.progress import Progress, silent
from corpus.settings import EMBEDDED
from retrieval import e5
from retrieval.packaged import blocks
from retrieval.threads import load_torch
from retrieval.together import Together

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]
Pieces = NDArray[np.int64]
QUERIES = 32  # in a batch
CHARACTERS = 4_000  # in a batch of passages: what a processor's cache holds; see docs/decisions.md
ON_A_GPU = 64_000  # not measured


@dataclass(frozen=True, slots=True)
class Encoding:
    """What the model makes of a text, in one pass.

    Attributes:
        vector: of the whole, unit, shape (dimension,), float32.
        pieces: numbers of its word pieces in the model's vocabulary, shape (pieces,), int64. The
            prompt and the marks of beginning and end are left out.
        tokens: one unit vector for each piece, in context, shape (pieces, dimension), float32.
    """

    vector: Vectors
    pieces: Pieces
    tokens: Vectors


class Embedder(Protocol):
    """Turns texts into unit vectors. `id` and `digest` name the model that does it."""

    id: str

    def __hash__(self) -> int:
        """By identity: what a model has computed may be remembered for it."""
        ...

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

    def encode_queries(self, texts: list[str]) -> list[Encoding]:
        """Vectors of queries and of their pieces."""
        ...

    def encode_passages(
        self, texts: list[str], progress: Progress = silent
    ) -> Iterator[tuple[int, Encoding]]:
        """Positions in `texts` and what the model makes of them, in whatever order is fastest."""
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
        self._embedded, self._encoded = Together(self._embed), Together(self._encode)

    @cached_property
    def model(self) -> "SentenceTransformer":
        """The loaded model; raises `ModelUnavailable` if it cannot be had."""
        load_torch()
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
        rows = [row for batch in batches(texts) for row in self._embedded(batch)]
        return np.array(rows, np.float32).reshape(len(texts), self.dimension)

    def _embed(self, texts: list[str]) -> list[Vectors]:
        """The unit vectors of a batch of queries."""
        rows: Vectors = self.model.encode_query(
            texts, batch_size=QUERIES, normalize_embeddings=True, show_progress_bar=False
        )
        return list(rows)

    def embed_passages(self, texts: list[str], progress: Progress = silent) -> Vectors:
        """Unit rows of shape (len(texts), dimension), float32."""
        rows = np.zeros((len(texts), self.dimension), np.float32)
        for batch in alike(texts, self._most, progress):
            with fastest():
                rows[batch] = self.model.encode_document(
                    [texts[at] for at in batch],
                    batch_size=len(batch),
                    normalize_embeddings=True,
                    show_progress_bar=False,
                )
        return rows

    def encode_queries(self, texts: list[str]) -> list[Encoding]:
        """Vectors of queries and of their pieces."""
        return [made for batch in batches(texts) for made in self._encoded(batch)]

    def _encode(self, texts: list[str]) -> list[Encoding]:
        """The encodings of a batch of queries."""
        made: Any = self.model.encode_query(
            texts, batch_size=QUERIES, output_value=None, show_progress_bar=False
        )
        return [self._encoding(features, "query") for features in made]

    def encode_passages(
        self, texts: list[str], progress: Progress = silent
    ) -> Iterator[tuple[int, Encoding]]:
        """Positions in `texts`, longest first, and what the model makes of them."""
        for batch in alike(texts, self._most, progress):
            with fastest():
                made: Any = self.model.encode_document(
                    [texts[at] for at in batch],
                    batch_size=len(batch),
                    output_value=None,
                    show_progress_bar=False,
                )
            for at, features in zip(batch, made, strict=True):
                yield at, self._encoding(features, "document")

    @property
    def _most(self) -> int:
        """Characters of passages in a batch, on this model's device."""
        return CHARACTERS if self.model.device.type == "cpu" else ON_A_GPU

    @cached_property
    def _marks(self) -> Pieces:
        """Pieces that are no words: beginning, end, padding."""
        return np.array(self.model.tokenizer.all_special_ids, np.int64)

    @cached_property
    def _prompt_pieces(self) -> dict[str, int]:
        """How many pieces the prompts of queries and passages take."""
        return {
            name: len(self.model.tokenizer(text or "", add_special_tokens=False)["input_ids"])
            for name, text in {"query": "", "document": "", **self.model.prompts}.items()
        }

    def _encoding(self, features: dict[str, "torch.Tensor"], prompt: str) -> Encoding:
        """A text's encoding from the model's output for it."""
        pieces = features["input_ids"].cpu().numpy().astype(np.int64)
        said = ~np.isin(pieces, self._marks)
        said &= features["attention_mask"].cpu().numpy().astype(bool)
        said[np.flatnonzero(said)[: self._prompt_pieces[prompt]]] = False
        tokens = features["token_embeddings"].float().cpu().numpy()[said]
        vector = features["sentence_embedding"].float().cpu().numpy()
        return Encoding(unit(vector), pieces[said], unit(tokens))


def batches(texts: list[str]) -> Iterator[list[str]]:
    """`texts` in passes of the model, between which those of other threads have their turn."""
    for start in range(0, len(texts), QUERIES):
        yield texts[start : start + QUERIES]


def alike(texts: list[str], most: int, progress: Progress) -> Iterator[list[int]]:
    """Batches of positions of `texts`, those of like length together, longest first.

    Each has up to `most` characters, counting every text as long as the batch's longest, as the
    model does; a longer text is a batch of its own.
    """
    order = sorted(range(len(texts)), key=lambda at: -len(texts[at]))
    start = 0
    while start < len(order):
        size = max(1, most // max(1, len(texts[order[start]])))
        yield order[start : start + size]
        start = min(start + size, len(order))
        progress("calculando embeddings", start, len(texts))


def unit(vectors: Vectors) -> Vectors:
    """`vectors`, along their last axis, at length 1 (float32); a zero stays a zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: Vectors = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return scaled


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
