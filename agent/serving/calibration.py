"""By what to divide each channel of the embedded model: `python -m agent.serving.calibration`.

A channel's factor is √(largest value that it holds / largest weight that reads it): half of what
makes it hard to round goes to the weights (SmoothQuant's α = ½; docs/decisions.md has others). What
a channel holds is seen in text of the bundled course. The factors are rounded to eight bits.
"""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.serving import qwen
from agent.serving.smoothing import FACTORS, channels
from corpus.finding import BUNDLED
from corpus.progress import Progress

if TYPE_CHECKING:
    from torch import Tensor

SAMPLE = 512  # tokens of each of the course's documents


def main(progress: Progress) -> None:
    """Writes the factors of the embedded model to `FACTORS`."""
    import torch
    from safetensors.torch import save_file

    with tempfile.TemporaryDirectory() as scratch:
        tokenizer, model = unrounded(Path(scratch), torch.float32, progress)
    texts = [
        tokenizer(file.read_text(encoding="utf-8"), return_tensors="pt")["input_ids"][:, :SAMPLE]
        for file in sorted(BUNDLED.rglob("*.md"))
    ]
    found = factors(model, texts, progress)
    save_file({name: one.to(torch.float8_e5m2) for name, one in found.items()}, FACTORS)


def unrounded(scratch: Path, dtype: Any, progress: Progress) -> tuple[Any, Any]:
    """The embedded model's tokenizer and model as `transformers` reads them, without int8.

    Args:
        scratch: a folder for the file of 1.1 GB that it is read from.
        dtype: of the model's weights.
        progress: told how far it is.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer

    gguf = qwen.joined(scratch, progress)
    source: dict[str, Any] = {"gguf_file": gguf.name, "local_files_only": True}
    tokenizer = AutoTokenizer.from_pretrained(scratch, **source)
    return tokenizer, AutoModelForCausalLM.from_pretrained(scratch, dtype=dtype, **source)


def factors(model: Any, texts: "Sequence[Tensor]", progress: Progress) -> "dict[str, Tensor]":
    """For the writer of each of a model's `channels`, float32 of shape (channels written,).

    Args:
        model: a Qwen2 or Llama model of `transformers`.
        texts: token ids of shape (1, tokens), which tell what the channels hold.
        progress: told after each of them.
    """
    import torch

    found, modules = {}, dict(model.named_modules())
    layers = [f"model.layers.{number}" for number in range(len(model.model.layers))]
    with torch.no_grad(), largest_inputs(model) as seen:
        for number, ids in enumerate(texts, 1):
            model.model(ids)
            progress("mirando los canales", number, len(texts))
    head = modules[f"{layers[0]}.self_attn"].head_dim
    for writer, readers in (one for layer in layers for one in channels(layer)):
        weights = torch.stack([modules[one].weight.detach().abs().amax(0) for one in readers])
        times = weights.shape[1] // modules[writer].weight.shape[0]  # that each channel is read
        held, weight = (
            one.float().view(-1, times, head).amax(1).reshape(-1).clamp(min=1e-5)
            for one in (seen[readers[0]], weights.amax(0))
        )
        found[writer] = (held / weight).sqrt()
    return found


@contextmanager
def largest_inputs(model: Any) -> "Iterator[dict[str, Tensor]]":
    """By each projection's name the largest absolute value of each channel that it reads."""
    import torch

    seen: dict[str, Tensor] = {}
    hooks = []
    for name, module in model.named_modules():
        if not name.endswith("_proj"):
            continue

        def note(_: Any, read: Any, name: str = name) -> None:
            largest = read[0].detach().abs().flatten(0, -2).amax(0).float()
            seen[name] = torch.maximum(seen.get(name, largest), largest)

        hooks.append(module.register_forward_pre_hook(note))
    try:
        yield seen
    finally:
        for hook in hooks:
            hook.remove()


def tell(stage: str, done: int, total: int) -> None:
    """Progress in a line of the terminal."""
    sys.stderr.write(f"\r{stage} {done}/{total} ")


if __name__ == "__main__":
    main(tell)
