"""The list of conversations: search, open, rename, export, delete."""

from typing import Any

import gradio as gr

from agent.messages import Language
from ui.page.chat import Chat
from ui.page.site import QUIET, Catalogue, Site, saving, speaker
from ui.page.trouble import refusal, shown_errors

TEXTS: Catalogue = {
    "new": {"es": "Nueva conversación", "en": "New conversation"},
    "search": {"es": "Buscar en tus conversaciones", "en": "Search your conversations"},
    "list": {"es": "Conversaciones", "en": "Conversations"},
    "none": {"es": "Todavía no hay conversaciones.", "en": "There are no conversations yet."},
    "this": {"es": "Esta conversación", "en": "This conversation"},
    "title": {"es": "Título", "en": "Title"},
    "rename": {"es": "Renombrar", "en": "Rename"},
    "export": {"es": "Exportar", "en": "Export"},
    "delete": {"es": "Borrar", "en": "Delete"},
    "sure": {"es": "Borrar para siempre", "en": "Delete for good"},
    "keep": {"es": "No borrar", "en": "Keep it"},
    "gone": {
        "es": "Esa conversación ya no está.",
        "en": "That conversation is no longer there.",
    },
}
LISTED = 200
FILE = "conversacion.md"  # of an exported conversation without a title


class History:
    """The sidebar's components, and what they do."""

    def __init__(self, site: Site, language: Language) -> None:
        self.site, self.language = site, language
        self.say = say = speaker(TEXTS, language)
        self.new = gr.Button(say("new"), variant="primary", size="md", elem_id="nueva")
        self.words = gr.Textbox(
            placeholder=say("search"), label=say("search"), show_label=False, container=False
        )
        self.list = gr.Radio([], label=say("list"), elem_id="conversaciones", container=False)
        self.none = gr.Markdown(say("none"), elem_id="sin-conversaciones")
        with gr.Accordion(say("this"), open=False, visible=False) as self.this:
            self.title = gr.Textbox(label=say("title"), max_length=60)
            with gr.Row():
                self.rename = gr.Button(say("rename"), size="sm")
                self.export = gr.Button(say("export"), size="sm")
                self.delete = gr.Button(say("delete"), size="sm", variant="stop")
            with gr.Row(visible=False) as self.asking:
                self.sure = gr.Button(say("sure"), size="sm", variant="stop")
                self.keep = gr.Button(say("keep"), size="sm")
        self.file = gr.Textbox(visible=False)

    def wire(self, page: gr.Blocks, chat: Chat, answered: list[Any]) -> None:
        """Says what happens on each event."""
        listing = [self.list, self.none, self.this, self.title]
        look = {"fn": self.listed, "inputs": [self.words, chat.current], "outputs": listing}
        gr.on([page.load, self.words.change], **look, **QUIET)
        for one in answered:
            one.then(**look, **QUIET)
        opened = [chat.messages, chat.current]
        page.load(chat.opened, chat.current, chat.messages, **QUIET)
        self.list.input(self.chosen(chat), self.list, opened, **QUIET).then(**look, **QUIET)
        self.new.click(chat.begin, None, opened, **QUIET).then(**look, **QUIET)
        self.rename.click(self.renamed, [chat.current, self.title], None, **QUIET).then(
            **look, **QUIET
        )
        self.export.click(self.exported, chat.current, self.file, **QUIET).then(
            None,
            [self.file, self.title],
            None,
            js=saving(FILE, "text/markdown"),
            **QUIET,
        )
        self.delete.click(lambda: gr.Row(visible=True), None, self.asking, **QUIET)
        self.keep.click(lambda: gr.Row(visible=False), None, self.asking, **QUIET)
        self.sure.click(self.deleted, chat.current, [*opened, self.asking], **QUIET).then(
            **look, **QUIET
        )

    def listed(self, words: str, current: str, request: gr.Request) -> tuple[Any, Any, Any, Any]:
        """The list, with the current conversation chosen."""
        stored = self.site.assistant.conversations
        found = stored.listed(words, self.site.person(request).owns)[:LISTED]
        titles = {one.id: one.title for one in found}
        here = current if current in titles else None
        choices = [(title, name) for name, title in titles.items()]
        return (
            gr.Radio(choices=choices, value=here, visible=bool(found)),
            gr.Markdown(visible=not found),
            gr.Accordion(visible=here is not None),
            gr.Textbox(value=titles.get(current, "")),
        )

    def chosen(self, chat: Chat) -> Any:
        """Opens a conversation of the list."""

        def open_one(name: str | None, request: gr.Request) -> tuple[Any, str]:
            return chat.opened(name or "", request), name or ""

        return open_one

    def renamed(self, current: str, title: str, request: gr.Request) -> None:
        """Gives the current conversation another title."""
        with shown_errors(self.language):
            self.site.assistant.conversations.rename(self.owned(current, request), title)

    def exported(self, current: str, request: gr.Request) -> str:
        """The current conversation as Markdown."""
        with shown_errors(self.language):
            return self.site.assistant.conversations.exported(self.owned(current, request))
        return ""

    def deleted(self, current: str, request: gr.Request) -> tuple[list[Any], str, Any]:
        """Deletes the current conversation; a new one takes its place."""
        with shown_errors(self.language):
            self.site.assistant.conversations.delete(self.owned(current, request))
        return [], "", gr.Row(visible=False)

    def owned(self, current: str, request: gr.Request) -> str:
        """`current`, if it is theirs; raises `InputError` otherwise."""
        owned = self.site.person(request).own(current)
        if not owned:
            raise refusal(self.say("gone"))
        return owned
