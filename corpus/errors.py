"""The exceptions that every package raises on purpose.

    AyudanteError
    ├── InputError          what was asked for makes no sense (empty question, missing path)
    ├── MaterialError       one course file could not be read; the others go on
    ├── IndexMissing        there is no index in that folder
    ├── IndexDamaged        the index on disk is not what was written
    ├── IndexMismatch       the index was made by another embedding model
    └── ModelUnavailable    a model's files or its server are not there

A message is one line for a person: what happened, then what to do. It is in Spanish because
the people who read it teach or take the course; what students meet on the page is in English, too.
"""


class AyudanteError(Exception):
    """Base of every error that a user can mend; the command line prints it and exits with 2.

    Attributes:
        english: the message in English; empty where only the teaching staff would read it.
    """

    def __init__(self, message: str, english: str = "") -> None:
        super().__init__(message)
        self.english = english


class InputError(AyudanteError):
    """What was asked for makes no sense."""


class MaterialError(AyudanteError):
    """One course file could not be read."""


class IndexMissing(AyudanteError):
    """There is no index in that folder."""


class IndexDamaged(AyudanteError):
    """The index on disk is not what was written."""


class IndexMismatch(AyudanteError):
    """The index was made by another embedding model."""


class ModelUnavailable(AyudanteError):
    """A model's files or its server are not there."""
