"""What of a request is let in at all: paths that the page uses, bodies of a size that it sends."""

import re
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from corpus.reading import MAX_BYTES
from ui.page.site import Site

MAX_BODY = 10_000_000  # bytes of anything but an upload: the longest conversation goes with it
MAX_UPLOAD = MAX_BYTES + 1_000_000  # bytes of a file and of what surrounds it
UPLOAD = re.compile(r"(?:/en)?/gradio_api/upload/?")
# What Gradio offers beside the page: programs' access, proxying, recording, its own accounts. What
# the page asks for outside the queue, as to stop, goes to run/predict.
UNUSED = re.compile(
    r"(?:/en)?/(?:monitoring|log(?:in|out)|gradio_api/(?:api|call|component_server|custom_component|"
    r"deep_link|dev|process_recording|proxy|run(?!/predict$)|runs|stream|undo-vibe-edit|vibe-\w+))\b.*"
)
CONTROL = re.compile(r"[\x00-\x1f\x7f]")  # a router's “end of line” is before a last one


@dataclass(frozen=True, slots=True)
class Bounds:
    """Refuses requests that no part of the page makes, before anything reads them."""

    app: ASGIApp
    site: Site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hands a request on, or answers in place of the page."""
        refused = self.refusal(Request(scope)) if scope["type"] == "http" else None
        await (refused or self.app)(scope, receive, send)

    def refusal(self, request: Request) -> Response | None:
        """What is answered in place of the page; None if nothing is."""
        path = request.scope["path"]
        if CONTROL.search(path) or UNUSED.fullmatch(path):
            return said("Eso no existe aquí.", "There is no such thing here.", 404)
        if request.method in ("GET", "HEAD"):
            return None
        uploads = UPLOAD.fullmatch(path)
        if uploads and not self.teacher(request):
            return said("Eso es solo para el equipo docente.", "That is the staff's alone.", 403)
        length = request.headers.get("content-length", "")
        if not length.isdecimal():
            return said("Falta decir cuánto pesa.", "Its length is not said.", 411)
        if int(length) > (MAX_UPLOAD if uploads else MAX_BODY):
            return said("Pesa demasiado.", "It is too large.", 413)
        return None

    def teacher(self, request: Request) -> bool:
        """Whether somebody asks who may change the course."""
        users = self.site.users
        return users is None or users.person(request.session.get("name", "")).teacher


def said(spanish: str, english: str, status: int) -> Response:
    """A refusal in both languages, since who asks for this sees no page."""
    return PlainTextResponse(f"{spanish}\n{english}", status_code=status)
