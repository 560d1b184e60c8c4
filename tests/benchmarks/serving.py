"""How fast the language model answers, for 1 to 128 chats at once, beside plain `transformers`.

Run ``python -m tests.benchmarks.serving``, on a GPU or without one, with an index at hand
(``ayudante index``); without a GPU for one chat alone, or as ``--chats 1 8`` says. The prompts are
the assistant's own: its instructions, a question of the gold set, the passages that a search finds
for it. Every answer has `TOKENS` tokens, whatever it says, so that figures compare.

*int8* is the embedded model as `ayudante serve` serves it; *bfloat16* the same weights as
`transformers` reads them from the packages, served by the same vLLM; *transformers* generates with
these, batch by batch. *cached* is the share of the prompts' tokens that vLLM found in its prefix
cache. Last comes the embedding model: how many tokens of the course it reads a second.
"""

import json
import math
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import httpx
import openai
from langchain_core.messages import (
    AnyMessage,
    HumanMessage,
    SystemMessage,
    convert_to_openai_messages,
)

from agent.evidence import Evidence, shown
from agent.messages import say
from agent.prompts import system_prompt
from agent.serving import ModelServer, ServerAddress, qwen
from agent.serving.calibration import unrounded
from agent.serving.server import engine
from corpus import Settings
from corpus.progress import silent
from retrieval import Retriever
from retrieval.packaged import published_folder
from tests.benchmarks.material import QUESTIONS, lines_of
from tests.benchmarks.report import Row, options, seconds, show

TOKENS = 128
ROUNDS = 3  # questions that each chat asks, one after the other

Prompt = list[dict[str, Any]]


def prompts(retriever: Retriever, settings: Settings, most: int) -> list[Prompt]:
    """What the model reads for the first `most` questions of the gold set."""
    made = []
    for question in lines_of(QUESTIONS / "queries.jsonl")[:most]:
        evidence = Evidence()
        found = [result.passage for result in retriever.search(question, settings.passages_shown)]
        step = evidence.record("search_course", {"query": question}, time.monotonic(), found)
        asked = say("answer_briefly", "es", question=question)
        said: list[AnyMessage] = [
            SystemMessage(system_prompt(settings.course_name)),
            HumanMessage(f"{shown(step)}\n\n{asked}"),
        ]
        made.append(convert_to_openai_messages(said))
    return made


def answered(client: openai.OpenAI, model: str, prompt: Prompt) -> tuple[float, float]:
    """Seconds to the first token of an answer, and to its end."""
    start, first = time.perf_counter(), None
    stream: Any = client.chat.completions.create(
        model=model,
        messages=cast("Any", prompt),
        max_tokens=TOKENS,
        temperature=0,
        stream=True,
        extra_body={"ignore_eos": True},
    )
    for chunk in stream:
        if first is None and chunk.choices and chunk.choices[0].delta.content:
            first = time.perf_counter() - start
    total = time.perf_counter() - start
    return first or total, total


def cached(address: ServerAddress) -> tuple[float, float]:
    """Tokens of prompts that were looked up in the prefix cache so far, and that were found."""
    text = httpx.get(address.url.removesuffix("/v1") + "/metrics", timeout=30).text
    totals = {"queries": 0.0, "hits": 0.0}
    for line in text.splitlines():
        for name in totals:
            if line.startswith(f"vllm:prefix_cache_{name}_total"):
                totals[name] += float(line.rsplit(" ", 1)[1])
    return totals["queries"], totals["hits"]


def served(name: str, address: ServerAddress, asked: Sequence[Prompt], chats: int) -> Row:
    """`chats` people at once, each of whom asks `ROUNDS` questions one after the other."""
    client = openai.OpenAI(base_url=address.url, api_key=address.key, timeout=600, max_retries=0)

    def chat(number: int) -> list[tuple[float, float]]:
        mine = [asked[(number * ROUNDS + turn) % len(asked)] for turn in range(ROUNDS)]
        return [answered(client, address.model, prompt) for prompt in mine]

    before, start = cached(address), time.perf_counter()
    with ThreadPoolExecutor(chats) as pool:
        got = [one for some in pool.map(chat, range(chats)) for one in some]
    took, after = time.perf_counter() - start, cached(address)
    looked_up, found = after[0] - before[0], after[1] - before[1]
    return row(name, chats, [first for first, _ in got], TOKENS * len(got) / took) | {
        "cached": round(found / looked_up, 2) if looked_up else ""
    }


def row(name: str, chats: int, firsts: list[float], rate: float) -> Row:
    """A line of the table."""
    slow = sorted(firsts)[math.ceil(0.95 * len(firsts)) - 1]
    return {
        "system": name,
        "chats": chats,
        "first token, median s": round(statistics.median(firsts), 3),
        "p95 s": round(slow, 3),
        "tokens/s": round(rate, 1),
    }


