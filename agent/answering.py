"""One question on its way to an answer: search, judge the evidence, write, check.

The order is always the same, and at each step code decides: what is searched, whether the course
answers, whether a hint is due in place of an answer, which markers hold, what may not be told. The
model writes in between. Without one, the best passages are the answer, labelled as an extract.
"""

import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from time import monotonic

from langchain_core.messages import (
    AIMessage,
    AnyMessage,
    HumanMessage,
    SystemMessage,
)
from langchain_core.tools import BaseTool

from agent import guiding
from agent.citations import Checked, checked, quote
from agent.computed import computed
from agent.conversations import Turn
from agent.events import Answer, Citation, Event, Status, TextDelta
from agent.evidence import shown
from agent.follow_up import follows, wants_more
from agent.grounding import telling
from agent.inquiry import Inquiry, Means
from agent.loop import Bounds
from agent.messages import OWN_WORDS, Language, listed, say
from agent.prompts import prompt, system_prompt
from agent.quoting import (
    NOTHING,
    TRANSLATED,
    Quotation,
    is_code,
    keeps_numbers,
    quotation,
    shortened,
    translated,
)
from agent.scope import Judgement, is_courtesy, judged
from agent.sentences import PLACED
from agent.tools import computing_tools, course_tools, recorded
from agent.wellformed import beginning, whole
from agent.writer import LOST, Writer
from retrieval.passages import Passage
from retrieval.retriever import SearchResult

HISTORY_CHARACTERS = 800  # of each past question and answer, so that the prompt fits
HISTORY_TURNS = 2  # said in full; a small model loses the thread with more
SUMMARY_CHARACTERS = 600  # of what was asked before those
JUDGED = 10  # results that the evidence is judged by
EXTRACT_PASSAGES = 3
TIED = 0.02  # the score that a second place may lack to the best and be quoted beside it
AT_LENGTH = 2  # times the usual tokens for an answer that is to say more
WHEN = re.compile(  # words of a question that asks for a date
    r"\b(cu[aá]ndo|fechas?|plazos?|vencen?|entrega[rn]?|entregas|semana|hoy|ma[nñ]ana|"
    r"when|due|deadline|dates?)\b",
    re.I,
)
LANGUAGES: dict[Language, str] = {"es": "Spanish", "en": "English"}


