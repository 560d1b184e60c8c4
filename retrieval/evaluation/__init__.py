"""How well the retriever ranks, on judged questions.

Any folder in BEIR layout works: ``queries.jsonl``, ``qrels.tsv`` and, unless the judgements are
of the course's own index, ``corpus.jsonl``.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from corpus.progress import Progress, silent
from corpus.settings import Settings
from retrieval.embedding import SentenceEmbedder
from retrieval.evaluation.comparing import Changes, compare, read_report
from retrieval.evaluation.corpora import open_corpus
from retrieval.evaluation.judgements import (
    Qrels,
    Query,
    at_places,
    by_document,
    document_of,
    place_of,
    read_judgements,
    with_course_attributes,
)
from retrieval.evaluation.measures import PerQuery, compared, intervals, measured, recall_curve
from retrieval.evaluation.ranking import Ranked, embedding_latency, rank_all
from retrieval.evaluation.report import (
    FOUND,
    MEASURES,
    Level,
    Outcome,
    Place,
    Question,
    Report,
    checked_level,
)
from retrieval.evaluation.slices import sliced
from retrieval.passages import Passage
from retrieval.retriever import SYSTEMS, Retriever, System

__all__ = [
    "MEASURES",
    "Changes",
    "Level",
    "Report",
    "checked_level",
    "compare",
    "evaluate",
    "read_report",
]

FIRST_WORDS = 160  # characters of a place that remind a person of what it says


def evaluate(
    path: Path | str,
    retriever: Retriever | None = None,
    systems: tuple[System, ...] = SYSTEMS,
    settings: Settings | None = None,
    progress: Progress = silent,
    split: str | None = None,
    level: Level = "passage",
) -> Report:
    """Evaluates `systems` on the judged questions in `path`.

    Args:
        path: folder in BEIR layout. With a ``corpus.jsonl``, that corpus is indexed in the cache
            and `retriever` only lends its embedding model; without one, `retriever` is judged.
        retriever: what to judge; by default the course's index is opened.
        systems: which rankings to compare.
        settings: where the cache is and which embedding model to use.
        progress: called while a corpus is embedded and questions are ranked.
        split: only the questions that ``queries.jsonl`` marks so (“dev”, “test”); by default all.
        level: “document” lets a judged place stand for its whole document. A BEIR corpus is
            judged by document already.

    Raises:
        InputError: if the folder lacks a file, or a line of one is wrong (it is named).
    """
    path, settings = Path(path), settings or Settings.load()
    level = checked_level(level)
    queries, qrels = read_judgements(path, split)
    key: Callable[[Passage], str] = document_of
    if (path / "corpus.jsonl").is_file():
        default = SentenceEmbedder(settings.embedding_model, settings.cache, progress)
        embedder = retriever.embedder if retriever else default
        retriever = open_corpus(path, embedder, settings, progress)
    else:
        retriever = retriever or Retriever.open(settings=settings, progress=progress)
        qrels = at_places(qrels, retriever.index.passages)
        queries = with_course_attributes(queries, qrels, retriever.index.passages)
        if level == "passage":
            key = place_of
        else:
            qrels = by_document(qrels)
    ranked = rank_all(retriever, queries, systems, key, progress)
    values: dict[str, PerQuery] = {name: measured(one.run, qrels) for name, one in ranked.items()}
    questions = told(queries, qrels, ranked, values)
    passages = retriever.index.passages
    return Report(
        path=str(path),
        queries=len(queries),
        documents=len({passage.document for passage in passages}),
        systems={name: intervals(table) for name, table in values.items()},
        seconds={name: one.seconds for name, one in ranked.items()},
        comparisons=compared(values),
        level=level,
        slices=sliced(queries, values),
        latency={"embedding": embedding_latency(retriever, queries)}
        | {name: one.latency for name, one in ranked.items()},
        recall={name: recall_curve(one.run, qrels) for name, one in ranked.items()},
        questions=questions,
        places=places_of(questions, passages, key),
    )


def told(
    queries: Sequence[Query],
    qrels: Qrels,
    ranked: dict[System, Ranked],
    values: dict[str, PerQuery],
) -> tuple[Question, ...]:
    """Each question with what each system made of it."""
    return tuple(
        Question(
            id=query.id,
            text=query.text,
            attributes=query.attributes,
            relevant=qrels[query.id],
            systems={
                name: Outcome(
                    {measure: round(float(v[at]), 4) for measure, v in values[name].items()},
                    tuple(one.run[query.id][:FOUND]),
                )
                for name, one in ranked.items()
            },
        )
        for at, query in enumerate(queries)
    )


def places_of(
    questions: Iterable[Question], passages: Iterable[Passage], key: Callable[[Passage], str]
) -> dict[str, Place]:
    """What people call the places that `questions` judge or that were found for them."""
    named = {place for question in questions for place in question.relevant} | {
        place
        for question in questions
        for outcome in question.systems.values()
        for place in outcome.found
    }
    places: dict[str, Place] = {}
    for passage in passages:
        name = key(passage)
        if name in named and name not in places:
            whole = passage.called or passage.title or passage.document
            text = " ".join(passage.text.split())
            cut = text if len(text) <= FIRST_WORDS else text[:FIRST_WORDS].rstrip() + "…"
            places[name] = Place(whole if key is document_of else passage.label, cut)
    return places
