"""Accounts at the page: one door, and nothing without having come through it.

`guard` puts three things around the page, from the outside in: the session, a cookie that is
signed and says who somebody is; the gate, which lets nothing else through without one; the door
itself, at ``/entrar`` and ``/salir``. A session ends with its account, with its password, or
after twelve hours.
"""

import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from hmac import compare_digest
from math import ceil
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from agent.messages import Language
from corpus.errors import AyudanteError
from corpus.writing import put
from ui.page.door import ENTER, LEAVE, door_html, door_of, spoken
from ui.page.guessing import Guesses
from ui.people import LONGEST_NAME, Users, folded, secret_of

INSIDE: dict[Language, str] = {"es": "/", "en": "/en/"}  # where one goes once inside
PAGES = {"/", "/en", "/en/"}
COOKIE, SECONDS = "ayudante", 12 * 3600
LONGEST_FORM = 4096  # bytes
SECRET_BYTES = 32
HASHED_AT_ONCE = 2  # passwords
log = logging.getLogger("ayudante")

# A page that was open when its session ended goes to the door, not on without answers.
ENDED = """<script>
(() => {
  const fetched = window.fetch;
  window.fetch = async (...given) => {
    const answer = await fetched(...given);
    if (answer.status === 401 && new URL(answer.url).origin === location.origin)
      location.assign('/entrar' + (location.pathname.startsWith('/en') ? '?idioma=en' : ''));
    return answer;
  };
})();
</script>"""


def guard(app: FastAPI, users: Users, title: str, entrances: Sequence[BaseRoute] = ()) -> None:
    """Adds the door to an app, and lets nothing else of it through without a session.

    Args:
        app: to which nothing is mounted at ``/`` yet.
        users: who may enter.
        title: of what is behind the door.
        entrances: routes of other ways in, which are open to everybody and end in `enter`; one
            at ``/entrar`` takes the place of the door.
    """
    door = Door(users, title)
    routes = [
        *entrances,
        Route(ENTER, door.show, methods=["GET"]),
        Route(ENTER, door.knock, methods=["POST"]),
        Route(LEAVE, door.leave, methods=["GET"]),
    ]
    app.router.routes.extend(routes)
    opened = frozenset(one.path for one in routes if isinstance(one, Route))
    app.add_middleware(Gate, users=users, opened=opened)
    app.add_middleware(Sessions, secret=secret_beside(users.file))


class Sessions:
    """Starlette's sessions, whose cookie is for TLS alone wherever the page came by TLS."""

    def __init__(self, app: ASGIApp, secret: str) -> None:
        self.plain, self.secure = (
            SessionMiddleware(
                app, secret, COOKIE, max_age=SECONDS, same_site="lax", https_only=https_only
            )
            for https_only in (False, True)
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hands a request on with its session."""
        secure = scope.get("scheme") in ("https", "wss")
        await (self.secure if secure else self.plain)(scope, receive, send)


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets a request through if its session is an account's, or if it is to an open path."""

    app: ASGIApp
    users: Users
    opened: frozenset[str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hands a request on, or answers in place of the page."""
        passed = self.app
        if scope["type"] == "http":
            passed = self.refusal(Request(scope)) or self.app
        elif scope["type"] == "websocket" and not inside(self.users, HTTPConnection(scope)):
            passed = WebSocketClose()
        await passed(scope, receive, send)

    def refusal(self, request: Request) -> Response | None:
        """What is answered in place of the page; None if nothing is."""
        path = request.scope["path"]
        if request.method not in ("GET", "HEAD") and foreign(request):
            return PlainTextResponse("Eso viene de otro sitio.", status_code=403)
        try:
            if inside(self.users, request) or path in self.opened:
                return None
        except AyudanteError as error:
            log.error("nobody can enter: %s", error)
            return PlainTextResponse(
                "Las cuentas no se pueden leer ahora. Avisa al equipo docente.\n"
                "Accounts cannot be read now. Tell the teaching staff.",
                status_code=503,
            )
        if request.method == "GET" and (
            path in PAGES or "text/html" in request.headers.get("accept", "")
        ):
            return RedirectResponse(
                door_of("en" if path.startswith("/en/") else "es"), status_code=303
            )
        return PlainTextResponse(
            f"Entra primero en {ENTER}.\nSign in at {ENTER} first.", status_code=401
        )


@dataclass(frozen=True, slots=True)
class Door:
    """Where people come in and leave."""

    users: Users
    title: str
    guesses: Guesses = field(default_factory=Guesses)
    hashing: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(HASHED_AT_ONCE))

    async def show(self, request: Request) -> Response:
        """The page on which people say who they are."""
        language = spoken(request.query_params.get("idioma"))
        if inside(self.users, request):
            return RedirectResponse(INSIDE[language], status_code=303)
        return HTMLResponse(door_html(self.title, language))

    async def knock(self, request: Request) -> Response:
        """Lets somebody in who says a name and its password."""
        form = await form_of(request)
        language = spoken(form.get("idioma"))
        name = folded(form.get("nombre", ""))[:LONGEST_NAME]
        address = request.client.host if request.client else ""
        if seconds := self.guesses.attempt(name, address):
            later = {"Retry-After": str(ceil(seconds))}
            said = door_html(self.title, language, name, "wait", ceil(seconds / 60))
            return HTMLResponse(said, status_code=429, headers=later)
        password = form.get("clave", "")
        if not await to_thread.run_sync(self.users.admits, name, password, limiter=self.hashing):
            said = door_html(self.title, language, name, "wrong")
            return HTMLResponse(said, status_code=401)
        self.guesses.succeeded(name, address)
        enter(request, self.users, name)
        return RedirectResponse(INSIDE[language], status_code=303)

    async def leave(self, request: Request) -> Response:
        """Ends the session in this browser."""
        request.session.clear()
        language = spoken(request.query_params.get("idioma"))
        return RedirectResponse(door_of(language), status_code=303)


def enter(connection: HTTPConnection, users: Users, name: str) -> None:
    """Starts the session of an account; raises `InputError` if there is none of that name."""
    account = users.account(name)
    connection.session.clear()
    connection.session.update(name=folded(name), mark=account.mark)


def inside(users: Users, connection: HTTPConnection) -> bool:
    """Whether a request has the session of an account as it is now."""
    account = users.accounts().get(connection.session.get("name", ""))
    return account is not None and compare_digest(account.mark, connection.session.get("mark", ""))


def account_name(request: Request) -> str | None:
    """Whose session a request has that the gate let through: Gradio's ``request.username``."""
    name: str | None = request.session.get("name")
    return name


def foreign(request: Request) -> bool:
    """Whether a browser says that a request was made by a page of another site."""
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


async def form_of(request: Request) -> dict[str, str]:
    """The first value of each field of a small form; none of a form that is too long."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_FORM:
            return {}
    fields = parse_qs(body.decode(errors="replace"))
    return {key: values[0] for key, values in fields.items()}


def secret_beside(file: Path) -> str:
    """What signs the sessions, kept beside the accounts so that they outlast a restart.

    Where nothing can be written they do not.
    """
    kept = secret_of(file)
    known = kept.read_text(errors="replace") if kept.is_file() else ""
    if len(known) == 2 * SECRET_BYTES:
        return known
    secret = secrets.token_hex(SECRET_BYTES)
    try:
        put(kept, secret.encode(), private=True)
    except OSError as error:
        log.warning("sessions end with this process: %s", error)
    return secret
