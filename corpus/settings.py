"""Every setting of the program, in one place.

A setting is read, in order of precedence, from the constructor, from the environment
(``AYUDANTE_`` and the field's name in capitals), then from the default written here. A variable
that starts with ``AYUDANTE_`` and names no setting is an error, because a misspelt setting that
is ignored in silence costs somebody an evening.
"""

import os
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from corpus.errors import InputError

PREFIX = "AYUDANTE_"
EMBEDDED_FLOOR = 0.5  # docs/decisions.md, "When the course does not say"
LEXICAL_WEIGHT = 0.3  # docs/decisions.md, "Fusion"
EMBEDDED = "embedded"  # the model that comes as ordinary Python packages


class Settings(BaseSettings):
    """Settings of the retriever, the assistant and the page; immutable once made."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    course_name: str = Field(
        "CC6204 Deep Learning de la Universidad de Chile",
        min_length=1,
        max_length=120,
        description="the course, as the page, the prompt and the Anki deck call it",
    )
    contact: str = Field(
        "",
        max_length=200,
        description="whom students write to about what the course does not say: an address, a "
        "name; by default the teaching staff in the course's forum",
    )

    index: Path = Field(Path(".ayudante/index"), description="folder of the index")
    cache: Path = Field(
        default_factory=lambda: user_cache_path("ayudante"),
        description="folder for converted models and for the indexes of evaluations",
    )

    ocr: bool = Field(True, description="read pages that are only pictures, if Tesseract is there")
    vision_url: str | None = Field(
        None, description="an OpenAI-compatible server that describes those pages; off by default"
    )
    vision_model: str = Field("", description="the name under which it serves its model")
    vision_key: str = Field("none", description="its key")

    embedding_model: str = Field(
        EMBEDDED, description="'embedded', a hub id, or a folder in sentence-transformers layout"
    )
    lexical_weight: float = Field(
        LEXICAL_WEIGHT, ge=0, description="weight of normalised BM25 beside the cosine"
    )
    reranker: str | None = Field(
        None, description="a cross-encoder that reads the first places again: hub id or folder"
    )
    reranker_url: str | None = Field(
        None, description="a server that does so, with vLLM's /rerank; it serves `reranker`"
    )
    reranker_key: str = Field("none", description="its key")
    enrich: bool = Field(
        True, description="chat writes students' questions of each passage while nobody asks"
    )

    llm: str = Field(EMBEDDED, description="'embedded', a hub id, or a folder of transformers")
    llm_url: str | None = Field(None, description="an OpenAI-compatible server that already runs")
    llm_key: str = Field("none", description="its key")
    llm_port: int = Field(0, ge=0, le=65535, description="port of our server; 0 takes a free one")
    llm_context: int = Field(8192, ge=2048, description="longest prompt plus answer, in tokens")
    llm_start_seconds: float = Field(900, gt=0, description="longest wait for the server's start")
    llm_read_seconds: float = Field(25, gt=0, description="longest silence within an answer")

    passages_shown: int = Field(
        2, ge=1, le=20, description="passages of a search shown to the model"
    )
    answer_tokens: int = Field(350, ge=50, description="longest answer, in tokens")
    tool_calls: int = Field(3, ge=1, description="tool calls allowed for one question")
    evidence_floor: float | None = Field(
        None,
        ge=0,
        le=1,
        description="a probability of an answer below this means that the course does not say; by "
        f"default {EMBEDDED_FLOOR} with the embedded embedding model and 0 with another",
    )
    conversations: Path = Field(
        Path(".ayudante/conversations.sqlite"), description="file of the conversations"
    )
    quiz: Path = Field(
        Path(".ayudante/quiz.sqlite"), description="file of the quiz items and their reviews"
    )
    users: Path = Field(
        Path(".ayudante/users.json"), description="file of the accounts of the page"
    )

    log: str | None = Field(
        None, description="file that gets an event of the page a line, as JSON; '-' is stderr"
    )
    log_text: bool = Field(False, description="whether what students write may be in it")
    metrics_key: str | None = Field(
        None, min_length=16, description="who knows it reads the page's /metrics; else nobody does"
    )

    @field_validator("index", "cache", "conversations", "quiz", "users", mode="before")
    @classmethod
    def not_empty(cls, path: Any) -> Any:
        """An empty path would be the current folder, which nobody means."""
        if not str(path).strip() or path == Path():
            raise ValueError("está vacío")
        return path

    @property
    def floor(self) -> float:
        """The evidence floor in force."""
        if self.evidence_floor is not None:
            return self.evidence_floor
        return EMBEDDED_FLOOR if self.embedding_model == EMBEDDED else 0.0

    @classmethod
    def load(cls, **given: Any) -> "Settings":
        """Settings from `given` (``None`` values are left out) and the environment.

        Raises:
            InputError: for an unknown or invalid setting, naming it.
        """
        known = {PREFIX + name.upper() for name in cls.model_fields}
        unknown = sorted(
            name for name in os.environ if name.startswith(PREFIX) and name not in known
        )
        if unknown:
            raise InputError(
                f"No existe el ajuste {', '.join(unknown)}. "
                f"Los ajustes son: {', '.join(sorted(known))}."
            )
        try:
            return cls(**{name: value for name, value in given.items() if value is not None})
        except ValidationError as error:
            first = error.errors()[0]
            name = PREFIX + "_".join(str(part) for part in first["loc"]).upper()
            raise InputError(
                f"El ajuste {name} no sirve: {first['msg'].removeprefix('Value error, ')}."
            ) from error
