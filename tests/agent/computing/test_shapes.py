import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from agent.computing import Shape, shapes
from corpus.errors import InputError

IMAGE = (4, 9, 12)
STEPS = (7, 8)

LAYERS: list[tuple[tuple[int, ...], str, nn.Module]] = [
    (IMAGE, "Conv2d(4, 6, 3)", nn.Conv2d(4, 6, 3)),
    (IMAGE, "Conv2d(4, 6, 3, 2, 1)", nn.Conv2d(4, 6, 3, 2, 1)),
    (IMAGE, "Conv2d(4, 6, (3, 5), bias=False)", nn.Conv2d(4, 6, (3, 5), bias=False)),
    (IMAGE, "Conv2d(4, 6, 3, dilation=2)", nn.Conv2d(4, 6, 3, dilation=2)),
    (IMAGE, "Conv2d(4, 8, 3, groups=4)", nn.Conv2d(4, 8, 3, groups=4)),
    (IMAGE, "Conv2d(4, 6, 3, stride=(2, 1))", nn.Conv2d(4, 6, 3, stride=(2, 1))),
    (IMAGE, "Conv2d(4, 6, 3, padding='same')", nn.Conv2d(4, 6, 3, padding="same")),
    (IMAGE, "Conv2d(4, 6, 4, padding='valid')", nn.Conv2d(4, 6, 4, padding="valid")),
    ((4, 20), "Conv1d(4, 6, 5, stride=2)", nn.Conv1d(4, 6, 5, stride=2)),
    (IMAGE, "ConvTranspose2d(4, 6, 3)", nn.ConvTranspose2d(4, 6, 3)),
    (
        IMAGE,
        "ConvTranspose2d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2)",
        nn.ConvTranspose2d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2),
    ),
    (
        IMAGE,
        "ConvTranspose2d(4, 6, (2, 3), 2, dilation=2, bias=False)",
        nn.ConvTranspose2d(4, 6, (2, 3), 2, dilation=2, bias=False),
    ),
    (IMAGE, "MaxPool2d(2)", nn.MaxPool2d(2)),
    (IMAGE, "MaxPool2d(2, 1)", nn.MaxPool2d(2, 1)),
    (IMAGE, "MaxPool2d(3, stride=2, padding=1)", nn.MaxPool2d(3, stride=2, padding=1)),
    (IMAGE, "MaxPool2d((2, 3), dilation=2)", nn.MaxPool2d((2, 3), dilation=2)),
    (IMAGE, "MaxPool2d(2, ceil_mode=True)", nn.MaxPool2d(2, ceil_mode=True)),
    (IMAGE, "MaxPool2d(2, 4, 1, ceil_mode=True)", nn.MaxPool2d(2, 4, 1, ceil_mode=True)),
    ((4, 5, 5), "MaxPool2d(1, 3, ceil_mode=True)", nn.MaxPool2d(1, 3, ceil_mode=True)),
    (IMAGE, "AvgPool2d(2)", nn.AvgPool2d(2)),
    (IMAGE, "AvgPool2d(3, 2, padding=1)", nn.AvgPool2d(3, 2, padding=1)),
    ((4, 20), "MaxPool1d(4)", nn.MaxPool1d(4)),
    (IMAGE, "AdaptiveAvgPool2d(1)", nn.AdaptiveAvgPool2d(1)),
    (IMAGE, "AdaptiveAvgPool2d((3, None))", nn.AdaptiveAvgPool2d((3, None))),
    (IMAGE, "AdaptiveMaxPool2d((3, 2))", nn.AdaptiveMaxPool2d((3, 2))),
    (IMAGE, "BatchNorm2d(4)", nn.BatchNorm2d(4)),
    (IMAGE, "BatchNorm2d(4, affine=False)", nn.BatchNorm2d(4, affine=False)),
    (IMAGE, "BatchNorm2d(4, bias=False)", nn.BatchNorm2d(4, bias=False)),
    ((4,), "BatchNorm1d(4)", nn.BatchNorm1d(4)),
    (IMAGE, "Flatten()", nn.Flatten()),
    (IMAGE, "Flatten(2)", nn.Flatten(2)),
    (IMAGE, "Flatten(start_dim=1, end_dim=2)", nn.Flatten(start_dim=1, end_dim=2)),
    ((8,), "Linear(8, 3)", nn.Linear(8, 3)),
    (STEPS, "Linear(8, 3, bias=False)", nn.Linear(8, 3, bias=False)),
    ((8,), "Linear(2*4, out_features=2**3)", nn.Linear(8, 8)),
    (IMAGE, "ReLU(inplace=True)", nn.ReLU(inplace=True)),
    (IMAGE, "Dropout2d(0.5)", nn.Dropout2d(0.5)),
    ((8,), "Softmax(dim=-1)", nn.Softmax(dim=-1)),
    ((8,), "GELU(approximate='tanh')", nn.GELU(approximate="tanh")),
    (STEPS, "LayerNorm(8)", nn.LayerNorm(8)),
    (STEPS, "LayerNorm((7, 8), eps=1e-6)", nn.LayerNorm((7, 8), eps=1e-6)),
    (STEPS, "LayerNorm([8], bias=False)", nn.LayerNorm([8], bias=False)),
    (STEPS, "LayerNorm(8, elementwise_affine=False)", nn.LayerNorm(8, elementwise_affine=False)),
    ((7,), "Embedding(10, 8)", nn.Embedding(10, 8)),
    ((7,), "Embedding(10, 8, padding_idx=0)", nn.Embedding(10, 8, padding_idx=0)),
    (STEPS, "RNN(8, 5)", nn.RNN(8, 5, batch_first=True)),
    (STEPS, "RNN(8, 5, 2, 'relu', bias=False)", nn.RNN(8, 5, 2, "relu", False, True)),
    (STEPS, "GRU(8, 5, num_layers=3)", nn.GRU(8, 5, num_layers=3, batch_first=True)),
    (STEPS, "LSTM(8, 5)", nn.LSTM(8, 5, batch_first=True)),
    (
        STEPS,
        "LSTM(8, 5, num_layers=3, bidirectional=True, batch_first=True)",
        nn.LSTM(8, 5, num_layers=3, bidirectional=True, batch_first=True),
    ),
    (STEPS, "MultiheadAttention(8, 2)", nn.MultiheadAttention(8, 2, batch_first=True)),
    (
        STEPS,
        "MultiheadAttention(8, 4, bias=False)",
        nn.MultiheadAttention(8, 4, bias=False, batch_first=True),
    ),
    (
        STEPS,
        "TransformerEncoderLayer(8, 2)",
        nn.TransformerEncoderLayer(8, 2, batch_first=True),
    ),
    (
        STEPS,
        "TransformerEncoderLayer(d_model=8, nhead=2, dim_feedforward=16, bias=False)",
        nn.TransformerEncoderLayer(8, 2, 16, bias=False, batch_first=True),
    ),
]


