"""The page of an evaluation, as text and in a browser."""

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import sync_playwright

from corpus import Settings
from retrieval import Report, Retriever, compare, evaluate
from ui.charts import bars, curves, gains
from ui.evaluation_page import write_evaluation
from ui.evaluation_text import show_changes, show_misses, show_report

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


@pytest.fixture
def report(tmp_path: Path, settings: Settings, retriever: Retriever) -> Report:
    """An evaluation whose questions, slices and materials hold HTML; one question is a miss."""
    folder = tmp_path / "gold<b>"
    folder.mkdir()
    corpus = [{"_id": f"d{at}", "title": EVIL, "text": f"softmax {EVIL} {at}"} for at in range(9)]
    corpus += [{"_id": EVIL, "title": "", "text": f"otra cosa {EVIL}"}]
    queries = [
        {"_id": "q1", "text": f"softmax {EVIL}", "style": EVIL, EVIL: "x"},
        {"_id": "q2", "text": f"{EVIL} softmax", "style": "plain", "language": "es"},
    ]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, corpus)))
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)))
    (folder / "qrels.tsv").write_text("q1\td0\t1\nq2\tnowhere\t1\n")
    return evaluate(folder, retriever, settings=settings)


def page(report: Report, folder: Path) -> str:
    path = folder / "evaluacion.html"
    old = json.loads(json.dumps(report.to_dict()))
    for question in old["questions"]:
        question["systems"]["hybrid"] |= {"nDCG@10": 0.123, "found": [EVIL]}
    write_evaluation(path, report, compare(old, report))
    return path.read_text()


class Tags(HTMLParser):
    """The elements of a page and their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [(tag, name) for name, _ in attrs] or [(tag, "")]


def test_no_text_is_html(report: Report, tmp_path: Path) -> None:
    text = page(report, tmp_path)
    tags = Tags()
    tags.feed(text)
    assert not {tag for tag, _ in tags.found} & {"script", "img"}
    assert not [name for _, name in tags.found if name.startswith("on")]
    assert text.count("&lt;script&gt;alert(1)") > 5
    assert "gold&lt;b&gt;" in text


def test_nothing_is_loaded_from_elsewhere(report: Report, tmp_path: Path) -> None:
    text = page(report, tmp_path)
    assert not re.search(r"https?://|url\(|@import|<link", text)
    assert "default-src 'none'" in text


def test_it_says_what_the_report_says(report: Report, tmp_path: Path) -> None:
    text = page(report, tmp_path)
    mean = f"{report.systems['hybrid']['nDCG@10'].mean:.3f}".replace(".", ",")
    assert f"<b>{mean}</b>" in text
    assert "Preguntas que salen mal: 1" in text
    assert "<b>nowhere</b>" in text  # a judged place that the corpus lacks
    assert "Idioma de la pregunta" in text
    assert "español" in text
    assert "2 preguntas en común" in text
    figures = 2 + len(report.systems) - 1  # bars, curves, the main system against each other one
    assert len(re.findall("<svg", text)) == figures


def test_drawings_are_well_formed_and_to_scale(report: Report) -> None:
    drawn = ElementTree.fromstring(bars(report.systems, ["R@1", "R@5"]))
    fills = drawn.findall(".//rect[@class='fill']")
    assert len(fills) == 2 * len(report.systems)
    means = [table[measure].mean for measure in ("R@1", "R@5") for table in report.systems.values()]
    widest = float(drawn.findall(".//rect[@class='track']")[0].attrib["width"])
    widths = [float(fill.attrib["width"]) / widest for fill in fills]
    assert widths == pytest.approx(means, abs=1e-3)
    lines = ElementTree.fromstring(curves(report.recall))
    assert len(lines.findall(".//circle")) == 20 * len(report.systems)


def test_gains_are_sorted_and_none_is_not_drawn() -> None:
    drawn = ElementTree.fromstring(gains([(-0.5, "c & d"), (0.0, "igual"), (1.0, "a"), (0.5, "b")]))
    rects = drawn.findall(".//rect")
    assert [rect.findtext("title") for rect in rects] == ["+1,000 a", "+0,500 b", "−0,500 c & d"]
    assert [rect.attrib["class"] for rect in rects] == ["better", "better", "worse"]
    heights = [float(rect.attrib["height"]) for rect in rects]
    assert heights == [2 * heights[1], heights[1], heights[1]]


def test_one_system_alone_has_nothing_to_be_set_against(
    report: Report, settings: Settings, retriever: Retriever, tmp_path: Path
) -> None:
    alone = evaluate(report.path, retriever, ("lexical",), settings)
    write_evaluation(tmp_path / "evaluacion.html", alone)
    text = (tmp_path / "evaluacion.html").read_text()
    assert "lexical trae un lugar correcto" in text
    assert "contra los demás" not in text
    assert "Cambios desde" not in text


def test_the_command_line_tells_misses_and_changes(
    report: Report, capsys: pytest.CaptureFixture[str]
) -> None:
    old = json.loads(json.dumps(report.to_dict()))
    old["questions"][0]["systems"]["reranked"]["nDCG@10"] = 0.0
    show_report(report)
    show_misses(report)
    show_changes(compare(old, report))
    said = capsys.readouterr().out
    assert "style: plain" in said
    assert "ms por pregunta" in said
    assert "1 preguntas sin un lugar correcto entre los 5 primeros de reranked" in said
    assert "se esperaba nowhere" in said
    assert "1 preguntas salen mejor con reranked" in said


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1280])
def test_a_phone_does_not_scroll_sideways(report: Report, tmp_path: Path, width: int) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "install Debian's chromium"
    page(report, tmp_path)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": width, "height": 800})
        asked: list[str] = []
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto((tmp_path / "evaluacion.html").as_uri())
        tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert tab.evaluate("document.documentElement.scrollWidth") == width
        assert len(asked) == 1
        browser.close()
