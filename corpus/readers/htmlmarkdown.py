"""A cleaned HTML tree as Markdown, with its headings marked so that they can be split on.

`markdownify` does the inline marks, lists and quotations; headings, tables, code, links and
pictures are done here, because a student reads the result and an index is made of it.
"""

# ruff: noqa: ARG002 - markdownify calls every method with all three arguments
import re
from collections.abc import Iterator
from typing import Any

from bs4 import Tag
from bs4.element import PageElement
from markdownify import MarkdownConverter

from corpus.document import clean
from corpus.readers.fences import fenced, with_dollars
from corpus.readers.outline import CLOSES, OPENS, SOLVES, Path, boxed, under
from corpus.readers.tables import cell_text, markdown_table
from corpus.roles import marks_solution, shows_solution

PRIVATE = re.compile(f"[\ue000\ue001{OPENS}-{CLOSES}]")
HEADING = re.compile("\ue000([1-6])([^\ue001]*)\ue001")
CODE_LANGUAGE = re.compile(r"(?:language|lang|highlight|sourceCode|hl|brush)[-: ]+([\w+#-]+)")
HELD = {"li", "blockquote", "td", "th", "dd", "dt", "pre", "table", "figure"}
ARRANGED = "table, :is(h1, h2, h3, h4, h5, h6) ~ :is(p, ul, ol, div)"
MAX_SPAN = 100
MAX_ADDRESS = 200  # characters; longer ones carry a session or a tracker
SCRIPT = re.compile(r"[^\W\d_]|[^\W_]*[\d+−-][^\W_]*")  # an index or a power, not “1.er” or “[2]”


