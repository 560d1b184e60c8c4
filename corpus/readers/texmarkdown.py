"""LaTeX as Markdown, with marks where its headings and frames are.

Commands that are not known are left out and what they are applied to stays, so that no text is
lost to a package that nobody foresaw. Equations are kept as they are written.
"""

import re
import unicodedata
from re import Match

from corpus.errors import MaterialError
from corpus.readers import texnames as names
from corpus.readers.outline import boxed
from corpus.readers.tables import cell_text, markdown_table
from corpus.readers.texcursor import TOKEN, Cursor
from corpus.roles import marks_solution

ITEM, ITEM_TEXT, TITLE, TITLE_END = "\ue002", "\ue003", "\ue004", "\ue005"
FRAME, FRAME_TEXT, FRAME_END, PICTURE, CELL = "\ue006", "\ue007", "\ue008", "\ue009", "\ue00a"
MAX_DEPTH = 120

MARKS = {"---": "—", "--": "–", "``": "“", "''": "”", "?`": "¿", "!`": "¡", "~": " ", "&": " ",
         '"': '"'}  # fmt: skip
BLANK_LINE = re.compile(r"[ \t]*\n[ \t]*\n\s*")
DISPLAY = re.compile(r"((?:[^\\]|\\[^\[\]])*+)\\\]", re.S)
LINE_SPACE = re.compile(r"\*?\[[^\]\n]{0,20}\]|\*")  # of \\[2pt]
PARENTHESES = re.compile(r"((?:[^\\]|\\[^()])*+)\\\)", re.S)
SEPARATOR = re.compile(
    r"(?P<row>\\\\\*?(?:\[[^\]\n]{0,20}\])?|\\tabularnewline\b)"
    r"|(?P<begin>\\begin\s*\{[^{}\n]{1,60}\})|\\.|(?P<brace>\{)|(?P<math>\$)|(?P<cell>&)",
    re.S,
)
ACCENT_IN_TEXT = re.compile(r"\\(['`^\"~])(?:\{\\?([A-Za-z])\}|\\?([A-Za-z]))")
OVERLAY_IN_MATHS = re.compile(
    r"\\(?:only|uncover|visible|onslide|alert|action)\s*<[^<>]{0,60}>|\\pause\b"
    r"|\\label\s*\{[^{}]{0,200}\}|\\(?:nonumber|notag)\b"
)


def maths(tex: str) -> str:
    """An equation's TeX on one line, without what steers slides and numbers equations."""
    tex = OVERLAY_IN_MATHS.sub("", tex)
    tex = ACCENT_IN_TEXT.sub(lambda match: accented(match[1], match[2] or match[3]), tex)
    return " ".join(tex.split())


def accented(accent: str, letter: str) -> str:
    """A letter with TeX's accent over it."""
    return unicodedata.normalize("NFC", letter[:1] + names.ACCENTS[accent]) + letter[1:]


