"""The command line: ``ayudante index | enrich | search | ask | evaluate | chat | serve | doctor``,
and ``conversations | quiz | insights | correct | users | mcp | backup | restore``.

Results go to stdout, everything else to stderr. The exit code is 0 on success and 2, after one
line that says what to do, on bad input or a missing piece.
"""

import signal
import sys
import tempfile
import threading
import traceback
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.exceptions import TyperException

from corpus.errors import AyudanteError, IndexMissing, InputError, ModelUnavailable
from corpus.finding import BUNDLED, QUESTIONS
from corpus.pictures import Pictures
from corpus.progress import Progress
from corpus.settings import Settings
from retrieval import (
    IndexReport,
    Retriever,
    SearchResult,
    SentenceEmbedder,
    compare,
    evaluate,
    store,
    update,
)
from retrieval.choosing import chosen
from retrieval.enrichment import FILE, at_hand, authored, lacking, without
from retrieval.evaluation import checked_level, read_report
from retrieval.evaluation.judgements import json_lines
from retrieval.index import Index
from retrieval.retriever import SYSTEMS, System
from ui.backup import backup, restore
from ui.console import ProgressDisplay, err, out, print_json
from ui.evaluation_page import write_evaluation
from ui.evaluation_text import show_changes, show_misses, show_report
from ui.filter_options import (
    ClassOption,
    DocumentOption,
    KindOption,
    LabOption,
    LanguageOption,
    WeekOption,
)
from ui.following import follow_changes
from ui.history import conversations
from ui.options import (
    BatchOption,
    EmbeddingOption,
    IndexOption,
    JsonOption,
    LlmOption,
    QuestionArgument,
)
from ui.people import Users, must_be_guarded, on_loopback
from ui.practice import quiz
from ui.report import write_report
from ui.teaching import correct, insights
from ui.users import users

if TYPE_CHECKING:
    from agent import Answer
    from agent.events import Mode

# The agent is imported inside the commands that need it: searching should not wait for LangChain.
LOCAL = "127.0.0.1"

