"""How the page is served: on loopback, or behind accounts, with the pictures of places beside it.

The page loads nothing from other machines, and a policy in every answer tells the browser to
refuse it, wherever it comes from.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from queue import Queue

import gradio as gr
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, PlainTextResponse
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

from agent import Assistant
from agent.messages import Language
from agent.serving.server import HOST
from corpus.errors import AyudanteError, InputError
from corpus.reading import MAX_BYTES
from retrieval import Retriever
from ui.logs import log, new_code
from ui.page.accounts import ENDED, account_name, guard
from ui.page.bounds import Bounds
from ui.page.frame import build, on_load
from ui.page.practise import anki_package
from ui.page.site import Site
from ui.page.theme import head, theme
from ui.page.trouble import told
from ui.page.words import InLanguage
from ui.people import Users, must_be_guarded

# Gradio's own scripts are inline and made at run time; nothing comes from another machine.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "frame-src 'none'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
DECK_HEADERS = {
    "Content-Type": "application/octet-stream",
    "Content-Disposition": 'attachment; filename="mazo.apkg"',
    "Cache-Control": "no-store",
}
GRACE_SECONDS, STOP_SECONDS = 1, 10.0  # for what is being answered when the page ends; in all
KEPT_SECONDS = 3600  # pictures of places, by the browser
LANGUAGES: dict[Language, str] = {"en": "/en", "es": "/"}  # the last one catches every path


def page_app(
    assistant: Assistant, users: Users | None = None, entrances: Sequence[BaseRoute] = ()
) -> FastAPI:
    """The whole page as an ASGI application.

    Args:
        assistant: answers.
        users: who may enter; None if whoever reaches the page may.
        entrances: with `users`, routes of other ways in, as `ui.page.accounts.guard` takes them;
            not /login or /logout, which are Gradio's and closed (`ui.page.bounds`).
    """
    site = Site(assistant, users)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    figures = Route("/metrics", lambda request: site.watch.told(assistant, request))
    app.add_middleware(Bounds, site=site)
    if users:
        guard(app, users, site.title, [*entrances, figures])
    else:
        app.router.routes.append(figures)

    @app.middleware("http")
    async def with_headers(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        try:
            response = await call_next(request)
        except Exception as error:
            code = new_code()
            about = {"request": code, "path": request.scope["path"]}
            log.error("failed", extra=about, exc_info=error)
            said = (
                f"Algo falló (código {code}). Vuelve a intentarlo.\n"
                f"Something failed (code {code}). Try again."
            )
            response = PlainTextResponse(said, 500)
        response.headers.update(HEADERS)
        if response.headers.get("content-type", "").startswith("text/html"):
            response.headers.setdefault("Cache-Control", "no-store")  # not for the next person
        return response

    @app.get("/vista")
    def picture(pasaje: str) -> Response:
        """The picture of a place."""
        try:
            view = site.view(pasaje)
        except AyudanteError as error:
            return unfound(error)
        if not view.media_type.startswith("image/"):
            return unfound(InputError("Ese lugar no es una imagen.", "That is no picture."))
        kept = {"Cache-Control": f"private, max-age={KEPT_SECONDS}"}
        return Response(view.data, media_type=view.media_type, headers=kept)

    @app.get("/documento")
    def document(pasaje: str) -> Response:
        """The whole file that a place is in."""
        try:
            file = file_of(site.retriever, pasaje)
        except AyudanteError as error:
            return unfound(error)
        inline = "inline" if file.suffix == ".pdf" else "attachment"
        return FileResponse(file, filename=file.name, content_disposition_type=inline)

    @app.get("/mazo.apkg")
    def deck() -> Response:
        """The quiz as an Anki package; it holds answers, so no copy of it is kept."""
        try:
            return Response(anki_package(site), headers=DECK_HEADERS)
        except AyudanteError as error:
            return unfound(error)

    for language, path in LANGUAGES.items():
        gr.mount_gradio_app(
            app,
            build(site, language),
            path=path,
            footer_links=[],
            run_history=False,
            show_error=False,
            max_file_size=MAX_BYTES,
            app_kwargs={"middleware": [Middleware(InLanguage, language)]},
            auth_dependency=account_name if users else None,
            theme=theme(),
            head=head() + (ENDED if users else ""),
            js=on_load(language),
        )
    return app


def unfound(error: AyudanteError) -> Response:
    """Why there is nothing at an address, which is the same for both languages."""
    said = "\n".join(told(error, language) for language in ("es", "en"))
    return PlainTextResponse(said, status_code=404)


def file_of(retriever: Retriever, passage_id: str) -> Path:
    """The file that a passage is in.

    Raises:
        InputError: if there is no such passage, its file is gone, or solutions are in it.
    """
    name = retriever.passage(passage_id).document
    if any(one.document == name for one in retriever.vault):
        raise InputError(
            f"{name} trae soluciones, así que no se entrega entero.",
            f"{name} has solutions in it, so it is not handed out whole.",
        )
    return retriever.file(passage_id)


@contextmanager
def serving(
    assistant: Assistant, port: int, *, host: str = HOST, users: Users | None = None
) -> Iterator[str]:
    """Serves the page for the time of a ``with`` block; gives its address on this machine.

    Args:
        assistant: answers.
        port: on which it listens.
        host: the address on which it listens; other than loopback, only with `users`.
        users: who may enter; None if whoever reaches the page may.

    Raises:
        InputError: if the page cannot or may not be served there.
    """
    must_be_guarded(host, users)
    told: Queue[uvicorn.Server | BaseException] = Queue()  # what serves, or why nothing does

    async def serve() -> None:
        app = page_app(assistant, users)  # within a loop: Gradio would leave one of its own open
        config = uvicorn.Config(
            app,
            host,
            port,
            log_config=None,
            log_level="error",
            access_log=False,  # it would say who reads what
            timeout_graceful_shutdown=GRACE_SECONDS,  # an open page would keep it for ever
        )
        server = uvicorn.Server(config)
        going = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.05)
        told.put(server)
        await going

    def run() -> None:
        try:
            asyncio.run(serve())
        except (Exception, SystemExit) as error:  # uvicorn leaves so when it cannot listen
            told.put(error)

    thread = threading.Thread(target=run, name="page", daemon=True)
    thread.start()
    server = told.get()
    if isinstance(server, BaseException):
        raise InputError(f"No se pudo abrir la página en {host}:{port}: {server}.") from server
    try:
        yield f"http://{reached(host)}:{port}"
    finally:
        server.should_exit = True
        thread.join(STOP_SECONDS)


def reached(host: str) -> str:
    """How a browser on this machine writes an address that a server listens on."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        return HOST if address.version == 4 else "[::1]"
    return str(address) if address.version == 4 else f"[{address}]"