class TexConverter(Cursor):
    """Walks a source once; `included` and `notes` tell what it left out.

    Attributes:
        title: what the title page says, in Markdown.
        included: names of the files that the source asks for.
        notes: how many speaker's notes it has.
    """

    def __init__(self, text: str, title: str = "") -> None:
        super().__init__(text)
        self.title = title
        self.included: list[str] = []
        self.notes = 0
        self.depth = 0

    def converted(self) -> str:
        """The whole source."""
        return self.span(0, len(self.text))

    def span(self, start: int, end: int) -> str:
        """The Markdown of a stretch; the place of reading is left where it was."""
        before, self.at, self.end = (self.at, self.end), start, end
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise MaterialError("el LaTeX está anidado sin fin; revise las llaves del archivo")
        pieces = []
        while self.at < end and (token := TOKEN.match(self.text, self.at, end)):
            self.at = token.end()
            pieces.append(self.token(token, end))
        self.depth -= 1
        self.at, self.end = before
        return "".join(pieces)

    def token(self, token: Match[str], end: int) -> str:
        """What one token, and what belongs to it, becomes."""
        if token["begin"]:
            return self.environment(token["begin"], token.start(), end)
        if token["name"]:
            return self.command(token["name"], end, gap=bool(token["newline"]))
        if token["symbol"]:
            return self.symbol(token["symbol"], end)
        if token["math"]:
            return self.dollars(token["math"], end)
        if token["brace"] == "{":
            close = self.groups.get(token.start(), end + 1)
            if close > end:
                return ""
            self.at = close
            return self.span(token.end(), close - 1)
        if token["mark"]:
            return MARKS[token["mark"]]
        return joined(token["text"] or "")

    # Equations

    def dollars(self, mark: str, end: int) -> str:
        """An equation between dollars; a dollar that nothing closes is a dollar."""
        close = self.dollar_end(end)
        if close < 0:
            return r"\$" * len(mark)
        tex = maths(self.text[self.at : close])
        self.at = close + len(mark)
        if not tex:
            return ""
        return f"\n\n$${tex}$$\n\n" if mark == "$$" else f"${tex}$"

    def symbol(self, symbol: str, end: int) -> str:
        """A command of one character: an accent, an equation's beginning, a sign."""
        if symbol in names.ACCENTS:
            return self.accent(symbol, end)
        if symbol == "[" and (match := DISPLAY.match(self.text, self.at, end)):
            self.at = match.end()
            return f"\n\n$${maths(match[1])}$$\n\n"
        if symbol == "(" and (match := PARENTHESES.match(self.text, self.at, end)):
            self.at = match.end()
            return f"${maths(match[1])}$"
        if symbol == "\\" and (match := LINE_SPACE.match(self.text, self.at, end)):
            self.at = match.end()
        return names.SYMBOLS.get(symbol, "")

    def accent(self, accent: str, end: int) -> str:
        """A letter with its accent."""
        letter = self.argument(end).replace("ı", "i").replace("ȷ", "j")
        return accented(accent, letter) if letter else ""

    # Commands

    def command(self, name: str, end: int, gap: bool) -> str:
        """What a command of letters, and its arguments, becomes."""
        if name in names.SIGNS:
            sign = names.SIGNS[name]
            return f"{sign} " if gap and not sign.endswith(("\n", " ")) else sign
        if len(name) == 1 and name in names.ACCENTS and name not in names.SIGNS:
            return self.accent(name, end)
        if name in names.LEVELS:
            short = self.option()
            title = self.argument(end) or short or ""
            return f"\n\n{TITLE}{names.LEVELS[name]}{' '.join(title.split())}{TITLE_END}\n\n"
        if name == "item":
            return f"{ITEM}{self.option() or ''}{ITEM_TEXT}"
        if name in names.PICTURES:
            self.options()
            for _ in range(names.PICTURES[name]):
                self.range(end)
            return PICTURE
        if name in names.UNSEEN:
            self.options()
            for _ in range(names.UNSEEN[name]):
                self.range(end)
            return " " if gap else ""
        if handler := getattr(self, f"command_{name}", None):
            return str(handler(end))
        self.options()
        for _ in range(names.ONLY_LAST.get(name, 1) - 1):
            self.range(end)
            self.options()
        return "" if self.has_group() else (" " if gap else "")

    def command_frame(self, end: int) -> str:
        r"""``\frame{…}``."""
        self.options()
        start, stop = self.range(end)
        return self.frame("", start, stop, "")

    def command_frametitle(self, end: int) -> str:
        """A frame's title, wherever in the frame it stands."""
        self.options()
        return f"{TITLE}9{' '.join(self.argument(end).split())}{TITLE_END}"

    def command_framesubtitle(self, end: int) -> str:
        """A subtitle is the first line of the frame's text."""
        self.options()
        return f"\n\n{self.argument(end)}\n\n"

    def command_alt(self, end: int) -> str:
        """What stands there first and what then: both."""
        self.overlay()
        return " ".join(filter(None, (self.argument(end), self.argument(end))))

    def command_temporal(self, end: int) -> str:
        """What stands there before, at and after: all three."""
        self.overlay()
        return " ".join(filter(None, (self.argument(end) for _ in range(3))))

    def command_note(self, end: int) -> str:
        """Speaker's notes are not for the class."""
        self.options()
        self.range(end)
        self.notes += 1
        return ""

    def command_input(self, end: int) -> str:
        """A file that this one asks for and that is not here."""
        self.included.append(self.raw(end))
        return ""

    command_include = command_input
    command_subfile = command_input
    command_lstinputlisting = command_input

    def command_footnote(self, end: int) -> str:
        """A note in parentheses where it is called."""
        self.options()
        return f" ({self.argument(end)})"

    def command_href(self, end: int) -> str:
        """A link."""
        address, text = self.raw(end), self.argument(end)
        return f"[{text}]({address})" if text else address

    def command_url(self, end: int) -> str:
        """An address."""
        return self.raw(end).replace("\\", "")

    def command_cite(self, end: int) -> str:
        """A work by its key."""
        self.options()
        return f"[{self.raw(end)}]"

    command_citep = command_citet = command_parencite = command_textcite = command_cite

    def command_texttt(self, end: int) -> str:
        """Typewriter letters are code in a course like this."""
        text = " ".join(self.argument(end).split())
        return f"`{text}`" if text and "`" not in text and "$" not in text else text

    def command_caption(self, end: int) -> str:
        """A caption, as a paragraph."""
        self.options()
        return f"\n\n{self.argument(end)}\n\n"

    def command_multicolumn(self, end: int) -> str:
        """A cell that takes several columns: the rest of them are empty."""
        columns = self.raw(end)
        self.range(end)
        more = min(int(columns), 50) - 1 if re.fullmatch(r"\d{1,3}", columns) else 0
        return self.argument(end) + CELL * more

    def command_cmidrule(self, end: int) -> str:
        """A rule under some columns."""
        if match := re.compile(r"\s*\([lr{}\d.pt]*\)").match(self.text, self.at):
            self.at = match.end()
        self.range(end)
        return ""

    def command_titlepage(self, _end: int) -> str:
        """The title, who gives it and when."""
        return f"\n\n{self.title}\n\n"

    command_maketitle = command_titlepage

    # Environments

    def environment(self, name: str, begin: int, end: int) -> str:
        """What an environment becomes; one that nobody closes is passed over."""
        stop, after = self.environments.get(begin, (0, 0))
        if not stop or after > end:
            return "\n\n"
        text = self.inside(name, stop)
        self.at = after
        return text

    def inside(self, name: str, stop: int) -> str:
        """The content of an environment that ends at `stop`."""
        bare = name.rstrip("*")
        if bare in names.EQUATIONS:
            return self.equation(bare, stop)
        if name == "frame":
            self.options()
            title = self.adjacent(stop)
            subtitle = self.adjacent(stop)
            return self.frame(title, self.at, stop, subtitle)
        if bare in names.DRAWINGS:
            return PICTURE
        if name in names.TABLES:
            return self.table(names.TABLES[name], stop)
        if name in names.LISTS:
            self.options()
            return self.items(name, self.span(self.at, stop))
        options = self.options()
        if marks_solution(bare):
            return boxed(self.span(self.at, stop).strip())
        if bare in names.STATEMENTS:
            head = names.STATEMENTS[bare] + (f" ({options})" if options else "")
            return f"\n\n**{head}.** {self.span(self.at, stop).strip()}\n\n"
        for _ in range(names.ARGUMENTS.get(bare, 0)):
            self.range(stop)
        head = self.box_title(bare, stop, options)
        return f"\n\n{head}{self.span(self.at, stop)}\n\n"

    def box_title(self, name: str, stop: int, options: str | None) -> str:
        """A block's title, in bold on a line of its own."""
        title = ""
        if name == "tcolorbox":
            match = re.search(r"\btitle=([^,]+)", options or "")
            title = match[1] if match else ""
        elif name in names.BOXES and self.has_group():
            title = self.argument(stop)
        return f"**{title}**\n\n" if title else ""

    def adjacent(self, end: int) -> str:
        """The argument that begins right here, in Markdown; empty if there is none."""
        return self.argument(end) if self.text.startswith("{", self.at) else ""

    def frame(self, title: str, start: int, stop: int, subtitle: str) -> str:
        """A frame between its marks; the subtitle is the first line of its text."""
        text = f"{subtitle}\n\n{self.span(start, stop)}"
        return f"\n\n{FRAME}{' '.join(title.split())}{FRAME_TEXT}{text}{FRAME_END}\n\n"

    def equation(self, name: str, stop: int) -> str:
        """A displayed equation."""
        if name in ("alignat", "IEEEeqnarray"):
            self.range(stop)
        tex = maths(self.text[self.at : stop])
        within = names.EQUATIONS[name]
        if name == "eqnarray":
            tex = re.sub(r"&\s*(=|<|>|\\\w+)\s*&", r"&\1 ", tex)
        if not tex:
            return ""
        if name == "math":
            return f"${tex}$"
        body = rf"\begin{{{within}}} {tex} \end{{{within}}}" if within else tex
        return f"\n\n$${body}$$\n\n"

    def items(self, kind: str, text: str) -> str:
        """A list; nested ones were converted with the item that holds them."""
        first, *items = text.split(ITEM)
        lines, number = [first.strip()] if first.strip() else [], 0
        for item in items:
            label, _, body = item.partition(ITEM_TEXT)
            mark = "- "
            if kind == "description" and label:
                body = f"**{label}** {body.strip()}"
            elif label and "enum" in kind:
                mark = f"{label} "
            elif "enum" in kind:
                number += 1
                mark = f"{number}. "
            body = re.sub(r"\n\n(?=- |\d+\. )", "\n", paragraphs(body))
            lines.append(indented(mark, body))
        return "\n\n" + "\n".join(lines) + "\n\n"

    def table(self, arguments: int, stop: int) -> str:
        """A table; one that is hardly a table as lines."""
        self.options()
        for _ in range(arguments):
            self.range(stop)
        rows: list[list[str]] = [[]]
        start = self.at
        for cell_end, after, is_row in self.separators(self.at, stop):
            cells = self.span(start, cell_end).split(CELL)
            rows[-1] += [cell_text(cell.replace(ITEM, " ")) for cell in cells]
            if is_row:
                rows.append([])
            start = after
        rows = [row for row in rows if any(cell.strip(PICTURE) for cell in row)]
        text = markdown_table(rows) or "\n".join(" · ".join(filter(None, row)) for row in rows)
        return f"\n\n{text}\n\n"

    def separators(self, start: int, stop: int) -> list[tuple[int, int, bool]]:
        """(where a cell ends, where the next begins, whether the row ends too) of a table."""
        found, at = [], start
        while match := SEPARATOR.search(self.text, at, stop):
            at = match.end()
            if match["brace"]:
                at = max(at, self.groups.get(match.start(), at))
            elif match["begin"]:
                at = max(at, self.environments.get(match.start(), (0, at))[1])
            elif match["math"]:
                before, self.at = self.at, at
                at = max(at, self.dollar_end(stop) + 1)
                self.at = before
            elif match["cell"] or match["row"]:
                found.append((match.start(), match.end(), bool(match["row"])))
        return [*found, (stop, stop, True)]


def joined(text: str) -> str:
    """Lines of a paragraph on one line, as TeX joins them."""
    text = BLANK_LINE.sub("\ue00f", text)
    return " ".join(re.split(r"[ \t\n]+", text)).replace("\ue00f", "\n\n")


def paragraphs(text: str) -> str:
    """`text` with one empty line, and no more, where there are any."""
    text = re.sub(r"[ \t]*\n[ \t]*\n(?:[ \t]*\n)*", "\n\n", text)
    return re.sub(r"^ (?! )", "", text, flags=re.M).strip()


def indented(mark: str, text: str) -> str:
    """An item of a list with its other lines under its text."""
    indent = " " * len(mark)
    lines = text.split("\n")
    return "\n".join([mark + lines[0], *(indent + line if line else "" for line in lines[1:])])
