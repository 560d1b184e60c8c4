"""Gradio's own words in the language of the page: Clear, Retry, the connection was lost.

Gradio takes them from its catalogue for the browser's language. A page in Spanish is in Spanish in
any browser, so the page says to Gradio, before its scripts run, that the browser is set to the
language of the page. What Gradio has in English alone is replaced as it appears.
"""

import json

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.messages import Language

# Patterns of what Gradio 6.31 says in English whatever the language, and the words in their place.
SPANISH = {
    "More tabs": "Más partes",
    "Toggle Sidebar": "Abrir o cerrar la lista de conversaciones",
    "chatbot conversation": "Conversación",
    "Select example (\\d+): (.*)": "Ejemplo $1: $2",
    "Copy message": "Copiar el mensaje",
    "Copied message": "Mensaje copiado",
    "Feedback": "Opinión",
    "File upload": "Subir archivos",
    "Click to upload or drop files": "Elegir archivos o soltarlos aquí",
    "- or -": "- o -",
    "Close": "Cerrar",
    "Info": "Aviso",
    "Connection Lost": "Sin conexión",
    "Connection to the server was lost.*": "Se perdió la conexión con el servidor. Reintentando…",
    "Connection errored out.*": "No se pudo conectar con el servidor. Vuelve a intentarlo.",
    "This application is currently busy.*": "Hay demasiadas personas a la vez. Espera un momento y "
    "vuelve a intentarlo.",
    "(Could not parse server response|HTTP \\d+|An error occurred).*": "Algo falló en el servidor. "
    "Vuelve a intentarlo.",
    "File\\(s\\) exceed the maximum allowed size of (.*)": "Pasa del tamaño máximo, $1",
}
# In the browser: `set` changes an attribute, `replaced` puts those words wherever they appear.
REPLACING = """
  const words = Object.entries(%s).map(([said, put]) => [new RegExp(`^${said}$`), put]);
  const put = (text) => {
    const found = words.find(([said]) => said.test(text.trim()));
    return found ? text.trim().replace(...found) : text;
  };
  const set = (one, name, said) => {
    if (said !== one.getAttribute(name)) one.setAttribute(name, said);  // or it is a change again
  };
  const replaced = () => {
    for (const name of ['aria-label', 'title'])
      for (const one of document.querySelectorAll(`[${name}]`))
        set(one, name, put(one.getAttribute(name)));
    for (const part of document.querySelectorAll('.toast-body, #subir')) {
      const texts = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
      while (texts.nextNode()) {
        const said = put(texts.currentNode.data);
        if (said !== texts.currentNode.data) texts.currentNode.data = said;
      }
    }
  };"""
PINNED = b"""<head>
<script>Object.defineProperty(navigator, 'language', { get: () => '%s' });</script>"""


class InLanguage:
    """Middleware of a page whose HTML opens in its own language, whatever the browser's."""

    def __init__(self, app: ASGIApp, language: Language) -> None:
        self.app, self.language = app, language.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hands a request on, and changes the HTML that comes back."""
        start: Message = {}

        async def changed(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and is_html(message):
                start = message  # waits for the body, which says how long it is
            elif start:
                body = self.opened(message.get("body", b""))
                length = (b"content-length", str(len(body)).encode())
                kept = [one for one in start["headers"] if one[0] != length[0]]
                await send({**start, "headers": [*kept, length]})
                await send({**message, "body": body})
                start = {}
            else:
                await send(message)

        await self.app(scope, receive, changed)

    def opened(self, html: bytes) -> bytes:
        """The page, which says its language, to Gradio, too."""
        html = html.replace(b'lang="en"', b'lang="%s"' % self.language, 1)
        return html.replace(b"<head>", PINNED % self.language, 1)


def replacing(language: Language) -> str:
    """The browser's functions, for a page in `language`."""
    return REPLACING % json.dumps(SPANISH if language == "es" else {}, ensure_ascii=False)


def is_html(start: Message) -> bool:
    """Whether a response that starts so is a page."""
    return any(
        name == b"content-type" and value.startswith(b"text/html")
        for name, value in start["headers"]
    )
