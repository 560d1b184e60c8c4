"""What students ask as HTML: numbers, charts, lists of questions. Every text is escaped here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from agent.insights import Asked, Insights
from retrieval import Passage
from ui.charts import WIDTH, number, svg
from ui.page.place import link
from ui.page.site import Catalogue, Say

TEXTS: Catalogue = {
    "nobody": {"es": "Todavía nadie ha preguntado", "en": "Nobody has asked yet"},
    "until": {
        "es": "Aquí verás qué se pregunta, qué no responden los materiales y qué opinan los "
        "estudiantes.",
        "en": "Here you will see what is asked, what the materials do not answer and what "
        "students think.",
    },
    "questions": {"es": "Preguntas", "en": "Questions"},
    "share": {"es": "Respondidas", "en": "Answered"},
    "gaps": {"es": "Sin respuesta", "en": "No answer"},
    "opinions": {"es": "Útiles / no", "en": "Useful / not"},
    "median": {"es": "Segundos, mediana", "en": "Seconds, median"},
    "p95": {"es": "Segundos, p95", "en": "Seconds, p95"},
    "by_week": {"es": "Preguntas por semana", "en": "Questions by week"},
    "week": {"es": "Semana {week}", "en": "Week {week}"},
    "topics": {"es": "De qué se pregunta", "en": "What is asked about"},
    "statuses": {"es": "Cómo terminaron", "en": "How they ended"},
    "answered": {"es": "Respondidas", "en": "Answered"},
    "hinted": {"es": "Con una pista", "en": "With a hint"},
    "not_in_materials": {"es": "No está en los materiales", "en": "Not in the materials"},
    "off_topic": {"es": "Fuera de tema", "en": "Off topic"},
    "lost": {"es": "Se cortaron", "en": "Cut short"},
    "feedback": {"es": "Opiniones", "en": "Feedback"},
    "useful": {"es": "Útiles", "en": "Useful"},
    "useless": {"es": "No útiles", "en": "Not useful"},
    "latency": {"es": "Cuánto tardan", "en": "How long they take"},
    "up_to": {"es": "hasta {seconds} s", "en": "up to {seconds} s"},
    "over": {"es": "más de {seconds} s", "en": "over {seconds} s"},
    "marked": {"es": "{marked} sin respuesta", "en": "{marked} without an answer"},
    "as_table": {"es": "Ver como tabla", "en": "See as a table"},
    "unanswered": {"es": "Sin respuesta en los materiales", "en": "Not in the materials"},
    "weak": {"es": "Con poco respaldo o mal evaluadas", "en": "Weakly backed or badly rated"},
    "slow": {"es": "Las más lentas", "en": "The slowest"},
    "comments": {"es": "Comentarios", "en": "Comments"},
    "none": {"es": "Ninguna.", "en": "None."},
    "no_comments": {"es": "Ninguno.", "en": "None."},
    "question": {"es": "Pregunta", "en": "Question"},
    "times": {"es": "Veces", "en": "Times"},
    "near": {"es": "Lo más cercano", "en": "The nearest"},
    "last": {"es": "Última vez", "en": "Last time"},
    "answer": {"es": "Responder", "en": "Answer"},
}
STATUSES = ("answered", "hinted", "not_in_materials", "off_topic", "lost")
LIMITS = (1, 2, 5, 10, 20, 60)  # seconds: the bars of the chart of times
TOPICS = 12  # drawn; more would not be read
ROW, BAR = 34, 10  # heights, in units of a drawing


@dataclass(frozen=True, slots=True)
class Count:
    """A bar: what it is called, how long it is, and how much of it is marked."""

    label: str
    total: int
    marked: int = 0


def nothing_asked(say: Say) -> str:
    """What there is to see before the first question."""
    return f'<div class="nothing"><h3>{say("nobody")}</h3><p>{say("until")}</p></div>'


def numbers(said: Insights, say: Say) -> str:
    """The most important numbers, large."""
    good = sum(said.by_status.get(status, 0) for status in ("answered", "hinted"))
    useful, useless = said.useful
    median, p95 = said.seconds
    tiles = {
        "questions": str(said.questions),
        "share": f"{good / said.questions:.0%}",
        "gaps": str(said.by_status.get("not_in_materials", 0)),
        "opinions": f"{useful} / {useless}",
        "median": number(median, 1),
        "p95": number(p95, 1),
    }
    items = (f"<div><dt>{say(key)}</dt><dd>{value}</dd></div>" for key, value in tiles.items())
    return f'<dl class="numbers">{"".join(items)}</dl>'


def charts(said: Insights, seconds: Sequence[float], say: Say) -> str:
    """Everything that can be drawn, as bars.

    Args:
        said: what the conversations say.
        seconds: that each answer took.
        say: says the page's texts.
    """
    weeks = [
        Count(say("week", week=week), asked, gaps) for week, (asked, gaps) in said.by_week.items()
    ]
    topics = [Count(topic, times) for topic, times in list(said.topics.items())[:TOPICS]]
    statuses = [Count(say(one), said.by_status[one]) for one in STATUSES if one in said.by_status]
    useful, useless = said.useful
    opinions = [Count(say("useful"), useful), Count(say("useless"), useless)]
    drawn = {
        "by_week": weeks,
        "topics": topics,
        "statuses": statuses,
        "feedback": opinions if useful + useless else [],
        "latency": times(seconds, say),
    }
    figures = (counts_figure(say(key), bars, say) for key, bars in drawn.items() if bars)
    return f'<div class="plots">{"".join(figures)}</div>'


def times(seconds: Sequence[float], say: Say) -> list[Count]:
    """How many answers took how long."""
    if not seconds:
        return []
    found = [
        Count(say("up_to", seconds=high), sum(low < one <= high for one in seconds))
        for low, high in zip((-1, *LIMITS), LIMITS, strict=False)
    ]
    over = sum(one > LIMITS[-1] for one in seconds)
    return [*found, Count(say("over", seconds=LIMITS[-1]), over)]


def counts_figure(title: str, bars: Sequence[Count], say: Say) -> str:
    """A chart under its title, and the same numbers as a table for whoever prefers it."""
    rows = [[escape(bar.label), value_of(bar, say)] for bar in bars]
    spoken = f"{title}. " + "; ".join(f"{bar.label}: {value_of(bar, say)}" for bar in bars)
    drawing = svg(ROW * len(bars), spoken, bar_marks(bars, say))
    body = "".join(f'<tr><th scope="row">{a}</th><td>{b}</td></tr>' for a, b in rows)
    return (
        f"<figure><figcaption>{title}</figcaption>{drawing}<details><summary>{say('as_table')}"
        f"</summary><table>{body}</table></details></figure>"
    )


def bar_marks(bars: Sequence[Count], say: Say) -> Iterator[str]:
    """The bars, each below its name and its number; what is marked of it has another colour."""
    longest = max(bar.total for bar in bars) or 1
    for at, bar in enumerate(bars):
        top, unit = at * ROW, WIDTH / longest
        yield (
            f'<text x="0" y="{top + 13}">{escape(bar.label)}</text>'
            f'<text x="{WIDTH}" y="{top + 13}" class="end">{value_of(bar, say)}</text>'
            f'<rect class="track" x="0" y="{top + 18}" width="{WIDTH}" height="{BAR}" rx="2"/>'
            f'<rect class="fill" x="0" y="{top + 18}" width="{bar.total * unit:.1f}" '
            f'height="{BAR}" rx="2"/>'
            f'<rect class="worse" x="0" y="{top + 18}" width="{bar.marked * unit:.1f}" '
            f'height="{BAR}" rx="2"/>'
        )


def value_of(bar: Count, say: Say) -> str:
    """A bar's number, and what is marked of it."""
    return f"{bar.total} ({say('marked', marked=bar.marked)})" if bar.marked else str(bar.total)


