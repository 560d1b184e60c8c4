"""Web pages saved as HTML: the main content only, one section per heading as in Markdown.

Navigation, headers, footers, scripts, forms, comments and what a style or an attribute of the
element itself hides are left out; style sheets are not interpreted. Nothing is fetched. Equations
(MathML, MathJax, KaTeX, TeX between delimiters) are kept as LaTeX.

The main content is what the page marks as such, not what a statistical extractor takes for it:
those drop short paragraphs, and lecture notes are made of them.
"""

import re
from collections.abc import Callable, Iterator

from bs4 import BeautifulSoup, Tag
from bs4.element import PreformattedString

from corpus.document import clean
from corpus.errors import MaterialError
from corpus.readers import Content, mathml
from corpus.readers.htmlmarkdown import split_markdown, to_markdown
from corpus.readers.outline import first_title, sections, solutions_apart
from corpus.readers.pagenames import FURNITURE, UNSEEN_CLASSES, UNSEEN_ROLES, UNSEEN_TAGS
from corpus.readers.text import BOMS, decoded

MAX_DEPTH = 200  # of elements; a page by hand has some 30
HEAD = 2_048  # bytes in which a browser too looks for the encoding
DECLARED = re.compile(
    rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]+)|<\?xml[^>]*encoding=[\"']([A-Za-z0-9_-]+)", re.I
)
ENCODINGS = re.compile(
    r"iso-?8859-\d{1,2}|latin-?\d|windows-12\d\d|cp12\d\d|macintosh|koi8-[ru]|gb2312|gbk|gb18030"
    r"|big5|euc-(jp|kr)|shift[_-]jis"
)
LATIN_1 = re.compile(r"iso-?8859-1|latin-?1")  # browsers read it as Windows-1252

ONLY_HEADINGS = "la página solo tiene títulos, sin texto"
NO_TEXT = "la página no tiene texto propio; si se arma con JavaScript, imprímala a PDF"

HIDING_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(hidden|collapse)"
    r"|(?<![\w-])(font-size|opacity)\s*:\s*0*\.?0+(px|pt|em|rem|%)?\s*(;|!|$)",
    re.I,
)
MAIN = (
    "#mw-content-text, main, [role=main]",
    "article",
    "#mw-content-text, #bodyContent, #content, #main",
)


def page_text(data: bytes) -> str:
    """The characters of a page, in the encoding that its mark or its head declares."""
    found = DECLARED.search(data[:HEAD])
    name = (found[1] or found[2]).decode("ascii").lower() if found else ""
    if any(data.startswith(mark) for mark, _ in BOMS) or not ENCODINGS.fullmatch(name):
        return decoded(data)
    try:
        return data.decode("cp1252" if LATIN_1.fullmatch(name) else name, errors="replace")
    except LookupError:  # a number that no encoding has, such as iso-8859-99
        return decoded(data)


def parsed(text: str) -> BeautifulSoup:
    """The page as a tree that is not too deep to walk.

    Raises:
        MaterialError: if its elements are nested without end.
    """
    soup = BeautifulSoup(text, "lxml")
    open_tags: list[tuple[Tag, int]] = [(soup, 0)]
    while open_tags:
        tag, depth = open_tags.pop()
        if depth > MAX_DEPTH:
            raise MaterialError(
                f"la página anida más de {MAX_DEPTH} elementos; guárdela de nuevo o expórtela a PDF"
            )
        open_tags += [(child, depth + 1) for child in tag.children if isinstance(child, Tag)]
    return soup


def mark_maths(soup: BeautifulSoup) -> None:
    """Puts ``$…$`` in the place of every equation that is an element."""
    for script in soup.find_all("script", type=re.compile(r"^math/tex")):
        display = "mode=display" in str(script["type"]).replace(" ", "")
        replace_maths(soup, script, script.get_text(), display)
    for node in soup.find_all("math"):
        holder = node.find_parent(class_=re.compile(r"^(mwe-math-element|katex|katex-display)$"))
        display = mathml.displayed(node) or node.find_parent(class_="katex-display") is not None
        if (holder or node).parent is not None:  # not one of several in a holder that went
            replace_maths(soup, holder or node, mathml.latex(node), display)
    for image in soup.select("img.math[alt], img.tex[alt], img.latex[alt]"):
        replace_maths(
            soup, image, str(image["alt"]), "display" in image.get_attribute_list("class")
        )


