"""Every address of the page, asked for files that are none of its business, and fed too much."""

import http.client
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest
from fastapi.routing import APIRoute
from starlette.routing import Mount

from agent import Assistant
from agent.serving.server import free_port
from corpus.reading import MAX_BYTES
from tests.ui.test_accounts import PASSWORD, small_course, within_a_loop
from ui.page import page_app, serving
from ui.page.bounds import MAX_BODY
from ui.people import Users

Times = Callable[[int, int], int]
SECRET = "la clave que nadie debe ver"
SECONDS = 0.5  # for an answer; some never end
MOST = 100_000  # bytes of one that are looked at


@dataclass
class Page:
    """A page with accounts, whose files hold secrets."""

    url: str
    assistant: Assistant
    secrets: list[Path]
    cookies: dict[str, str] = field(default_factory=dict)

    def enter(self, name: str) -> None:
        with httpx.Client(base_url=self.url) as client:
            said = client.post("/entrar", data={"nombre": name, "clave": PASSWORD})
            assert said.status_code == 303
            self.cookies[name] = f"ayudante={client.cookies['ayudante']}"

    def asked(
        self, name: str, method: str, path: str, body: bytes = b"", length: int | None = None
    ) -> tuple[int, str, bytes]:
        """Status, address to go on to, and beginning of the answer; the path goes out as it is."""
        address = urlsplit(self.url)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, SECONDS)
        vars(connection)["_validate_path"] = lambda _: None  # an attacker has no such scruples
        try:
            promised = {} if length is None else {"Content-Length": str(length)}
            connection.request(method, path, body, {"Cookie": self.cookies[name], **promised})
            said = connection.getresponse()
            data = b""
            while len(data) < MOST and (part := said.read1(MOST)):
                data += part
        except TimeoutError:
            return 0, "", b""
        finally:
            connection.close()
        return said.status, said.headers.get("location", ""), data


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("page")
    retriever, settings = small_course(folder)
    users = Users(settings.users)
    users.add("ana", PASSWORD, "student")
    users.add("profe", PASSWORD, "teacher")
    (folder / "secreto.txt").write_text(SECRET)
    with (
        Assistant(retriever, settings, use_model=False) as assistant,
        serving(assistant, free_port(0), users=users) as url,
    ):
        assistant.conversations.ask("otro.1", SECRET)
        secrets = [users.file, users.file.with_suffix(".key"), settings.conversations]
        made = Page(url, assistant, [folder / "secreto.txt", *secrets, Path("/etc/passwd")])
        for name in ("ana", "profe"):
            made.enter(name)
        yield made


def wanted(secrets: list[Path]) -> list[str]:
    """Ways to write the address of files that are secret, as they go into a request line."""
    plain: list[str] = []
    for secret in secrets:
        path = str(secret)
        plain += [path, f"/{path}", f"file://{path}", f"..{path}", f"/static/..{path}"]
        plain += ["../" * deep + path[1:] for deep in (3, 8)]
        plain += ["....//" * 8 + path[1:], "..\\" * 8 + path[1:], f"{path}\x00.png", f"{path}/."]
        plain += [f"a/../../../../../../../..{path}", f"~{path}", f".{path}", f"{path}%00"]
    quoted = [quote(one, safe="/.:") for one in plain]
    return [
        *quoted,
        *(quote(one, safe="") for one in plain),
        *(quote(quote(one, safe=""), safe="") for one in plain),
        *(one.replace("..", "%2e%2e") for one in quoted if ".." in one),
        *(one.replace("..", "%c0%ae%c0%ae") for one in quoted if ".." in one),
        "https://evil.example/x",
        "//evil.example/x",
        "http://127.0.0.1:1/",
    ]


