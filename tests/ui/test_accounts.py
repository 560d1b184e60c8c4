"""The page behind accounts, asked over HTTP as a browser or anybody else would ask."""

import asyncio
import json
import re
import stat
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import gradio as gr
import httpx
import pytest
from itsdangerous import TimestampSigner

from agent import Assistant
from agent.serving.server import free_port
from corpus import InputError, Settings
from retrieval import Retriever, store, update
from retrieval.index import Index
from tests.conftest import NOTES, WordsEmbedder
from ui.page import page_app
from ui.page.accounts import secret_beside
from ui.page.app import HEADERS, reached, serving
from ui.page.door import account_links
from ui.page.guessing import KEPT, OF_ADDRESS, OF_BOTH, OF_NAME, WITHIN, Guesses
from ui.page.site import Site
from ui.people import Person, Users, alone

T = TypeVar("T")
PASSWORD = "una clave larga"
AT = {"index": 0, "value": "¿Y esto?", "liked": True}  # an event at the first message
SAID = [{"role": "user", "content": "¿Qué?"}, {"role": "assistant", "content": "Eso."}]
STAFF = {f"ui.page.{name}" for name in ("staff", "managing", "measuring", "quiz_writing")}


@dataclass
class Served:
    url: str
    assistant: Assistant
    users: Users
    handlers: dict[str, tuple[int, Any]]  # by name: their number, and what Gradio knows of them

    @contextmanager
    def entered(self, name: str) -> Iterator[httpx.Client]:
        """A browser in which somebody has come in."""
        with httpx.Client(base_url=self.url, timeout=30) as client:
            said = client.post("/entrar", data={"nombre": name, "clave": PASSWORD})
            assert said.status_code == 303
            yield client

    def stored(self, name: str, id: str, question: str) -> str:
        """A conversation of theirs, already there."""
        conversation = f"{self.users.person(name).owns}{id}"
        self.assistant.conversations.ask(conversation, question)
        return conversation

    def call(self, client: httpx.Client, handler: str, *data: Any) -> dict[str, Any]:
        """What the server answers when a component of the page calls a handler."""
        number = self.handlers[handler][0]
        session = {"session_hash": f"x{number}"}
        asked = {"data": data, "fn_index": number, "event_data": AT, **session}
        assert client.post("/gradio_api/queue/join", json=asked).status_code == 200
        with client.stream("GET", "/gradio_api/queue/data", params=session) as stream:
            for line in stream.iter_lines():
                message = json.loads(line.removeprefix("data:")) if line else {}
                if message.get("msg") == "process_completed":
                    output: dict[str, Any] = message["output"]
                    return output
        raise AssertionError("no answer")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> tuple[Retriever, Settings]:
    return small_course(tmp_path_factory.mktemp("accounts"))


def small_course(folder: Path) -> tuple[Retriever, Settings]:
    """A course of one file below `folder`, and settings that keep everything there."""
    (folder / "course").mkdir()
    (folder / "course" / "clase-04.md").write_text(NOTES)
    settings = Settings.load(
        index=folder / "index",
        cache=folder / "cache",
        conversations=folder / "conversations.sqlite",
        quiz=folder / "quiz.sqlite",
        users=folder / "users.json",
        evidence_floor=0.0,
    )
    embedder = WordsEmbedder()
    update(settings.index, [folder / "course"], embedder)
    return Retriever(Index.load(store.current(settings.index)), embedder), settings


@pytest.fixture(scope="module")
def page(course: tuple[Retriever, Settings]) -> Iterator[Served]:
    retriever, settings = course
    users = Users(settings.users)
    for name in ("ana", "beto", "carla"):
        users.add(name, PASSWORD, "student")
    users.add("profe", PASSWORD, "teacher")
    with (
        Assistant(retriever, settings, use_model=False) as assistant,
        serving(assistant, free_port(0), users=users) as url,
    ):
        yield Served(url, assistant, users, within_a_loop(lambda: handlers_of(assistant)))


def within_a_loop(build: Callable[[], T]) -> T:
    """Builds a page; outside of an event loop, Gradio makes many and closes none."""

    async def built() -> T:
        return build()

    return asyncio.run(built())


def handlers_of(assistant: Assistant) -> dict[str, tuple[int, Any]]:
    """The handlers of the page in Spanish, the first of each name."""
    mounted: Any = page_app(assistant).router.routes[-1]
    found: dict[str, tuple[int, Any]] = {}
    for number, one in mounted.app.get_blocks().fns.items():
        if one.fn:
            found.setdefault(one.fn.__qualname__, (number, one))
    return found


