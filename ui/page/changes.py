"""What a change of the course did and what the index could not read, as HTML for the staff."""

from collections.abc import Iterable
from html import escape

from agent.messages import Language
from retrieval import IndexReport, Retriever
from ui.materials import Change
from ui.page import trouble
from ui.page.site import Catalogue, Say, speaker

TEXTS: Catalogue = {
    "report": {"es": "Informe del índice", "en": "Report of the index"},
    "kept": {"es": "Se agregó al curso", "en": "Added to the course"},
    "refused": {"es": "No se agregó", "en": "Not added"},
    "notes": {"es": "Ten en cuenta", "en": "Take note"},
    "retired": {"es": "Salió del curso y quedó guardado", "en": "Left the course and is kept"},
    "skipped": {"es": "No se pudo leer", "en": "Could not be read"},
    "warnings": {"es": "Se leyó con advertencias", "en": "Read with warnings"},
    "clean": {"es": "Todos los archivos se leyeron sin problemas.", "en": "All files were read."},
    "unchanged": {"es": "El índice quedó como estaba.", "en": "The index is as it was."},
    "added": {"es": "Agregados", "en": "Added"},
    "updated": {"es": "Actualizados", "en": "Updated"},
    "removed": {"es": "Retirados", "en": "Removed"},
    "left_out": {"es": "Omitidos", "en": "Left out"},
    "documents": {"es": "Documentos", "en": "Documents"},
    "places": {"es": "Lugares", "en": "Places"},
    "seconds": {"es": "Segundos", "en": "Seconds"},
}


def changed(change: Change, retriever: Retriever, language: Language) -> str:
    """What was done, what was not and why, and how the index stands now."""
    say = speaker(TEXTS, language)
    refused = [(name, trouble.told(error, language)) for name, error in change.refused]
    indexed = [name for name in change.kept if name in retriever.index.documents]
    return "".join(
        (
            '<div role="status">',
            told("kept", [(name, "") for name in indexed], say),
            told("refused", refused, say),
            told("notes", change.notes, say),
            told("retired", [(kept.name, str(kept)) for kept in change.retired], say),
            counts(change.report, say) if change.report else f"<p>{say('unchanged')}</p>",
            "</div>",
            standing(retriever, language),
        )
    )


def standing(retriever: Retriever, language: Language) -> str:
    """What the index could not read, and what it read in part."""
    say = speaker(TEXTS, language)
    index = retriever.index
    skipped = [(one.document, one.reason) for one in index.skipped]
    warnings = [
        (name, warning) for name, entry in index.documents.items() for warning in entry.warnings
    ]
    problems = told("skipped", skipped, say) + told("warnings", warnings, say)
    return problems or f"<p>{say('clean')}</p>"


def counts(report: IndexReport, say: Say) -> str:
    """The numbers of an update."""
    numbers = {
        "added": report.added,
        "updated": report.updated,
        "removed": report.removed,
        "left_out": len(report.skipped),
        "documents": report.documents,
        "places": report.passages,
        "seconds": round(report.seconds, 1),
    }
    pairs = "".join(
        f"<div><dt>{say(key)}</dt><dd>{number}</dd></div>" for key, number in numbers.items()
    )
    return f"<h4>{say('report')}</h4><dl>{pairs}</dl>"


def told(key: str, lines: Iterable[tuple[str, str]], say: Say) -> str:
    """Files under a heading, each with what is said of it; nothing if there are none."""
    items = "".join(
        f"<li><strong>{escape(name)}</strong>{f': {escape(text)}' if text else ''}</li>"
        for name, text in lines
    )
    return f'<h4>{say(key)}</h4><ul class="{key}">{items}</ul>' if items else ""
