from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from corpus import ModelUnavailable, Settings
from retrieval import Retriever
from retrieval.embedding import Vectors
from retrieval.reranker import CrossEncoderReranker, RerankServer, reranker_of
from tests.conftest import JsonServer, serving


class Longest:
    """Prefers long texts, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []

    def scores(self, question: str, texts: Sequence[str]) -> Vectors:
        self.asked.append((question, len(texts)))
        return np.array([len(text) for text in texts], np.float32)


class Server(JsonServer):
    """Scores a text by its number, in an order of its own; leaves out the last `fewer`."""

    asked: ClassVar[list[dict[str, Any]]] = []
    fewer = 0

    def said(self, body: Any) -> Any:
        type(self).asked.append(body | {"path": self.path, "key": self.headers["Authorization"]})
        count = len(body["documents"]) - self.fewer
        results = [{"index": at, "relevance_score": at / 10} for at in reversed(range(count))]
        return {"results": results}


@pytest.fixture
def url() -> Iterator[str]:
    Server.asked, Server.fewer = [], 0
    with serving(Server) as address:
        yield f"{address}/"


def test_the_first_places_are_read_again_and_keep_their_scores(retriever: Retriever) -> None:
    plain = retriever.search("softmax logits", k=3)
    longest = Longest()
    again = Retriever(retriever.index, retriever.embedder, reranker=longest)
    found = again.search("softmax logits", k=retriever.size)
    lengths = [len(result.passage.searchable) for result in found]
    assert lengths == sorted(lengths, reverse=True)
    assert found[0].score == plain[0].score
    assert longest.asked == [("softmax logits", retriever.size)]
    for system in ("dense", "lexical", "hybrid"):
        assert again.search("softmax", system=system) == retriever.search("softmax", system=system)


def test_nothing_found_is_not_read_again(retriever: Retriever) -> None:
    longest = Longest()
    again = Retriever(retriever.index, retriever.embedder, reranker=longest)
    nothing = np.zeros(retriever.size, np.bool_)
    assert again.rank("softmax", again.encode(["softmax"])[0], 3, "reranked", nothing) == []
    assert longest.asked == []


def test_a_servers_scores_come_back_in_the_order_of_the_texts(url: str) -> None:
    scores = RerankServer(url, "m", "k").scores("q", ["a", "b", "c"])
    assert scores == pytest.approx([0, 0.1, 0.2])
    assert Server.asked == [
        {"model": "m", "query": "q", "documents": ["a", "b", "c"], "path": "/v1/rerank"}
        | {"key": "Bearer k"}
    ]


def test_a_server_that_forgets_a_text_or_is_not_there_is_named(url: str) -> None:
    Server.fewer = 1
    with pytest.raises(ModelUnavailable, match="faltan pasajes"):
        RerankServer(url, "m").scores("q", ["a", "b"])
    with pytest.raises(ModelUnavailable, match="AYUDANTE_RERANKER_URL"):
        RerankServer("http://127.0.0.1:9", "m").scores("q", ["a"])


def test_settings_choose_the_reranker(settings: Settings) -> None:
    assert reranker_of(settings) is None
    local = settings.model_copy(update={"reranker": "a/model"})
    assert isinstance(reranker_of(local), CrossEncoderReranker)
    served = local.model_copy(update={"reranker_url": "http://127.0.0.1:9"})
    assert isinstance(reranker_of(served), RerankServer)


def test_a_real_cross_encoder_is_loaded_from_a_folder(tmp_path: Path) -> None:
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "softmax", "logits", "perro"]
    inner = Tokenizer(WordLevel({word: at for at, word in enumerate(words)}, unk_token="[UNK]"))
    inner.pre_tokenizer = Whitespace()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=inner, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]",
        sep_token="[SEP]", model_max_length=32,
    )  # fmt: skip
    shape = BertConfig(
        vocab_size=len(words), hidden_size=8, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=8, max_position_embeddings=32, initializer_range=1.0,
    )  # fmt: skip
    shape.num_labels = 1
    BertForSequenceClassification(shape).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    reranker = CrossEncoderReranker(str(tmp_path))
    scores = reranker.scores("softmax", ["logits", "perro perro", "logits"])
    assert scores.shape == (3,)
    assert scores.dtype == np.float32
    assert scores[0] == pytest.approx(scores[2], abs=1e-6)
    assert scores[0] != pytest.approx(scores[1], abs=1e-6)


def test_a_cross_encoder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="No existe la carpeta"):
        CrossEncoderReranker(str(tmp_path / "none")).scores("q", ["a"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelUnavailable, match="AYUDANTE_RERANKER"):
        CrossEncoderReranker(str(tmp_path / "empty")).scores("q", ["a"])
