"""What the door of the page says: who are you, and why that was of no use."""

from html import escape

from agent.messages import Language
from ui.page.site import Catalogue, speaker
from ui.people import LONGEST_NAME, Person
from ui.sheet import sheet

TEXTS: Catalogue = {
    "hello": {
        "es": "Entra con el nombre y la contraseña que te dio el equipo docente.",
        "en": "Sign in with the name and the password that the teaching staff gave you.",
    },
    "name": {"es": "Nombre de usuario", "en": "User name"},
    "password": {"es": "Contraseña", "en": "Password"},
    "enter": {"es": "Entrar", "en": "Sign in"},
    "leave": {"es": "Salir", "en": "Sign out"},
    "other": {
        "es": '<a href="/entrar?idioma=en" lang="en">In English</a>',
        "en": '<a href="/entrar" lang="es">En español</a>',
    },
    "wrong": {
        "es": "Ese nombre y esa contraseña no van juntos. Revísalos y vuelve a intentarlo.",
        "en": "That name and that password do not go together. Check them and try again.",
    },
    "wait": {
        "es": "Van demasiados intentos. Espera {minutes} min antes de volver a intentarlo.",
        "en": "There were too many attempts. Wait {minutes} min before you try again.",
    },
}
ENTER, LEAVE = "/entrar", "/salir"
STYLE = """
main { max-width: 22rem; margin: 10vh auto 0; } h1 { font-size: 1.3rem; text-wrap: balance; }
label { display: block; margin: 1rem 0 .25rem; font-weight: 600; }
input, button { font: inherit; width: 100%; min-height: 2.75rem; padding: .5rem .75rem;
  box-sizing: border-box; border-radius: 8px; }
input { border: 1px solid light-dark(#7b8794, #8b97a3); }
button { margin: 1.5rem 0; border: 0; background: #1f5f98; color: #fff; font-weight: 600;
  cursor: pointer; }
button:hover { background: #194c7a; }
a { color: light-dark(#1f5f98, #84b3de); display: inline-block; padding: .6rem 0; }
[role=alert] { border-left: 4px solid light-dark(#b3261e, #f2b8b5); padding: .25rem .75rem; }
:focus-visible { outline: 3px solid light-dark(#2f77b5, #84b3de); outline-offset: 2px; }
"""


def spoken(language: str | None) -> Language:
    """The language that an address or a form asks for."""
    return "en" if language == "en" else "es"


def door_of(language: Language) -> str:
    """The address of the door in a language."""
    return ENTER if language == "es" else f"{ENTER}?idioma={language}"


def door_html(
    title: str, language: Language, name: str = "", error: str = "", minutes: int = 0
) -> str:
    """The page at the door.

    Args:
        title: of what is behind it.
        language: of the page.
        name: that was given before.
        error: why that was of no use: “wrong” or “wait”, or nothing.
        minutes: how long there is to wait.
    """
    say = speaker(TEXTS, language)
    trouble = f'<p role="alert">{say(error, minutes=minutes)}</p>' if error else ""
    on_name, on_password = ("", " autofocus") if name else (" autofocus", "")
    return sheet(
        f"{say('enter')} · {title}",
        [
            f'<main lang="{language}"><h1>{escape(title)}</h1><p>{say("hello")}</p>',
            trouble,
            f'<form method="post" action="{ENTER}">',
            f'<input type="hidden" name="idioma" value="{language}">',
            f'<label for="nombre">{say("name")}</label>',
            f'<input id="nombre" name="nombre" value="{escape(name)}" required',
            f' maxlength="{LONGEST_NAME}"',
            f' autocomplete="username" autocapitalize="none" spellcheck="false"{on_name}>',
            f'<label for="clave">{say("password")}</label>',
            '<input id="clave" name="clave" type="password" required',
            f' autocomplete="current-password"{on_password}>',
            f"<button>{say('enter')}</button></form>{say('other')}</main>",
        ],
        STYLE,
    )


def account_links(person: Person, language: Language) -> str:
    """HTML for the page's header: who is in, and the way out; empty where there are no accounts."""
    if not person.name:
        return ""
    say = speaker(TEXTS, language)
    way_out = f"{LEAVE}?idioma=en" if language == "en" else LEAVE
    return f'<span>{escape(person.name)}</span> <a href="{way_out}">{say("leave")}</a>'