@pytest.mark.parametrize("path", ["/", "/en/", "/en"])
def test_a_page_without_a_session_is_the_door(page: Served, path: str) -> None:
    said = httpx.get(page.url + path)
    assert said.status_code == 303
    assert said.headers["location"] == ("/entrar?idioma=en" if path == "/en/" else "/entrar")
    assert said.content == b""


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/config"),
        ("GET", "/en/config"),
        ("GET", "/gradio_api/info"),
        ("GET", "/gradio_api/user"),
        ("GET", "/gradio_api/queue/data?session_hash=x"),
        ("GET", "/gradio_api/file=/etc/passwd"),
        ("GET", "/gradio_api/heartbeat/x"),
        ("POST", "/gradio_api/queue/join"),
        ("POST", "/en/gradio_api/queue/join"),
        ("POST", "/gradio_api/upload"),
        ("POST", "/gradio_api/run/predict"),
        ("POST", "/login"),
        ("GET", "/vista?pasaje=x"),
        ("GET", "/documento?pasaje=x"),
        ("GET", "/theme.css"),
        ("GET", "/entrar/"),
        ("GET", "/entrar/../config"),
        ("GET", "/entrar%2f..%2fconfig"),
        ("GET", "//config"),
        ("HEAD", "/"),
        ("PUT", "/"),
        ("OPTIONS", "/config"),
    ],
)
def test_nothing_else_is_given_without_a_session(page: Served, method: str, path: str) -> None:
    said = httpx.request(method, page.url + path)
    assert said.status_code == 401
    assert said.text in ("", "Entra primero en /entrar.\nSign in at /entrar first.")
    forged = {"ayudante": "eyJuYW1lIjoiYW5hIn0=.aaaa.bbbb"}
    assert httpx.request(method, page.url + path, cookies=forged).status_code == 401


def test_a_session_signed_with_another_secret_is_none(page: Served) -> None:
    mark = page.users.account("ana").mark
    session = json.dumps({"name": "ana", "mark": mark}).encode()
    for secret in ("", "secret", page.url):
        cookie = TimestampSigner(secret).sign(b64encode(session)).decode()
        assert httpx.get(page.url + "/config", cookies={"ayudante": cookie}).status_code == 401


def test_who_says_name_and_password_is_inside(page: Served) -> None:
    with httpx.Client(base_url=page.url) as client:
        said = client.post("/entrar", data={"nombre": "Ana", "clave": PASSWORD, "idioma": "en"})
        assert said.headers["location"] == "/en/"
        cookie = said.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert "max-age=43200" in cookie
        assert "secure" not in cookie
        assert client.get("/gradio_api/user").json() == "ana"
        assert client.get("/en/gradio_api/user").json() == "ana"
        for path in ("/", "/en/", "/config"):
            assert client.get(path).status_code == 200
        assert client.get("/entrar").headers["location"] == "/"
        assert client.get("/salir").headers["location"] == "/entrar"
        assert client.get("/config").status_code == 401


def test_by_tls_the_cookie_is_for_tls_alone(page: Served) -> None:
    said = httpx.post(
        page.url + "/entrar",
        data={"nombre": "ana", "clave": PASSWORD},
        headers={"X-Forwarded-Proto": "https"},
    )
    assert "secure" in said.headers["set-cookie"].lower()


def test_a_wrong_password_and_an_unknown_name_are_told_alike(page: Served) -> None:
    form = {"nombre": "carla", "clave": "no es esta clave"}
    wrong = httpx.post(page.url + "/entrar", data=form)
    unknown = httpx.post(page.url + "/entrar", data=form | {"nombre": "nadie"})
    assert wrong.status_code == unknown.status_code == 401
    assert "no van juntos" in wrong.text
    assert wrong.text.replace("carla", "nadie") == unknown.text
    assert "set-cookie" not in wrong.headers
    assert form["clave"] not in wrong.text
    english = httpx.post(page.url + "/entrar", data=form | {"idioma": "en"})
    assert "do not go together" in english.text


def test_what_is_typed_at_the_door_is_shown_as_text(page: Served) -> None:
    name = '"><script>alert(1)</script>'
    said = httpx.post(page.url + "/entrar", data={"nombre": name, "clave": "x"})
    assert "<script>" not in said.text
    assert "&lt;script&gt;" in said.text