app = typer.Typer(
    help="Ayudante de un curso: responde preguntas desde sus materiales, con citas exactas.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

app.command()(conversations)
app.command()(insights)
app.command()(correct)
app.command()(backup)
app.command()(restore)
app.add_typer(quiz, name="quiz")
app.add_typer(users, name="users")


@app.command()
def index(
    paths: Annotated[
        list[str] | None,
        typer.Argument(help="Archivos y carpetas del curso; sin ellos, el curso incluido."),
    ] = None,
    index: IndexOption = None,
    embedding_model: EmbeddingOption = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Rehace el índice entero.")] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Sigue los cambios de los archivos hasta Ctrl+C.")
    ] = False,
    report: Annotated[
        Path | None,
        typer.Option("--report", help="Escribe una página HTML con lo indexado y lo que faltó."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Hace que el índice siga a esos archivos y carpetas; por omisión, al curso incluido."""
    settings = Settings.load(index=index, embedding_model=embedding_model)
    if "" in (paths or []):
        raise InputError("La ruta está vacía. Indique la carpeta del curso.")
    if report and not report.resolve().parent.is_dir():
        raise InputError(f"No existe la carpeta de {report}. Créela o elija otra.")
    roots = [Path(path) for path in paths or []] or [BUNDLED]
    with ProgressDisplay() as progress:
        embedder = SentenceEmbedder(settings.embedding_model, settings.cache, progress)

    def follow(*, first: bool = False) -> None:
        with ProgressDisplay() as progress:
            pictures = Pictures.from_settings(settings)
            done = update(
                settings.index,
                roots,
                embedder,
                rebuild=rebuild and first,
                pictures=pictures,
                enrichments=at_hand(settings.cache),
                leave_out=[report] if report else None,
                progress=progress,
            )
            if not first and not done.added + done.updated + done.removed:
                return
            if report:
                write_report(report, Index.load(store.current(settings.index)), progress)
        show_update(done, settings.index, as_json=as_json)

    follow(first=True)
    if plain := unenriched(settings):
        err.print(
            f"{plain} pasajes no tienen preguntas de estudiantes; con «ayudante enrich» el "
            "modelo las escribe y se encuentran mejor.",
            markup=False,
        )
    if watch:
        ours = [settings.index, *([report] if report else [])]
        follow_changes(roots, ours, follow)


@app.command()
def enrich(
    index: IndexOption = None,
    embedding_model: EmbeddingOption = None,
    llm: LlmOption = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Solo tantos pasajes, para probar.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Escribe con el modelo preguntas por cada pasaje del índice, para que se encuentre mejor."""
    from agent.assistant import model_server
    from agent.enriching import enrich as ask_model

    settings = Settings.load(index=index, embedding_model=embedding_model, llm=llm)
    whole = Index.load(store.current(settings.index))
    file, written = settings.cache / FILE, 0
    with ProgressDisplay() as progress:
        if without(whole.passages, authored()):
            with model_server(settings, share=False, progress=progress) as address:
                some = lacking(whole.passages, settings.cache, address.model)[:limit]
                written = ask_model(some, file, address, progress)
        update(
            settings.index,
            whole.root_paths,
            SentenceEmbedder(settings.embedding_model, settings.cache, progress),
            pictures=Pictures.from_settings(settings),
            enrichments=at_hand(settings.cache),
            progress=progress,
        )
    may = [passage for passage in whole.passages if passage.role != "solution"]
    enriched = len(may) - len(without(may, at_hand(settings.cache)))
    if as_json:
        print_json({"passages": len(may), "written": written, "enriched": enriched})
    else:
        out.print(
            f"{written} pasajes enriquecidos ahora; {enriched} de {len(may)} en total.",
            markup=False,
        )


def unenriched(settings: Settings) -> int:
    """How many passages of the index, no solutions, nobody has enriched."""
    passages = Index.load(store.current(settings.index)).passages
    return len(without(passages, at_hand(settings.cache)))


def show_update(done: IndexReport, folder: Path, *, as_json: bool) -> None:
    """Prints what an update of the index did."""
    if as_json:
        print_json(done.to_dict())
        return
    out.print(
        f"{done.documents} documentos, {done.passages} pasajes en {folder} "
        f"({done.added} nuevos, {done.updated} cambiados, {done.removed} retirados; "
        f"{done.seconds:.1f} s)",
        markup=False,
    )
    if done.solutions:
        said = "pasajes son de soluciones, que los estudiantes no ven"
        out.print(f"  {done.solutions} {said}", markup=False)
    for skipped in done.skipped:
        out.print(f"  no leído: {skipped.document}: {skipped.reason}", markup=False)
    for name, warning in done.warnings:
        out.print(f"  aviso: {name}: {warning}", markup=False)


@app.command()
def search(
    question: QuestionArgument = None,
    k: Annotated[int, typer.Option("-k", help="Cuántos resultados.")] = 10,
    kinds: KindOption = None,
    weeks: WeekOption = None,
    classes: ClassOption = None,
    labs: LabOption = None,
    documents: DocumentOption = None,
    languages: LanguageOption = None,
    batch: BatchOption = None,
    index: IndexOption = None,
    embedding_model: EmbeddingOption = None,
    as_json: JsonOption = False,
) -> None:
    """Busca pasajes en el índice, sin modelo de lenguaje."""
    settings = Settings.load(index=index, embedding_model=embedding_model)
    with ProgressDisplay() as progress:
        lines = questions_of(batch) if batch is not None else []
        retriever = Retriever.open(settings=settings, progress=progress)
        within = chosen(
            retriever.public,
            kinds=kinds or [],
            weeks=weeks or [],
            classes=classes or [],
            labs=labs or [],
            documents=documents or [],
            languages=languages or [],
        )
        if batch is None:
            results = retriever.search(required(question), k, within=within)
    if batch is not None:
        for line in lines:
            print_json(found(line, retriever.search(line, k, within=within)), indent=None)
    elif as_json:
        print_json(found(required(question), results))
    else:
        for result in results:
            passage = result.passage
            out.print(f"{result.rank:>2}. {passage.label} — {passage.document}", markup=False)
            out.print(f"    {' '.join(passage.text.split())[:160]}", style="dim", markup=False)


@app.command()
def ask(
    question: QuestionArgument = None,
    conversation: Annotated[
        str | None, typer.Option("--conversation", help="Sigue una conversación con ese nombre.")
    ] = None,
    batch: BatchOption = None,
    index: IndexOption = None,
    embedding_model: EmbeddingOption = None,
    llm: LlmOption = None,
    no_llm: Annotated[
        bool, typer.Option("--no-llm", help="Responde con extractos, sin modelo de lenguaje.")
    ] = False,
    guide: Annotated[
        bool, typer.Option("--guide", help="Da pistas, una a la vez, en lugar de la respuesta.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Responde una pregunta sobre el curso, con citas."""
    from agent import Assistant

    settings = Settings.load(index=index, embedding_model=embedding_model, llm=llm)
    mode: Mode = "guide" if guide else "explain"
    question = required(question) if batch is None else None
    lines = questions_of(batch) if batch is not None else []
    with ProgressDisplay() as progress:
        retriever = Retriever.open(settings=settings, progress=progress)
        if question is not None:
            retriever.search(question, 1)  # a bad question should not wait for the model
        assistant = Assistant(retriever, settings, use_model=not no_llm, progress=progress)
        assistant.__enter__()
    try:
        if assistant.notice:
            err.print(f"Sin modelo de lenguaje: {assistant.notice}", markup=False)
        if batch is not None:
            for line in lines:
                print_json(assistant.ask(line, conversation, mode).to_dict(), indent=None)
            return
        answer = assistant.ask(str(question), conversation, mode)
    finally:
        assistant.__exit__(None, None, None)
    if as_json:
        print_json(answer.to_dict())
    else:
        show(answer)


@app.command(name="evaluate")
def evaluate_command(
    path: Annotated[
        Path | None, typer.Argument(help="Carpeta en formato BEIR; sin ella, las del curso.")
    ] = None,
    systems: Annotated[
        str, typer.Option("--systems", help="Sistemas que se comparan, separados por comas.")
    ] = ",".join(SYSTEMS),
    split: Annotated[
        str | None, typer.Option("--split", help="Solo las preguntas de esa parte: dev o test.")
    ] = None,
    level: Annotated[
        str,
        typer.Option("--level", help="Qué se juzga: passage (lugares) o document (documentos)."),
    ] = "passage",
    misses: Annotated[
        bool, typer.Option("--misses", help="Muestra las preguntas que salen mal.")
    ] = False,
    compare_with: Annotated[
        Path | None, typer.Option("--compare", help="Compara con un informe anterior de --json.")
    ] = None,
    page: Annotated[
        Path | None, typer.Option("--report", help="Escribe una página HTML con los resultados.")
    ] = None,
    generate: Annotated[
        int | None,
        typer.Option("--generate", min=1, help="En vez de medir, redacta tantas preguntas nuevas."),
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", help="Carpeta de los borradores de --generate.")
    ] = Path("borradores"),
    seed: Annotated[int, typer.Option("--seed", help="Otro número, otros pasajes.")] = 0,
    answers: Annotated[
        bool, typer.Option("--answers", help="Mide las respuestas del modelo, no la búsqueda.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Con --answers, solo tantas preguntas.")
    ] = None,
    at_once: Annotated[
        int, typer.Option("--at-once", min=1, help="Con --answers, cuántas preguntas a la vez.")
    ] = 1,
    baselines: Annotated[
        bool,
        typer.Option("--baselines/--no-baselines", help="Con --answers, compara con otros dos."),
    ] = True,
    keep: Annotated[
        Path | None,
        typer.Option("--keep", help="Con --answers, archivo de respuestas del que se sigue."),
    ] = None,
    index: IndexOption = None,
    embedding_model: EmbeddingOption = None,
    llm: LlmOption = None,
    as_json: JsonOption = False,
) -> None:
    """Mide la búsqueda o las respuestas con preguntas juzgadas, o redacta preguntas nuevas."""
    settings = Settings.load(index=index, embedding_model=embedding_model, llm=llm)
    if answers:
        judge_answers(settings, path or QUESTIONS, split, limit, at_once, baselines, keep, as_json)
        return
    if generate:
        generate_questions(settings, path or QUESTIONS, generate, output, seed, as_json=as_json)
        return
    chosen = tuple(known_system(name.strip()) for name in systems.split(",") if name.strip())
    if page and not page.resolve().parent.is_dir():
        raise InputError(f"No existe la carpeta de {page}. Créela o elija otra.")
    old = read_report(compare_with) if compare_with else None
    with ProgressDisplay() as progress:
        report = evaluate(
            path or QUESTIONS,
            systems=chosen,
            settings=settings,
            progress=progress,
            split=split,
            level=checked_level(level),
        )
    changes = compare(old, report) if old else None
    if page:
        write_evaluation(page, report, changes)
    if as_json:
        print_json(report.to_dict() | ({"changes": changes.to_dict()} if changes else {}))
        return
    show_report(report)
    if misses:
        show_misses(report)
    if changes:
        show_changes(changes)


def judge_answers(
    settings: Settings,
    path: Path,
    split: str | None,
    limit: int | None,
    at_once: int,
    baselines: bool,
    keep: Path | None,
    as_json: bool,
) -> None:
    """Evaluates the assistant's answers."""
    from agent import Assistant
    from agent.evaluation import evaluate_answers
    from ui.answers_text import show_answers

    # who asks many at once waits longer for each, and means it
    patience = {"llm_read_seconds": settings.llm_read_seconds * at_once}
    settings = settings.model_copy(update=patience)
    with ProgressDisplay() as progress:
        retriever = Retriever.open(settings=settings, progress=progress)
        with Assistant(retriever, settings, progress=progress) as assistant:
            report = evaluate_answers(
                path,
                assistant,
                split=split,
                limit=limit,
                at_once=at_once,
                baselines=baselines,
                keep=keep,
                progress=progress,
            )
    if as_json:
        print_json(report.to_dict())
    else:
        show_answers(report)


def generate_questions(
    settings: Settings, known: Path, count: int, output: Path, seed: int, *, as_json: bool
) -> None:
    """Drafts questions about the course's index, other than those in `known`, into `output`."""
    from agent.assistant import model_server
    from agent.drafting import draft, refuse_existing, write_drafts

    refuse_existing(output)
    texts = [str(line["text"]) for line in json_lines(known / "queries.jsonl")]
    with ProgressDisplay() as progress:
        retriever = Retriever.open(settings=settings, progress=progress)
        with model_server(settings, share=False, progress=progress) as address:
            drafts = draft(retriever, count, address, texts, seed, progress)
    write_drafts(output, drafts)
    if as_json:
        print_json({"path": str(output), "wanted": count, "drafts": len(drafts)})
        return
    for one in drafts:
        out.print(f"{one.question}  → {one.passage.label}", markup=False)
    out.print(
        f"{len(drafts)} de {count} borradores en {output}. Revise queries.jsonl: borre los que no "
        'sirvan y quite "draft": true de los demás; luego: '
        f"ayudante evaluate {output}",
        markup=False,
    )


@app.command()
def chat(
    index: IndexOption = None,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Puerto; 0 toma uno libre.")
    ] = 7860,
    host: Annotated[
        str, typer.Option("--host", help="Dirección en que se atiende; otra pide --auth.")
    ] = LOCAL,
    auth: Annotated[
        bool, typer.Option("--auth", help="Pide entrar con una cuenta de: ayudante users add")
    ] = False,
    embedding_model: EmbeddingOption = None,
    llm: LlmOption = None,
    no_llm: Annotated[
        bool, typer.Option("--no-llm", help="Responde con extractos, sin modelo de lenguaje.")
    ] = False,
    open_browser: Annotated[
        bool, typer.Option("--open/--no-open", help="Abre el navegador.")
    ] = True,
    enrich_meanwhile: Annotated[
        bool | None,
        typer.Option(
            "--enrich/--no-enrich",
            help="Mientras nadie pregunta, escribe preguntas por cada pasaje [sí].",
        ),
    ] = None,
    log_to: Annotated[
        str | None,
        typer.Option("--log", help="Archivo con un evento por línea, en JSON; «-» es stderr."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Abre la página de conversación; hace el índice y enciende el modelo."""
    from agent import Assistant
    from agent.meanwhile import Meanwhile
    from agent.serving.server import free_port
    from ui.logs import log, start_logging
    from ui.page import serving

    settings = Settings.load(
        index=index,
        embedding_model=embedding_model,
        llm=llm,
        enrich=enrich_meanwhile,
        log=log_to,
    )
    start_logging(settings)
    accounts = Users(settings.users) if auth else None
    must_be_guarded(host, accounts)
    if not on_loopback(host):
        err.print("Sin TLS delante, las contraseñas viajan a la vista: vea docs/accounts.md")
    port = free_port(port)
    with ProgressDisplay() as progress:
        retriever = opened_or_built(settings, progress)
    shown = ProgressDisplay()
    with (
        Assistant(
            retriever, settings, share=True, use_model=not no_llm, wait=False, progress=shown
        ) as assistant,
        serving(assistant, port, host=host, users=accounts) as address,
    ):
        if open_browser:
            webbrowser.open(address)
        err.print(f"Página lista en {address} (Ctrl+C para terminar)", markup=False)
        with shown:  # the page answers with extracts meanwhile
            if not until_stopped(lambda: "" if assistant.starting else "ready"):
                return
        log.info("ready", extra={"model": assistant.model_name, "notice": assistant.notice})
        if assistant.notice:
            err.print(f"Sin modelo de lenguaje: {assistant.notice}", markup=False)
        if as_json:
            print_json({"url": address, "model": assistant.model_name})
        with Meanwhile(assistant, settings, lambda said: err.print(said, markup=False)):
            if reason := until_stopped(assistant.lost_model):
                log.info("the model is lost", extra={"notice": reason})
                err.print(f"Sin modelo de lenguaje: {reason}", markup=False)
                until_stopped(lambda: "")  # the page goes on with extracts


@app.command()
def serve(
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, help="Puerto; 0 toma uno libre.")
    ] = None,
    llm: LlmOption = None,
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Solo enciende el modelo de lenguaje, para que ask y chat respondan sin esperar."""
    from agent.assistant import model_server

    settings = Settings.load(llm_port=port, llm=llm, index=index)
    server = model_server(settings, share=True, progress=ProgressDisplay())
    with server as address:
        if as_json:
            print_json({"url": address.url, "model": address.model})
        err.print(f"{address.model} listo en {address.url} (Ctrl+C para terminar)", markup=False)
        if server.process is None:
            err.print("Ya estaba encendido por otro proceso; no hay nada que hacer.")
            return
        if reason := until_stopped(server.died):
            raise ModelUnavailable(reason)


@app.command()
def mcp(
    http: Annotated[
        bool, typer.Option("--http", help="Por HTTP en este computador, en lugar de stdio.")
    ] = False,
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, help="Con --http, el puerto [8765].")
    ] = None,
    index: IndexOption = None,
    embedding_model: EmbeddingOption = None,
) -> None:
    """Ofrece la búsqueda y el calendario del curso a otros agentes (Model Context Protocol)."""
    from agent.mcp import PORT, serve
    from agent.serving.server import free_port

    settings = Settings.load(index=index, embedding_model=embedding_model)
    with ProgressDisplay() as progress:
        retriever = Retriever.open(settings=settings, progress=progress)
    if not http:
        serve(retriever, "stdio")
        return
    taken = free_port(PORT if port is None else port)
    err.print(f"El curso está en http://127.0.0.1:{taken}/mcp (Ctrl+C para terminar)")
    serve(retriever, "http", taken)


@app.command()
def doctor(index: IndexOption = None, as_json: JsonOption = False) -> None:
    """Dice qué funciona, qué falta y cómo conseguirlo."""
    from ui.doctor import examine

    checks = examine(Settings.load(index=index))
    if as_json:
        print_json({"checks": [check.to_dict() for check in checks]})
        return
    for check in checks:
        out.print(f"{'✔' if check.ok else '✘'} {check.name}: {check.detail}", markup=False)
        if check.mend:
            out.print(f"    {check.mend}", style="dim", markup=False)


def required(question: str | None) -> str:
    """The question of the command line; an absent one is an empty one."""
    if question is None or not question.strip():
        raise InputError("Falta la pregunta. Escríbala entre comillas, o use --batch ARCHIVO.")
    return question


def questions_of(batch: str) -> list[str]:
    """The questions of a batch file, blank lines left out."""
    try:
        text = sys.stdin.read() if batch == "-" else Path(batch).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"No se puede leer {batch}: {error}.") from error
    lines = [line.strip() for line in text.splitlines()]
    return [line for line in lines if line]


def known_system(name: str) -> System:
    """The system called `name`; raises `InputError` if there is none."""
    for system in SYSTEMS:
        if system == name:
            return system
    raise InputError(f"No existe el sistema «{name}». Hay: {', '.join(SYSTEMS)}.")


def opened_or_built(settings: Settings, progress: Progress) -> Retriever:
    """The course's retriever; the bundled course is indexed if there is no index yet."""
    try:
        return Retriever.open(settings=settings, progress=progress)
    except IndexMissing:
        return Retriever.build([], settings=settings, progress=progress)


def found(question: str, results: list[SearchResult]) -> dict[str, Any]:
    """A search as the JSON contract has it."""
    return {"query": question, "results": [result.to_dict() for result in results]}


def show(answer: "Answer") -> None:
    """An answer for a person."""
    out.print(answer.text, markup=False)
    if answer.notice:
        err.print(answer.notice, markup=False)
    if answer.citations:
        out.print()
    for citation in answer.citations:
        place = f"[{citation.marker}] {citation.label} — {citation.passage.document}"
        out.print(place, style="dim", markup=False)


def until_stopped(trouble: Callable[[], str]) -> str:
    """Waits for Ctrl+C, SIGTERM or `trouble`, which is asked every second; returns what it said."""
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    signal.signal(signal.SIGINT, lambda *_: stopped.set())
    while not stopped.wait(1.0):
        if said := trouble():
            return said
    return ""


def written(error: Exception) -> Path:
    """The file into which the details of a bug went."""
    with tempfile.NamedTemporaryFile("w", prefix="ayudante-", suffix=".log", delete=False) as log:
        traceback.print_exception(error, file=log)
    return Path(log.name)


def main() -> None:
    """Runs the command line; see the module for exit codes."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        code = app(standalone_mode=False)
    except TyperException as error:
        said = getattr(error, "format_message", error.__str__)()
        err.print(f"{said} Vea: ayudante --help", markup=False)
        sys.exit(2)
    except AyudanteError as error:
        err.print(" ".join(str(error).split()), markup=False)
        sys.exit(2)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(130)
    except Exception as error:  # a bug: the person gets a line, the details go to a file
        said = " ".join(f"{type(error).__name__}: {error}".split())
        err.print(f"Error inesperado: {said} (detalle en {written(error)})", markup=False)
        sys.exit(2)
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
