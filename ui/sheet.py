"""One HTML file to keep or to send: its looks, and nothing to load from elsewhere."""

from collections.abc import Iterable
from html import escape

STYLE = """
:root { color-scheme: light dark; --line: light-dark(#d9dee4, #3a424c);
  --soft: light-dark(#5b6570, #9aa5b1); --warn: light-dark(#8a4b00, #ffc46b); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 0 auto; padding: 1rem;
  overflow-wrap: anywhere; }
h1 { margin-bottom: 0; } .soft { color: var(--soft); } .warn { color: var(--warn); }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: .25rem .5rem;
  border-bottom: 1px solid var(--line); vertical-align: top; }
details { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0;
  padding: .5rem .8rem; }
summary { cursor: pointer; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: .2rem 0 1rem; }
"""
# A browser that finds an address or a script in it, however it got there, leaves it alone.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def sheet(title: str, parts: Iterable[str], style: str = "") -> str:
    """A page in Spanish.

    Args:
        title: as text.
        parts: the body, as HTML.
        style: CSS of this page alone.
    """
    return "\n".join(
        [
            '<!doctype html><html lang="es"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            f"<title>{escape(title)}</title><style>{STYLE}{style}</style></head><body>",
            *parts,
            "</body></html>\n",
        ]
    )
