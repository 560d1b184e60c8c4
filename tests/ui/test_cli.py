"""The command line with the real embedding model; the main commands as real processes."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

import pytest

from retrieval.evaluation import MEASURES
from tests.conftest import ayudante, ayudante_process

pytestmark = pytest.mark.slow
SHORT = "60"  # tokens of an answer whose words are not looked at


def one_line(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line and not line.endswith(" …")]
    assert len(lines) == 1, text
    assert "Traceback" not in text
    return lines[0]


def document(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


def test_index_reports_and_follows_the_folder(course: Path, tmp_path: Path) -> None:
    first = ayudante_process("index", str(course), "--json", cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    report = document(first.stdout)
    assert set(report) == {
        "documents", "passages", "added", "updated", "removed", "skipped", "seconds", "warnings",
        "solutions",
    }  # fmt: skip
    assert (report["documents"], report["added"]) == (2, 2)
    assert report["skipped"][0]["document"] == "figura.png"
    (course / "clase-04.md").unlink()
    again = document(ayudante("index", str(course), "--json", cwd=tmp_path).stdout)
    assert (again["documents"], again["removed"], again["added"]) == (1, 1, 0)


def test_watch_follows_a_folder_and_rewrites_the_report(course: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [
            sys.executable, "-m", "ui.cli", "index", str(course), "--watch", "--json",
            "--index", str(tmp_path / "index"), "--report", str(tmp_path / "informe.html"),
        ],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        assert report_of(process.stdout)["documents"] == 2
        for line in process.stderr:
            if line.startswith("Siguiendo"):
                break
        (course / "nuevo.md").write_text("# Dropout\n\nApaga neuronas al azar.")
        again = report_of(process.stdout)
        assert (again["documents"], again["added"]) == (3, 1)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert "Apaga neuronas" in (tmp_path / "informe.html").read_text()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def report_of(lines: IO[str]) -> dict[str, Any]:
    """The next JSON document of a process's output."""
    text = ""
    for line in lines:
        text += line
        if line.startswith("}"):
            break
    return document(text)


def test_search_finds_the_slide_with_the_contracts_json(
    bundled_index: Path, tmp_path: Path
) -> None:
    done = ayudante_process(
        "search", "xq el perceptron no puede con el xor?", "-k", "3", "--json",
        "--index", str(bundled_index), cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = document(done.stdout)
    assert found["query"] == "xq el perceptron no puede con el xor?"
    assert [result["rank"] for result in found["results"]] == [1, 2, 3]
    assert all("xor" in result["text"].lower() for result in found["results"][:2])


def test_a_batch_prints_one_line_each_in_order(bundled_index: Path, tmp_path: Path) -> None:
    (tmp_path / "preguntas.txt").write_text("softmax\n\nperceptrón\n")
    done = ayudante(
        "search", "--batch", "preguntas.txt", "--index", str(bundled_index), cwd=tmp_path
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["query"] for line in lines] == ["softmax", "perceptrón"]


def test_ask_without_a_model_is_an_extract(bundled_index: Path, tmp_path: Path) -> None:
    done = ayudante(
        "ask", "¿Qué es la entropía cruzada?", "--no-llm", "--json",
        "--index", str(bundled_index), cwd=tmp_path,
    )  # fmt: skip
    answer = document(done.stdout)
    assert answer["model"] is None
    assert answer["citations"]


def test_evaluate_judges_the_courses_own_questions(bundled_index: Path, tmp_path: Path) -> None:
    index = ("--index", str(bundled_index))
    done = ayudante("evaluate", "--json", "--report", "informe.html", *index, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    report = document(done.stdout)
    assert report["queries"] == len(report["questions"]) == 292
    for system in ("dense", "lexical", "hybrid"):
        assert set(report["systems"][system]) == {*MEASURES, "seconds"}
    assert report["systems"]["hybrid"]["R@20"]["mean"] > 0.5
    assert set(report["slices"]) == {"style", "language", "kind", "week"}
    assert "Evaluación de la búsqueda" in (tmp_path / "informe.html").read_text()
    (tmp_path / "antes.json").write_text(done.stdout)
    again = ayudante(
        "evaluate", "--split", "test", "--systems", "lexical", "--misses",
        "--compare", "antes.json", *index, cwd=tmp_path,
    )  # fmt: skip
    assert again.returncode == 0, again.stderr
    assert "entre los 5 primeros de lexical" in again.stdout
    assert "se esperaba" in again.stdout
    assert "149 preguntas en común (143 solo en el anterior, 0 solo en este)" in again.stdout
    assert "0 preguntas salen mejor con lexical" in again.stdout


def test_doctor_says_what_is_missing(tmp_path: Path) -> None:
    done = ayudante("doctor", "--json", "--index", "nope", cwd=tmp_path)
    assert done.returncode == 0
    checks = {check["name"]: check for check in document(done.stdout)["checks"]}
    assert checks["vLLM"]["ok"]
    assert not checks["índice"]["ok"]
    assert checks["índice"]["mend"] == "ayudante index"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["index", "/nope"], "No existe /nope"),
        (["index", ""], "vacía"),
        (["search", "x", "--index", ""], "AYUDANTE_INDEX"),
        (["chat", "--port", "99999"], "65535"),
        (["index", "empty"], "No hay nada que indexar"),
        (["search", "hola"], "No hay un índice en"),
        (["search", ""], "No hay un índice en"),
        (["ask", ""], "Falta la pregunta"),
        (["ask", "x", "--batch", "nope.txt", "--index", "{index}", "--no-llm"], "nope.txt"),
        (["search", "", "--index", "{index}"], "Falta la pregunta"),
        (["search", "x" * 100_000, "--index", "{index}"], "100000 caracteres"),
        (["ask", "x" * 100_000, "--index", "{index}"], "100000 caracteres"),
        (["evaluate", "/nope"], "No existe la carpeta /nope"),
        (["evaluate", "--systems", "magic"], "magic"),
        (["evaluate", "--level", "magic"], "No existe el nivel «magic»"),
        (["evaluate", "--compare", "nope.json"], "nope.json"),
        (["evaluate", "--report", "nope/informe.html"], "No existe la carpeta de nope"),
        (["search", "x", "--embedding-model", "/nope", "--index", "{index}"], "modelo"),
        (["nope"], "No such command 'nope'"),
    ],
)
def test_bad_input_gets_one_clear_line_and_exit_2(
    bundled_index: Path, tmp_path: Path, arguments: list[str], said: str
) -> None:
    (tmp_path / "empty").mkdir()
    filled = [argument.replace("{index}", str(bundled_index)) for argument in arguments]
    done = ayudante(*filled, cwd=tmp_path, HF_HUB_OFFLINE="1")
    assert done.returncode == 2
    assert done.stdout == ""
    assert said in one_line(done.stderr)