@pytest.mark.parametrize(
    "body", [b"", b"nombre=%ff&clave=%00", b"\xff\xfe", b"nombre=ana&clave=" + b"x" * 100_000]
)
def test_a_form_that_makes_no_sense_is_refused(page: Served, body: bytes) -> None:
    said = httpx.post(page.url + "/entrar", content=body)
    assert said.status_code in (401, 429)
    assert "set-cookie" not in said.headers


def test_guessing_a_password_is_slowed_down_by_name(page: Served) -> None:
    page.users.add("dora", PASSWORD, "student")
    with httpx.Client(base_url=page.url) as client:
        for number in range(OF_BOTH):
            form = {"nombre": "dora", "clave": f"intento número {number}"}
            assert client.post("/entrar", data=form).status_code == 401
        said = client.post("/entrar", data={"nombre": "DORA", "clave": PASSWORD})
        assert said.status_code == 429
        assert "Espera 10 min" in said.text
        assert 0 < int(said.headers["retry-after"]) <= WITHIN
        form = {"nombre": "carla", "clave": PASSWORD}
        assert client.post("/entrar", data=form).status_code == 303


def test_what_a_page_of_another_site_sends_is_refused(page: Served) -> None:
    form = {"nombre": "ana", "clave": PASSWORD}
    with page.entered("ana") as client:
        for origin in ("https://evil.example", "null", "http://127.0.0.1", "http://127.0.0.1:1"):
            for path in ("/entrar", "/gradio_api/queue/join", "/gradio_api/upload"):
                said = client.post(path, data=form, headers={"Origin": origin})
                assert said.status_code == 403, origin
        own = {"Origin": page.url}
        assert client.post("/entrar", data=form, headers=own).status_code == 303


def test_the_door_leads_nowhere_else(page: Served) -> None:
    form = {"nombre": "ana", "clave": PASSWORD}
    with page.entered("ana") as client:
        for wanted in ("https://evil.example", "//evil.example", "es\r\nX: y"):
            asked = {"next": wanted, "idioma": wanted}
            said = client.post("/entrar", data=form | asked, params=asked)
            assert said.headers["location"] == "/"
            assert client.get("/entrar", params=asked).headers["location"] == "/"
            assert client.get("/salir", params=asked).headers["location"] == "/entrar"


def test_a_session_ends_with_its_account_and_with_its_password(page: Served) -> None:
    page.users.add("eva", PASSWORD, "student")
    with page.entered("eva") as first:
        assert first.get("/config").status_code == 200
        Users(page.users.file).change_password("eva", PASSWORD + "2")
        assert first.get("/config").status_code == 401
        Users(page.users.file).change_password("eva", PASSWORD)
    with page.entered("eva") as second:
        Users(page.users.file).remove("eva")
        assert second.get("/config").status_code == 401
        page.users.add("eva", PASSWORD, "teacher")
        assert second.get("/config").status_code == 401


def test_accounts_that_cannot_be_read_let_nobody_in(page: Served) -> None:
    kept = page.users.file.read_bytes()
    with page.entered("ana") as client:
        page.users.file.write_text("{")
        said = client.get("/config")
        assert said.status_code == 503
        assert "equipo docente" in said.text
        assert str(page.users.file) not in said.text
        assert httpx.get(page.url + "/entrar").status_code == 503
        page.users.file.write_bytes(kept)
        assert client.get("/config").status_code == 200


def test_students_see_their_own_conversations_alone(page: Served) -> None:
    page.stored("ana", "uno", "¿Qué es softmax?")
    page.stored("beto", "dos", "¿Qué son los logits?")
    for name, theirs in (("ana", "¿Qué es softmax?"), ("beto", "¿Qué son los logits?")):
        with page.entered(name) as client:
            listed = page.call(client, "History.listed", "", "")["data"][0]["choices"]
            assert [title for title, _ in listed] == [theirs]
            found = page.call(client, "History.listed", "softmax", "")["data"][0]["choices"]
            assert len(found) == (name == "ana")


