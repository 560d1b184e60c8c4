"""Word: one section per heading, with the headings above it as its breadcrumb.

python-docx opens the package; the text is read from the XML, because the library leaves out
equations, text boxes, footnotes and content controls. Comments, deleted and hidden text, headers,
footers and tables of contents are not text.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import docx

from corpus.document import clean
from corpus.errors import MaterialError
from corpus.readers import Content, omml
from corpus.readers.archive import RESAVE, open_office
from corpus.readers.charts import graphic
from corpus.readers.office import (
    FOOTNOTE,
    MONOSPACED,
    OLD_EQUATIONS,
    A,
    Block,
    Part,
    R,
    again,
    assembled,
    from_symbol_font,
    has_old_equation,
    item,
    linked,
    parsed,
    raised,
    side_by_side,
    table,
    take_first_alternatives,
)
from corpus.readers.omml import Element, local_name
from corpus.readers.outline import Heading, Path, first_title, sections, under
from corpus.readers.wordstyles import (
    Numbering,
    Style,
    W,
    is_hidden,
    list_place,
    outline_level,
    read_numbering,
    read_styles,
    value,
)

TRANSPARENT = ("ins", "moveTo", "customXml", "smartTag", "sdt", "sdtContent", "fldSimple", "dir",
               "bdo")  # fmt: skip
PICTURES = (f"{A}blip", "{urn:schemas-microsoft-com:vml}imagedata")
NOTE_KINDS = {"footnote": "", "endnote": "e"}


@dataclass(frozen=True, slots=True)
class Word:
    """What the paragraphs of a document refer to.

    Attributes:
        part: the part they stand in, which has their links and charts.
        styles: by id.
        numbering: its lists; it counts while paragraphs are read in order.
        in_cell: whether they stand in a table, where there is no room for another.
    """

    part: Part
    styles: dict[str, Style]
    numbering: Numbering
    in_cell: bool = False


def read(data: bytes) -> Content:
    """Reads a document.

    Raises:
        MaterialError: if it is damaged, encrypted or unsafe to open.
    """
    archive = open_office(data, "word/document")
    try:
        return read_document(docx.Document(archive).part)
    except Exception as error:  # python-docx lets errors of many kinds through
        reason = f"el documento está dañado ({type(error).__name__}); {RESAVE}"
        raise MaterialError(reason) from error


def read_document(part: Part) -> Content:
    """Reads the main part of a document."""
    root: Element = part.element
    take_first_alternatives(root)
    styles = read_styles(related_root(part, "styles"))
    word = Word(part, styles, read_numbering(related_root(part, "numbering")))
    notes = read_notes(word)
    found = split(content(root.find(f"{W}body"), word))
    parts = [(path, with_notes(assembled(blocks), notes)) for path, blocks in found]
    return Content(first_title(parts), sections(parts), tuple(warnings(root)))


def warnings(root: Element) -> Iterator[str]:
    """What the professor should know."""
    if pictures := sum(1 for _ in root.iter(*PICTURES)):
        yield f"imágenes que no se leen: {pictures}"
    if has_old_equation(root):
        yield OLD_EQUATIONS


def related_root(part: Part, kind: str) -> Element | None:
    """The XML of the part related as `kind`: styles, numbering, footnotes."""
    for relation in part.rels.values():
        if relation.reltype.endswith(f"/{kind}") and not relation.is_external:
            return parsed(relation.target_part.blob)
    return None


def split(content: Iterable[Block | Heading]) -> list[tuple[Path, list[Block]]]:
    """(breadcrumb, blocks) of each section; the text before any heading is one too."""
    parts: list[tuple[Path, list[Block]]] = [((), [])]
    for found in content:
        if isinstance(found, Block):
            parts[-1][1].append(found)
        else:
            parts.append((under(parts[-1][0], *found), []))
    return parts if assembled(parts[0][1]) else parts[1:]


def content(container: Element, word: Word) -> Iterator[Block | Heading]:
    """The paragraphs, headings and tables of a container, in order."""
    for child in container:
        match local_name(child):
            case "p":
                yield from paragraph(child, word)
            case "tbl":
                yield from grid(child, word)
            case "sdt" if child.find(f"{W}sdtPr/{W}docPartObj") is not None and is_contents(child):
                continue
            case kind if kind in TRANSPARENT:
                yield from content(child, word)


def is_contents(control: Element) -> bool:
    """Whether a content control is a table of contents."""
    kind = value(control, "sdtPr docPartObj docPartGallery") or ""
    return kind.lower() == "table of contents"


def paragraph(element: Element, word: Word) -> Iterator[Block | Heading]:
    """A paragraph as a heading, a list item, code or text; then its text boxes and charts."""
    properties = element.find(f"{W}pPr")
    style = word.styles.get(value(properties, "pStyle") or "", Style())
    text = inline(element, word.part)
    if text.strip() and not style.contents:
        level = outline_level(properties)
        level = style.level if level is None else level
        place = list_place(properties) or style.place
        label = word.numbering.label(place) if place else ""
        if level is not None:
            number = "" if label == "-" else label
            yield level, " ".join(f"{number} {clean(text)}".split())
        elif style.code or is_code(element):
            yield Block("code", text)
        elif place and label:
            yield item(place[1], label, clean(text))
        else:
            yield Block("text", clean(text))
    elif style.code and not style.contents:
        yield Block("code", "")
    for box in own(element, f"{W}txbxContent"):
        yield from without_headings(content(box, word))
    for drawing in own(element, f"{A}graphicData"):
        yield Block("text", graphic(drawing, word.part))


def own(paragraph: Element, tag: str) -> list[Element]:
    """Descendants that stand in no paragraph within this one."""
    return [
        found
        for found in paragraph.iter(tag)
        if next(found.iterancestors(f"{W}p"), None) is paragraph
    ]


def without_headings(content: Iterable[Block | Heading]) -> Iterator[Block]:
    """Headings in boxes and tables as text: they head no section."""
    for found in content:
        yield found if isinstance(found, Block) else Block("text", found[1])


def is_code(paragraph: Element) -> bool:
    """Whether all that a paragraph says is in a monospaced font."""
    runs = [run for run in paragraph.iter(f"{W}r") if (run.findtext(f"{W}t") or "").strip()]
    fonts = (run.find(f"{W}rPr/{W}rFonts") for run in runs)
    return bool(runs) and all(
        font is not None and MONOSPACED.search(font.get(f"{W}ascii", "")) for font in fonts
    )


def inline(element: Element, part: Part) -> str:
    """The text and the equations of a paragraph or of what it holds."""
    pieces = []
    for child in element:
        match local_name(child):
            case "r":
                pieces.append(run_text(child))
            case "hyperlink":
                pieces.append(linked(inline(child, part), part, child.get(f"{R}id")))
            case "oMath" | "oMathPara":
                pieces.append(omml.markdown(child))
            case kind if kind in TRANSPARENT:
                pieces.append(inline(child, part))
    return side_by_side(pieces)


def run_text(run: Element) -> str:
    """A run's text: symbols as they look, scripts marked, hidden text left out."""
    properties = run.find(f"{W}rPr")
    if is_hidden(properties):
        return ""
    text = "".join(run_piece(child) for child in run)
    if properties is None or FOOTNOTE.search(text):
        return text
    font = properties.find(f"{W}rFonts")
    if font is not None:
        text = from_symbol_font(text, font.get(f"{W}ascii", ""))
    height = {"superscript": 1, "subscript": -1}.get(value(properties, "vertAlign") or "", 0)
    return raised(text, height)


