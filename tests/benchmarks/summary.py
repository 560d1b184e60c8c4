"""One page of what benchmarks measured: ``python -m tests.benchmarks.summary FOLDER``.

FOLDER holds the files that benchmarks write with ``--json``; the page is its ``index.html``. In
each table a number has a bar beside it, as long as it is large among its column's.
"""

import json
import platform
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from tests.benchmarks.report import Row
from ui.sheet import sheet

STYLE = """
td { background: linear-gradient(to right, light-dark(#cfe3f5, #1f3f5b) var(--part, 0%),
  transparent 0) no-repeat; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; }
"""


def table(rows: list[Row]) -> Iterator[str]:
    """`rows` as HTML; they have the same keys."""
    largest = {
        name: max((abs(row[name]) for row in rows if is_number(row[name])), default=0)
        for name in rows[0]
    }
    yield '<div class="wide"><table><tr>'
    yield from (f"<th>{escape(name)}</th>" for name in rows[0])
    yield "</tr>"
    for row in rows:
        yield "<tr>"
        for name, value in row.items():
            part = 100 * abs(value) / largest[name] if is_number(value) and largest[name] else 0
            style = f' style="--part: {part:.0f}%"' if part else ""
            yield f"<td{style}>{escape(str(value))}</td>"
        yield "</tr>"
    yield "</table></div>"


def is_number(value: Any) -> bool:
    """Whether a cell has a bar."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def page(folder: Path) -> str:
    """The page of a folder's measurements, in the order of their files' names."""
    parts = [f"<h1>Mediciones</h1><p>{escape(platform.platform())}</p>"]
    for file in sorted(folder.glob("*.json")):
        one = json.loads(file.read_text())
        parts += [f"<h2>{escape(one['title'])}</h2>", f'<p class="soft">{escape(one["load"])}</p>']
        parts += table(one["rows"])
    return sheet("Mediciones", parts, STYLE)


if __name__ == "__main__":
    found = Path(sys.argv[1])
    (found / "index.html").write_text(page(found), encoding="utf-8")
