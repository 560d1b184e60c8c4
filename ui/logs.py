"""What an administrator reads of what happens: a line an event, and never what a student wrote.

An event is a name and some fields, the id of its question among them. Errors are told by their
kind and the places in the code that they passed, because a message may quote a question. What was
said is in a field of its own, `SAID`, which is written only if ``AYUDANTE_LOG_TEXT`` asks for it,
messages of errors with it.
"""

import json
import logging
import secrets
import sys
import traceback
from datetime import UTC, datetime
from logging.handlers import WatchedFileHandler
from pathlib import Path
from typing import Any

from corpus.errors import InputError
from corpus.settings import Settings

log = logging.getLogger("ayudante")
SAID = "said"
STDERR = "-"
FRAMES = 8  # of an error's way through the code, the last ones
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


def new_code() -> str:
    """An id for a question, short enough for a student to pass on."""
    return secrets.token_hex(4)


def start_logging(settings: Settings) -> None:
    """Sends the events of this process, and the server's errors, where the settings say.

    Without a setting, only what is wrong is told, in a line for a person on standard error.

    Raises:
        InputError: if the file cannot be written.
    """
    handler: logging.Handler = logging.StreamHandler(sys.stderr)
    if settings.log not in (None, STDERR):
        try:
            Path(settings.log).touch(mode=0o600)
            handler = WatchedFileHandler(settings.log, encoding="utf-8")  # logrotate may move it
        except OSError as error:
            raise InputError(
                f"No se puede escribir {settings.log}: {error.strerror}. Elija otro con --log."
            ) from error
    handler.setFormatter(Lines(as_json=settings.log is not None, text=settings.log_text))
    for logger in (log, logging.getLogger("uvicorn")):
        logger.handlers, logger.propagate = [handler], False
    log.setLevel(logging.WARNING if settings.log is None else logging.INFO)


class Lines(logging.Formatter):
    """Writes an event as a line: a JSON object, or words for a person.

    Args:
        as_json: which of them.
        text: whether what was said, and messages of errors, may be in it.
    """

    def __init__(self, *, as_json: bool, text: bool) -> None:
        super().__init__()
        self.as_json, self.text = as_json, text

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        fields = self.fields(record)
        if self.as_json:
            return json.dumps(fields, ensure_ascii=False, default=str)
        code = f" (código {fields['request']})" if "request" in fields else ""
        kind = f": {fields['error']}" if "error" in fields else ""
        said = f": {fields['message']}" if "message" in fields else ""
        where = f" en {fields['at'][-1]}" if fields.get("at") else ""
        return f"{fields['event']}{code}{kind}{said}{where}"

    def fields(self, record: logging.LogRecord) -> dict[str, Any]:
        """An event as JSON."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        level, event = record.levelname.lower(), record.getMessage().strip()
        fields: dict[str, Any] = {"time": time, "level": level, "event": event}
        extra = {key: value for key, value in vars(record).items() if key not in STANDARD}
        said = extra.pop(SAID, {})
        fields |= extra
        if record.exc_info and (error := record.exc_info[1]):
            fields |= {"error": type(error).__name__, "at": way(error)}
            said |= {"message": str(error)}
        return fields | (said if self.text else {})


def way(error: BaseException) -> list[str]:
    """The places in the code that an error passed: “agent/loop.py:88 run”."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return [f"{'/'.join(Path(f.filename).parts[-2:])}:{f.lineno} {f.name}" for f in frames]