def run_piece(child: Element) -> str:
    """What one child of a run says."""
    match local_name(child):
        case "t":
            return child.text or ""
        case "tab":
            return "\t"
        case "br" if child.get(f"{W}type") in ("page", "column"):
            return ""
        case "br" | "cr":
            return "\n"
        case "noBreakHyphen":
            return "-"
        case "sym":
            code = chr(int(child.get(f"{W}char", "20"), 16))
            return from_symbol_font(code, child.get(f"{W}font", ""))
        case "footnoteReference" | "endnoteReference" as kind:
            prefix = NOTE_KINDS[kind.removesuffix("Reference")]
            return f"[^{prefix}{child.get(f'{W}id')}]"
        case "ruby":
            return "".join(run_text(base) for base in child.iterfind(f"{W}rubyBase/{W}r"))
    return ""


def grid(element: Element, word: Word) -> Iterator[Block]:
    """A table; one that only frames text, with one row or one column, as that text."""
    rows = [list(row_cells(row)) for row in table_rows(element)]
    if len(rows) == 1 or all(len(row) == 1 for row in rows):
        for row in rows:
            for cell, _, _ in row:
                yield from without_headings(content(cell, word))
        return
    inside = replace(word, in_cell=True)
    texts: list[list[str]] = []
    for row in rows:
        line: list[str] = []
        for cell, width, goes_on in row:
            at = len(line)
            above = again(texts[-1][at]) if goes_on and texts and at < len(texts[-1]) else ""
            blocks = without_headings(content(cell, inside))
            line += [above or " ".join(block.text for block in blocks), *[""] * (width - 1)]
        texts.append(line)
    if word.in_cell:
        yield Block("text", "; ".join(", ".join(filter(None, line)) for line in texts))
    else:
        yield Block("text", table(texts))


Cell = tuple[Element, int, bool]
"""A cell, over how many columns it goes, and whether it goes on from the row above."""


def table_rows(element: Element) -> Iterator[Element]:
    """The rows of a table that are not deleted."""
    for child in element:
        kind = local_name(child)
        if kind == "tr" and child.find(f"{W}trPr/{W}del") is None:
            yield child
        elif kind in TRANSPARENT:
            yield from table_rows(child)


def row_cells(row: Element) -> Iterator[Cell]:
    """The cells of a row, in order; an indented row begins with an empty one."""
    if skipped := width_of(row.find(f"{W}trPr"), "gridBefore"):
        yield (), skipped, False
    for child in row:
        kind = local_name(child)
        if kind == "tc":
            properties = child.find(f"{W}tcPr")
            goes_on = value(properties, "vMerge") in ("on", "continue")
            yield child, width_of(properties, "gridSpan") or 1, goes_on
        elif kind in TRANSPARENT:
            yield from row_cells(child)


def width_of(properties: Element | None, name: str) -> int:
    """A number of columns, at most Word's 63."""
    columns = value(properties, name) or ""
    return min(int(columns), 63) if columns.isdecimal() else 0


def read_notes(word: Word) -> dict[str, str]:
    """Footnotes and endnotes by the mark that refers to them."""
    notes = {}
    for kind, prefix in NOTE_KINDS.items():
        root = related_root(word.part, f"{kind}s")
        if root is None:
            continue
        take_first_alternatives(root)
        for note in root.iterfind(f"{W}{kind}"):
            lines = (inline(line, word.part) for line in note.iter(f"{W}p"))
            notes[f"{prefix}{note.get(f'{W}id')}"] = " ".join(" ".join(lines).split())
    return notes


def with_notes(text: str, notes: dict[str, str]) -> str:
    """`text` with the notes it refers to at its end."""
    marks = dict.fromkeys(FOOTNOTE.findall(text))
    found = "\n".join(f"[^{mark}]: {clean(notes[mark])}" for mark in marks if notes.get(mark))
    return f"{text}\n\n{found}" if found else text