class Converter(MarkdownConverter):
    """HTML to Markdown; headings outside lists, quotations and tables become marks."""

    def convert_hN(self, n: int, el: Any, text: str, parent_tags: Any) -> str:  # noqa: N802
        """A mark to split on; in a list or a table, a line in bold."""
        title = " ".join(text.split())
        if not title or parent_tags & {"_inline", "a"}:
            return title
        if parent_tags & HELD:
            return f"\n\n**{title}**\n\n"
        return f"\n\n\ue000{min(max(n, 1), 6)}{title}\ue001\n\n"

    def convert_details(self, el: Any, text: str, parent_tags: Any) -> str:
        """A box that is opened with a click; of one that shows a solution in a line, nothing."""
        if "_inline" in parent_tags:
            return "" if SOLVES in text else text
        return boxed(text, solution=False)

    def convert_summary(self, el: Any, text: str, parent_tags: Any) -> str:
        """What is clicked, in bold."""
        said = " ".join(text.split())
        return f"\n\n{SOLVES if shows_solution(said) else ''}**{said}**\n\n" if said else ""

    def convert_div(self, el: Any, text: str, parent_tags: Any) -> str:
        """A block, which may be marked as a solution."""
        if any(map(marks_solution, el.get_attribute_list("class", []))):
            return "" if "_inline" in parent_tags else boxed(text)
        return f" {text.strip()} " if "_inline" in parent_tags else f"\n\n{text.strip()}\n\n"

    convert_section = convert_article = convert_div

    def convert_a(self, el: Any, text: str, parent_tags: Any) -> str:
        """A link's text, with its address when that says where on the web it leads."""
        address = str(el.get("href") or "")
        if "_noformat" in parent_tags or "_inline" in parent_tags or not text.strip():
            return text
        if len(address) > MAX_ADDRESS or not re.match(r"https?://[^\s()<>]+$", address):
            return text
        return spaced(text, f"[{{}}]({address})") if "\n" not in text.strip() else text

    def convert_img(self, el: Any, text: str, parent_tags: Any) -> str:
        """What the picture's author says that it shows."""
        return " ".join(str(el.get("alt") or "").split())

    def convert_li(self, el: Any, text: str, parent_tags: Any) -> str:
        """An item with its number, counted once for the whole list."""
        text = text.strip()
        if not text:
            return ""
        mark = f"{el['data-number']}. " if el.get("data-number") else "- "
        if "_inline" in parent_tags:
            return f"{mark.removeprefix('- ')}{text}; "
        first, *rest = text.split("\n")
        indent = " " * len(mark)
        return "\n".join([mark + first, *(indent + line if line else "" for line in rest)]) + "\n"

    def convert_pre(self, el: Any, text: str, parent_tags: Any) -> str:
        """A code fence, with the language if a class names it."""
        if not text.strip():
            return ""
        if "_inline" in parent_tags:
            return f" `{text.strip()}` "
        return f"\n\n{fenced(text.strip(chr(10)), language_of(el))}\n\n"

    def convert_br(self, el: Any, text: str, parent_tags: Any) -> str:
        """A new line, or a space where one line is all there is."""
        return " " if "_inline" in parent_tags else "\n"

    def convert_dt(self, el: Any, text: str, parent_tags: Any) -> str:
        """A term that is defined."""
        return f"\n\n**{' '.join(text.split())}**\n" if text.strip() else ""

    def convert_dd(self, el: Any, text: str, parent_tags: Any) -> str:
        """A definition, below its term."""
        return f"\n{text.strip()}\n\n"

    def convert_b(self, el: Any, text: str, parent_tags: Any) -> str:
        """Bold, once."""
        if parent_tags & {"b", "strong", "dt", "th", "_noformat"} or not text.strip():
            return text
        return spaced(text, "**{}**")

    convert_strong = convert_b

    def convert_sup(self, el: Any, text: str, parent_tags: Any) -> str:
        """A power as ``x^2``; a note's number or an ordinal as it is."""
        return script("^", text, parent_tags)

    def convert_sub(self, el: Any, text: str, parent_tags: Any) -> str:
        """An index as ``x_i``."""
        return script("_", text, parent_tags)

    def convert_i(self, el: Any, text: str, parent_tags: Any) -> str:
        """Icons are empty `<i>`; the rest is emphasis."""
        return spaced(text, "*{}*")

    def process_tag(self, node: Any, parent_tags: Any = None) -> str:
        """As markdownify does, but tables are walked by row."""
        if node.name != "table" or "_noformat" in (parent_tags or ()):
            return str(super().process_tag(node, parent_tags))  # type: ignore[misc]
        return f"\n\n{self.table(node, set(parent_tags or ()))}\n\n"

    def table(self, node: Tag, parent_tags: set[str]) -> str:
        """A table as Markdown; one that serves to arrange blocks as those blocks."""
        rows = rows_of(node)
        cells = [cell for row in rows for cell, _, _ in row]
        caption = node.find("caption", recursive=False)
        above = cell_text(self.process_tag(caption, {"_inline"})) if caption else ""
        if any(arranges(cell) for cell in cells):
            blocks = (self.inside(cell, parent_tags).strip() for cell in cells)
            return "\n\n".join(filter(None, (above, *blocks)))
        grid = spread(
            [[(self.in_line(cell), down, across) for cell, down, across in row] for row in rows]
        )
        table = markdown_table(grid)
        if not table:  # one column, or hardly any text: lines serve better
            table = "\n".join(filter(None, (" · ".join(filter(None, row)) for row in grid)))
        return f"{above}\n\n{table}".strip()

    def element(self, node: PageElement, parent_tags: set[str]) -> str:
        """The Markdown of an element or of a piece of text."""
        return str(self.process_element(node, parent_tags))  # type: ignore[attr-defined]

    def inside(self, cell: Tag, parent_tags: set[str]) -> str:
        """A cell that holds blocks, as those blocks."""
        held = parent_tags | {"blockquote"} if "_inline" not in parent_tags else parent_tags
        return "".join(self.element(child, held) for child in cell.children)

    def in_line(self, cell: Tag) -> str:
        """A cell on one line; its list items and paragraphs side by side."""
        text = "".join(self.element(child, {"td", "_inline"}) for child in cell.children)
        return " ".join(text.split()).removesuffix(";")


def spaced(text: str, form: str) -> str:
    """`text` in a form, with the spaces at its ends outside; nothing for spaces alone."""
    if not text.strip():
        return ""
    before, after = (" " if space else "" for space in (text[0] == " ", text[-1] == " "))
    return f"{before}{form.replace('{}', text.strip())}{after}"


