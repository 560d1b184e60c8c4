import pytest

from corpus import MaterialError
from corpus.readers import Content, latex


def deck(body: str, preamble: str = "") -> Content:
    source = rf"\documentclass{{beamer}}{preamble}\begin{{document}}{body}\end{{document}}"
    return latex.read(source.encode())


def article(body: str, preamble: str = "") -> Content:
    source = rf"\documentclass{{article}}{preamble}\begin{{document}}{body}\end{{document}}"
    return latex.read(source.encode())


def text(body: str, preamble: str = "") -> str:
    return article(body, preamble).sections[0].text


def test_frames_are_slides_under_their_section_and_title() -> None:
    content = deck(
        r"""\section{Redes} \begin{frame}{Perceptr\'on}{Historia} Uno. \end{frame}
        \begin{frame}[allowframebreaks] \frametitle{Sesgo $b$} Dos. \end{frame}
        \frame{\frametitle{Vieja} Tres.}""",
        r"\title[Corto]{Redes \textbf{Neuronales}}",
    )
    assert content.title == "Redes Neuronales"
    assert [(s.location.label, s.headings, s.text) for s in content.sections] == [
        ("lámina 1", ("Redes", "Perceptrón"), "Historia\n\nUno."),
        ("lámina 2", ("Redes", "Sesgo $b$"), "Dos."),
        ("lámina 3", ("Redes", "Vieja"), "Tres."),
    ]
    assert content.sections[0].location.kind == "slide"


def test_overlays_show_all_that_they_ever_show() -> None:
    body = r"""\begin{frame}{T} a \pause \only<1>{b} \uncover<2->{c} \alt<3>{d}{e}
      \begin{itemize}[<+->] \item<1-> f \item<2-|alert@2> \alert<2>{g} \end{itemize}
      $\only<2>{x} + \uncover<3->{y}$ \end{frame}"""
    assert deck(body).sections[0].text == "a b c d e\n\n- f\n- g\n\n${x} + {y}$"


def test_frames_without_text_are_counted_and_reported() -> None:
    content = deck(
        r"""\begin{frame}{A}\includegraphics<1>[width=2cm]{red.png}\end{frame}
        \begin{frame}{B} hola \end{frame} \begin{frame}\end{frame}"""
    )
    assert [s.location.number for s in content.sections] == [2]
    assert content.warnings == ("láminas sin texto: 1, 3",)
    assert content.unread == ()  # there is no page to draw


def test_code_is_fenced_and_nothing_in_it_is_interpreted() -> None:
    body = r"""\begin{frame}[fragile]{C}
\begin{lstlisting}[language=Python]
def f(x):
    return x % 2  # \alpha {
\end{lstlisting}
\begin{verbatim}
\begin{frame} <1> 100%
\end{verbatim}
\begin{minted}[linenos]{cpp}
int x;
\end{minted}
Use \verb|a_b{| o \lstinline{c%d}. \end{frame}"""
    assert deck(body).sections[0].text == (
        "```python\ndef f(x):\n    return x % 2  # \\alpha {\n```\n\n"
        "```\n\\begin{frame} <1> 100%\n```\n\n```cpp\nint x;\n```\n\nUse `a_b{` o `c%d`."
    )


def test_code_inside_a_list_is_indented_with_its_item() -> None:
    body = "\\begin{itemize}\\item a\n\\begin{verbatim}\nx\n  y\n\\end{verbatim}\n\\end{itemize}"
    assert text(body) == "- a\n\n  ```\n  x\n    y\n  ```"


def test_sections_of_an_article_are_counted_with_the_text_before_them() -> None:
    content = article(r"Antes. \section{Uno}\label{s} a \subsection*{Dos} b \section[c]{Tres}")
    assert [
        (s.location.number, s.location.label, s.headings, s.text) for s in content.sections
    ] == [
        (1, "inicio", (), "Antes."),
        (2, "§ Uno", ("Uno",), "a"),
        (3, "§ Dos", ("Uno", "Dos"), "b"),
    ]


def test_accents_and_signs_are_decoded() -> None:
    assert text(r"Optimizaci\'on, ma\~nana, {\'\i}ndice, ping\"{u}ino, Fran\c{c}ois") == (
        "Optimización, mañana, índice, pingüino, François"
    )
    assert text(r"?`S\'i? ``cita'' ---a--- 5\% \& \$3 \_x\ldots{} y~z") == (
        r"¿Sí? “cita” —a— 5% & \$3 _x… y z"
    )


