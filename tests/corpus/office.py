"""Office files for tests, changed where the libraries cannot write what Office does."""

import zipfile
from collections.abc import Callable
from io import BytesIO

MATH = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'


def changed(data: bytes, member: str, change: Callable[[bytes], bytes]) -> bytes:
    """The archive with one member changed, or added when it is not there."""
    copy = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(copy, "w") as new:
        for name in dict.fromkeys([*old.namelist(), member]):
            part = old.read(name) if name in old.namelist() else b""
            new.writestr(name, change(part) if name == member else part)
    return copy.getvalue()


def run(text: str, properties: str = "") -> str:
    """An equation's run."""
    return f"<m:r><m:rPr>{properties}</m:rPr><m:t>{text}</m:t></m:r>"


EQUATION = (
    f"<m:oMath {MATH}><m:sSup><m:e>{run('x')}</m:e><m:sup>{run('2')}</m:sup></m:sSup></m:oMath>"
)