def test_the_id_of_anothers_conversation_is_of_no_use(page: Served) -> None:
    theirs = page.stored("ana", "tres", "Mi pregunta secreta")
    attempts: dict[str, tuple[Any, ...]] = {
        "Chat.opened": (theirs,),
        "History.chosen.<locals>.open_one": (theirs,),
        "History.listed": ("", theirs),
        "History.renamed": (theirs, "Otro título"),
        "History.exported": (theirs,),
        "History.deleted": (theirs,),
        "Chat.rate": (SAID, theirs),
        "Chat.retry": (SAID, theirs, "explain"),
        "Chat.edit": (SAID, theirs, "explain"),
        "Chat.ask": ("¿Qué es softmax?", theirs, "explain"),
    }
    stored = page.assistant.conversations
    with page.entered("carla") as client:
        for handler, data in attempts.items():
            assert "secreta" not in json.dumps(page.call(client, handler, *data)), handler
    assert {one.id: one.title for one in stored.listed()}[theirs] == "Mi pregunta secreta"
    (turn,) = stored.asked(theirs)
    assert turn.feedback is None
    assert len(stored.listed("", page.users.person("carla").owns)) == 1
    with page.entered("ana") as client:
        assert "secreta" in page.call(client, "History.exported", theirs)["data"][0]
        page.call(client, "History.deleted", theirs)
        assert stored.asked(theirs) == []


