"""Following the course's files: ``ayudante index --watch``."""

import signal
import threading
from collections.abc import Callable
from pathlib import Path

from corpus.errors import AyudanteError
from corpus.finding import is_material
from ui.console import err

LOOK_MILLISECONDS = 500  # between two looks at whether to stop
WATCH_MILLISECONDS = 1_600  # of quiet after a change, so that a file is copied whole


def follow_changes(roots: list[Path], ours: list[Path], follow: Callable[[], None]) -> None:
    """Updates the index once it follows `roots`, and whenever a file below them changes.

    It ends with Ctrl+C. What is written to `ours` is no change. A moment when nothing can be read,
    as while a folder is being replaced, is reported and waited out.
    """
    import watchfiles

    roots, ours = ([path.resolve() for path in paths] for paths in (roots, ours))

    def wanted(_: watchfiles.Change, path: str) -> bool:
        changed = Path(path)
        base = next((root for root in roots if changed.is_relative_to(root)), changed)
        return is_material(changed, base, ours)

    stopped = threading.Event()

    def interrupted(*_: object) -> None:
        stopped.set()  # what is raised is lost where nothing may be raised, as in a finaliser
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupted)
    err.print("Siguiendo los cambios (Ctrl+C para terminar) …")
    looked = False  # for what changed since the files were read
    try:
        for changes in watchfiles.watch(
            *roots,
            watch_filter=wanted,
            debounce=WATCH_MILLISECONDS,
            stop_event=stopped,
            rust_timeout=LOOK_MILLISECONDS,
            yield_on_timeout=True,
            raise_interrupt=False,
        ):
            if looked and not changes:
                continue
            looked = True
            try:
                follow()
            except AyudanteError as error:
                err.print(str(error), markup=False)
    except KeyboardInterrupt:  # in the middle of an update: the index before it stands
        return