def last(shape: tuple[int, ...], layer: str) -> Shape:
    return shapes(f"entrada {shape}\n{layer}")[-1]


def torch_shape(shape: tuple[int, ...], module: nn.Module) -> tuple[int, ...]:
    """What torch makes of a batch of two, without the batch dimension."""
    batch = torch.zeros(2, *shape)
    if isinstance(module, nn.MultiheadAttention):
        given: tuple[torch.Tensor, ...] = (batch, batch, batch)
    else:
        given = (batch.long() if isinstance(module, nn.Embedding) else batch,)
    with torch.no_grad():
        out = module(*given)
    return tuple((out[0] if isinstance(out, tuple) else out).shape[1:])


@pytest.mark.parametrize(("shape", "layer", "module"), LAYERS, ids=[row[1] for row in LAYERS])
def test_shapes_and_parameters_are_those_of_torch(
    shape: tuple[int, ...], layer: str, module: nn.Module
) -> None:
    found = last(shape, layer)
    assert found.output == torch_shape(shape, module)
    assert found.parameters == sum(weights.numel() for weights in module.parameters())
    assert found.formula


@pytest.mark.parametrize(
    ("shape", "layer", "module"),
    [row for row in LAYERS if not list(row[2].children())],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_torch_prints_is_read(shape: tuple[int, ...], layer: str, module: nn.Module) -> None:
    printed, written = last(shape, f"(0): {module!r}"), last(shape, layer)
    assert (printed.output, printed.parameters) == (written.output, written.parameters)


@given(
    side=st.integers(1, 30),
    kernel=st.integers(1, 7),
    stride=st.integers(1, 4),
    padding=st.integers(0, 3),
    dilation=st.integers(1, 3),
    up=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_windows_are_those_of_torch(
    side: int, kernel: int, stride: int, padding: int, dilation: int, up: bool
) -> None:
    numbers = f"{kernel}, {stride}, {padding}, {dilation}"
    convolution = nn.Conv2d(1, 1, kernel, stride, padding, dilation)
    pool = nn.MaxPool2d(kernel, stride, padding, dilation, ceil_mode=up)
    same_as_torch(side, f"Conv2d(1, 1, {numbers})", convolution)
    same_as_torch(side, f"MaxPool2d({numbers}, ceil_mode={up})", pool)


def same_as_torch(side: int, layer: str, module: nn.Module) -> None:
    """Both give the same shape, or both refuse."""
    try:
        wanted = torch_shape((1, side, side), module)
    except RuntimeError:
        with pytest.raises(InputError):
            last((1, side, side), layer)
    else:
        assert last((1, side, side), layer).output == wanted


@pytest.mark.parametrize(
    "network",
    [
        "entrada 3x8x8 -> Conv2d(3, 4, 3) -> ReLU() -> Flatten() -> Linear(144, 10)",
        "Entrada: (3, 8, 8); nn.Conv2d(3, 4, 3); relu; flatten; torch.nn.Linear(4*6*6, 10)",
        "input = (3, 8, 8) → Conv2d(3, 4, 3) → ReLU → Flatten → Linear(144, 10)",
        "input 3 × 8 × 8\r\nConv2d(3, 4, 3)\r\nReLU()\r\nFlatten()\r\nLinear(144, 10)\r\n",
        """
        input [3, 8, 8]  # una imagen
        model = nn.Sequential(
            nn.Conv2d(3, 4,
                      kernel_size=(3, 3)),  # sin relleno; (3 -> 4)
            nn.ReLU(inplace=True),
            nn.Sequential(nn.Flatten(), nn.Linear(144, 10)),
        )
        """,
        """
        3x8x8
        self.conv = nn.Conv2d(3, 4, 3)
        self.relu = nn.ReLU()
        self.flatten = nn.Flatten()
        self.fc = nn.Linear(144, 10)
        """,
        """
        entrada 3, 8, 8
        Sequential(
          (0): Conv2d(3, 4, kernel_size=(3, 3), stride=(1, 1))
          (1): ReLU()
          (2): Flatten(start_dim=1, end_dim=-1)
          (3): Linear(in_features=144, out_features=10, bias=True)
        )
        """,
    ],
)
def test_a_network_may_be_written_in_many_ways(network: str) -> None:
    followed = shapes(network)
    assert [s.output for s in followed] == [(3, 8, 8), (4, 6, 6), (4, 6, 6), (144,), (10,)]
    assert [s.parameters for s in followed] == [0, 112, 0, 0, 1450]


def test_a_layer_says_how_it_was_computed() -> None:
    assert shapes("input 3x32x32 -> Conv2d(3, 16, 3, stride=2, padding=1)") == (
        Shape("input 3x32x32", (3, 32, 32), 0, ""),
        Shape(
            "Conv2d(3, 16, 3, stride=2, padding=1)",
            (16, 16, 16),
            448,
            "⌊(32 + 2·1 − 3)/2⌋ + 1 = 16; parámetros: 16·3·3·3 + 16 = 448",
        ),
    )


@pytest.mark.parametrize(
    ("network", "said"),
    [
        (
            "entrada 3x8x8\n\nConv2d(3, 4, 3)\nLinear(144, 10)",
            "Capa 2 (línea 4), Linear(144, 10): recibe (4, 6, 6). "
            "Espera (144,): falta un Flatten().",
        ),
        ("input 8; Linear(9, 2)", "Espera 9 en la última dimensión"),
        ("input 3x8x8; Conv2d(1, 4, 3)", "Espera (1, alto, ancho)."),
        ("input 2x3x8x8; Conv2d(3, 4, 3)", "sin la dimensión del lote"),
        ("input 3x4x4; Conv2d(3, 4, 5)", "lados de al menos 5"),
        ("input 3x8x8; Conv2d(3, 4, 3, groups=2)", "divisibles por groups=2"),
        ("input 3x8x8; Conv2d(3, 4, 3, 2, 'same')", "stride=1"),
        ("input 3x8x8; Conv2d(3, 4, 3, padding='otro')", "en padding un entero de 0"),
        ("input 3x8x8; Conv2d(3, 4, (3, 3, 3))", "una tupla de 2"),
        ("input 3x8x8; Conv2d(3, 4)", "también kernel_size"),
        ("input 3x8x8; Conv2d(3, 4, 3, relleno=1)", "no «relleno»"),
        ("input 3x8x8; Conv2d(3, 4, 3, out_channels=4)", "out_channels una sola vez"),
        ("input 3x8x8; MaxPool2d(2, padding=2)", "la mitad de la ventana"),
        ("input 3x1x1; ConvTranspose2d(3, 4, 1, padding=1)", "un lado mayor"),
        ("input 3x8x8; ConvTranspose2d(3, 4, 3, output_padding=1)", "un output_padding menor"),
        ("input 3x8x8; BatchNorm2d(4)", "Espera (4, alto, ancho)"),
        ("input 3x8; BatchNorm2d(3)", "Espera (3, alto, ancho)"),
        ("input 3; BatchNorm1d(4)", "Espera (4,"),
        ("input 7x8; LayerNorm(7)", "termine en 7"),
        ("input 7x8; LSTM(7, 5)", "(T, 7)"),
        ("input 8; GRU(8, 5)", "(T, 8)"),
        ("input 7x8; MultiheadAttention(8, 3)", "divisible por num_heads"),
        ("input 8; Flatten(0)", "start_dim"),
        ("input 8; Flatten(2)", "la 0 es la del lote"),
        ("input 8; Linear()", "también in_features, out_features"),
        ("input 8; Linear(8, 1, True, 1)", "como mucho 3 argumentos"),
        ("input 8; Linear(8, 1, bias=1)", "bias True o False"),
        ("input 8; Linear(8, True)", "out_features un entero"),
        ("input 8; Linear(8, 2.0)", "out_features un entero"),
        ("input 8; Linear(8, 0)", "out_features un entero"),
        ("input 8; Linear(8, -1)", "out_features un entero"),
        ("input 8; Linear(8, 10**8)", "out_features un entero"),
        ("input 8; Linear(8, 9**9**9)", "demasiado grande"),
        ("input 8; Linear(8, n)", "«n»"),
        ("input 8; Foo(8)", "No conozco esa capa"),
        ("input 8; Linear(8, 2", "Falta cerrar un paréntesis"),
        ("Linear(8, 2)", "Empieza con la forma de la entrada"),
        ("", "Empieza con la forma de la entrada"),
        ("input", "Empieza con la forma de la entrada"),
        ("input 3x0x3", "dimensiones van de 1"),
        ("input 99999999", "dimensiones van de 1"),
        ("input 1x1x1x1x1x1x1x1x1", "el máximo es 8"),
        ("input 9999x9999; Flatten()", "dimensiones van de 1"),
        ("input 8;" + "ReLU();" * 101, "el máximo es 100"),
        ("input 8;" + "ReLU();" * 9999, "muy larga"),
    ],
)
def test_misfits_are_explained(network: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        shapes(network)
    assert said in str(error.value)


@pytest.mark.parametrize(
    "layer",
    [
        "Linear(8, __import__('os'))",
        "__import__('os').system('true')",
        "Linear(8, 2).weight",
        "Linear(8, 2)(3)",
        "nn.functional.relu",
        "nn.__class__",
        "os.ReLU()",
        "Linear(*[8, 2])",
        "Linear(**{'in_features': 8})",
        "Linear(8, (lambda: 2)())",
        "Linear(8, [x for x in [1]][0])",
        "Linear(8, (n := 2))",
        "Linear(8, f'{2}')",
        "Linear(8, b'2')",
        "Linear(8, 2) if 1 else ReLU()",
        "ReLU() or ReLU()",
        "Dropout(1if 2else 3)",
        "Dropout('\\d')",
        "Dropout(" + "[" * 40 + "]" * 40 + ")",
        "Dropout(p=" + "f(p=" * 35 + "1" + ")" * 36,
        "-" * 50 + "1",
        "Dropout('" + "a" * 300 + "')",
        "Ｌｉｎｅａｒ(8, 2)",
        "Linear(8, ２)",
        "ReLU\x00()",
        "(" * 150 + ")" * 150,
        "5",
        "'ReLU'",
        "class A: pass",
    ],
)
@pytest.mark.timeout(5)
@pytest.mark.filterwarnings("error")
def test_what_is_no_layer_is_refused(layer: str) -> None:
    with pytest.raises(InputError):
        shapes(f"input 8\n{layer}")


@given(
    st.text(max_size=80)
    | st.lists(
        st.sampled_from(
            ["Conv2d(", "Linear(", "nn.Sequential(", "Flatten", "3", ",", ")", "(", "->", "\n", "="]
        )
    ).map("".join)
)
@settings(max_examples=100, deadline=None)
def test_any_text_gives_shapes_or_an_input_error(text: str) -> None:
    for network in (text, f"input 3x3x3;{text}"):
        try:
            followed = shapes(network)
        except InputError:
            continue
        assert all(size > 0 for shape in followed for size in shape.output)
