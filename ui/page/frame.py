"""The page: its header, its tabs, the sidebar and the pane, put together."""

from typing import cast

import gradio as gr

from agent.messages import Language
from ui.page.chat import Chat
from ui.page.door import account_links
from ui.page.history import History
from ui.page.library import library_part
from ui.page.place import pane
from ui.page.practise import practise_part
from ui.page.render import safe
from ui.page.site import QUIET, Catalogue, Site, speaker
from ui.page.staff import staff_part
from ui.page.words import replacing

TEXTS: Catalogue = {
    "ask": {"es": "Preguntar", "en": "Ask"},
    "library": {"es": "Biblioteca", "en": "Library"},
    "practise": {"es": "Practicar", "en": "Practise"},
    "staff": {"es": "Equipo docente", "en": "Teaching staff"},
    "other": {
        "es": '<a href="/en/" lang="en">English</a>',
        "en": '<a href="/" lang="es">Español</a>',
    },
}
QUEUED = 256  # requests that wait, of all kinds
KEPT_FILES = (600, 3600)  # seconds between two looks for uploads that nobody used, and their age
REMEMBERED = "ayudante-conversation"  # under this name, by the browser
# What Gradio tells a screen reader is put right: a message is read rather than its source, a list
# of buttons is no list, a step is one button with its name; all of it in the page's language.
ON_LOAD = """() => {%s
  const mend = () => {
    replaced();
    for (const one of document.querySelectorAll('#charla [data-testid][aria-label]'))
      one.removeAttribute('aria-label');
    for (const one of document.querySelectorAll('#charla .examples[role]'))
      one.removeAttribute('role');
    for (const one of document.querySelectorAll('#charla .thought-group > .title:has(button)')) {
      one.removeAttribute('role');
      one.removeAttribute('tabindex');
      set(one.querySelector('button'), 'aria-label', one.textContent.trim());
    }
  };
  const changes = {
    childList: true, characterData: true, subtree: true, attributeFilter: ['aria-label', 'title'],
  };
  mend();
  new MutationObserver(mend).observe(document.body, changes);
}"""


def build(site: Site, language: Language) -> gr.Blocks:
    """The page in one language, not yet served."""
    say = speaker(TEXTS, language)
    with gr.Blocks(
        title=site.title, fill_width=True, analytics_enabled=False, delete_cache=KEPT_FILES
    ) as page:
        # An id is all that the browser keeps; the secret only has to outlast a restart.
        current = gr.BrowserState("", storage_key=REMEMBERED, secret=REMEMBERED)
        with gr.Sidebar(open=False, elem_id="historial"):
            history = History(site, language)
        with gr.Row(elem_id="cabecera"):
            gr.Markdown(f"# {safe(site.title)}", elem_id="titulo")
            links = gr.HTML(say("other"), elem_id="enlaces")
        with gr.Tabs(elem_id="partes"):
            with gr.Tab(say("ask"), id="ask"):
                chat = Chat(site, language, current)
            with gr.Tab(say("library"), id="library") as library:
                library_part(site, language, library)
            with gr.Tab(say("practise"), id="practise") as practise:
                practise_part(site, language, practise)
            with gr.Tab(say("staff"), id="staff", visible=False) as staff:
                staff_part(site, language, staff)
        pane(site, language)

        def for_staff(request: gr.Request) -> gr.Tab:
            return gr.Tab(visible=site.person(request).teacher)

        def links_of(request: gr.Request) -> str:
            return f"{account_links(site.person(request), language)} {say('other')}"

        page.load(for_staff, None, staff, **QUIET)
        page.load(links_of, None, links, **QUIET)
        history.wire(page, chat, chat.wire(page))
    page.queue(max_size=QUEUED)
    return cast("gr.Blocks", page)


def on_load(language: Language) -> str:
    """What the browser does when the page is there."""
    return ON_LOAD % replacing(language)
