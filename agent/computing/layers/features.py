"""Layers over the last dimension and over sequences, and those that change nothing."""

import math
from functools import partial

from agent.computing.layers.options import (
    NEEDED,
    Dims,
    Layer,
    Options,
    Outcome,
    counted,
    demand,
    times,
)

SAME = "no cambia la forma"
GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
UNCHANGED = (
    "ReLU LeakyReLU ELU SELU SiLU GELU Tanh Sigmoid Softplus Softmax LogSoftmax Identity "
    "Dropout Dropout1d Dropout2d"
)


def unchanged(shape: Dims, _: Options) -> Outcome:
    """Activations and dropout."""
    return Outcome(shape, 0, SAME)


def flatten(shape: Dims, options: Options) -> Outcome:
    """One dimension of those from `start_dim` to `end_dim`, which count the batch as 0."""
    start = options.size("start_dim")
    last = len(shape) if options.given["end_dim"] == -1 else options.size("end_dim")
    demand(start <= last <= len(shape), f"dimensiones de 1 a {len(shape)}: la 0 es la del lote")
    together = shape[start - 1 : last]
    output = (*shape[: start - 1], math.prod(together), *shape[last:])
    return Outcome(output, 0, f"{times(*together)} = {math.prod(together)}")


def linear(shape: Dims, options: Options) -> Outcome:
    """``in_features`` become ``out_features``, for every position before."""
    into, out = options.size("in_features"), options.size("out_features")
    if shape[-1] != into and math.prod(shape) == into:
        demand(False, f"({into},): falta un Flatten()")
    demand(shape[-1] == into, f"{into} en la última dimensión (in_features)")
    total, text = counted((into, out), *([(out,)] if options.flag("bias") else []))
    return Outcome((*shape[:-1], out), total, f"{into} → {out}; {text}")


def layer_norm(shape: Dims, options: Options) -> Outcome:
    """A scale and a shift per normalised feature."""
    given = options.given["normalized_shape"]
    normalised = options.sizes("normalized_shape", len(given) if isinstance(given, tuple) else 1)
    ends = shape[-len(normalised) :] == normalised
    demand(ends, f"una forma que termine en {times(*normalised)}")
    if not options.flag("elementwise_affine"):
        return Outcome(shape, 0, SAME)
    total, text = counted((1 + options.flag("bias"), *normalised))
    return Outcome(shape, total, f"{SAME}; {text}")


def embedding(shape: Dims, options: Options) -> Outcome:
    """A vector for each index."""
    count, size = options.size("num_embeddings"), options.size("embedding_dim")
    total, text = counted((count, size))
    return Outcome((*shape, size), total, f"un vector de {size} por índice; {text}")


def recurrent(kind: str, shape: Dims, options: Options) -> Outcome:
    """The hidden states of the last layer, for every step.

    Each layer and direction has ``gates * hidden * (input + hidden)`` weights, and two biases of
    ``gates * hidden``; layers after the first read the states of all directions.
    """
    into, hidden = options.size("input_size"), options.size("hidden_size")
    layers, ways = options.size("num_layers"), 1 + options.flag("bidirectional")
    demand(len(shape) == 2 and shape[1] == into, f"(T, {into}): pasos e input_size")
    rows, bias = GATES[kind] * hidden, 2 * options.flag("bias")
    weights: list[Dims] = [(ways, rows, into + hidden + bias)]
    if layers > 1:
        weights.append((layers - 1, ways, rows, ways * hidden + hidden + bias))
    total, text = counted(*weights)
    output = (shape[0], ways * hidden)
    return Outcome(output, total, f"{times(ways, hidden)} = {output[1]} por paso; {text}")


def attention(shape: Dims, options: Options) -> Outcome:
    """Self-attention: queries, keys, values and the output each have a matrix."""
    size, bias = demand_heads(shape, options, "embed_dim", "num_heads")
    total, text = counted((4, size, size), *([(4, size)] if bias else []))
    return Outcome(shape, total, f"{SAME}; {text}")


def encoder_layer(shape: Dims, options: Options) -> Outcome:
    """Self-attention, two linear layers and two layer normalisations."""
    size, bias = demand_heads(shape, options, "d_model", "nhead")
    inner = options.size("dim_feedforward")
    weights: list[Dims] = [(4, size, size), (2, size, inner), (2, size)]
    total, text = counted(*weights, *([(4, size), (inner,), (size,), (2, size)] if bias else []))
    return Outcome(shape, total, f"{SAME}; {text}")


def demand_heads(shape: Dims, options: Options, size: str, heads: str) -> tuple[int, bool]:
    """The size of attention and whether it has biases, checked."""
    width, parts = options.size(size), options.size(heads)
    demand(width % parts == 0, f"{size} divisible por {heads}")
    demand(len(shape) == 2 and shape[1] == width, f"(T, {width}): pasos y {size}")
    return width, options.flag("bias")


RECURRENT: dict[str, object] = {"input_size": NEEDED, "hidden_size": NEEDED, "num_layers": 1}
STEPS = {"bias": True, "batch_first": False, "dropout": 0.0, "bidirectional": False}
FEATURES = {
    "Flatten": Layer(flatten, {"start_dim": 1, "end_dim": -1}),
    "Linear": Layer(linear, {"in_features": NEEDED, "out_features": NEEDED, "bias": True}),
    "LayerNorm": Layer(
        layer_norm,
        {"normalized_shape": NEEDED, "eps": 1e-5, "elementwise_affine": True, "bias": True},
    ),
    "Embedding": Layer(
        embedding, {"num_embeddings": NEEDED, "embedding_dim": NEEDED, "padding_idx": None}
    ),
    "RNN": Layer(partial(recurrent, "RNN"), RECURRENT | {"nonlinearity": "tanh"} | STEPS),
    "GRU": Layer(partial(recurrent, "GRU"), RECURRENT | STEPS),
    "LSTM": Layer(partial(recurrent, "LSTM"), RECURRENT | STEPS),
    "MultiheadAttention": Layer(
        attention,
        {"embed_dim": NEEDED, "num_heads": NEEDED, "dropout": 0.0, "bias": True}
        | {"batch_first": False},
    ),
    "TransformerEncoderLayer": Layer(
        encoder_layer,
        {"d_model": NEEDED, "nhead": NEEDED, "dim_feedforward": 2048, "dropout": 0.1}
        | {"activation": "relu", "layer_norm_eps": 1e-5, "batch_first": False}
        | {"norm_first": False, "bias": True},
    ),
    **{name: Layer(unchanged, None) for name in UNCHANGED.split()},
}
