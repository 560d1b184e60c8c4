"""What answers are compared with: LangChain's usual chain, and the model with no materials.

The chain is the one of its tutorials: chunks of 1,000 characters that overlap by 200, the four
nearest to the question stuffed into one prompt. It gets the assistant's own multilingual embedding
model, which finds more here than the English one of the tutorials. It has no citations and no
status of its own; an answer that says that it does not know counts as a refusal.
"""

import re
from collections.abc import Sequence
from time import monotonic

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.vectorstores import InMemoryVectorStore
from semantic_text_splitter import TextSplitter

from agent.evaluation.cases import Case, plain
from agent.evaluation.report import Said
from agent.events import Status
from agent.messages import language_of
from retrieval.embedding import Embedder
from retrieval.passages import Passage

CHUNK, OVERLAP, STUFFED = 1_000, 200, 4
STUFF = ChatPromptTemplate.from_template(
    "You are an assistant for question-answering tasks. Use the following pieces of retrieved "
    "context to answer the question. If you don't know the answer, just say that you don't know. "
    "Use three sentences maximum and keep the answer concise.\n\n"
    "Question: {question}\n\nContext: {context}\n\nAnswer:"
)
ALONE = ChatPromptTemplate.from_template("{question}")
REFUSES = re.compile(
    r"no (?:lo )?se\b|no tengo (?:suficiente )?informacion|no (?:se )?(?:menciona|proporciona)"
    r"|no (?:se )?indica"
    r"|no puedo responder|i do(?:n't| not) know|not (?:mentioned|provided|specified)|cannot answer"
)


class Adapted(Embeddings):
    """Our embedding model as LangChain wants one."""

    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Vectors of chunks."""
        rows: list[list[float]] = self.embedder.embed_passages(texts).tolist()
        return rows

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question."""
        row: list[float] = self.embedder.embed_queries([text])[0].tolist()
        return row


class Chain:
    """A prompt and a model, with or without retrieval before them."""

    def __init__(self, model: BaseChatModel, store: InMemoryVectorStore | None) -> None:
        self.store = store
        self.chain = (STUFF if store else ALONE) | model | StrOutputParser()

    def __call__(self, case: Case) -> Said:
        """What the chain says to a case; a follow-up is asked together with what it follows."""
        start, first, text = monotonic(), 0.0, ""
        question = f"{case.previous} {case.question}".strip()
        asked = {"question": question}
        if self.store:
            found = self.store.similarity_search(question, STUFFED)
            asked["context"] = "\n\n".join(document.page_content for document in found)
        for piece in self.chain.stream(asked):
            first = first or (monotonic() - start if piece else 0.0)
            text += piece
        refused = bool(REFUSES.search(plain(text)))
        status: Status = "not_in_materials" if refused else "answered"
        return Said(text, status, language_of(text), (), first, monotonic() - start)


def usual_chain(model: BaseChatModel, passages: Sequence[Passage], embedder: Embedder) -> Chain:
    """LangChain's usual chain over the texts of an index's documents."""
    texts: dict[str, list[str]] = {}
    for passage in passages:
        texts.setdefault(passage.document, []).append(passage.text)
    splitter = TextSplitter(CHUNK, OVERLAP)
    store = InMemoryVectorStore(Adapted(embedder))
    store.add_documents(
        [
            Document(chunk, metadata={"source": name})
            for name, parts in texts.items()
            for chunk in splitter.chunks("\n\n".join(parts))
        ]
    )
    return Chain(model, store)


def model_alone(model: BaseChatModel) -> Chain:
    """The model with nothing but the question."""
    return Chain(model, None)
