import pytest

from corpus import MaterialError
from corpus.readers import source


def found(text: str) -> list[tuple[int | None, str, tuple[str, ...]]]:
    return [
        (s.location.number, s.location.label, s.headings)
        for s in source.read(text.encode()).sections
    ]


def test_python_is_split_at_definitions_with_their_comments_and_decorators() -> None:
    text = "import os\n\nX = 1\n\n# suma\n@cache\ndef f():\n    return 1\n\n\n"
    text += "class Red:\n    pass\n\nf()\n"
    assert found(text) == [
        (1, "líneas 1–3", ()),
        (2, "líneas 5–8", ("f",)),
        (3, "líneas 11–12", ("Red",)),
        (4, "línea 14", ()),
    ]
    assert source.read(text.encode()).sections[1].text == "# suma\n@cache\ndef f():\n    return 1"


def test_a_long_class_is_split_at_its_methods() -> None:
    lines = "        x = 1\n" * 20
    methods = "".join(f"    def m{n}(self):\n{lines}\n" for n in range(4))
    names = [names for _, _, names in found(f"class Red:\n    '''d'''\n{methods}")]
    assert names == [("Red",), ("Red", "m0"), ("Red", "m1"), ("Red", "m2"), ("Red", "m3")]


def test_python_that_does_not_parse_is_read_all_the_same() -> None:
    assert found("def f(:\n    print 'hola'\n") == [(1, "líneas 1–2", ())]


def test_strange_escapes_in_strings_raise_no_warning() -> None:
    assert found("import re\ndef f():\n    return '\\d'\n")[1][2] == ("f",)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("function [dw, db] = retro(x, y)", "retro"),
        ("function suma!(a, b)", "suma!"),
        ("perdida <- function(y, p) {", "perdida"),
        ("export async function paso(w) {", "paso"),
        ("const paso = (w) => {", "paso"),
        ("static std::vector<int> suma(const int& a, int b) {", "suma"),
        ("public class Red extends Base {", "Red"),
        ("entrenar() {", "entrenar"),
        ("if (x > 1) {", ""),
        ("x = f(2)", ""),
        ("[tool.ruff]", "tool.ruff"),
    ],
)
def test_definitions_of_other_languages_are_named(line: str, name: str) -> None:
    assert source.name_of(line) == name


def test_other_languages_are_split_at_empty_lines_before_definitions() -> None:
    filler = "  y = 1;\n" * 40
    text = f"% guion\nx = 1;\n\n% gradiente\nfunction g = grad(x)\n{filler}end\n\n"
    text += f"function h = hess(x)\n{filler}end\n"
    assert found(text) == [
        (1, "líneas 1–2", ()),
        (2, "líneas 4–46", ("grad",)),
        (3, "líneas 48–89", ("hess",)),
    ]


def test_short_files_and_data_stay_whole() -> None:
    assert found('{"a": 1,\n "b": 2}\n') == [(1, "líneas 1–2", ())]
    assert found("a: 1\n\nb: 2\n") == [(1, "líneas 1–3", ())]


@pytest.mark.parametrize("text", ["(" * 50_000, "-" * 50_000 + "1", "1+" * 50_000 + "1"])
def test_code_nested_without_end_is_read_as_text(text: str) -> None:
    assert len(source.read(text.encode()).sections) == 1


def test_binary_data_is_refused() -> None:
    with pytest.raises(MaterialError, match="binarios"):
        source.read(b"\x7fELF\x02\x01\x01\x00\x00")
