"""A measurement of the search as HTML: means, charts, misses, what changed. All text is escaped."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from agent.messages import Language
from retrieval import Changes, Report, Retriever
from retrieval.evaluation.comparing import Change
from retrieval.evaluation.judgements import place_of
from retrieval.evaluation.report import FIRST, FOUND, MAIN_MEASURE, Question
from ui.charts import bars, curves, gains, legend, number, signed
from ui.evaluation_page import LISTED, SHOWN, heat_table
from ui.page.place import link
from ui.page.site import Catalogue, Say, speaker

TEXTS: Catalogue = {
    "summary": {
        "es": "En <b>{hits} de {queries}</b> preguntas, {system} trae un lugar correcto entre los "
        "{first} primeros.",
        "en": "For <b>{hits} of {queries}</b> questions, {system} has a right place among the "
        "first {first}.",
    },
    "means": {
        "es": "Media e intervalo del 95 % de cada medida y sistema",
        "en": "Mean and 95 % interval of each measure and system",
    },
    "measure": {"es": "medida", "en": "measure"},
    "recall": {
        "es": "Cobertura (R@k) según cuántos lugares se miran",
        "en": "Recall (R@k) by how many places are looked at",
    },
    "gains": {
        "es": "{measure} de {main} menos {other}, pregunta a pregunta",
        "en": "{measure} of {main} minus {other}, question by question",
    },
    "misses": {"es": "Preguntas que salen mal: {number}", "en": "Questions that fail: {number}"},
    "expected": {"es": "Se esperaba:", "en": "Expected:"},
    "found": {"es": "Se encontró:", "en": "Found:"},
    "nothing": {"es": "nada", "en": "nothing"},
    "changes": {"es": "Desde la medición anterior", "en": "Since the last measurement"},
    "same": {"es": "Ninguna pregunta cambió.", "en": "No question changed."},
    "rejudged": {
        "es": "{number} preguntas cambiaron de juicios: su diferencia no es solo de la búsqueda.",
        "en": "{number} questions were judged anew: their difference is not the search's alone.",
    },
    "system": {"es": "sistema", "en": "system"},
    "before": {"es": "antes", "en": "before"},
    "now": {"es": "ahora", "en": "now"},
    "change": {"es": "cambio", "en": "change"},
    "better": {"es": "Mejor con {system}: {number}", "en": "Better with {system}: {number}"},
    "worse": {"es": "Peor con {system}: {number}", "en": "Worse with {system}: {number}"},
    "rank": {"es": "lugar {rank}", "en": "place {rank}"},
    "beyond": {"es": "fuera de los {found}", "en": "beyond the first {found}"},
    "more": {"es": "… y {number} más", "en": "… and {number} more"},
}
MEASURES = ("nDCG@10", "R@1", "R@5", "RR@10")  # of those there are, what is told here


def measured_html(
    report: Report, changes: Changes | None, retriever: Retriever, language: Language
) -> str:
    """Everything that a measurement says.

    Args:
        report: of the course's own questions.
        changes: since the last measurement, if it can be compared.
        retriever: that was measured; its places open.
        language: of the page.
    """
    ids: dict[str, str] = {}
    for passage in retriever.public:
        ids.setdefault(place_of(passage), passage.id)
    telling = Telling(report, ids, speaker(TEXTS, language))
    return "".join(
        (
            telling.summary(),
            telling.plots(),
            telling.changes(changes) if changes else "",
            telling.misses(),
        )
    )


@dataclass(frozen=True, slots=True)
class Telling:
    """Tells a report.

    Attributes:
        report: what is told.
        ids: of passages, by the places that judgements name.
        say: says the page's texts.
    """

    report: Report
    ids: Mapping[str, str]
    say: Say

    def summary(self) -> str:
        """The result in one sentence, and in one table."""
        report = self.report
        told = self.say(
            "summary",
            hits=report.queries - len(report.misses),
            queries=report.queries,
            system=escape(report.main),
            first=FIRST,
        )
        rows = (
            (measure, [values[measure] for values in report.systems.values()])
            for measure in MEASURES
        )
        return f'<p class="lead">{told}</p>{heat_table(self.say("measure"), report.systems, rows)}'

    def plots(self) -> str:
        """The means, the recall curve, and the main system against each other one."""
        report = self.report
        names = legend(list(report.systems))
        drawn = [
            figure(self.say("means"), bars(report.systems, MEASURES), names),
            figure(self.say("recall"), curves(report.recall), names),
            *(self.against(name) for name in report.systems if name != report.main),
        ]
        return f'<div class="plots">{"".join(drawn)}</div>'

    def against(self, other: str) -> str:
        """How much the main system gains over `other` in each question."""
        main = self.report.main
        differences = [
            (
                one.systems[main].measures[MAIN_MEASURE]
                - one.systems[other].measures[MAIN_MEASURE],
                one.text,
            )
            for one in self.report.questions
        ]
        title = self.say("gains", measure=MAIN_MEASURE, main=main, other=other)
        return figure(title, gains(differences))

    def misses(self) -> str:
        """The questions without a right place among the first."""
        misses = self.report.misses
        items = "".join(map(self.miss, misses[:LISTED]))
        return f"<h3>{self.say('misses', number=len(misses))}</h3>{items}{self.more(misses)}"

    def miss(self, question: Question) -> str:
        """One of them: what was expected, what was found instead."""
        keys = sorted(question.relevant, key=lambda key: -question.relevant[key])
        found = question.systems[self.report.main].found[:SHOWN]
        return (
            f"<details><summary>{escape(question.text)}</summary>"
            f"<p>{self.say('expected')}</p>{self.places(keys)}"
            f"<p>{self.say('found')}</p>{self.places(found)}</details>"
        )

    def changes(self, changes: Changes) -> str:
        """What changed since the last measurement."""
        heads = ("system", "before", "now", "change")
        rows = "".join(
            f'<tr><th scope="row">{escape(one.system)}</th><td>{number(one.old, 3)}</td>'
            f"<td>{number(one.new, 3)}</td><td>{signed(one.difference)} (p {number(one.p, 3)})</td>"
            "</tr>"
            for one in changes.differences
            if one.measure == MAIN_MEASURE
        )
        warned = self.say("rejudged", number=changes.rejudged) if changes.rejudged else ""
        lists = self.changed("better", changes.system, changes.better) + self.changed(
            "worse", changes.system, changes.worse
        )
        return (
            f"<h3>{self.say('changes')}</h3><p>{warned}</p><table><tr>"
            f"{''.join(f'<th>{self.say(head)}</th>' for head in heads)}</tr>{rows}</table>"
            + (lists or f"<p>{self.say('same')}</p>")
        )

    def changed(self, key: str, system: str, changed: Sequence[Change]) -> str:
        """The questions that changed to one side; nothing without them."""
        if not changed:
            return ""
        items = "".join(
            f"<details><summary>{escape(one.text)} <small>{signed(one.gain)} · "
            f"{self.rank(one.rank_before)} → {self.rank(one.rank_after)}</small></summary>"
            f"<p>{self.say('before')}</p>{self.places(one.before[:SHOWN])}"
            f"<p>{self.say('now')}</p>{self.places(one.after[:SHOWN])}</details>"
            for one in changed[:LISTED]
        )
        title = self.say(key, system=escape(system), number=len(changed))
        return f"<h4>{title}</h4>{items}{self.more(changed)}"

    def rank(self, rank: int | None) -> str:
        """Where the first right place stood."""
        return self.say("rank", rank=rank) if rank else self.say("beyond", found=FOUND)

    def places(self, keys: Iterable[str]) -> str:
        """Places as a list, each a link that opens it if the course still has it."""
        items = "".join(f"<li>{self.place(key)}</li>" for key in keys)
        return f"<ul>{items}</ul>" if items else f"<p>{self.say('nothing')}</p>"

    def place(self, key: str) -> str:
        """A place by its label."""
        label = self.report.place(key).label
        return link(self.ids[key], label, key) if key in self.ids else escape(label)

    def more(self, listed: Sequence[object]) -> str:
        """That a list does not end there."""
        rest = len(listed) - LISTED
        return f"<p>{self.say('more', number=rest)}</p>" if rest > 0 else ""


def figure(title: str, drawing: str, above: str = "") -> str:
    """A drawing under its title, which is also what a screen reader says of it."""
    told = escape(title)
    return (
        f"<figure><figcaption>{told}</figcaption>{above}"
        f'<div role="img" aria-label="{told}">{drawing}</div></figure>'
    )
