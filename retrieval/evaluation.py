"""How well the retriever ranks, on judged questions.

Any folder in BEIR layout works: ``queries.jsonl``, ``qrels.tsv`` and, unless the judgements are
of the course's own index, ``corpus.jsonl``. The measures come from `ir_measures`; the intervals
are percentile bootstraps over queries and the comparisons are paired randomisation tests
(Smucker, Allan and Carterette, CIKM 2007) with Holm's correction over the table.

The course's own judgements name a place, ``document#number``: a page, cell or section. A passage
that covers a judged place stands for it.
"""

import csv
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import ir_measures
import numpy as np
from numpy.typing import NDArray

from corpus.document import Document, Location, Section, clean, digest
from corpus.errors import IndexDamaged, IndexMismatch, IndexMissing, InputError
from corpus.progress import Progress, silent
from corpus.settings import Settings
from retrieval import store
from retrieval.embedding import Embedder, SentenceEmbedder
from retrieval.index import Index
from retrieval.passages import Passage, passages_of
from retrieval.retriever import SYSTEMS, Retriever, System

MEASURES = ("nDCG@10", "R@1", "R@5", "R@20", "RR@10")
DEPTH = 100  # passages ranked for each query, before they are gathered by document or place
RESAMPLES = 5_000
Run = dict[str, dict[str, float]]
Qrels = dict[str, dict[str, int]]
PerQuery = dict[str, NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over queries with its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Mean difference a - b of a measure, and its two-sided p corrected for all comparisons."""

    a: str
    b: str
    measure: str
    difference: float
    p: float


@dataclass(frozen=True, slots=True)
class Report:
    """An evaluation: by system, the interval of each measure and the seconds for all queries."""

    path: str
    queries: int
    documents: int
    systems: dict[str, dict[str, Interval]]
    seconds: dict[str, float]
    comparisons: tuple[Comparison, ...]

    def to_dict(self) -> dict[str, Any]:
        """The report as the JSON contract has it."""
        return {
            "path": self.path,
            "queries": self.queries,
            "documents": self.documents,
            "systems": {
                name: {measure: asdict(value) for measure, value in values.items()}
                | {"seconds": self.seconds[name]}
                for name, values in self.systems.items()
            },
            "comparisons": [asdict(comparison) for comparison in self.comparisons],
        }


def evaluate(
    path: Path | str,
    retriever: Retriever | None = None,
    systems: tuple[System, ...] = SYSTEMS,
    settings: Settings | None = None,
    progress: Progress = silent,
    split: str | None = None,
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

    Raises:
        InputError: if the folder lacks a file, or a line of one is wrong (it is named).
    """
    path, settings = Path(path), settings or Settings.load()
    questions, qrels = read_judgements(path, split)
    if (path / "corpus.jsonl").is_file():
        default = SentenceEmbedder(settings.embedding_model, settings.cache, progress)
        embedder = retriever.embedder if retriever else default
        retriever = open_corpus(path, embedder, settings, progress)
        key: Callable[[Passage], str] = document_of
    else:
        retriever = retriever or Retriever.open(settings=settings, progress=progress)
        qrels = at_places(qrels, retriever)
        key = place_of
    runs, seconds = rank_all(retriever, questions, systems, key, progress)
    values = {name: measured(run, qrels) for name, run in runs.items()}
    return Report(
        path=str(path),
        queries=len(questions),
        documents=len({passage.document for passage in retriever.index.passages}),
        systems={
            name: {measure: interval(scores) for measure, scores in table.items()}
            for name, table in values.items()
        },
        seconds=seconds,
        comparisons=compared(values),
    )


def rank_all(
    retriever: Retriever,
    questions: dict[str, str],
    systems: tuple[System, ...],
    key: Callable[[Passage], str],
    progress: Progress,
) -> tuple[dict[str, Run], dict[str, float]]:
    """Each system's run, and its seconds; the questions are embedded once for all."""
    _ = retriever.embedder.dimension  # loading the model is not part of the time
    start = time.monotonic()
    vectors = retriever.embedder.embed_queries(list(questions.values()))
    embedding = time.monotonic() - start
    runs: dict[str, Run] = {}
    seconds: dict[str, float] = {}
    for done, system in enumerate(systems):
        progress("evaluando", done, len(systems))
        start = time.monotonic()
        runs[system] = {}
        for (name, text), vector in zip(questions.items(), vectors, strict=True):
            best: dict[str, float] = {}
            for row, score in retriever.rank(text, vector, DEPTH, system):
                best.setdefault(key(retriever.index.passages[row]), score)
            runs[system][name] = best
        spent = time.monotonic() - start
        seconds[system] = round(spent + (embedding if system != "lexical" else 0), 3)
    progress("evaluando", len(systems), len(systems))
    return runs, seconds


def document_of(passage: Passage) -> str:
    """The passage's document: how a BEIR corpus is judged."""
    return passage.document


def place_of(passage: Passage) -> str:
    """The passage's place, ``document#number``: how the course's own questions are judged."""
    return f"{passage.document}#{passage.location.number or 1}"


def at_places(qrels: Qrels, retriever: Retriever) -> Qrels:
    """`qrels` with each judged place replaced by the place of the passage that covers it.

    Raises:
        InputError: if a judged place is not in the index.
    """
    places: dict[str, list[Passage]] = {}
    for passage in retriever.index.passages:
        places.setdefault(passage.document, []).append(passage)
    moved: Qrels = {}
    for query, judged in qrels.items():
        moved[query] = {}
        for place, grade in judged.items():
            document, _, number = place.rpartition("#")
            covering = [
                passage
                for passage in places.get(document, [])
                if number.isdigit() and passage.location.covers(int(number))
            ]
            if not covering:
                raise InputError(
                    f"El juicio {place} (pregunta {query}) no apunta a nada del índice. "
                    "¿Es el índice de este curso? Reconstrúyalo con: ayudante index"
                )
            name = place_of(covering[0])
            moved[query][name] = max(grade, moved[query].get(name, 0))
    return moved


def read_judgements(path: Path, split: str | None) -> tuple[dict[str, str], Qrels]:
    """The judged questions of a split by id, and their judgements (positive grades).

    A question that follows up on another is asked together with it, as a conversation does.
    """
    if not path.is_dir():
        raise InputError(f"No existe la carpeta {path}. Indique una en formato BEIR.")
    texts, chosen = {}, set()
    for line in json_lines(path / "queries.jsonl"):
        texts[str(line["_id"])] = f"{line.get('previous', '')} {line['text']}".strip()
        if split in (None, line.get("split")):
            chosen.add(str(line["_id"]))
    qrels: Qrels = {}
    qrels_file = path / "qrels.tsv"
    if not qrels_file.exists() and (path / "qrels" / "test.tsv").exists():
        qrels_file = path / "qrels" / "test.tsv"  # as BEIR's own archives have it
    with opened(qrels_file) as file:
        for number, row in enumerate(csv.reader(file, delimiter="\t"), start=1):
            if number == 1 and row[-1:] == ["score"]:
                continue
            try:
                query, document, grade = row
                if int(grade) > 0:
                    qrels.setdefault(query, {})[document] = int(grade)
            except ValueError as error:
                raise InputError(
                    f"{qrels_file}, línea {number}: se espera "
                    "«pregunta, documento, nota» separados por tabuladores."
                ) from error
    if missing := qrels.keys() - texts.keys():
        raise InputError(f"{qrels_file} juzga {min(missing)}, que no está en queries.jsonl.")
    judged = {query: texts[query] for query in texts if query in qrels and query in chosen}
    if not judged:
        which = f" en la parte «{split}»" if split else ""
        raise InputError(f"{path} no tiene preguntas con juicios{which}.")
    return judged, {query: qrels[query] for query in judged}


def opened(path: Path) -> Any:
    """The text file at `path`, open; raises `InputError` if it is missing."""
    try:
        return path.open(encoding="utf-8", newline="")
    except OSError as error:
        raise InputError(f"Falta {path} (formato BEIR).") from error


def json_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSONL file; a wrong line raises `InputError` with its number."""
    with opened(path) as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                item = json.loads(line)
                if "_id" not in item or "text" not in item:
                    raise ValueError("faltan _id o text")
            except (ValueError, TypeError) as error:
                raise InputError(f"{path}, línea {number}: {error}.") from error
            yield item


def open_corpus(
    path: Path, embedder: Embedder, settings: Settings, progress: Progress
) -> Retriever:
    """A retriever over a BEIR corpus, whose index is kept in the cache by content and model."""
    corpus = path / "corpus.jsonl"
    mark = digest((digest(corpus.read_bytes()) + embedder.digest + embedder.id).encode())
    folder = settings.cache / "evaluations" / mark[:16]
    with store.writing(folder):
        try:
            index = Index.load(store.current(folder))
        except (IndexMissing, IndexDamaged, IndexMismatch):  # a cache is simply made again
            documents = [as_document(line) for line in json_lines(corpus)]
            passages = [passage for document in documents for passage in passages_of(document)]
            if not passages:
                raise InputError(f"{corpus} no tiene documentos.") from None
            texts = [passage.searchable for passage in passages]
            vectors = embedder.embed_passages(texts, progress)
            index = Index.build(passages, vectors, (embedder.id, embedder.digest))
            store.publish(folder, index.save)
    return Retriever(index, embedder, settings.lexical_weight)


def as_document(line: dict[str, Any]) -> Document:
    """A line of a BEIR corpus as a document of one section."""
    whole = Section(
        clean(str(line["text"]), code=True) or " ", Location("document", None, None, "documento")
    )
    return Document(str(line["_id"]), clean(str(line.get("title", ""))), "", (whole,))


def measured(run: Run, qrels: Qrels) -> PerQuery:
    """By measure, its value for each judged query, in the order of `qrels`."""
    measures = [ir_measures.parse_measure(name) for name in MEASURES]
    order = {query: at for at, query in enumerate(qrels)}
    values = {str(measure): np.zeros(len(order)) for measure in measures}
    for metric in ir_measures.iter_calc(measures, qrels, run):
        values[str(metric.measure)][order[metric.query_id]] = metric.value
    return values


def interval(values: NDArray[np.float64]) -> Interval:
    """Mean of `values` with the 95 % percentile bootstrap over them; seeded, so repeatable."""
    draws = np.random.default_rng(0).integers(len(values), size=(RESAMPLES, len(values)))
    low, high = np.percentile(values[draws].mean(axis=1), [2.5, 97.5])
    return Interval(round(float(values.mean()), 4), round(float(low), 4), round(float(high), 4))


def compared(values: dict[str, PerQuery]) -> tuple[Comparison, ...]:
    """Every pair of systems on every measure, with Holm-corrected p values."""
    raw = [
        (a, b, measure, values[a][measure] - values[b][measure])
        for a, b in combinations(values, 2)
        for measure in MEASURES
    ]
    corrected = holm([randomisation_p(differences) for *_, differences in raw])
    return tuple(
        Comparison(a, b, measure, round(float(differences.mean()), 4), round(p, 4))
        for (a, b, measure, differences), p in zip(raw, corrected, strict=True)
    )


def randomisation_p(differences: NDArray[np.float64]) -> float:
    """Two-sided p of a zero mean, from random flips of the differences' signs."""
    generator = np.random.default_rng(0)
    signs = generator.choice(np.array([-1, 1], np.int8), size=(RESAMPLES, len(differences)))
    extreme = np.abs(signs @ differences) >= abs(differences.sum()) - 1e-12
    return float((extreme.sum() + 1) / (RESAMPLES + 1))


def holm(ps: list[float]) -> list[float]:
    """Holm's step-down correction of `ps` (Scandinavian Journal of Statistics, 1979)."""
    corrected = [1.0] * len(ps)
    highest = 0.0
    for rank, at in enumerate(sorted(range(len(ps)), key=ps.__getitem__)):
        highest = max(highest, min(1.0, ps[at] * (len(ps) - rank)))
        corrected[at] = highest
    return corrected
