"""The options of the command line that hold a search to a part of the course."""

from typing import Annotated

import typer

from retrieval.filters import KINDS

KindOption = Annotated[
    list[str] | None,
    typer.Option("--kind", help=f"Solo este tipo de material: {', '.join(KINDS)}. Repetible."),
]
WeekOption = Annotated[
    list[int] | None, typer.Option("--week", help="Solo esta semana. Repetible.")
]
ClassOption = Annotated[
    list[int] | None, typer.Option("--class", help="Solo esta clase y sus labs. Repetible.")
]
LabOption = Annotated[list[int] | None, typer.Option("--lab", help="Solo este lab. Repetible.")]
DocumentOption = Annotated[
    list[str] | None,
    typer.Option("--document", help="Solo los documentos con esto en su nombre. Repetible."),
]
LanguageOption = Annotated[
    list[str] | None, typer.Option("--language", help="Solo este idioma: es, en. Repetible.")
]