def test_comments_go_and_percentages_stay() -> None:
    assert (
        text("a % no\nb 5\\% c\n% nada\n\nd \\begin{comment} x \\end{comment}e")
        == "a b 5% c\n\nd e"
    )


def test_marks_of_style_go_and_unknown_commands_leave_their_text() -> None:
    assert text(r"\textbf{a} {\bf b} \emph{\textit{c}} \textcolor{red}{d} \raro[x]{e} f") == (
        "a b c d e f"
    )


def test_equations_are_kept_as_latex() -> None:
    assert text(r"si $a_i < \text{ con $b$ }$ y \(c\)") == r"si $a_i < \text{ con $b$ }$ y $c$"
    assert text(r"\[ x \] \begin{equation} y \label{e} \end{equation}") == "$$x$$\n\n$$y$$"
    assert text(r"\begin{align*} a &= b \\ c &= d \nonumber \end{align*}") == (
        r"$$\begin{aligned} a &= b \\ c &= d \end{aligned}$$"
    )


def test_own_macros_are_expanded_also_inside_equations() -> None:
    preamble = r"""\newcommand{\R}{\mathbb{R}} \newcommand{\norm}[2][2]{\|#2\|_{#1}}
      \DeclareMathOperator*{\argmin}{arg\,min} \def\sgd{descenso}"""
    assert text(r"El \sgd{} $\norm{w} + \norm[1]{v} \in \R^n$, $\argmin_w$", preamble) == (
        r"El descenso $\|w\|_{2} + \|v\|_{1} \in \mathbb{R}^n$, $\operatorname*{arg\,min}_w$"
    )


def test_lists_are_markdown_lists() -> None:
    body = r"""\begin{enumerate} \item uno
      \begin{itemize} \item sub \end{itemize} \item dos \end{enumerate}
      \begin{description} \item[SGD] lento \end{description}"""
    assert text(body) == "1. uno\n   - sub\n2. dos\n\n- **SGD** lento"


def test_tables_are_markdown_tables() -> None:
    body = r"""\begin{tabular}{l|rr} \toprule M\'etodo & $a & b$ & N \\ \midrule
      \multicolumn{2}{c}{Todo \& m\'as} & 3 \\[2pt]
      SGD & {x & y} & 4 \\ \bottomrule \end{tabular}"""
    assert text(body) == (
        "| Método | $a & b$ | N |\n| --- | --- | --- |\n| Todo & más | | 3 |\n| SGD | x y | 4 |"
    )


def test_blocks_and_statements_keep_their_titles() -> None:
    assert text(r"\begin{block}{Ojo} a \end{block}") == "**Ojo**\n\na"
    assert text(r"\begin{theorem}[Bayes] b \end{theorem}") == "**Teorema (Bayes).** b"


def test_included_files_and_notes_are_told_to_the_professor() -> None:
    content = deck(r"\input{cap/uno} \begin{frame}{A} a \note{secreto} \end{frame} \include{dos}")
    assert "secreto" not in content.sections[0].text
    assert content.warnings == (
        "incluye archivos que se leen aparte: cap/uno, dos",
        "notas del expositor que no se leen: 1",
    )


def test_a_cut_file_loses_no_text() -> None:
    content = latex.read(rb"\begin{document}\begin{frame}{A} uno \begin{frame}{B} {dos $x")
    assert [(s.headings, s.text) for s in content.sections] == [
        (("A",), "uno"),
        (("B",), r"dos \$x"),
    ]


def test_old_encodings_are_read() -> None:
    assert latex.read("\\section{Año} señal".encode("latin-1")).sections[0].headings == ("Año",)


def test_endless_nesting_is_refused_and_macro_bombs_do_not_grow() -> None:
    with pytest.raises(MaterialError, match="anidado"):
        latex.read(b"{" * 5_000 + b"x" + b"}" * 5_000)
    bomb = article(r"\a", r"\newcommand{\a}{x\a\a\a\a\a\a\a\a\a\a}")
    assert sum(len(section.text) for section in bomb.sections) < 1_000_000


def test_an_address_may_have_what_elsewhere_begins_a_comment() -> None:
    said = text(
        r"Ver \url{https://es.wikipedia.org/wiki/Funci%C3%B3n} y \href{https://x.cl/a%20b}{esto}."
    )
    assert said.startswith("Ver https://es.wikipedia.org/wiki/Funci%C3%B3n y ")
    assert "https://x.cl/a%20b" in said
    assert "esto" in said
