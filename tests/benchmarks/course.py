"""A search of a course of 5,000 passages, beside what embedding the question costs.

Passages are the bundled course's sentences, written again under other names until there are
enough, each enriched by `ASKED` more of them; their vectors are made as `material.like` says and
the pieces of some are taken round and round, so only some texts are embedded.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from corpus.document import Location
from retrieval import Retriever
from retrieval.enrichment import BY_MODEL, QuestionIndex
from retrieval.index import Index
from retrieval.late import Coded, Coder, TokenIndex
from retrieval.passages import Passage
from tests.benchmarks import material
from tests.benchmarks.report import Row, milliseconds, options, show

ASKED = 4  # questions beside each passage


def passages(texts: list[str], size: int) -> list[Passage]:
    """`size` passages of five sentences each, taken round and round with another stride."""
    made = []
    for at in range(size):
        round_, first = divmod(at * 5, len(texts))
        chosen = [texts[(first + step * (1 + round_)) % len(texts)] for step in range(5)]
        place = Location("section", at, None, f"§ {at}")
        made.append(
            Passage(
                f"p{at}", f"d{at // 25}", "Título", "Clase", ("Sección",), " ".join(chosen), place
            )
        )
    return made


def course(size: int, anchors: int, folders: list[Path]) -> Retriever:
    """A retriever over a course of `size` passages."""
    model = material.embedder()
    texts = material.sentences(folders)
    made = material.like(model.embed_passages(texts[:anchors]), size * (1 + ASKED))
    whole = passages(texts, size)
    asked = [texts[at % len(texts)] for at in range(size * ASKED)]
    owners = [at // ASKED for at in range(size * ASKED)]
    questions = QuestionIndex.build(asked, owners, [BY_MODEL] * len(owners), made[size:])
    coder = Coder()
    for at, encoding in model.encode_passages(
        [one.text for one in whole[:anchors]] + asked[:anchors]
    ):
        coder.add(at, encoding)
    coded = coder.finish()
    assert coder.basis is not None
    rows: list[Coded] = [coded[at % anchors] for at in range(size)]
    rows += [coded[anchors + at % anchors] for at in range(size * ASKED)]
    tokens = TokenIndex.build(rows, coder.basis)
    index = Index.build(whole, made[:size], (model.id, model.digest), questions, tokens)
    return Retriever(index, model)


def main() -> None:
    """Asks real questions one at a time."""
    parser = options(__doc__)
    parser.add_argument("--size", type=int, default=5_000)
    parser.add_argument("--anchors", type=int, default=300, help="real sentences embedded")
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--texts", type=Path, nargs="*", default=[], help="BEIR folders")
    given = parser.parse_args()
    retriever = course(given.size, given.anchors, given.texts)
    asked = material.questions(given.texts)[: given.questions]
    vectors = [retriever.encode([text])[0] for text in asked]
    pairs = list(zip(asked, vectors, strict=True))
    embed, index = retriever.encode, retriever.index
    works: dict[str, list[Callable[[], object]]] = {
        "embedding the question": [partial(embed, [text]) for text in asked],
        "vectors alone, k=100": [
            partial(index.vectors.search, v.vector[None], 100) for v in vectors
        ],
        "BM25 alone": [partial(index.lexical.scores, text) for text in asked],
        "hybrid, beyond embedding": [
            partial(retriever.rank, text, vector, 10, "hybrid") for text, vector in pairs
        ],
        "reranked, beyond embedding": [
            partial(retriever.rank, text, vector, 10, "reranked") for text, vector in pairs
        ],
        "reranked, in all": [partial(retriever.search, text) for text in asked],
    }
    rows: list[Row] = [{"what": what} | milliseconds(work) for what, work in works.items()]
    crowded = "reranked, in all, 32 at once"
    rows.append({"what": crowded} | milliseconds(works["reranked, in all"], 32))
    show(f"A search of {given.size} passages, {len(asked)} questions", rows, given.json)


if __name__ == "__main__":
    main()