def replace_maths(soup: BeautifulSoup, node: Tag, tex: str, display: bool) -> None:
    """Puts TeX in the place of `node`."""
    new = soup.new_tag("div" if display else "span")
    tex = " ".join(tex.split()).strip("$ ")
    new.string = f"$${tex}$$" if display else f"${tex}$"
    if tex:
        node.replace_with(new)
    else:
        node.decompose()


def drop_unseen(soup: BeautifulSoup) -> None:
    """Removes what a reader of the page does not see, and what serves only to move around."""
    comments = soup.find_all(string=lambda text: isinstance(text, PreformattedString))
    for node in comments:
        node.extract()
    drop(soup, unseen)
    titles = soup.find_all("h1")
    for header in soup.select("header, #header"):
        if header.find_parent(["main", "article", "section"]) is None:
            own = header.find_all("h1")
            # A page whose only title stands in its header keeps that title.
            header.replace_with(*(own if len(own) == len(titles) else ()))


def unseen(tag: Tag) -> bool:
    """Whether an element is hidden, or made for programs or for moving around."""
    attributes = tag.attrs
    return (
        tag.name in UNSEEN_TAGS
        or "hidden" in attributes
        or attributes.get("aria-hidden") == "true"
        or attributes.get("role") in UNSEEN_ROLES
        or not UNSEEN_CLASSES.isdisjoint(tag.get_attribute_list("class"))
        or (tag.name == "aside" and "notes" in tag.get_attribute_list("class"))
        or ("style" in attributes and HIDING_STYLE.search(str(attributes["style"])) is not None)
    )


def drop(root: Tag, unwanted: Callable[[Tag], bool]) -> None:
    """Removes the outermost elements under `root` that are unwanted."""
    waiting = [root]
    while waiting:
        for child in list(waiting.pop().children):
            if not isinstance(child, Tag):
                continue
            if unwanted(child):
                child.extract()
            else:
                waiting.append(child)


def drop_furniture(body: Tag) -> None:
    """Removes what is called a menu or a sidebar, unless most of the page is in it."""
    most = text_size(body) / 2

    def unwanted(tag: Tag) -> bool:
        called = {*tag.get_attribute_list("class"), tag.attrs.get("id")}
        return not FURNITURE.isdisjoint(called) and text_size(tag) < most

    drop(body, unwanted)


def text_size(tag: Tag) -> int:
    """Characters of text in `tag`."""
    return len(tag.get_text(strip=True))


def main_content(body: Tag) -> Tag:
    """What the page marks as its content; the whole body if it marks nothing."""
    total = text_size(body)
    for at, selector in enumerate(MAIN):
        found = body.select(selector)
        if not found:
            continue
        # Of several, the longest; Wikipedia's text lies inside its <main>, among menus.
        best = max(found, key=lambda tag: (tag.get("id") == "mw-content-text", text_size(tag)))
        size = text_size(best)
        # <main> is believed; the others only when they hold most of the page.
        if size > (0 if at == 0 else total / 2):
            return best
    return body


def read(data: bytes) -> Content:
    """Reads a web page.

    Raises:
        MaterialError: if the bytes are not text or the page is nested without end.
    """
    soup = parsed(page_text(data))
    title = page_title(soup)
    mark_maths(soup)
    drop_unseen(soup)
    body = soup.body or soup
    drop_furniture(body)
    parts = solutions_apart(split_markdown(to_markdown(main_content(body))))
    found = sections(parts)
    warnings = () if found else (ONLY_HEADINGS if parts else NO_TEXT,)
    return Content(title or first_title(parts), found, warnings)


def page_title(soup: BeautifulSoup) -> str | None:
    """What ``<title>`` says."""
    tag = soup.title
    return " ".join(clean(tag.get_text()).split()) or None if tag else None


def fragment(markup: str) -> str:
    """A piece of HTML, such as a table inside a Markdown file, as Markdown.

    Raises:
        MaterialError: if its elements are nested without end.
    """
    soup = parsed(markup)
    mark_maths(soup)
    drop_unseen(soup)
    return "\n\n".join(texts(split_markdown(to_markdown(soup)))).strip()


def texts(parts: Iterator[tuple[tuple[tuple[int, str], ...], str]]) -> Iterator[str]:
    """Each heading in bold and each body."""
    for path, body in parts:
        if path:
            yield f"**{path[-1][1]}**"
        yield body