class Answering:
    """Answers one inquiry with some means; `events` is what happens."""

    def __init__(self, inquiry: Inquiry, means: Means) -> None:
        self.inquiry, self.means = inquiry, means
        self.evidence, self.language = inquiry.evidence, inquiry.language
        self.writer = Writer(inquiry, means)
        self.said: list[AnyMessage] = []  # the conversation as the model reads it

    @cached_property
    def tools(self) -> list[BaseTool]:
        """The course's and those that compute; made for the questions that come to need them."""
        means = self.means
        course = course_tools(means.retriever, self.evidence, means.settings.passages_shown)
        return [*course, *computing_tools(self.evidence)]

    @cached_property
    def offered(self) -> list[BaseTool]:
        """What the model may call; the embedded one only what the caller brings."""
        own = [recorded(one, self.evidence) for one in self.means.tools]
        return own if self.means.embedded else [*self.tools, *own]

    def events(self) -> Iterator[Event]:
        """Search, judge the evidence, write, check; the last event is the `Answer`."""
        if is_courtesy(self.inquiry.question):
            said = say("courtesy", self.language, course=self.means.settings.course_name)
            yield self.answer(said, "off_topic", (), None)
            return
        start = monotonic()
        results = self.means.retriever.search(self.inquiry.query, JUDGED)
        if self.wants_hint(results):
            yield from self.guided()
            return
        self.read(start, results[: self.means.settings.passages_shown])
        yield from self.evidence.steps
        if (value := self.computed()) is not None:
            yield self.evidence.steps[-1]
            yield self.reckoned(value, results)
            return
        judgement = self.judgement(results)
        self.inquiry.probability = judgement.probability
        if judgement.status != "answered":
            yield self.refused(judgement.status, results)
            return
        if self.writer.model is None:
            yield self.without_model(results)
            return
        yield from self.explained(results)

    def without_model(self, results: Sequence[SearchResult]) -> Answer:
        """Extracts of the best passages, and why there is no more."""
        for result in results[:EXTRACT_PASSAGES]:
            self.evidence.mark(result.passage)
        return self.extract(self.why_no_model())

    def why_no_model(self) -> str:
        """A notice of it; empty if none was wanted."""
        kind = self.inquiry.trouble or ("no_model" if self.means.notice else "")
        return say(kind, self.language) if kind else ""

    def wants_hint(self, results: Sequence[SearchResult]) -> bool:
        """Whether a hint is due: asked for, or an assignment is, or one is being worked on."""
        inquiry = self.inquiry
        if inquiry.mode == "guide" or guiding.asks_to_be_done(inquiry.question, results):
            return True
        hinted = bool(inquiry.history) and inquiry.history[-1].status == "hinted"
        return hinted and follows(inquiry.question)

    def read(self, start: float, results: Sequence[SearchResult], *, dates: bool = True) -> None:
        """Writes down what the first search found, and a look at the dates.

        It comes before the question in what the model reads: whoever asks about the same places
        next finds them read already, in the prefix cache of the model's server.

        Args:
            start: when the search began.
            results: what the model is shown of it.
            dates: whether a question about them looks at the calendar, too.
        """
        query = self.inquiry.query
        passages = [result.passage for result in results]
        found = [shown(self.evidence.record("search_course", {"query": query}, start, passages))]
        if dates and WHEN.search(self.inquiry.question) and self.means.retriever.index.days:
            calendar = next(tool for tool in self.tools if tool.name == "course_calendar")
            found.append(calendar.invoke({"about": query}))
        past = [] if self.asks_again() else recalled(self.inquiry.history)
        self.said = [*past, HumanMessage("\n\n".join(found))]

    def asks_again(self) -> bool:
        """Whether the last question is asked at greater length, of the embedded model.

        Shown what it said, it says it again; what it is asked has the question in it.
        """
        inquiry = self.inquiry
        if not self.means.embedded or inquiry.hinting or not wants_more(inquiry.question):
            return False
        asked = [turn.question for turn in inquiry.history if not wants_more(turn.question)]
        return bool(asked) and asked[-1] in inquiry.query

    def computed(self) -> str | None:
        """The result of what the question asks to compute, a step of its own; None if nothing."""
        start = monotonic()
        try:
            done = computed(self.inquiry.question, self.writer.model)
        except LOST as error:
            self.writer.not_heard(error)
            return None
        if done is None:
            return None
        self.evidence.record(done.tool, done.arguments, start, [])
        return done.result

    def reckoned(self, result: str, results: Sequence[SearchResult]) -> Answer:
        """A computed result, with where the course is about it, if anywhere."""
        related = judged(
            self.inquiry.query, results, self.means.retriever, self.means.settings.floor
        )
        citations: tuple[Citation, ...] = ()
        text = f"```text\n{result}\n```"
        if related.status == "answered":
            citations = self.cited(list(self.evidence.passages.items())[:1])
            place = f"{citations[0].label} [{citations[0].marker}]"
            text += f"\n\n{say('computed_near', self.language, place=place)}"
        return self.answer(text, "answered", citations, None)

    def judgement(self, results: Sequence[SearchResult]) -> Judgement:
        """Whether the course answers, as evidence says, and the model where that is in doubt."""
        return judged(
            self.inquiry.query,
            results,
            self.means.retriever,
            self.means.settings.floor,
            lambda: self.writer.opinion(results[0].passage),
        )

    def explained(self, results: Sequence[SearchResult]) -> Iterator[Event]:
        """An answer in the model's words, checked, and what the course says word for word.

        A small model gets things wrong that a passage says rightly (docs/decisions.md, “What an
        answer shows”). So with the embedded one the course speaks first, before a word is written,
        or in its translation, and what follows is called the model's own. Of a larger one's answer
        the first place that it cites is quoted below it.
        """
        course = (yield from self.spoken(results)) if self.means.embedded else NOTHING
        if self.writer.model is None:  # it was waited for in vain
            yield self.without_model(results)
            return
        own = f"\n\n{say('own_words', self.language)}\n\n" if course.text else ""
        if own:
            yield TextDelta(own)
        more = wants_more(self.inquiry.question)
        question = self.inquiry.query if more else self.inquiry.question
        key = "answer_at_length" if more else "answer_briefly"
        reminder = say(key, self.language, question=question)
        trouble = yield from self.written(reminder, AT_LENGTH if more else 1)
        if isinstance(trouble, Answer):
            yield trouble
            return
        done = self.checked()
        text = course.text + own + done.text
        if not own:
            told = [one.marker for one in done.citations if one.passage.language == self.language]
            course = self.quotation(told[:1] or self.likeliest(results)[:1])
            text = f"{text}\n\n{course.text}".strip()
        citations = {one.marker: one for one in (*done.citations, *course.citations)}
        cited = tuple(citations[marker] for marker in sorted(citations))
        notice = self.notice(trouble, done.unsupported)
        yield self.answer(text, "answered", cited, self.means.model_name, notice)

    def notice(self, trouble: str, unsupported: Sequence[str]) -> str:
        """What a student should know of an answer: why it was cut off, what no passage holds."""
        said = []
        if trouble:
            said.append(say("cut_off", self.language, reason=trouble))
        if unsupported:
            sentences = ", ".join(f"«{beginning(one)}»" for one in unsupported)
            said.append(say("unsupported", self.language, sentences=sentences))
        return " ".join(said)

    def checked(self) -> Checked:
        """What was written, with the markers that hold; the embedded model must keep to wording."""
        return checked(
            whole(self.writer.text),
            self.evidence.passages,
            self.means.retriever.embedder,
            self.language if self.means.embedded else None,
        )

    def spoken(self, results: Sequence[SearchResult]) -> Generator[Event, None, Quotation]:
        """The course's words on the question, as they come: quoted, or translated by the model."""
        course = self.quotation(self.likeliest(results))
        if course.text:
            yield TextDelta(course.text)
            return course
        shown = self.evidence.passages.items()
        prose = next(((n, one) for n, one in shown if not is_code(one)), None)
        return (yield from self.translation(*prose)) if prose else NOTHING

    def translation(self, marker: int, passage: Passage) -> Generator[Event, None, Quotation]:
        """What a passage in the other language says of the question; nothing, if that fails.

        It is guarded like an answer, and shown a whole sentence at a time, so that no word of it
        has to be taken back: it ends before a sentence with a number that the passage has not.
        """
        embedder = self.means.retriever.embedder
        span = telling(self.inquiry.query, passage.text, embedder, TRANSLATED)
        system = prompt("translation").replace("{language}", LANGUAGES[self.language])
        heading, said = f"{say('translated', self.language)}\n\n", ""
        for sentences in self.writer.sentences([SystemMessage(system), HumanMessage(span)]):
            if not keeps_numbers(sentences, span):
                break
            new = sentences[len(said) :].replace("\n", "\n> ")
            yield TextDelta(new if said else f"{heading}> {new}")
            said = sentences
        self.writer.begin()  # the answer is yet to come
        if not said:
            return NOTHING
        course = translated(said, marker, passage, span)
        return replace(course, text=heading + course.text)

    def likeliest(self, results: Sequence[SearchResult]) -> list[int]:
        """Markers of the best passage shown in the answer's language, and of one about as good."""
        shown = self.evidence.passages
        here = [marker for marker, one in shown.items() if one.language == self.language]
        best = [one.passage for one in results[: 1 + tied(results)]]
        return list(dict.fromkeys([*here[:1], *(m for m in here if shown[m] in best)]))

    def quotation(self, markers: Sequence[int]) -> Quotation:
        """What some of the passages shown say of the question, word for word."""
        shown = {marker: self.evidence.passages[marker] for marker in markers}
        return quotation(self.inquiry.query, shown, self.means.retriever.embedder)

    def guided(self) -> Iterator[Event]:
        """A hint in place of an answer."""
        inquiry, means = self.inquiry, self.means
        inquiry.hinting = True
        start = monotonic()
        found = guiding.lectures(inquiry.query, means.retriever, means.settings.passages_shown)
        self.read(start, found, dates=False)
        yield from self.evidence.steps
        number = guiding.rung(inquiry.history)
        if not found:  # there are no lectures
            yield self.refused("not_in_materials", means.retriever.search(inquiry.query, JUDGED))
            return
        if self.writer.model is None:
            unwritten = say("hint_unwritten", self.language, places=self.near())
            yield self.hinted(unwritten, None, self.why_no_model())
            return
        self.offered = []
        reminder = say(f"hint_{number}", self.language, question=inquiry.question)
        trouble = yield from self.written(reminder, 1, "hint")
        if isinstance(trouble, Answer):
            yield trouble
            return
        done = self.checked()
        citations = done.citations or self.cited(list(self.evidence.passages.items())[:1])
        places = [citation.passage for citation in citations]
        text = guiding.hint(done.text, number, places, self.language)
        if not done.citations:  # nothing is quoted here that would bring the place with it
            text += f"\n\n[{citations[0].marker}]"
        yield self.answer(text, "hinted", citations, means.model_name, self.notice(trouble, ()))

    def hinted(self, text: str, model: str | None, notice: str = "") -> Answer:
        """A hint that only sends to the material."""
        citations = self.cited(list(self.evidence.passages.items())[:EXTRACT_PASSAGES])
        marks = "".join(f"[{citation.marker}]" for citation in citations)
        return self.answer(f"{text} {marks}".strip(), "hinted", citations, model, notice)

    def near(self) -> str:
        """The best places found, in words."""
        some = list(self.evidence.passages.values())[:EXTRACT_PASSAGES]
        return guiding.places(some, self.language)

    def written(
        self, reminder: str, longer: int, instructions: str = "assistant"
    ) -> Generator[Event, None, str | Answer]:
        """Streams what the model writes, as far as it may be told.

        Args:
            reminder: said last, after what was found.
            longer: times the usual length.
            instructions: the name of the system prompt.

        Returns:
            Why it was cut off, or empty; or an `Answer` that takes its place: a hint if it was
            about to tell a solution, an extract if it said nothing.
        """
        inquiry, settings = self.inquiry, self.means.settings
        bounds = Bounds(reminder, settings.tool_calls)
        system = system_prompt(settings.course_name, instructions)
        trouble = yield from self.writer.answer(bounds, self.offered, system, self.said, longer)
        inquiry.trouble = trouble or inquiry.trouble
        if self.writer.guard.leak:
            return self.hinted(say("hint_kept", self.language, places=self.near()), None)
        if self.writer.silent:
            inquiry.trouble = inquiry.trouble or "model_silent"
            return self.extract(say(trouble or "model_silent", self.language))
        return say(trouble, self.language) if trouble else ""

    def refused(self, status: Status, results: Sequence[SearchResult]) -> Answer:
        """The course does not say: names the nearest places and cites nothing."""
        near = list(dict.fromkeys(one.passage.label for one in results))[:EXTRACT_PASSAGES]
        contact = self.means.settings.contact
        whom = say("ask_contact" if contact else "ask_staff", self.language, contact=contact)
        text = say(status, self.language, nearest=listed(near, self.language), whom=whom)
        return self.answer(text, status, (), None, about=tuple(near[:1]))

    def extract(self, notice: str) -> Answer:
        """The best passages as they are, cited, labelled as an extract."""
        citations = self.cited(list(self.evidence.passages.items())[:EXTRACT_PASSAGES])
        blocks = [
            f"**{one.label}** [{one.marker}]\n\n{shortened(one.passage)}" for one in citations
        ]
        text = "\n\n".join([say("extract", self.language), *blocks])
        return self.answer(text, "answered", citations, None, notice)

    def cited(self, some: Sequence[tuple[int, Passage]]) -> tuple[Citation, ...]:
        """Citations of passages with the span that bears most on the question."""
        return tuple(Citation(m, p, quote(self.inquiry.question, p.text)) for m, p in some)

    def answer(
        self,
        text: str,
        status: Status,
        citations: tuple[Citation, ...],
        model: str | None,
        notice: str = "",
        about: tuple[str, ...] = (),
    ) -> Answer:
        """The answer to the inquiry."""
        cited = tuple(dict.fromkeys(citation.label for citation in citations))
        return Answer(
            question=self.inquiry.question,
            text=text,
            status=status,
            language=self.language,
            citations=citations,
            steps=tuple(self.evidence.steps),
            seconds=self.inquiry.seconds(),
            model=model,
            notice=notice,
            evidence=self.inquiry.probability,
            about=about or cited,
            mode=self.inquiry.mode,
            trouble=self.inquiry.trouble,
        )


def tied(results: Sequence[SearchResult]) -> bool:
    """Whether a second place is about as good as the best."""
    return len(results) > 1 and results[0].score - results[1].score < TIED


def recalled(history: Sequence[Turn]) -> list[AnyMessage]:
    """A conversation as the model reads it: what was asked long ago in short, the last in full."""
    past, last = history[:-HISTORY_TURNS], history[-HISTORY_TURNS:]
    messages: list[AnyMessage] = []
    if past:
        asked = "; ".join(turn.question for turn in reversed(past))[:SUMMARY_CHARACTERS]
        messages += [HumanMessage(f"Antes pregunté: {asked}"), AIMessage("Sí.")]
    for turn in last:
        messages.append(HumanMessage(turn.question[:HISTORY_CHARACTERS]))
        if turn.answer:
            # without the quotation: it would learn to quote before it answers
            own = OWN_WORDS.split(turn.answer)[-1].strip()
            messages.append(AIMessage(PLACED.sub("", own)[:HISTORY_CHARACTERS]))
    return messages
