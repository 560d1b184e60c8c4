"""The pane that shows a place of the course: its page or cell, what is before and after it.

Any link to ``#lugar-<passage id>`` on the page opens it, wherever it stands: a citation in an
answer, a result of a search, the source of a quiz. `link` makes one.
"""

from html import escape
from urllib.parse import quote, unquote

import gradio as gr

from agent.messages import Language
from corpus.errors import AyudanteError
from corpus.marking import marked_html
from retrieval import Passage
from ui.page.site import QUIET, Catalogue, Say, Site, speaker
from ui.page.trouble import told

TEXTS: Catalogue = {
    "close": {"es": "Cerrar", "en": "Close"},
    "before": {"es": "Anterior", "en": "Previous"},
    "after": {"es": "Siguiente", "en": "Next"},
    "whole": {"es": "Abrir el documento", "en": "Open the document"},
    "goes_with": {"es": "Va con", "en": "Goes with"},
    "picture": {"es": "Imagen de {label}", "en": "Picture of {label}"},
    "undrawn": {"es": "No se puede dibujar: {reason}", "en": "It cannot be drawn. Its text:"},
    "pane": {"es": "Lugar del material", "en": "Place in the material"},
}
HASH = "#lugar-"
# A link to a place, anywhere on the page, is answered here rather than by the browser.
ON_LOAD = """
let opener = null;
document.addEventListener('click', (event) => {
  const link = event.target.closest && event.target.closest('a[href*="#lugar-"]');
  if (!link) return;
  event.preventDefault();
  const place = link.hash.slice('#lugar-'.length);
  if (place && !element.contains(link)) opener = link;
  element.classList.toggle('opening', Boolean(place));
  trigger('click', { place: place, quote: link.title });
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && element.querySelector('.place')) trigger('click', { place: '' });
});
watch('value', () => {
  element.classList.remove('opening');
  const heading = element.querySelector('.place h2');
  const mark = element.querySelector('.seen mark');
  if (mark) {
    const seen = element.querySelector('.seen');
    const below = mark.getBoundingClientRect().top - seen.getBoundingClientRect().top;
    seen.scrollTop = below - seen.clientHeight / 4;
  }
  if (heading) heading.focus({ preventScroll: true });
  else if (opener) opener.focus({ preventScroll: true });
});
"""


def link(passage_id: str, text: str, title: str = "", css: str = "") -> str:
    """HTML of a link that opens the pane.

    Args:
        passage_id: what it opens.
        text: of the link, not HTML.
        title: what is shown while the pointer rests on it.
        css: class of the link.
    """
    said = f' title="{inert(title)}"' if title else ""
    looks = f' class="{css}"' if css else ""
    return f'<a href="{href(passage_id)}"{looks}{said}>{inert(text)}</a>'


def inert(text: str) -> str:
    """Text as HTML on one line that means nothing to Markdown's formulas either.

    A chat looks for formulas before it looks for HTML, within a link's title, too.
    """
    return escape(" ".join(text.split())).replace("$", "&#36;").replace("\\", "&#92;")


def href(passage_id: str) -> str:
    """The address of a place within the page."""
    return HASH + quote(passage_id, safe="")


def picture(passage_id: str) -> str:
    """Where the server has the picture of a place."""
    return f"/vista?pasaje={quote(passage_id, safe='')}"


def pane(site: Site, language: Language) -> gr.HTML:
    """Adds the pane to the page; it is empty, and not seen, until a link opens it."""
    say = speaker(TEXTS, language)
    shown = gr.HTML("", elem_id="lugar", js_on_load=ON_LOAD, apply_default_css=False)

    def show(event: gr.EventData) -> str:
        place = unquote(str(event._data.get("place", "")))
        if not place:
            return ""
        try:
            return place_html(site, place, str(event._data.get("quote", "")), language)
        except AyudanteError as error:
            return (
                f'<div class="place"><header><h2 tabindex="-1">⚠️ {escape(told(error, language))}'
                f'</h2><a href="{HASH}" class="close">{say("close")}</a></header></div>'
            )

    # a tap while another place is on its way counts: the last one is shown
    shown.click(show, outputs=shown, trigger_mode="always_last", **QUIET)
    return shown


def place_html(site: Site, passage_id: str, title: str, language: Language) -> str:
    """The pane's content for a passage.

    Args:
        site: what is served.
        passage_id: of the place.
        title: of the link that opened it: what is quoted of it is marked.
        language: of the page.

    Raises:
        InputError: if there is no such passage.
    """
    say = speaker(TEXTS, language)
    retriever = site.retriever
    passage = retriever.passage(passage_id)
    quoted = title.removeprefix(f"{passage.label}: ")
    near = retriever.neighbours(passage_id)
    at = [one.id for one in near].index(passage_id)
    before = near[at - 1].id if at else None
    after = near[at + 1].id if at + 1 < len(near) else None
    whole = f"/documento?pasaje={quote(passage_id, safe='')}"
    parts = [
        f'<section class="place" aria-label="{say("pane")}"><header>',
        f'<h2 tabindex="-1">{escape(passage.label)}</h2>',
        f'<a href="{HASH}" class="close" aria-label="{say("close")}">✕</a></header>',
        f'<p class="crumbs">{escape(" › ".join(passage.headings) or passage.title)}</p>',
        f'<div class="seen">{seen(site, passage, quoted, say)}</div>',
        "<footer>",
        step(before, f"← {say('before')}"),
        step(after, f"{say('after')} →"),
        f'<a href="{whole}" target="_blank" rel="noopener">{say("whole")}</a>',
        *(
            f"<span>{say('goes_with')} {link(other.id, other.label)}</span>"
            for other in retriever.beside(passage_id, 1)
        ),
        "</footer></section>",
    ]
    return "".join(parts)


def step(passage_id: str | None, text: str) -> str:
    """A link to a neighbour, or the same words when there is none, so that nothing moves."""
    if passage_id is None:
        return f'<span class="nothing" aria-hidden="true">{text}</span>'
    return link(passage_id, text)


def seen(site: Site, passage: Passage, quoted: str, say: Say) -> str:
    """The place itself: its picture, in which it is marked, or its HTML with `quoted` marked."""
    try:
        view = site.view(passage.id)
    except AyudanteError as error:
        reason = escape(say("undrawn", reason=error))
        return f'<p role="alert">{reason}</p><pre>{escape(passage.text)}</pre>'
    if view.media_type == "text/html":
        return marked_html(view.data.decode(), quoted)
    alt = escape(say("picture", label=passage.label))
    return f'<img src="{picture(passage.id)}" alt="{alt}">'
