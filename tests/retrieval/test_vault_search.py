"""Solutions are in the index and no way of asking for passages gives one."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from corpus import InputError, Settings
from retrieval import Filter, Retriever, store, update
from retrieval.enrichment import Enrichment, lacking, mark_of, texts_for
from retrieval.filters import facets, kind_of
from retrieval.index import Index
from retrieval.retriever import SYSTEMS, System
from tests.conftest import WordsEmbedder

KEY = """# Pauta de la Tarea 1

Documento del equipo docente.

| Semana | Fecha | Clase | Tema | Evaluación |
|---|---|---|---|---|
| 6 | 2026-09-11 | – | La marmota guarda el secreto | Entrega Tarea 1 |
| 7 | 2026-09-18 | – | El ornitorrinco | – |

## Pregunta 1

La función softmax escondida vale cuarentaidós marmotas exactas.

## Pregunta 2

El gradiente secreto es la jirafa menos el ornitorrinco.
"""
STATEMENT = """# Tarea 1

## Pregunta 1

¿Cuánto vale la función softmax?

## Respuesta esperada

Un ornitorrinco de tres logits.

## Entrega

Por la plataforma.
"""
PROMPTS = Path(__file__).parent.parent / "agent" / "leak_prompts.jsonl"


def index_of(course: Path, settings: Settings, embedder: WordsEmbedder) -> Retriever:
    update(settings.index, [course], embedder)
    return Retriever(Index.load(store.current(settings.index)), embedder)


@pytest.fixture
def guarded(course: Path, settings: Settings, embedder: WordsEmbedder) -> Retriever:
    """The small course with a key, and a statement that has an answer in it."""
    (course / "tarea-1-pauta.md").write_text(KEY)
    (course / "tarea-1.md").write_text(STATEMENT)
    return index_of(course, settings, embedder)


def texts(retriever: Retriever) -> list[str]:
    return [passage.text for passage in retriever.vault]


def test_the_vault_has_the_solutions_and_only_them(guarded: Retriever) -> None:
    assert {p.document for p in guarded.vault} == {"tarea-1-pauta.md", "tarea-1.md"}
    assert [p.text for p in guarded.vault if p.document == "tarea-1.md"] == [
        "Un ornitorrinco de tres logits."
    ]
    assert len(guarded.vault) + len(guarded.public) == guarded.size
    assert {p.role for p in guarded.public} == {"material", "assignment"}
    assert guarded.vault is guarded.vault


@pytest.mark.parametrize("system", SYSTEMS)
def test_no_search_finds_a_solution_by_its_exact_words(guarded: Retriever, system: System) -> None:
    hidden = {passage.id for passage in guarded.vault}
    for text in texts(guarded):
        for k in (1, 3, guarded.size):
            found = guarded.search(text, k, system)
            assert not {result.passage.id for result in found} & hidden
            if system != "lexical":
                assert len(found) == min(k, len(guarded.public))


@pytest.mark.parametrize("system", SYSTEMS)
def test_no_filter_and_no_mask_lets_a_solution_through(guarded: Retriever, system: System) -> None:
    hidden = {passage.id for passage in guarded.vault}
    within = Filter(assignments=frozenset({1}), kinds=frozenset({"assignment"}))
    found = guarded.search("softmax ornitorrinco marmotas", 10, system, within)
    assert found
    assert not {result.passage.id for result in found} & hidden
    only = Filter(documents=frozenset({"pauta"}))
    assert guarded.search("cuarentaidós marmotas", 10, system, only) == []
    encoding = guarded.encode(["softmax"])[0]
    every = np.ones(guarded.size, np.bool_)
    ranked = guarded.rank("softmax escondida", encoding, guarded.size, system, every)
    assert not {guarded.index.passages[row].id for row, _ in ranked} & hidden


@pytest.mark.parametrize("system", SYSTEMS)
def test_no_prompt_of_a_student_brings_up_a_solution(guarded: Retriever, system: System) -> None:
    hidden = {passage.id for passage in guarded.vault}
    for line in PROMPTS.read_text().splitlines():
        found = guarded.search(json.loads(line)["prompt"], guarded.size, system)
        assert not {result.passage.id for result in found} & hidden


def test_the_others_are_found_as_if_there_were_no_solutions(
    course: Path, settings: Settings, embedder: WordsEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrieval.retriever.POOL", 2)
    question = "la función softmax escondida"
    before = index_of(course, settings, embedder).search(question, 2, "dense")
    (course / "tarea-1-pauta.md").write_text(KEY)
    after = index_of(course, settings, embedder)
    assert after.vault
    assert after.search(question, 2, "dense") == before


def test_a_solution_cannot_be_opened_by_its_id(guarded: Retriever) -> None:
    for passage in guarded.vault:
        for ask in (guarded.passage, guarded.neighbours, guarded.view, guarded.row):
            with pytest.raises(InputError, match="No existe el pasaje"):
                ask(passage.id)


def test_the_neighbours_of_a_statement_leave_its_answer_out(guarded: Retriever) -> None:
    question = next(p for p in guarded.public if "¿Cuánto vale" in p.text)
    near = guarded.neighbours(question.id, reach=50)
    assert question in near
    assert any("plataforma" in passage.text for passage in near)
    assert not any("ornitorrinco" in passage.text for passage in near)


def test_the_days_of_a_key_are_not_told(guarded: Retriever) -> None:
    assert any("marmota" in day.text for day in guarded.index.days)
    for about in ("¿cuándo es la entrega de la tarea 1?", "zzz"):
        assert guarded.dated(about, date(2026, 9, 1), 6) == []


def test_solutions_are_no_facet(guarded: Retriever) -> None:
    there = facets(guarded.index.passages)
    assert "tarea-1-pauta.md" not in there["documents"]
    assert there["assignments"] == {1: 2}
    assert there == facets(guarded.public)


def test_an_assignment_by_its_role_is_one_by_its_kind(guarded: Retriever) -> None:
    assigned = {p.document for p in guarded.public if p.role == "assignment"}
    assert assigned == {p.document for p in guarded.public if kind_of(p) == "assignment"}


def test_solutions_are_never_enriched(guarded: Retriever, tmp_path: Path) -> None:
    wanted = lacking(guarded.index.passages, tmp_path, "m")
    assert wanted == list(guarded.public)
    forced: Mapping[str, Enrichment] = {
        mark_of(passage): Enrichment(("¿cuántas marmotas?",), "", "m")
        for passage in guarded.index.passages
    }
    _, owners, _ = texts_for(guarded.index.passages, forced)
    assert not [row for row in owners if guarded.index.passages[row].role == "solution"]


def test_a_course_without_solutions_hides_nothing(retriever: Retriever) -> None:
    assert retriever.vault == ()
    assert retriever.public is retriever.index.passages


def test_a_course_of_solutions_alone_finds_nothing(
    tmp_path: Path, settings: Settings, embedder: WordsEmbedder
) -> None:
    (tmp_path / "soluciones").mkdir()
    (tmp_path / "soluciones" / "uno.md").write_text("# Uno\n\nTodo vale cero.")
    only = index_of(tmp_path / "soluciones", settings, embedder)
    assert not only.vault  # the folder itself is no part of a name
    update(settings.index, [tmp_path], embedder, leave_out=[settings.index, settings.cache])
    hidden = Retriever(Index.load(store.current(settings.index)), embedder)
    assert len(hidden.vault) == hidden.size == 1
    for system in SYSTEMS:
        assert hidden.search("vale cero", 5, system) == []


def test_of_a_cell_that_shows_a_solution_too_only_the_passage_is_seen(
    course: Path, settings: Settings, embedder: WordsEmbedder
) -> None:
    source = "# Tarea 3\n\nCalcule el umbral del perceptrón.\n\n### Solución\nLa clave es 42."
    cells = [{"cell_type": "markdown", "metadata": {}, "source": source}]
    book = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (course / "tarea-3.ipynb").write_text(json.dumps(book))
    retriever = index_of(course, settings, embedder)
    (asked,) = (one for one in retriever.public if one.document == "tarea-3.ipynb")
    assert asked.location.label == "celda 1"
    seen = retriever.view(asked.id).data.decode()
    assert "Calcule el umbral" in seen
    assert "42" not in seen


def test_a_table_that_stands_twice_is_told_once(
    course: Path, settings: Settings, embedder: WordsEmbedder
) -> None:
    table = "| Fecha | Tema |\n|---|---|\n| 2026-08-04 | Redes |\n| 2026-08-11 | Redes |\n"
    for name in ("calendario.md", "README.md"):
        (course / name).write_text(f"# Curso\n\n{table}")
    retriever = index_of(course, settings, embedder)
    assert len(retriever.dated("redes", date(2026, 8, 1), 2)) == 2
    assert len({one.text for one in retriever.dated("redes", date(2026, 8, 1), 2)}) == 2
