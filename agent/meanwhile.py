"""Enriching the course behind a chat: students search the plain index at once, a better one later.

A thread has the model write questions for the passages that have none (`agent.enriching`), a few
at a time and only while nobody waits for an answer, because they share the model. After each
`ROUND` passages the index is published anew and the assistant searches that one.
"""

import logging
import threading
from collections.abc import Callable

from agent.assistant import Assistant
from agent.enriching import enrich
from agent.serving import ServerAddress
from corpus.errors import AyudanteError, InputError
from corpus.settings import Settings
from retrieval.enrichment import FILE, at_hand, lacking, texts_for
from retrieval.indexing import enriching

AT_ONCE = 4  # requests in flight: a student who asks now waits for these at most
ROUND = 100  # passages between two versions of the index
REST_SECONDS = 0.5  # between two looks at whether somebody is being answered

log = logging.getLogger("ayudante")


class Meanwhile:
    """Enriches what `assistant` searches, for the time of a ``with`` block.

    Args:
        assistant: whose server is asked and whose retriever is renewed.
        settings: where the index and the cache are; ``enrich`` turns it off.
        tell: told in a line when it starts, and when it ends.

    It ends by itself when every passage is enriched or the model is lost; what was written is
    kept, and the next chat goes on from there.
    """

    def __init__(
        self, assistant: Assistant, settings: Settings, tell: Callable[[str], None]
    ) -> None:
        self.assistant, self.settings, self.tell = assistant, settings, tell
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="enrichment", daemon=True)

    def __enter__(self) -> "Meanwhile":
        if self.settings.enrich:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()

    def wait(self, seconds: float) -> bool:
        """Whether it has ended, within `seconds`."""
        if self._thread.is_alive():
            self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        address = self.assistant.address
        if address is None:
            return
        try:
            self._renew()  # with what an earlier chat wrote and had no time to index
            wanted = self._wanted(address)
            if not wanted:
                return
            self.tell(f"Escribiendo preguntas para {wanted} pasajes mientras nadie pregunta.")
            while not self._stopped.is_set() and self._round(address):
                pass
            if not self._wanted(address):
                self.tell("Cada pasaje del curso tiene ya sus preguntas.")
        except AyudanteError as error:
            if not self._stopped.is_set():
                log.warning("enrichment ended: %s", error)
                self.tell(f"Se dejó de escribir preguntas: {error}")

    def _wanted(self, address: ServerAddress) -> int:
        """How many passages have no enrichment."""
        passages = self.assistant.retriever.index.passages
        return len(lacking(passages, self.settings.cache, address.model))

    def _round(self, address: ServerAddress) -> int:
        """Enriches some passages and renews the index; returns how many were written."""
        cache = self.settings.cache
        some = lacking(self.assistant.retriever.index.passages, cache, address.model)[:ROUND]
        written = enrich(some, cache / FILE, address, at_once=AT_ONCE, go_on=self._go_on)
        self._renew()
        return written

    def _renew(self) -> None:
        """Publishes the index with the enrichments that it lacks, if any, and searches that one."""
        index = self.assistant.retriever.index
        if texts_for(index.passages, at_hand(self.settings.cache))[0] == enriching(index):
            return
        try:
            self.assistant.renew()
        except InputError as error:  # another process writes the index: the next round's turn
            log.warning("the index was not renewed: %s", error)

    def _go_on(self) -> bool:
        """Waits until nobody is being answered; False once it is to stop."""
        while self.assistant.answering and not self._stopped.wait(REST_SECONDS):
            pass
        return not self._stopped.is_set()
