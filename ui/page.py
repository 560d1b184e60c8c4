"""The chat page: Gradio's own chat, with the sources of the answer beside it."""

import os
from collections.abc import Iterator
from typing import Any, cast

import gradio as gr

from agent import Answer, Assistant, SearchStep, TextDelta
from agent.serving.server import HOST
from corpus.errors import AyudanteError
from retrieval.retriever import MAX_QUESTION
from ui.render import EMPTY, answer_message, safe, sources, step_message

LATEX: list[dict[str, str | bool]] = [
    {"left": "$$", "right": "$$", "display": True},
    {"left": "\\[", "right": "\\]", "display": True},
    {"left": "$", "right": "$", "display": False},
    {"left": "\\(", "right": "\\)", "display": False},
]
STARTERS = [
    "¿Por qué se usa softmax en la salida?",
    "xq el perceptron no puede con el xor?",
    "¿Para qué sirve dividir por √d en la atención?",
]
CONCURRENT, QUEUED = 8, 64
FONT = ["system-ui", "sans-serif"]  # local fonts: the page asks nothing of other machines
CSS = "#sources {max-height: 75vh; overflow-y: auto; padding: 0 .25rem}"


def respond(assistant: Assistant) -> Any:
    """The function behind the chat: a question in, growing messages and the sources out."""

    def answer(
        question: str, _history: list[Any], request: gr.Request
    ) -> Iterator[tuple[list[gr.ChatMessage], str]]:
        done: list[gr.ChatMessage] = []
        text = ""
        try:
            for event in assistant.stream(question, conversation=request.session_hash):
                if isinstance(event, SearchStep):
                    done.append(step_message(event))
                    text = ""  # what was said before a tool was used is not the answer
                    yield list(done), EMPTY
                elif isinstance(event, TextDelta):
                    text += event.text
                    growing = gr.ChatMessage(role="assistant", content=safe(text))
                    yield [*done, growing], EMPTY
                else:
                    assert isinstance(event, Answer)
                    yield [*done, answer_message(event)], sources(event)
        except AyudanteError as error:
            said = gr.ChatMessage(role="assistant", content=f"⚠️ {safe(str(error))}")
            yield [*done, said], EMPTY

    return answer


def build(assistant: Assistant) -> gr.Blocks:
    """The page, not yet served."""
    with gr.Blocks(title="Ayudante · CC6204 Deep Learning", fill_height=True) as page:
        gr.Markdown("## Ayudante de CC6204 Deep Learning")
        if assistant.notice:
            gr.Markdown(f"⚠️ Sin modelo de lenguaje: {safe(assistant.notice)}")
        with gr.Row(equal_height=False):
            with gr.Column(scale=3, min_width=320):
                panel = gr.Markdown(
                    EMPTY,
                    latex_delimiters=LATEX,
                    elem_id="sources",
                    label="Fuentes",
                    render=False,
                )
                gr.ChatInterface(
                    respond(assistant),
                    chatbot=gr.Chatbot(
                        latex_delimiters=LATEX,
                        height="65vh",
                        label="Conversación",
                        show_label=False,
                        buttons=["copy"],
                        placeholder="Pregunta lo que quieras sobre el curso.",
                    ),
                    textbox=gr.Textbox(
                        placeholder="Escribe tu pregunta…",
                        max_length=MAX_QUESTION,
                        label="Pregunta",
                        show_label=False,
                        submit_btn=True,
                        stop_btn=True,
                    ),
                    examples=STARTERS,
                    cache_examples=False,
                    additional_outputs=[panel],
                    api_visibility="private",
                    concurrency_limit=CONCURRENT,
                )
            with gr.Column(scale=2, min_width=300):
                gr.Markdown("### Fuentes")
                panel.render()
    page.queue(max_size=QUEUED)
    return cast("gr.Blocks", page)


def launch(assistant: Assistant, port: int, *, open_browser: bool) -> str:
    """Serves the page on loopback without blocking; returns its address."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    page = build(assistant)
    page.launch(
        server_name=HOST,
        server_port=port,
        inbrowser=open_browser,
        prevent_thread_lock=True,
        quiet=True,
        footer_links=[],
        css=CSS,
        theme=gr.themes.Soft(font=FONT, font_mono=["ui-monospace", "monospace"]),
    )
    return f"http://{HOST}:{port}"