def script(mark: str, text: str, parent_tags: set[str]) -> str:
    """`text` raised or lowered after what it hangs on."""
    inner = text.strip()
    if "_noformat" in parent_tags or not SCRIPT.fullmatch(inner):
        return text
    return f"{mark}{inner}" if len(inner) == 1 else f"{mark}{{{inner}}}"


def arranges(cell: Tag) -> bool:
    """Whether a cell holds blocks that one line cannot show."""
    codes = cell.find_all("pre")
    return cell.select_one(ARRANGED) is not None or any(
        "\n" in code.get_text().strip() for code in codes
    )


def language_of(pre: Tag) -> str:
    """The programming language that a class of the block, its code or its holder names."""
    for tag in (pre, pre.find("code"), pre.parent):
        classes = tag.get("class") if isinstance(tag, Tag) else None
        if match := CODE_LANGUAGE.search(" ".join(classes or ())):
            return match[1].removeprefix("ipython3") or "python"
    return ""


def rows_of(table: Tag) -> list[list[tuple[Tag, int, int]]]:
    """(cell, rows it takes, columns it takes) of each row of this table, not of tables in it."""
    rows = []
    for holder in (table, *table.find_all(["thead", "tbody", "tfoot"], recursive=False)):
        for row in holder.find_all("tr", recursive=False):
            cells = row.find_all(["td", "th"], recursive=False)
            rows.append([(cell, span(cell, "rowspan"), span(cell, "colspan")) for cell in cells])
    return rows


def span(cell: Tag, key: str) -> int:
    """How many rows or columns a cell takes, within reason."""
    value = str(cell.get(key, "1")).strip()
    return min(max(int(value), 1), MAX_SPAN) if re.fullmatch(r"\d{1,4}", value) else 1


def spread(rows: list[list[tuple[str, int, int]]]) -> list[list[str]]:
    """A grid in which a cell of several rows stands in each; of several columns, in the first."""
    below: dict[int, tuple[str, int]] = {}  # column: (text, rows it still takes)
    grid = []
    for row in rows:
        line: list[str] = []
        for text, down, across in row:
            fill_from_above(line, below)
            for at in range(across):
                if down > 1:
                    below[len(line)] = (text if at == 0 else "", down - 1)
                line.append(text if at == 0 else "")
        fill_from_above(line, below)
        grid.append(line)
    return grid


def fill_from_above(line: list[str], below: dict[int, tuple[str, int]]) -> None:
    """Adds to `line` the cells that begin in a row above and reach down to its next columns."""
    while len(line) in below:
        text, left = below.pop(len(line))
        if left > 1:
            below[len(line)] = (text, left - 1)
        line.append(text)


def number_items(root: Tag) -> None:
    """Writes on each item of a numbered list its number."""
    for ordered in root.find_all("ol"):
        start = str(ordered.get("start", "1"))
        first = int(start) if re.fullmatch(r"\d{1,6}", start) else 1
        for number, item in enumerate(ordered.find_all("li", recursive=False), start=first):
            item["data-number"] = str(number)


def to_markdown(root: Tag) -> str:
    """The Markdown of a cleaned tree, headings marked; changes the tree's attributes."""
    number_items(root)
    for text in root.find_all(string=PRIVATE):
        text.replace_with(PRIVATE.sub("", text))
    converter = Converter(
        escape_asterisks=False, escape_underscores=False, escape_misc=False, bullets="-"
    )
    return str(converter.process_tag(root, parent_tags=set()))


def split_markdown(text: str) -> Iterator[tuple[Path, str]]:
    """(breadcrumb, body) of each section of what `to_markdown` gave."""
    pieces = HEADING.split(text)
    if pieces[0].strip():
        yield (), with_dollars(pieces[0])
    path: Path = ()
    for level, title, body in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        path = under(path, int(level), plain_title(title))
        yield path, with_dollars(body)


def plain_title(title: str) -> str:
    """A heading without the marks of its emphasis and with its equations in dollars."""
    bare = re.sub(r"\*\*|`|\[([^]]*)\]\([^)]*\)", r"\1", with_dollars(title))
    return clean(bare).strip("* ¶#")