def plain_folder(cache: Path) -> Path:
    """The embedded model's weights in bfloat16, as `transformers` reads them (3.6 GB)."""

    def build(target: Path) -> None:
        import torch
        from safetensors.torch import save_file

        with tempfile.TemporaryDirectory(dir=target) as scratch:
            tokenizer, model = unrounded(Path(scratch), torch.bfloat16, silent)
        tokenizer.save_pretrained(target)
        tensors = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
        save_file(tensors, target / "model.safetensors", metadata={"format": "pt"})
        model.generation_config.save_pretrained(target)
        config = model.config.to_dict()
        config.pop("quantization_config", None)
        (target / "config.json").write_text(json.dumps(config, indent=1, default=str))

    return published_folder(cache, f"{qwen.NAME}-bfloat16", qwen.SHA256, build, 6_000_000_000)


def generated(folder: Path, asked: Sequence[Prompt], batches: Sequence[int]) -> Iterator[Row]:
    """The same prompts with `transformers`, in batches of each size."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    device = "cuda" if torch.cuda.is_available() else "cpu"
    tokenizer: Any = AutoTokenizer.from_pretrained(
        folder, padding_side="left", local_files_only=True
    )
    model: Any = AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.bfloat16, local_files_only=True
    )
    model = model.to(device).eval()
    texts = [
        tokenizer.apply_chat_template(prompt, tokenize=False, add_generation_prompt=True)
        for prompt in asked
    ]

    def generate(some: list[str], tokens: int) -> None:
        inputs = tokenizer(some, return_tensors="pt", padding=True).to(device)
        with torch.inference_mode():
            model.generate(**inputs, max_new_tokens=tokens, min_new_tokens=tokens, do_sample=False)
        if device == "cuda":
            torch.cuda.synchronize()

    generate(texts[:1], 2)
    for size in batches:
        groups = [
            [texts[(at * size + one) % len(texts)] for one in range(size)] for at in range(ROUNDS)
        ]
        firsts = [seconds(lambda group=group: generate(group, 1)) for group in groups]  # type: ignore[misc]
        took = sum(seconds(lambda group=group: generate(group, TOKENS)) for group in groups)  # type: ignore[misc]
        yield row("transformers", size, firsts, TOKENS * size * ROUNDS / took) | {"cached": ""}


def embedding(retriever: Retriever) -> Row:
    """How fast the embedding model reads the course."""
    texts = [passage.searchable for passage in retriever.public]
    embedder = retriever.embedder
    embedder.embed_passages(texts[:64])
    tokenizer = getattr(embedder, "model").tokenizer  # noqa: B009
    tokens = sum(map(len, tokenizer(texts, truncation=True)["input_ids"]))
    took = seconds(lambda: embedder.embed_passages(texts))
    pieces = seconds(lambda: list(embedder.encode_passages(texts)))
    return {
        "passages": len(texts),
        "tokens": tokens,
        "vectors, tokens/s": round(tokens / took),
        "with every piece, tokens/s": round(tokens / pieces),
    }


def main() -> None:
    """Serves, asks, prints."""
    chats = [1, 8, 32, 128] if engine() == "vllm" else [1]  # without a GPU more take hours
    parser = options(__doc__)
    parser.add_argument("--chats", type=int, nargs="*", default=chats)
    parser.add_argument("--systems", nargs="*", default=["int8", "bfloat16", "transformers"])
    given = parser.parse_args()
    settings = Settings.load()
    retriever = Retriever.open(settings=settings)
    asked = prompts(retriever, settings, ROUNDS * (max(given.chats) + 1))
    asked, others = asked[:-ROUNDS], asked[-ROUNDS:]  # a prompt that was read before is no measure
    rows: list[Row] = []

    def keep(row: Row) -> None:
        rows.append(row)
        print(row, flush=True)  # noqa: T201  # the whole takes long, and may be cut short

    for name in ("int8", "bfloat16"):
        if name not in given.systems:
            continue
        llm = {} if name == "int8" else {"llm": str(plain_folder(settings.cache))}
        start = time.perf_counter()
        with ModelServer(settings.model_copy(update=llm)) as address:
            print(f"{name}: ready after {time.perf_counter() - start:.0f} s")  # noqa: T201
            served(name, address, others, 1)  # what a first question compiles
            for chats in given.chats:
                keep(served(name, address, asked, chats))
    if "transformers" in given.systems:
        batches = [size for size in given.chats if size <= 32]
        for row in generated(plain_folder(settings.cache), asked, batches):
            keep(row)
    show("Answers", rows, given.json)
    show("Embedding", [embedding(retriever)], None)


if __name__ == "__main__":
    main()
