"""Compila las láminas del curso: cada ``clase-*.typ`` pasa a ser un PDF.

Uso, desde la raíz del repositorio::

    pip install typst
    python corpus/slides/build.py                  # todas las clases
    python corpus/slides/build.py clase-02-perceptron.typ

La semana de cada clase se lee de un comentario del propio archivo fuente,
por ejemplo ``// semana: 02``, y el PDF queda en
``corpus/materials/semana-02/clase-02-perceptron.pdf``.

El resultado es reproducible: las láminas no llevan fecha, la marca de tiempo
de la compilación está fija y solo se usan las tipografías incluidas en Typst.
Con la misma versión de Typst, dos compilaciones producen los mismos bytes.
Los PDF del repositorio se generaron con el paquete ``typst`` 0.15.2 de PyPI.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

SLIDES: Path = Path(__file__).resolve().parent
MATERIALS: Path = SLIDES.parent / "materials"
WEEK_COMMENT: re.Pattern[str] = re.compile(r"^//\s*semana:\s*(\d{1,2})\s*$", re.MULTILINE)


def week_of(source: Path) -> int:
    """Semana declarada en el comentario ``// semana: NN`` del archivo."""
    match = WEEK_COMMENT.search(source.read_text(encoding="utf-8"))
    if match is None:
        raise SystemExit(f"error: {source.name} no declara su semana (falta '// semana: NN')")
    return int(match.group(1))


def target_of(source: Path) -> Path:
    """Ruta del PDF que corresponde a un archivo fuente."""
    return MATERIALS / f"semana-{week_of(source):02d}" / f"{source.stem}.pdf"


def build(source: Path) -> Path:
    """Compila un archivo fuente y devuelve la ruta del PDF escrito."""
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
    """Compila los archivos nombrados, o todos los ``clase-*.typ``."""
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
