import pytest

from corpus import MaterialError
from corpus.readers import html


def page(body: str, head: str = "") -> bytes:
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode()


def texts(body: str) -> list[str]:
    return [section.text for section in html.read(page(body)).sections]


def test_headings_open_sections_counted_with_the_text_before_them() -> None:
    content = html.read(page("<p>Aviso</p><h1>Uno</h1><h2>Dos</h2><p>hola</p>", "<title>T</title>"))
    assert content.title == "T"
    assert [
        (s.location.number, s.location.label, s.headings, s.text) for s in content.sections
    ] == [
        (1, "inicio", (), "Aviso"),
        (3, "§ Dos", ("Uno", "Dos"), "hola"),
    ]


def test_what_serves_to_move_around_is_left_out() -> None:
    body = """
      <header><a href="/">Curso</a><nav>Inicio</nav></header><div class="sidebar">Índice</div>
      <h1>Tema<a class="headerlink" href="#t">¶</a></h1><p>Corto.</p>
      <footer>Pie</footer><script>alert(1)</script><button>Enviar</button>
    """
    content = html.read(page(body))
    assert [(s.headings, s.text) for s in content.sections] == [(("Tema",), "Corto.")]


def test_the_only_title_survives_in_a_header_and_a_sidebar_that_is_the_page_stays() -> None:
    assert html.read(page("<header><h1>Tema</h1>menú</header><p>a</p>")).sections[0].headings == (
        "Tema",
    )
    assert texts("<div class='menu'><p>Todo el texto está aquí.</p></div><p>x</p>") == [
        "Todo el texto está aquí.\n\nx"
    ]


@pytest.mark.parametrize(
    "hidden",
    [
        "<p hidden>no</p>",
        "<p style='color: red; display : none'>no</p>",
        "<p style='font-size:0px'>no</p>",
        "<div aria-hidden='true'>no</div>",
        "<!-- no -->",
        "<template>no</template>",
        "<noscript>no</noscript>",
    ],
)
def test_hidden_text_is_not_read(hidden: str) -> None:
    assert texts(f"<p>sí</p>{hidden}") == ["sí"]


def test_the_marked_main_content_is_believed_even_when_it_is_short() -> None:
    assert texts(f"<div>{'ruido ' * 200}</div><main><p>Clave.</p></main>") == ["Clave."]


def test_equations_are_kept_as_latex_however_the_page_writes_them() -> None:
    tex = '<annotation encoding="application/x-tex">x^2</annotation>'
    katex = (
        f'<span class="katex"><math><mi>x</mi>{tex}</math><span class="katex-html">x2</span></span>'
    )
    assert texts(f"<p>a {katex} b</p>") == ["a $x^2$ b"]
    assert texts(r"<p>\(w_i\) y $a_j*b_j$</p><p>\[ L = \frac{1}{N} \]</p>") == [
        "$w_i$ y $a_j*b_j$\n\n$$L = \\frac{1}{N}$$"
    ]
    assert texts("<p>c <script type='math/tex'>y_i<z</script></p>") == ["c $y_i<z$"]
    assert texts('<p>d <img class="math inline" alt="x^2" src="https://a.cl/x"></p>') == ["d $x^2$"]


@pytest.mark.parametrize(
    ("mathml", "latex"),
    [
        ("<mfrac><mi>a</mi><mrow><mi>b</mi><mo>+</mo><mn>1</mn></mrow></mfrac>", r"\frac{a}{b+1}"),
        ("<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup>", "x_{i}^{2}"),
        ("<msqrt><mi>α</mi></msqrt>", r"\sqrt{\alpha}"),
        ("<munderover><mo>∑</mo><mi>i</mi><mi>n</mi></munderover>", r"\sum_{i}^{n}"),
        ("<mover><mi>y</mi><mo>^</mo></mover>", r"\hat{y}"),
        ("<munder><mi>lim</mi><mi>n</mi></munder>", r"\lim_{n}"),
        ("<mfenced><mi>a</mi><mi>b</mi></mfenced>", r"\left( a, b \right)"),
        ("<mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>0</mn></mtd></mtr></mtable>",
         r"\begin{matrix} 1 & 0 \end{matrix}"),
    ],
)  # fmt: skip
def test_mathml_without_its_tex_is_converted(mathml: str, latex: str) -> None:
    assert texts(f"<p>es <math>{mathml}</math></p>") == [f"es ${latex}$"]


