"""Evening out a model before its weights and activations become int8 (SmoothQuant).

Eight bits hold a row of activations badly where a few channels are far larger than the rest. A
channel may be divided by anything if the weights that read it are multiplied by the same: the
result stays, and what was hard to round in the activations is shared with the weights, which are
easily rounded (Xiao et al. 2023, arXiv:2211.10438). What divides is already in the model: a norm's
weight, a row of the projection before.

What each channel holds at most is seen in some text of a course.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

SHARE = 0.5  # of the difficulty that goes to the weights; with .8 they become the hard part


def smooth(model: Any, texts: "Sequence[Tensor]") -> None:
    """Evens out a Qwen2 or Llama model of `transformers`, in place; it computes the same.

    Args:
        model: with attention of grouped heads and gated perceptrons.
        texts: token ids of shape (1, tokens), which tell what the channels hold.
    """
    import torch

    layers = model.model.layers
    with torch.no_grad(), largest_inputs(layers) as seen, one_in_float32(layers):
        for ids in texts:
            model.model(inputs_embeds=model.get_input_embeddings()(ids).float())
    for layer, inputs in zip(layers, seen, strict=True):
        attention, perceptron = layer.self_attn, layer.mlp
        readers = [attention.q_proj, attention.k_proj, attention.v_proj]
        share(layer.input_layernorm, readers, inputs["q_proj"])
        readers = [perceptron.gate_proj, perceptron.up_proj]
        share(layer.post_attention_layernorm, readers, inputs["gate_proj"])
        share(perceptron.up_proj, [perceptron.down_proj], inputs["down_proj"])
        share(attention.v_proj, [attention.o_proj], inputs["o_proj"], attention.head_dim)


@contextmanager
def one_in_float32(layers: Any) -> Iterator[None]:
    """Has each layer compute in float32, and no two at once: many processors have no bfloat16."""
    hooks = []
    for layer in layers:
        kind = layer.input_layernorm.weight.dtype
        hooks.append(layer.register_forward_pre_hook(lambda layer, _: layer.float() and None))
        hooks.append(
            layer.register_forward_hook(lambda layer, *_, kind=kind: layer.to(kind) and None)
        )
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


@contextmanager
def largest_inputs(layers: Any) -> "Iterator[list[dict[str, Tensor]]]":
    """For each layer the largest absolute value of each channel that its projections read."""
    import torch

    seen: list[dict[str, Tensor]] = [{} for _ in layers]
    hooks = []
    for layer, inputs in zip(layers, seen, strict=True):
        for name, module in layer.named_modules():
            if not name.endswith("_proj"):
                continue

            def note(_: Any, read: Any, name: str = name, inputs: Any = inputs) -> None:
                key = name.rpartition(".")[2]
                largest = read[0].detach().abs().flatten(0, -2).amax(0).float()
                inputs[key] = torch.maximum(inputs.get(key, largest), largest)

            hooks.append(module.register_forward_pre_hook(note))
    try:
        yield seen
    finally:
        for hook in hooks:
            hook.remove()


def share(writer: Any, readers: Sequence[Any], largest: "Tensor", head: int = 0) -> None:
    """Divides what `writer` gives and multiplies what `readers` expect, channel by channel.

    Args:
        writer: a norm, whose weight has a value for each channel, or a projection, with a row.
        readers: projections that read the channels.
        largest: of each channel that they read, as `largest_inputs` saw it.
        head: channels of an attention head, where several heads read the same one.
    """
    import torch

    weights = torch.stack([reader.weight.abs().amax(0) for reader in readers]).amax(0).float()
    given = writer.weight.shape[0]
    heads = largest.numel() // given  # that read one and the same
    grouped = [one.view(-1, heads, head or given).amax(1).reshape(-1) for one in (largest, weights)]
    seen, held = (one.clamp(min=1e-5) for one in grouped)
    factors = seen**SHARE / held ** (1 - SHARE)
    with torch.no_grad():
        writer.weight /= factors.view(-1, *[1] * (writer.weight.dim() - 1))
        if getattr(writer, "bias", None) is not None:
            writer.bias /= factors
        spread = factors.view(-1, 1, head or given).expand(-1, heads, -1).reshape(-1)
        for reader in readers:
            reader.weight *= spread
