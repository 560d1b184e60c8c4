"""The last measurement on each part of the judged questions, kept beside the index."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from corpus.errors import InputError
from corpus.writing import put
from retrieval import Report
from retrieval.evaluation import read_report

SPLITS = ("dev", "test", "all")


@dataclass(frozen=True, slots=True)
class Kept:
    """Reports in a folder, one for each part.

    Attributes:
        folder: where they are.
    """

    folder: Path

    def file(self, split: str) -> Path:
        """Where the report on a part is, or will be."""
        return self.folder / f"evaluation-{split}.json"

    def before(self, split: str) -> dict[str, Any] | None:
        """The last report on a part, if there is one; raises `InputError` if it is damaged."""
        file = self.file(split)
        return read_report(file) if file.exists() else None

    def latest(self) -> tuple[str, datetime, Report] | None:
        """The newest report of all, its part and when it was made; None if there is none.

        Raises:
            InputError: if it is damaged.
        """
        found = [(file.stat().st_mtime, one) for one in SPLITS if (file := self.file(one)).exists()]
        if not found:
            return None
        when, split = max(found)
        return split, datetime.fromtimestamp(when), Report.from_dict(self.before(split) or {})

    def keep(self, split: str, report: Report) -> None:
        """Keeps a report in place of the one before it; raises `InputError`."""
        file = self.file(split)
        try:
            put(file, json.dumps(report.to_dict(), ensure_ascii=False).encode())
        except OSError as error:
            raise InputError(f"No se puede guardar {file}: {error.strerror or error}.") from error
