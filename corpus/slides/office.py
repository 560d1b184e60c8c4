"""What the scripts that write PPTX and DOCX share: equations, and archives with fixed dates.

Each function of an equation returns OMML, Office's own language for them, as text.
"""

import io
import zipfile

Date = tuple[int, int, int, int, int, int]


def sub(base: str, index: str) -> str:
    """A base with a subscript."""
    return f"<m:sSub><m:e>{base}</m:e><m:sub>{index}</m:sub></m:sSub>"


def sup(base: str, power: str) -> str:
    """A base with a superscript."""
    return f"<m:sSup><m:e>{base}</m:e><m:sup>{power}</m:sup></m:sSup>"


def fraction(above: str, below: str) -> str:
    """A fraction."""
    return f"<m:f><m:num>{above}</m:num><m:den>{below}</m:den></m:f>"


def brackets(inner: str, left: str = "(", right: str = ")") -> str:
    """An expression within brackets that grow with it."""
    return (
        f'<m:d><m:dPr><m:begChr m:val="{left}"/><m:endChr m:val="{right}"/></m:dPr>'
        f"<m:e>{inner}</m:e></m:d>"
    )


def total(below: str, above: str, inner: str) -> str:
    """A sum with its limits."""
    hidden = "" if above else '<m:supHide m:val="1"/>'
    return (
        f'<m:nary><m:naryPr><m:chr m:val="∑"/><m:limLoc m:val="undOvr"/>{hidden}</m:naryPr>'
        f"<m:sub>{below}</m:sub><m:sup>{above}</m:sup><m:e>{inner}</m:e></m:nary>"
    )


def with_dates(raw: io.BytesIO, date: Date) -> bytes:
    """The archive in `raw` with `date` on every member, so that builds repeat byte for byte."""
    fixed = io.BytesIO()
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(fixed, "w") as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, date)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return fixed.getvalue()
