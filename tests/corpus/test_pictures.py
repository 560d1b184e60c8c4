import io
import json
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from corpus import Document, MaterialError, Settings, read_file
from corpus.finding import SourceFile
from corpus.ocr import Tesseract, languages, text_of
from corpus.pictures import Pictures
from corpus.sandbox import Sandbox
from corpus.vision import VisionModel
from tests.corpus.test_pdf import drawn, picture, slide

needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None, reason="Tesseract is optional"
)


class Echo:
    """A reader of pictures that always says the same, and counts."""

    label, id = "OCR", "echo"

    def __init__(self, says: str = "Arquitectura de la red\nCapas convolucionales") -> None:
        self.says, self.asked = says, 0

    def read(self, png: bytes) -> str:
        assert png.startswith(b"\x89PNG")
        self.asked += 1
        return self.says


@pytest.fixture
def deck(tmp_path: Path) -> Path:
    """Two slides, the second one a picture that says “Retropropagacion del error”."""
    path = tmp_path / "clase.pdf"
    path.write_bytes(drawn(slide("Uno", "texto de la primera lámina"), picture))
    return path


def read(deck: Path, pictures: Pictures) -> Document:
    document = read_file(SourceFile(deck, deck.name), deck.read_bytes())
    with Sandbox(1) as sandbox:
        return pictures.read_all([(deck, document)], sandbox)[0].document


def test_without_a_reader_the_pages_are_listed_with_what_to_install(deck: Path) -> None:
    document = read(deck, Pictures())
    assert [page.location.number for page in document.unread] == [2]
    assert document.warnings == (
        "páginas o láminas que son solo imágenes, sin leer: 2. "
        "Para leerlas: sudo apt-get install tesseract-ocr tesseract-ocr-spa",
    )


def test_a_page_that_was_read_says_so_in_its_place(deck: Path, tmp_path: Path) -> None:
    document = read(deck, Pictures([Echo()], tmp_path / "cache"))
    assert document.unread == ()
    assert [section.location.label for section in document.sections] == [
        "lámina 1",
        "lámina 2 (OCR)",
    ]
    assert document.sections[1].text == "Arquitectura de la red\nCapas convolucionales"


def test_a_page_is_read_once_however_often_its_file_changes(deck: Path, tmp_path: Path) -> None:
    reader = Echo()
    read(deck, Pictures([reader], tmp_path / "cache"))
    deck.write_bytes(drawn(slide("Otra", "y otra cosa del todo distinta"), picture))
    read(deck, Pictures([reader], tmp_path / "cache"))
    assert reader.asked == 1


def test_a_picture_without_words_stays_unread(deck: Path, tmp_path: Path) -> None:
    document = read(deck, Pictures([Echo("")], tmp_path / "cache"))
    assert [page.location.number for page in document.unread] == [2]
    assert document.warnings[0].endswith("No se halló texto en ellas.")


@needs_tesseract
def test_tesseract_reads_a_page_that_is_a_picture(deck: Path, tmp_path: Path) -> None:
    document = read(deck, Pictures([Tesseract(languages())], tmp_path / "cache"))
    assert "Retropropagacion del error" in document.sections[1].text


@needs_tesseract
@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_tesseract_reads_pages_scanned_the_wrong_way(degrees: int) -> None:
    image = Image.new("RGB", (1800, 900), "white")
    lines = ["La retropropagacion lleva el error", "desde la salida hacia las capas", "anteriores"]
    ImageDraw.Draw(image).text((80, 200), "\n".join(lines), fill="black", font_size=90)
    with io.BytesIO() as file:
        image.rotate(degrees, expand=True).save(file, "PNG")
        read = Tesseract(languages()).read(file.getvalue())
    assert "desde la salida hacia las capas" in read


@needs_tesseract
def test_tesseract_refuses_what_is_no_picture() -> None:
    with pytest.raises(MaterialError, match="Tesseract no pudo leer"):
        Tesseract(languages()).read(b"no soy una imagen")


def test_words_that_ocr_doubts_are_dropped() -> None:
    head = "block_num\tpar_num\tline_num\tconf\ttext"
    rows = [
        ("1", 95, "Descenso"),
        ("1", 91, "de"),
        ("1", 12, "xq@"),
        ("2", 88, "gradiente"),
        ("3", 90, "red"),
    ]
    table = "\n".join([head, *(f"1\t1\t{line}\t{conf}\t{text}" for line, conf, text in rows)])
    assert text_of(table) == "Descenso de\ngradiente\nred"
    assert text_of("\n".join([head, "1\t1\t1\t99\tred"])) == ""


@pytest.fixture
def vision() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A scripted server with vLLM's API, and what it was asked."""
    asked: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            message = {"role": "assistant", "content": "Un diagrama de una red con dos capas."}
            body = json.dumps({"choices": [{"message": message}]}).encode()
            self.send_response(200 if self.path == "/v1/chat/completions" else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1", asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_model_that_sees_describes_the_page(
    deck: Path, tmp_path: Path, vision: tuple[str, list[dict[str, Any]]]
) -> None:
    url, asked = vision
    document = read(deck, Pictures([VisionModel(url, "ojos")], tmp_path / "cache"))
    assert document.sections[1].location.label == "lámina 2 (descripción automática)"
    assert document.sections[1].text == "Un diagrama de una red con dos capas."
    assert asked[0]["model"] == "ojos"
    image, words = asked[0]["messages"][0]["content"]
    assert image["image_url"]["url"].startswith("data:image/png;base64,")
    assert "español" in words["text"]


def test_a_vision_server_that_is_not_there_leaves_the_page_unread(
    deck: Path, tmp_path: Path
) -> None:
    reader = VisionModel("http://127.0.0.1:9/v1", "ojos")
    document = read(deck, Pictures([reader], tmp_path / "cache"))
    assert "el modelo de visión no respondió" in document.warnings[0]
    assert [page.location.number for page in document.unread] == [2]


def test_settings_choose_the_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Pictures.from_settings(Settings.load(ocr=False)).readers == []
    seen = Settings.load(ocr=False, vision_url="http://127.0.0.1:9/v1", vision_model="ojos")
    assert [reader.id for reader in Pictures.from_settings(seen).readers] == ["vision ojos"]
    monkeypatch.setenv("PATH", "")
    assert Pictures.from_settings(Settings.load()).readers == []


def test_a_page_that_cannot_be_drawn_is_said_and_not_tried_again(deck: Path) -> None:
    document = read_file(SourceFile(deck, deck.name), deck.read_bytes())
    deck.write_bytes(b"%PDF-1.4 cortado")
    with Sandbox(1) as sandbox:
        (done,) = Pictures([Echo()], deck.parent / "cache").read_all([(deck, document)], sandbox)
    assert done.whole
    assert "PDF" in done.document.warnings[0]


def test_what_was_read_is_used_though_it_cannot_be_kept(deck: Path) -> None:
    (deck.parent / "cache").write_text("una carpeta no es")
    document = read(deck, Pictures([Echo()], deck.parent / "cache"))
    assert "Arquitectura de la red" in document.sections[1].text
