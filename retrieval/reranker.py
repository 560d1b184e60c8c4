"""A second reader for the first places: a cross-encoder, which reads question and passage together.

It is the best judge of whether a passage answers a question and the slowest: some 16 s for twenty
passages on two cores, so it is off unless a setting names one. On a GPU it runs here
(`CrossEncoderReranker`) or on a server of its own (`RerankServer`, vLLM's ``/rerank``).
"""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import httpx
import numpy as np

from corpus.errors import ModelUnavailable
from corpus.settings import Settings
from retrieval.embedding import Vectors
from retrieval.threads import load_torch

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

BATCH = 16
SECONDS = 30.0


class Reranker(Protocol):
    """Says how well texts answer a question."""

    def scores(self, question: str, texts: Sequence[str]) -> Vectors:
        """One number for each text, the higher the better, shape (len(texts),), float32."""
        ...


class CrossEncoderReranker:
    """A sentence-transformers cross-encoder, loaded on first use.

    Args:
        model: a folder or a hub id.
    """

    def __init__(self, model: str) -> None:
        self._model = model

    @cached_property
    def model(self) -> "CrossEncoder":
        """The loaded model; raises `ModelUnavailable` if it cannot be had."""
        load_torch()
        from sentence_transformers import CrossEncoder

        if self._model.startswith(("/", ".", "~")) and not Path(self._model).is_dir():
            raise ModelUnavailable(f"No existe la carpeta {self._model} del modelo que reordena.")
        try:
            made: CrossEncoder = CrossEncoder(
                self._model, local_files_only=Path(self._model).is_dir()
            )
        except (OSError, ValueError) as error:
            raise ModelUnavailable(
                f"No se pudo cargar el modelo que reordena, {self._model}: "
                f"{str(error).strip().splitlines()[0]} Use una carpeta o un id que se pueda "
                "descargar, o quite AYUDANTE_RERANKER."
            ) from error
        return made

    def scores(self, question: str, texts: Sequence[str]) -> Vectors:
        """One number for each text; see `Reranker`."""
        pairs = [(question, text) for text in texts]
        made = self.model.predict(pairs, batch_size=BATCH, show_progress_bar=False)
        return np.asarray(made, np.float32)


class RerankServer:
    """A server with ``/rerank`` in the manner of vLLM, Jina and Cohere.

    Args:
        url: its address, up to ``/v1`` or without.
        model: the name under which it serves the model.
        key: the server's key, if it asks for one.
    """

    def __init__(self, url: str, model: str, key: str = "none") -> None:
        self._url, self._model, self._key = url.rstrip("/"), model, key

    def scores(self, question: str, texts: Sequence[str]) -> Vectors:
        """One number for each text; raises `ModelUnavailable` if the server does not give them."""
        found = np.full(len(texts), np.nan, np.float32)
        try:
            answer = httpx.post(
                f"{self._url}/rerank",
                json={"model": self._model, "query": question, "documents": list(texts)},
                headers={"Authorization": f"Bearer {self._key}"},
                timeout=SECONDS,
            ).raise_for_status()
            for one in answer.json()["results"]:
                found[one["index"]] = one["relevance_score"]
        except (httpx.HTTPError, ValueError, KeyError, IndexError, TypeError) as error:
            raise self._failed(str(error)) from error
        if np.isnan(found).any():
            raise self._failed("faltan pasajes en su respuesta")
        return found

    def _failed(self, reason: str) -> ModelUnavailable:
        return ModelUnavailable(
            f"El servidor que reordena, {self._url}, no respondió bien: {reason}. Revíselo, o "
            "quite AYUDANTE_RERANKER_URL para buscar sin él."
        )


def reranker_of(settings: Settings) -> Reranker | None:
    """What the settings name; None by default."""
    if settings.reranker_url:
        return RerankServer(settings.reranker_url, settings.reranker or "", settings.reranker_key)
    return CrossEncoderReranker(settings.reranker) if settings.reranker else None