def test_every_handler_of_the_teaching_staff_refuses_a_student(
    page: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused: list[str] = []
    allowed = Site.teacher

    def watched(self: Site, request: gr.Request) -> Person:
        try:
            return allowed(self, request)
        except InputError:
            refused.append(self.person(request).name)
            raise

    monkeypatch.setattr(Site, "teacher", watched)
    staff: dict[str, list[Any]] = {
        name: [[] if isinstance(field, gr.CheckboxGroup) else None for field in one.inputs]
        for name, (_, one) in page.handlers.items()
        if one.fn.__module__ in STAFF and "<lambda>" not in name
    }
    assert len(staff) > 5
    folder = page.assistant.retriever.index.roots[0]
    with page.entered("beto") as client:
        for name, empty in staff.items():
            refused.clear()
            said = json.dumps(page.call(client, name, *empty))
            assert "beto" in refused or name == "Managing.opened", name
            assert folder not in said
    with page.entered("profe") as client:
        refused.clear()
        assert folder in json.dumps(page.call(client, "Managing.opened"))
        assert refused == []


@pytest.mark.parametrize("route", ["/vista", "/documento"])
def test_what_names_no_passage_is_not_found(page: Served, route: str) -> None:
    nowhere = [
        "",
        "../../etc/passwd",
        "/etc/passwd",
        "..%2f..%2fetc%2fpasswd",
        "....//....//etc/passwd",
        "..\\..\\windows\\win.ini",
        "file:///etc/passwd",
        "clase-04.md/../../users.json",
        "../users.key",
        "\x00",
        "x" * 5000,
    ]
    with page.entered("ana") as client:
        for passage in nowhere:
            said = client.get(route, params={"pasaje": passage})
            assert said.status_code == 404, passage
            assert "root:" not in said.text


def test_every_answer_has_the_policy(page: Served) -> None:
    with page.entered("ana") as client:
        answers = [
            httpx.get(page.url + "/"),
            httpx.get(page.url + "/entrar"),
            httpx.get(page.url + "/config"),
            httpx.post(page.url + "/entrar", data={}),
            httpx.post(page.url + "/entrar", headers={"Origin": "https://evil.example"}),
            client.get("/"),
            client.get("/vista"),
            client.get("/vista?pasaje=x"),
            client.get("/no/existe"),
            client.get("/salir"),
        ]
    for said in answers:
        assert {key: said.headers.get(key) for key in HEADERS} == HEADERS, said.url
        if said.headers.get("content-type", "").startswith("text/html"):
            assert said.headers["cache-control"] == "no-store"


def test_a_bug_is_a_sentence_with_the_policy(page: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Site, passage_id: str) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(Site, "view", broken)
    with page.entered("ana") as client:
        said = client.get("/vista?pasaje=x")
    assert said.status_code == 500
    spanish, english = said.text.split("\n")
    assert re.fullmatch(r"Algo falló \(código \w{8}\)\. Vuelve a intentarlo\.", spanish)
    assert re.fullmatch(r"Something failed \(code \w{8}\)\. Try again\.", english)
    assert {key: said.headers.get(key) for key in HEADERS} == HEADERS


def test_a_page_without_accounts_is_open_on_loopback_and_nowhere_else(
    course: tuple[Retriever, Settings], tmp_path: Path
) -> None:
    retriever, settings = course
    with Assistant(retriever, settings, use_model=False) as assistant:
        with serving(assistant, free_port(0)) as url:
            assert httpx.get(url + "/config").status_code == 200
            assert httpx.get(url + "/").headers["Content-Security-Policy"]
        with pytest.raises(InputError, match="--auth"):
            serving(assistant, free_port(0), host="0.0.0.0").__enter__()
        with pytest.raises(InputError, match="No hay cuentas"):
            serving(assistant, free_port(0), users=Users(tmp_path / "none.json")).__enter__()


def test_the_secret_is_private_kept_and_never_short(tmp_path: Path) -> None:
    file = tmp_path / "users.json"
    secret = secret_beside(file)
    kept = tmp_path / "users.key"
    assert re.fullmatch("[0-9a-f]{64}", secret)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert secret_beside(file) == secret
    kept.write_text("")
    assert len(secret_beside(file)) == 64
    assert secret_beside(tmp_path / "gone" / "users.json") != secret_beside(
        tmp_path / "gone" / "users.json"
    )


def test_failures_are_forgotten_in_time_and_by_entering() -> None:
    now = [0.0]
    guesses = Guesses(lambda: now[0])
    for _ in range(OF_BOTH):
        assert guesses.attempt("ana", "1.1.1.1") == 0
        now[0] += 60
    assert guesses.attempt("ana", "1.1.1.1") == WITHIN - 60 * OF_BOTH
    assert guesses.attempt("beto", "1.1.1.1") == 0
    now[0] = WITHIN
    assert guesses.attempt("ana", "1.1.1.1") == 0
    guesses.succeeded("ana", "1.1.1.1")
    for _ in range(OF_BOTH):
        assert guesses.attempt("ana", "1.1.1.1") == 0
    assert guesses.attempt("ana", "1.1.1.1") > 0


def test_whoever_fails_with_anothers_name_keeps_only_strangers_out() -> None:
    guesses = Guesses(lambda: 0.0)
    guesses.attempt("ana", "1.1.1.1")
    guesses.succeeded("ana", "1.1.1.1")
    attackers = [f"9.9.9.{number}" for number in range(9)]
    for _ in range(OF_BOTH + 1):
        guesses.attempt("ana", attackers[0])
    assert guesses.attempt("ana", attackers[0]) > 0
    assert guesses.attempt("ana", "2.2.2.2") == 0  # ana, on her phone
    tried = [guesses.attempt("ana", one) for one in attackers for _ in range(OF_BOTH)]
    assert tried.count(0) == OF_NAME - OF_BOTH - 1
    assert guesses.attempt("ana", "3.3.3.3") == WITHIN
    assert guesses.attempt("ana", "1.1.1.1") == 0  # where she has come in before
    guesses.succeeded("ana", "1.1.1.1")
    assert guesses.attempt("ana", "3.3.3.3") == WITHIN


def test_the_addresses_of_one_household_are_one() -> None:
    guesses = Guesses(lambda: 0.0)
    for number in range(OF_BOTH):
        assert guesses.attempt("ana", f"2001:db8:0:7::{number}") == 0
    assert guesses.attempt("ana", "2001:db8:0:7:ffff::1") == WITHIN
    assert guesses.attempt("ana", "2001:db8:0:8::1") == 0
    assert guesses.attempt("ana", "::ffff:1.2.3.4") == 0
    assert guesses.attempt("ana", "") == 0


def test_an_address_has_its_limit_which_entering_does_not_lift() -> None:
    guesses = Guesses(lambda: 0.0)
    for number in range(OF_ADDRESS):
        assert guesses.attempt("own", "1.1.1.1") == 0
        guesses.succeeded("own", "1.1.1.1")
        assert guesses.attempt(f"name-{number}", "1.1.1.1") == 0
    assert guesses.attempt("own", "1.1.1.1") == WITHIN
    assert guesses.attempt("own", "2.2.2.2") == 0


def test_what_is_kept_of_failures_is_bounded() -> None:
    guesses = Guesses(lambda: 0.0)
    for number in range(KEPT):
        guesses.attempt(f"name-{number}", f"address-{number}")
    for number in range(KEPT + 1):
        guesses.succeeded(f"other-{number}", f"place-{number}")
    assert len(guesses.failures) == len(guesses.familiar) == KEPT


def test_the_header_says_who_is_in_and_how_to_leave() -> None:
    assert account_links(alone(), "es") == ""
    ana = Person("<ana>", "1", teacher=False, owns="1.")
    assert account_links(ana, "es") == '<span>&lt;ana&gt;</span> <a href="/salir">Salir</a>'
    assert 'href="/salir?idioma=en">Sign out' in account_links(ana, "en")


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1"),
        ("::", "[::1]"),
        ("::1", "[::1]"),
        ("localhost", "localhost"),
    ],
)
def test_the_address_is_one_that_a_browser_can_open(host: str, address: str) -> None:
    assert reached(host) == address
