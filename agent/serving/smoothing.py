"""Evening out a model before its weights and activations become int8 (SmoothQuant).

Eight bits hold a row of activations badly where a few channels are far larger than the rest. A
channel may be divided by anything if the weights that read it are multiplied by the same: the
result stays, and what was hard to round in the activations is shared with the weights, which are
easily rounded (Xiao et al. 2023, arXiv:2211.10438). What divides is already in the model: a norm's
weight, a row of the projection before.

By what each channel is divided was found once, on text of the bundled course, with
`agent.serving.calibration`, and lies beside this file: who converts the model need not run it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from torch import Tensor

FACTORS = Path(__file__).with_name("factors.safetensors")  # of the embedded model


class Channels(NamedTuple):
    """Channels between a norm or projection that writes them and the projections that read them."""

    writer: str
    readers: tuple[str, ...]


def channels(layer: str) -> tuple[Channels, ...]:
    """All that can be evened out in a layer of a Qwen2 or Llama model, by names of `transformers`.

    Args:
        layer: its name, `model.layers.0`.
    """
    heads, gated = f"{layer}.self_attn", f"{layer}.mlp"
    return (
        Channels(f"{layer}.input_layernorm", tuple(f"{heads}.{one}_proj" for one in "qkv")),
        Channels(f"{heads}.v_proj", (f"{heads}.o_proj",)),
        Channels(f"{layer}.post_attention_layernorm", (f"{gated}.gate_proj", f"{gated}.up_proj")),
        Channels(f"{gated}.up_proj", (f"{gated}.down_proj",)),
    )


def smooth(
    weights: "Mapping[str, Tensor]", layer: str, factors: "Mapping[str, Tensor]", head: int
) -> None:
    """Divides what a layer writes and multiplies what reads it, in place; it computes the same.

    Args:
        weights: of the layer, by the names of `transformers`.
        layer: its name.
        factors: for the writer of each of its `channels`, of shape (channels,), above 0.
        head: channels of an attention head. The values of one are read by several heads.

    Raises:
        KeyError: the factors are another model's.
    """
    for writer, readers in channels(layer):
        divided = factors[writer].to(weights[f"{writer}.weight"].dtype)
        written = weights[f"{writer}.weight"]
        written /= divided.view(-1, *[1] * (written.dim() - 1))
        if (bias := weights.get(f"{writer}.bias")) is not None:
            bias /= divided
        for reader in readers:
            read = weights[f"{reader}.weight"]
            times = read.shape[1] // divided.numel()  # that one and the same is read
            read *= divided.view(-1, 1, head).expand(-1, times, -1).reshape(-1)
