"""Figures of one page for Prometheus, and its questions in the log; neither says who or what.

Each page has a registry of its own, so several in one process do not mix. Where a figure is a
state (`model_up`), it is looked at when somebody asks.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from hmac import compare_digest

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from agent import Answer, Assistant
from agent.events import Event, Mode, SearchStep
from corpus.errors import AyudanteError
from ui.logs import SAID, log

ANSWER_BUCKETS = (0.25, 0.5, 1, 2, 3, 5, 8, 13, 20, 30, 60, 120)  # seconds; on a GPU and without
SEARCH_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
OPINIONS = {1: "up", -1: "down"}


class Watch:
    """What is counted of one page."""

    def __init__(self) -> None:
        own = self.registry = CollectorRegistry()
        self.answers = Counter(
            "ayudante_answers", "Questions answered.", ["status", "mode"], registry=own
        )
        self.errors = Counter(
            "ayudante_errors", "Questions that failed, or whose model did.", ["kind"], registry=own
        )
        self.first_token = Histogram(
            "ayudante_first_token_seconds",
            "From a question to the model's first word.",
            buckets=ANSWER_BUCKETS,
            registry=own,
        )
        self.total = Histogram(
            "ayudante_answer_seconds",
            "From a question to the end of its answer.",
            buckets=ANSWER_BUCKETS,
            registry=own,
        )
        self.searches = Histogram(
            "ayudante_search_seconds", "Searches.", buckets=SEARCH_BUCKETS, registry=own
        )
        self.opinions = Counter(
            "ayudante_feedback", "Opinions on answers, as given.", ["opinion"], registry=own
        )
        self.in_progress = Gauge(
            "ayudante_questions_in_progress", "Questions being answered.", registry=own
        )
        self.model_up = Gauge(
            "ayudante_model_up", "1 if a language model answers, 0 for extracts.", registry=own
        )
        self.passages = Gauge(
            "ayudante_index_passages", "Passages of the index in use.", registry=own
        )

    async def followed(
        self, assistant: Assistant, question: str, conversation: str, mode: Mode, code: str
    ) -> AsyncIterator[Event]:
        """The events of `Assistant.astream`, counted and logged.

        Args:
            assistant: answers.
            question: of a student.
            conversation: that it belongs to.
            mode: in which it was asked.
            code: the question's, which is in every line about it.
        """
        about = {"request": code, "mode": mode}
        log.info("asked", extra=about | {SAID: {"question": question}})
        try:
            async for event in assistant.astream(question, conversation, mode):
                if isinstance(event, SearchStep) and event.tool == "search_course":
                    self.searches.observe(event.seconds)
                if isinstance(event, Answer):
                    self.answered(event, code)
                yield event
        except (asyncio.CancelledError, GeneratorExit):
            log.info("stopped", extra=about)
            raise
        except Exception as error:
            self.errors.labels(type(error).__name__).inc()
            ours = isinstance(error, AyudanteError)  # the student is told what to do
            level = logging.INFO if ours else logging.ERROR
            log.log(level, "failed", extra=about, exc_info=error)
            raise

    def answered(self, answer: Answer, code: str) -> None:
        """Counts and logs an answer."""
        self.answers.labels(answer.status, answer.mode).inc()
        self.total.observe(answer.seconds.total)
        if answer.model:
            self.first_token.observe(answer.seconds.first_token)
        if answer.trouble:
            self.errors.labels(answer.trouble).inc()
        log.log(
            logging.WARNING if answer.trouble else logging.INFO,
            "answered",
            extra={
                "request": code,
                "mode": answer.mode,
                "status": answer.status,
                "language": answer.language,
                "model": answer.model,
                "trouble": answer.trouble or None,
                "cited": len(answer.citations),
                "searching": answer.seconds.retrieval,
                "first_token": answer.seconds.first_token,
                "seconds": answer.seconds.total,
                SAID: {"question": answer.question, "answer": answer.text},
            },
        )

    def rated(self, feedback: int) -> None:
        """Counts an opinion: 1, -1, or 0 for one that was taken back."""
        if feedback:
            self.opinions.labels(OPINIONS[feedback]).inc()

    def figures(self, assistant: Assistant) -> bytes:
        """Every figure, in Prometheus's text format."""
        self.in_progress.set(assistant.answering)
        self.model_up.set(assistant.model is not None)
        self.passages.set(assistant.retriever.size)
        return generate_latest(self.registry)

    def told(self, assistant: Assistant, request: Request) -> Response:
        """The figures, for whoever has the key of the settings; there are none without one."""
        key = assistant.settings.metrics_key
        given = request.headers.get("authorization", "").encode()
        if not key or not compare_digest(given, f"Bearer {key}".encode()):
            return PlainTextResponse("Las cifras piden AYUDANTE_METRICS_KEY.", status_code=403)
        return Response(self.figures(assistant), media_type=CONTENT_TYPE_PLAIN_0_0_4)