def addresses(routes: list[Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Method and path of everything that is served, `{}` in place of what can be filled in."""
    for route in routes:
        if isinstance(route, Mount):
            yield from addresses(getattr(route.app, "routes", []), before + route.path)
        elif isinstance(route, APIRoute):
            path = before + re.sub(r"{\w+(:path)?}", "{}", route.path)
            for method in route.methods & {"GET", "POST"}:
                yield method, path
                for parameter in route.dependant.query_params:
                    yield method, f"{path}?{parameter.alias}={{}}"


def test_no_address_gives_a_file_that_is_none_of_its_business(page: Page, times: Times) -> None:
    app = within_a_loop(lambda: page_app(page.assistant))
    found = sorted(set(addresses(app.router.routes)))
    filled = [(method, path) for method, path in found if "{}" in path]
    assert len(filled) > 50
    assert ("GET", "/documento?pasaje={}") in filled
    assert ("GET", "/en/gradio_api/file={}") in filled
    tried = list(product(filled, wanted(page.secrets), ("ana", "profe")))
    tried = random.Random(9).sample(tried, times(150, 6_000))
    tells = [SECRET, "root:x:", *(one.read_text() for one in page.secrets[1:3])]
    unexpected: list[str] = []
    answers = 0
    for (method, path), value, name in tried:
        status, onward, data = page.asked(name, method, path.replace("{}", value), b"{}")
        answers += status > 0
        text = data.decode(errors="replace")
        leads_out = onward and urlsplit(onward).netloc not in ("", urlsplit(page.url).netloc)
        if leads_out or any(tell in text for tell in tells) or "Traceback" in text:
            unexpected.append(f"{status} {method} {path} {value} {onward}")
    print(f"{len(tried)} requests to {len(filled)} addresses: {len(unexpected)} leaks")  # noqa: T201
    assert unexpected == []
    assert answers > len(tried) / 2  # streams that stay open and say nothing are cut


@pytest.mark.parametrize("name", ["../../fuera.md", "/tmp/fuera.md", "..\\fuera.md", "a\x00.md"])
def test_the_name_of_an_upload_does_not_say_where_it_lands(page: Page, name: str) -> None:
    files = {"files": (name, b"# Fuera")}
    with httpx.Client(base_url=page.url, headers={"Cookie": page.cookies["profe"]}) as client:
        said = client.post("/gradio_api/upload", files=files)
        assert said.status_code in (200, 400)
        for landed in said.json() if said.status_code == 200 else []:
            assert re.fullmatch(r".*/gradio/[0-9a-f]{64}/[^/\\]+", landed)
    assert not list(page.secrets[0].parent.rglob("fuera.md"))
    assert not Path("/tmp/fuera.md").exists()


@pytest.mark.parametrize(
    ("name", "path", "length", "status"),
    [
        ("profe", "/gradio_api/upload", MAX_BYTES * 2, 413),
        ("profe", "/en/gradio_api/upload", MAX_BYTES * 2, 413),
        ("ana", "/gradio_api/upload", 10, 403),
        ("ana", "/gradio_api/upload%0A", 10, 404),
        ("ana", "/gradio_api/queue/join", MAX_BODY + 1, 413),
        ("profe", "/gradio_api/queue/join", MAX_BODY + 1, 413),
    ],
)
def test_what_is_too_large_is_refused_before_it_is_sent(
    page: Page, name: str, path: str, length: int, status: int
) -> None:
    said, _, _ = page.asked(name, "POST", path, length=length)
    assert said == status


def test_a_body_of_unknown_length_is_refused(page: Page) -> None:
    with httpx.Client(base_url=page.url, headers={"Cookie": page.cookies["ana"]}) as client:
        said = client.post("/gradio_api/queue/join", content=iter([b"{}"]))
        assert said.status_code == 411


@pytest.mark.parametrize(
    "path",
    [
        "/monitoring",
        "/gradio_api/deep_link?session_hash=x",
        "/gradio_api/proxy=http://127.0.0.1/",
        "/en/gradio_api/vibe-code/",
        "/gradio_api/dev/reload",
        "/gradio_api/run/answer",
        "/monitoring%0A",
        "/gradio_api/proxy=http://127.0.0.1/%0A",
    ],
)
def test_what_the_page_does_not_use_is_not_there(page: Page, path: str) -> None:
    assert page.asked("profe", "GET", path)[0] == 404
