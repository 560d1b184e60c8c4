"""What the README says is so: its snippets run, its tree is the tree, its commands exist."""

import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage

import agent
import retrieval
from agent import Assistant
from corpus import Settings
from retrieval import Retriever
from tests.conftest import ScriptedModel, ayudante

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
SAID = AIMessage("La softmax convierte los logits en probabilidades que suman uno [1].")


@pytest.mark.slow
def test_snippets_run(
    bundled_index: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    course = Retriever.open(bundled_index, Settings.load())
    model = ScriptedModel(script=[SAID, SAID])
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(Retriever, "build", lambda _: course)
    monkeypatch.setattr(Retriever, "open", lambda: course)
    monkeypatch.setattr(agent, "Assistant", partial(Assistant, settings=settings, model=model))
    some: Any = partial(retrieval.evaluate, systems=("reranked",), split="dev")
    monkeypatch.setattr(retrieval, "evaluate", some)
    snippets = re.findall(r"```python\n(.*?)```", README, re.S)
    assert len(snippets) == 2
    for snippet in snippets:
        exec(compile(snippet, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert "Clase" in printed
    assert "Interval(" in printed


def test_its_tree_is_the_tree() -> None:
    tree = re.search(r"```\n(corpus/  .*?)```", README, re.S)
    assert tree
    tops = [ROOT / name for name in re.findall(r"^(\w+)/ ", tree[1], re.M)]
    assert len(tops) == 6
    parts = {path.name for top in tops for path in (top, *top.rglob("*")) if path.exists()}
    named = re.findall(r"(?<!\S)([\w-]+(?:\.(?:py|css)|/))(?=\s|:|$)", tree[1])
    assert len(named) > 90
    assert not [name for name in named if name.rstrip("/") not in parts]


def test_its_commands_exist(tmp_path: Path) -> None:
    told = ayudante("--help", cwd=tmp_path).stdout
    commands = set(re.findall(r"`ayudante ([a-z]+)", README))
    assert len(commands) > 8
    assert not [name for name in commands if not re.search(rf"\b{name}\b", told)]
