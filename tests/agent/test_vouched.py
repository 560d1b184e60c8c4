"""What a small model said of passages, each sentence read beside its passage by a person.

The sentences are its answers' to development questions; the rule was fitted on them (see “Whose
words” in docs/decisions.md), so this holds it in place and does not test it.
"""

import json
from pathlib import Path

from agent.grounding import WORDED, wording_kept
from retrieval import store
from retrieval.evaluation.judgements import place_of
from retrieval.index import Index

READ = Path(__file__).parent / "vouched.jsonl"


def test_what_keeps_to_the_wording_is_mostly_supported(bundled_index: Path) -> None:
    passages = {place_of(one): one for one in Index.load(store.current(bundled_index)).passages}
    lines = [json.loads(line) for line in READ.read_text(encoding="utf-8").splitlines()]
    read = [line for line in lines if line["place"] in passages]
    assert len(read) > 100
    kept = [
        line["supported"]
        for line in read
        if wording_kept([line["sentence"]], [passages[line["place"]]])[0, 0] >= WORDED
    ]
    supported = sum(line["supported"] for line in read)
    assert sum(kept) >= 0.85 * len(kept)
    assert sum(kept) >= 0.55 * supported
    assert supported < 0.5 * len(read)