def asked_table(
    key: str, asked: Sequence[Asked], places: Mapping[str, str], say: Say, answerable: bool = False
) -> str:
    """A list of questions under its title.

    Args:
        key: of the title.
        asked: the questions.
        places: passages' ids by their labels, so that the nearest place opens.
        say: says the page's texts.
        answerable: whether each has a button to answer it.
    """
    title = f"<h3>{say(key)}</h3>"
    if not asked:
        return f"{title}<p>{say('none')}</p>"
    heads = "".join(f"<th>{say(head)}</th>" for head in ("question", "times", "near", "last"))
    body = "".join(asked_row(one, places, say, answerable) for one in asked)
    return (
        f'{title}<div class="rows" role="region" tabindex="0" aria-label="{say(key)}"><table>'
        f"<thead><tr>{heads}{'<td></td>' if answerable else ''}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def asked_row(one: Asked, places: Mapping[str, str], say: Say, answerable: bool) -> str:
    """A question of the list."""
    near = link(places[one.near], one.near) if one.near in places else escape(one.near)
    question = escape(one.question)
    button = (
        f'<td><button type="button" data-question="{question}" '
        f'aria-label="{say("answer")}: {question}">{say("answer")}</button></td>'
    )
    return (
        f"<tr><td>{question}</td><td>{one.times}</td><td>{near}</td>"
        f"<td>{escape(one.last[:10])}</td>{button if answerable else ''}</tr>"
    )


def comments(said: Sequence[str], say: Say) -> str:
    """What students said about answers."""
    items = "".join(f"<li>{escape(comment)}</li>" for comment in said)
    listed = f"<ul>{items}</ul>" if said else f"<p>{say('no_comments')}</p>"
    return f"<h3>{say('comments')}</h3>{listed}"


def places_by_label(passages: Sequence[Passage]) -> dict[str, str]:
    """The id of the first passage with each label."""
    places: dict[str, str] = {}
    for passage in passages:
        places.setdefault(passage.label, passage.id)
    return places
