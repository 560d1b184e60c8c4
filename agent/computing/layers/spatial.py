"""Layers over channels and sides: convolutions, pooling, batch normalisation."""

from collections.abc import Iterable
from functools import partial

from agent.computing.layers.options import (
    NEEDED,
    Dims,
    Layer,
    Options,
    Outcome,
    counted,
    demand,
)

NAMES = {1: "largo", 2: "alto, ancho"}
Side = tuple[int, str]  # its size and how it is computed


def reach(kernel: int, dilation: int) -> Side:
    """What a dilated kernel spans."""
    if dilation == 1:
        return kernel, str(kernel)
    return dilation * (kernel - 1) + 1, f"({dilation}·({kernel} − 1) + 1)"


def slid(
    side: int, kernel: int, stride: int, padding: int, dilation: int, up: bool = False
) -> Side:
    """The places of a window along a side; `up` rounds up, as ``ceil_mode`` does."""
    span, span_text = reach(kernel, dilation)
    room = side + 2 * padding - span
    places = (-(-room // stride) if up else room // stride) + 1
    demand(places > 0, f"lados de al menos {span - 2 * padding}")
    if up and (places - 1) * stride >= side + padding:  # a window starts inside or in the padding
        places -= 1
    padded = f"{side} + 2·{padding}" if padding else str(side)
    low, high = "⌈⌉" if up else "⌊⌋"
    return places, f"{low}({padded} − {span_text})/{stride}{high} + 1 = {places}"


def spread(side: int, kernel: int, stride: int, padding: int, dilation: int, extra: int) -> Side:
    """The side that a transposed convolution makes."""
    span, span_text = reach(kernel, dilation)
    size = (side - 1) * stride - 2 * padding + span + extra
    text = f"({side} − 1)·{stride} − 2·{padding} + {span_text} + {extra} = {size}"
    demand(size > 0, f"un lado mayor: saldría {text}")
    return size, text


def together(sides: Iterable[Side]) -> tuple[Dims, str]:
    """The sizes of the sides, and their formulas without repetition."""
    listed = list(sides)
    return tuple(size for size, _ in listed), ", ".join(dict.fromkeys(text for _, text in listed))


def demand_channels(shape: Dims, channels: int | None, sides: int) -> None:
    """Raises InputError unless `shape` has so many channels, if given, and sides."""
    fits = len(shape) == sides + 1 and channels in (None, shape[0])
    batch = ", sin la dimensión del lote" if len(shape) == sides + 2 else ""
    demand(fits, f"({channels or 'canales'}, {NAMES[sides]}){batch}")


def channels_of(shape: Dims, options: Options, sides: int) -> tuple[int, int, int]:
    """The channels in and out and the groups of a convolution, checked."""
    into, out = options.size("in_channels"), options.size("out_channels")
    groups = options.size("groups")
    demand(into % groups == out % groups == 0, f"canales divisibles por groups={groups}")
    demand_channels(shape, into, sides)
    return into, out, groups


def convolution(sides: int, shape: Dims, options: Options) -> Outcome:
    """``⌊(side + 2 padding - dilation (kernel - 1) - 1) / stride⌋ + 1`` places."""
    into, out, groups = channels_of(shape, options, sides)
    kernel, stride, dilation = (
        options.sizes(name, sides) for name in ("kernel_size", "stride", "dilation")
    )
    if options.given["padding"] == "same":
        demand(set(stride) == {1}, "stride=1 con padding='same'")
        size, text = shape[1:], "padding='same' no cambia los lados"
    else:
        valid = options.given["padding"] == "valid"
        padding = (0,) * sides if valid else options.sizes("padding", sides, 0)
        rows = zip(shape[1:], kernel, stride, padding, dilation, strict=True)
        size, text = together(slid(*row) for row in rows)
    bias = [(out,)] if options.flag("bias") else []
    total, sum_text = counted((out, into // groups, *kernel), *bias)
    return Outcome((out, *size), total, f"{text}; {sum_text}")


def transposed(sides: int, shape: Dims, options: Options) -> Outcome:
    """Sides of ``(side - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1``."""
    into, out, groups = channels_of(shape, options, sides)
    kernel, stride, dilation = (
        options.sizes(name, sides) for name in ("kernel_size", "stride", "dilation")
    )
    padding, extra = (options.sizes(name, sides, 0) for name in ("padding", "output_padding"))
    small = all(e < max(s, d) for e, s, d in zip(extra, stride, dilation, strict=True))
    demand(small, "un output_padding menor que stride o que dilation")
    rows = zip(shape[1:], kernel, stride, padding, dilation, extra, strict=True)
    size, text = together(spread(*row) for row in rows)
    bias = [(out,)] if options.flag("bias") else []
    total, sum_text = counted((into, out // groups, *kernel), *bias)
    return Outcome((out, *size), total, f"{text}; {sum_text}")


def pooling(sides: int, shape: Dims, options: Options) -> Outcome:
    """The places of a window, channel by channel; its stride is its size unless given."""
    demand_channels(shape, None, sides)
    kernel = options.sizes("kernel_size", sides)
    stride = kernel if options.given["stride"] is None else options.sizes("stride", sides)
    padding = options.sizes("padding", sides, 0)
    dilation = options.sizes("dilation", sides) if "dilation" in options.given else (1,) * sides
    half = all(2 * p <= k for p, k in zip(padding, kernel, strict=True))
    demand(half, "un padding de hasta la mitad de la ventana")
    up = options.flag("ceil_mode")
    rows = zip(shape[1:], kernel, stride, padding, dilation, strict=True)
    size, text = together(slid(*row, up) for row in rows)
    return Outcome((shape[0], *size), 0, text)


def adaptive(sides: int, shape: Dims, options: Options) -> Outcome:
    """The sides that are asked for; None keeps a side."""
    demand_channels(shape, None, sides)
    asked = options.given["output_size"]
    wanted = asked if isinstance(asked, tuple) and len(asked) == sides else (asked,) * sides
    kept = tuple(s if w is None else w for s, w in zip(shape[1:], wanted, strict=True))
    size = Options({"output_size": kept}).sizes("output_size", sides)
    return Outcome((shape[0], *size), 0, "los lados son output_size")


def batch_norm(sides: int, shape: Dims, options: Options) -> Outcome:
    """A scale and a shift per channel."""
    channels = options.size("num_features")
    if len(shape) != 1 or sides != 1:  # BatchNorm1d also takes plain features
        demand_channels(shape, channels, sides)
    demand(shape[0] == channels, f"({channels},)")
    if not options.flag("affine"):
        return Outcome(shape, 0, "no cambia la forma")
    total, text = counted((1 + options.flag("bias"), channels))
    return Outcome(shape, total, f"no cambia la forma; {text}")


WINDOW: dict[str, object] = {"kernel_size": NEEDED, "stride": None, "padding": 0}
CHANNELS: dict[str, object] = {"in_channels": NEEDED, "out_channels": NEEDED, "kernel_size": NEEDED}
CONVOLUTION = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1, "bias": True}
TRANSPOSED = {"stride": 1, "padding": 0, "output_padding": 0, "groups": 1, "bias": True}
RULES = {
    "Conv": (convolution, CHANNELS | CONVOLUTION | {"padding_mode": "zeros"}),
    "ConvTranspose": (transposed, CHANNELS | TRANSPOSED | {"dilation": 1, "padding_mode": "zeros"}),
    "MaxPool": (pooling, WINDOW | {"dilation": 1, "return_indices": False, "ceil_mode": False}),
    "AvgPool": (pooling, WINDOW | {"ceil_mode": False, "count_include_pad": True}),
    "AdaptiveAvgPool": (adaptive, {"output_size": NEEDED}),
    "AdaptiveMaxPool": (adaptive, {"output_size": NEEDED}),
    "BatchNorm": (
        batch_norm,
        {"num_features": NEEDED, "eps": 1e-5, "momentum": 0.1, "affine": True}
        | {"track_running_stats": True, "bias": True},
    ),
}
SPATIAL = {
    f"{name}{sides}d": Layer(partial(rule, sides), defaults)
    for name, (rule, defaults) in RULES.items()
    for sides in NAMES
}
