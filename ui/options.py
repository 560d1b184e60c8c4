"""The options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

IndexOption = Annotated[
    Path | None, typer.Option("--index", help="Carpeta del índice [.ayudante/index].")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Imprime un documento JSON.")]
EmbeddingOption = Annotated[
    str | None,
    typer.Option("--embedding-model", help="«embedded», un id de hub o una carpeta."),
]
LlmOption = Annotated[
    str | None, typer.Option("--llm", help="«embedded», un id de hub o una carpeta.")
]
BatchOption = Annotated[
    str | None,
    typer.Option("--batch", help="Archivo con una pregunta por línea; «-» es la entrada estándar."),
]
QuestionArgument = Annotated[str | None, typer.Argument(help="La pregunta.", show_default=False)]