def test_wikipedia_equations_are_read_once() -> None:
    body = """<p>si <span class="mwe-math-element"><span style="display: none;">
      <math alttext="{\\displaystyle x^{2}}"><mi>x</mi></math></span>
      <img class="mwe-math-fallback-image-inline" alt="{\\displaystyle x^{2}}"></span>.</p>"""
    assert texts(body) == ["si $x^{2}$."]


def test_code_keeps_its_lines_and_its_language() -> None:
    code = (
        '<pre><code class="language-python">def f():\n    return a &lt; b  # \\(n\\)</code></pre>'
    )
    assert texts(f"<p>Use <code>a_b</code>:</p>{code}") == [
        "Use `a_b`:\n\n```python\ndef f():\n    return a < b  # \\(n\\)\n```"
    ]


def test_a_fence_is_longer_than_those_inside_it() -> None:
    assert texts("<pre>```\nx\n```</pre>") == ["````\n```\nx\n```\n````"]


def test_tables_become_markdown_with_spans_spread() -> None:
    table = """<table><caption>Costo</caption>
      <tr><th>Modelo</th><th colspan="2">Error|s</th></tr>
      <tr><td rowspan="2">Red</td><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table>"""
    assert texts(table) == [
        "Costo\n\n| Modelo | Error\\|s |  |\n| --- | --- | --- |\n| Red | 1 | 2 |\n| Red | 3 | 4 |"
    ]


def test_a_table_that_arranges_the_page_becomes_its_blocks() -> None:
    inner = "<table><tr><td>a</td><td>b</td></tr><tr><td>1</td><td>2</td></tr></table>"
    assert texts(f"<table><tr><td><p>Izq</p></td><td>{inner}</td></tr></table>") == [
        "Izq\n\n| a | b |\n| --- | --- |\n| 1 | 2 |"
    ]


def test_lists_keep_their_numbers_and_depth() -> None:
    body = "<ol start='3'><li>tres<ul><li>sub</li></ul></li><li>cuatro</li></ol>"
    assert texts(body) == ["3. tres\n   - sub\n4. cuatro"]


def test_links_and_pictures_keep_what_a_reader_can_use() -> None:
    body = "<p><a href='https://a.cl/x'>aquí</a>, <a href='#s'>abajo</a>, <img alt='Una red'></p>"
    assert texts(body) == ["[aquí](https://a.cl/x), abajo, Una red"]


@pytest.mark.parametrize(
    "data",
    [
        '<meta charset="iso-8859-1"><p>año “ok”</p>'.encode("cp1252"),
        '<meta charset="utf-8"><p>año “ok”</p>'.encode(),
        "<p>año “ok”</p>".encode("utf-8-sig"),
        "<p>año “ok”</p>".encode("utf-16"),
        '<meta charset="utf-8"><p>año “ok”</p>'.encode("cp1252"),
        '<meta charset="rot13"><p>año “ok”</p>'.encode(),
    ],
)
def test_the_encoding_is_the_declared_one_unless_the_bytes_say_otherwise(data: bytes) -> None:
    assert html.read(data).sections[0].text == "año “ok”"


def test_pages_without_text_say_why_and_endless_nesting_is_refused() -> None:
    content = html.read(page("<div id='root'></div><script>x()</script>"))
    assert content.sections == ()
    assert "JavaScript" in content.warnings[0]
    for tag in ("<div>", "<b>", "<math>", "<table>"):
        with pytest.raises(MaterialError, match="anida"):
            html.read(tag.encode() * 5_000)


def test_large_lists_and_tables_are_read_in_time() -> None:
    items = "".join(f"<li>x{n}</li>" for n in range(5_000))
    assert texts(f"<ol>{items}</ol>")[0].endswith("5000. x4999")
    assert len(texts("<table>" + "<tr><td rowspan=100 colspan=100>x" * 500 + "</table>")) == 1


def test_a_header_that_is_called_so_is_one() -> None:
    assert texts("<header id='header'><p>menú</p></header><main><p>hola</p></main>") == ["hola"]


def test_spaces_at_the_ends_of_marked_words_stay_between_words() -> None:
    said = texts("<p><i>red </i>neuronal, <a href='https://x.cl'>enlace </a>fin</p>")
    assert said == ["*red* neuronal, [enlace](https://x.cl) fin"]
