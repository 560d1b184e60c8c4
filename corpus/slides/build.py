"""Builds the course's slides: each ``clase-*.typ`` becomes a PDF among the materials.

From the root of the repository::

    pip install typst
    python corpus/slides/build.py                  # every class
    python corpus/slides/build.py clase-02-perceptron.typ

A comment of the source says the week, ``// semana: 02``, and so the folder of the PDF. Builds
repeat byte for byte with one version of Typst: no date, and only Typst's own fonts. The PDFs in
the repository were made with ``typst`` 0.15.2.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

SLIDES: Path = Path(__file__).resolve().parent
MATERIALS: Path = SLIDES.parent / "materials"
WEEK_COMMENT: re.Pattern[str] = re.compile(r"^//\s*semana:\s*(\d{1,2})\s*$", re.MULTILINE)


def week_of(source: Path) -> int:
    """The week that the source declares."""
    match = WEEK_COMMENT.search(source.read_text(encoding="utf-8"))
    if match is None:
        raise SystemExit(f"error: {source.name} no declara su semana (falta '// semana: NN')")
    return int(match.group(1))


def target_of(source: Path) -> Path:
    """Where the PDF of a source goes."""
    return MATERIALS / f"semana-{week_of(source):02d}" / f"{source.stem}.pdf"


def build(source: Path) -> Path:
    """Builds one source; returns the path of its PDF."""
    try:
        import typst
    except ImportError:
        raise SystemExit(
            "error: falta el paquete 'typst'; instálalo con: pip install typst"
        ) from None
    target = target_of(source)
    try:
        pdf = typst.compile(
            str(source), root=str(SLIDES), format="pdf", ignore_system_fonts=True, timestamp=0
        )
    except typst.TypstError as error:
        raise SystemExit(f"error: {source.name} no compila: {error}") from None
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(pdf)
    return target


def main(arguments: list[str]) -> int:
    """Builds the named sources, or every ``clase-*.typ``."""
    sources = [SLIDES / Path(name).name for name in arguments] or sorted(SLIDES.glob("clase-*.typ"))
    if not sources:
        raise SystemExit(f"error: no hay archivos clase-*.typ en {SLIDES}")
    for source in sources:
        if not source.is_file():
            raise SystemExit(f"error: no existe {source}")
        target = build(source)
        print(
            f"{source.name} -> {target.relative_to(SLIDES.parent)} ({target.stat().st_size} bytes)"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
