"""Opening the SQLite files that the assistant keeps: conversations, the quiz."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from corpus.errors import InputError


@contextmanager
def transaction(
    file: Path,
    schema: str,
    unusable: str,
    prepare: Callable[[sqlite3.Connection], None] = lambda _: None,
) -> Iterator[sqlite3.Connection]:
    """A connection inside a transaction, opened anew so that threads may share the file.

    Args:
        file: made, with its folder, if need be.
        schema: statements that make what is missing.
        unusable: what to say if it cannot be used, with ``{file}`` and ``{error}``.
        prepare: what else a connection needs before it is used.

    Raises:
        InputError: saying so.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(file, timeout=10)
    except (OSError, sqlite3.Error) as error:
        raise InputError(unusable.format(file=file, error=error)) from error
    try:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.executescript(schema)
            prepare(connection)
        except sqlite3.Error as error:
            raise InputError(unusable.format(file=file, error=error)) from error
        with connection:
            yield connection
    finally:
        connection.close()


class Damaged(InputError):
    """A file is no whole database."""


def must_be_whole(file: Path) -> None:
    """Looks through a whole database.

    Raises:
        Damaged: if it is damaged, or is none.
        InputError: if it cannot be read now.
    """
    try:
        with closing(sqlite3.connect(file, timeout=10)) as connection:
            said = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.OperationalError as error:
        raise InputError(
            f"{file} no se puede leer ahora ({error}). Revise sus permisos, o espere a que nadie "
            "lo use, y repita la orden."
        ) from error
    except sqlite3.Error as error:
        said = str(error)
    if said != "ok":
        raise Damaged(
            f"{file} está dañado ({' '.join(said.split())}). Repóngalo con: ayudante restore "
            "RESPALDO --force, o muévalo a otra parte para empezar de nuevo."
        )


def copy(source: Path, target: Path) -> None:
    """Makes `target` what the database `source` is at one moment, whoever uses either.

    A target that is there is changed in one transaction. Raises `sqlite3.Error`.
    """
    with (
        closing(sqlite3.connect(source, timeout=10)) as old,
        closing(sqlite3.connect(target, timeout=10)) as new,
    ):
        old.backup(new)