def test_a_process_ends_with_the_code_and_the_line(tmp_path: Path) -> None:
    done = ayudante_process("search", "hola", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "No hay un índice en" in one_line(done.stderr)


def test_a_taken_port_is_refused_before_anything_starts(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for command in ("chat", "serve"):
            done = ayudante(command, "--port", port, cwd=tmp_path, AYUDANTE_CACHE=str(tmp_path))
            assert done.returncode == 2
            assert f"El puerto {port} está ocupado" in one_line(done.stderr)


@pytest.mark.vllm
def test_ask_answers_in_spanish_with_a_valid_citation(
    served: dict[str, str], bundled_index: Path, tmp_path: Path
) -> None:
    """`ask` finds the server that `serve` left running, and the real model answers."""
    done = ayudante_process(
        "ask", "¿Por qué un perceptrón no puede resolver el XOR?", "--json",
        "--index", str(bundled_index), cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answer = document(done.stdout)
    assert answer["model"] == served["model"]
    assert (answer["status"], answer["language"]) == ("answered", "es")
    assert answer["steps"][0]["tool"] == "search_course"
    assert answer["citations"]
    for citation in answer["citations"]:
        assert f"[{citation['marker']}]" in answer["answer"]
    cited = {citation["document"] for citation in answer["citations"]}
    assert any(
        document.startswith(("semana-01/", "semana-02/", "semana-04/")) for document in cited
    )


@pytest.mark.vllm
def test_a_batch_of_questions_is_answered_in_order(
    served: dict[str, str], bundled_index: Path, tmp_path: Path
) -> None:
    (tmp_path / "q.txt").write_text(
        "¿Qué es la entropía cruzada?\n¿Cuál es la capital de Mongolia?\n"
    )
    done = ayudante(
        "ask", "--batch", "q.txt", "--index", str(bundled_index),
        cwd=tmp_path, AYUDANTE_ANSWER_TOKENS=SHORT,
    )  # fmt: skip
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first["status"] == "answered"
    assert first["citations"]
    assert second["status"] in ("off_topic", "not_in_materials")


@pytest.mark.vllm
def test_any_server_of_the_same_kind_can_be_named(
    served: dict[str, str], bundled_index: Path, tmp_path: Path
) -> None:
    done = ayudante(
        "ask", "What is the temperature of a softmax?", "--json", "--index", str(bundled_index),
        cwd=tmp_path, AYUDANTE_LLM_URL=served["url"], AYUDANTE_LLM_KEY="any",
        AYUDANTE_ANSWER_TOKENS=SHORT,
    )  # fmt: skip
    answer = document(done.stdout)
    assert answer["model"] == served["model"]
    assert answer["language"] == "en"
    assert answer["citations"]
