"""The gate: retrieval over the bundled course must not fall below what it has reached.

Only the development half of the course's questions is asked; the test half is for reports.
"""

from pathlib import Path

import pytest

from corpus import Settings
from retrieval import Retriever, evaluate

QUESTIONS = Path(__file__).parent.parent.parent / "corpus" / "questions"
FLOORS = {"nDCG@10": 0.70, "R@5": 0.64, "RR@10": 0.78}  # of the default system, 143 questions


@pytest.mark.slow
def test_the_development_questions_stay_above_the_floor(bundled_index: Path) -> None:
    retriever = Retriever.open(settings=Settings.load(index=bundled_index))
    report = evaluate(QUESTIONS, retriever, split="dev")
    reached = report.systems["reranked"]
    assert {name: reached[name].mean >= floor for name, floor in FLOORS.items()} == dict.fromkeys(
        FLOORS, True
    ), {name: reached[name].mean for name in FLOORS}
    for part in ("dense", "lexical", "hybrid"):
        best = report.systems[part]["nDCG@10"].mean
        assert reached["nDCG@10"].mean >= best - 0.005, f"worse than {part}"
