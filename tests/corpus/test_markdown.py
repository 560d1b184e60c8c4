import pytest

from corpus import MaterialError
from corpus.readers import markdown, text


def parts(source: str) -> list[tuple[tuple[str, ...], str]]:
    return [(s.headings, s.text) for s in markdown.read(source.encode()).sections]


@pytest.mark.parametrize(
    ("front", "title"),
    [
        ("title: Clase 5: Softmax\nfecha: hoy", "Clase 5: Softmax"),
        ('title: "Clase \\"5\\""\ntags: [a, b]', 'Clase "5"'),
        ("title: >\n  Una clase\n  larga\ndate: 2024-13-45", "Una clase larga"),
        ("author:\n  - name: X\ntitle: '**Redes**'", "Redes"),
        ("date: hoy", "Uno"),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_front_matter_gives_the_title_and_goes(front: str, title: str, line_end: str) -> None:
    content = markdown.read(f"---\n{front}\n---\n# Uno\n\nhola".replace("\n", line_end).encode())
    assert content.title == title
    assert [s.text for s in content.sections] == ["hola"]


def test_rules_around_text_are_no_front_matter() -> None:
    assert parts("---\n\n# Uno\n\nhola\n\n---\n\nchao") == [(("Uno",), "hola\n\n---\n\nchao")]
    assert markdown.read(b"---\n[[[\n---\nx").sections[0].text.endswith("x")


def test_comments_go_but_not_those_in_code() -> None:
    source = "a <!-- don`t --> b `<!-- c -->`\n\n```html\n<!-- d -->\n```\n\n"
    source += "[//]: # (no)\n\n<!-- e\n\nf -->g"
    assert parts(source) == [((), "a  b `<!-- c -->`\n\n```html\n<!-- d -->\n```\n\ng")]


def test_underlined_headings_count_and_lines_of_an_equation_do_not() -> None:
    assert parts("Uno\n===\n\na\n\nDos\n---\n\n$$\nx\n=\ny\n$$") == [
        (("Uno",), "a"),
        (("Uno", "Dos"), "$$\nx\n=\ny\n$$"),
    ]


def test_html_that_only_arranges_goes_and_its_text_stays() -> None:
    source = """<h1 align="center">Curso</h1>

<details><summary>Ejemplo</summary>

Es **2**, pues $a<b$ y $c>d$.

</details>
<div style="x"><img src="a.png" alt="Una red"></div>

`<div>` es HTML."""
    assert parts(source) == [
        (("Curso",), "**Ejemplo**\n\nEs **2**, pues $a<b$ y $c>d$.\n\nUna red\n\n`<div>` es HTML.")
    ]


def test_tables_are_kept_and_those_in_html_converted() -> None:
    table = "| a | b |\n|---|---|\n| 1 | 2 |"
    html = "<table><tr><th>c</th><th>d</th></tr><tr><td>3</td><td>4</td></tr></table>"
    assert parts(f"{table}\n\n{html}") == [((), f"{table}\n\n| c | d |\n| --- | --- |\n| 3 | 4 |")]


def test_scripts_and_styles_are_not_text() -> None:
    assert parts("a\n\n<script>alert(1)</script><style>p {}</style>\n\nb") == [((), "a\n\nb")]


def test_a_heading_is_shown_without_its_marks() -> None:
    assert parts("## *Redes* &amp; `f(x)` [aquí](http://a.cl) {#id}\n\na")[0][0] == (
        "Redes & f(x) aquí",
    )


@pytest.mark.parametrize(
    "source", ["```\n" * 20_000, "~" * 50_000, "[" * 50_000, "---\na: " + "[" * 9_000 + "\n---\nx"]
)
def test_repeated_marks_are_read_in_time(source: str) -> None:
    markdown.read(source.encode())


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252"])
def test_text_is_read_in_the_encoding_that_it_shows(encoding: str) -> None:
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    data = f"{mark}año 2024, señal “x”".encode(encoding)
    assert text.read(data).sections[0].text == "año 2024, señal “x”"


def test_a_cut_utf8_file_keeps_its_accents() -> None:
    assert text.read("señal año acción".encode() + b"\xc3").sections[0].text == "señal año acción"


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\x00\x00", bytes(range(1, 256)) * 4])
def test_binary_data_is_refused_with_what_to_do(data: bytes) -> None:
    with pytest.raises(MaterialError, match="datos binarios; expórtelo"):
        text.read(data)
