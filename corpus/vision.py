"""Describing pages that show only pictures with a model that sees, on a vLLM server.

Off unless ``AYUDANTE_VISION_URL`` names a server with an OpenAI-compatible API. What it says is
marked as a description in the location: it is a model's words, not the lecturer's.
"""

import base64

import httpx

from corpus.errors import MaterialError

PROMPT = (
    "Esta es la imagen de una lámina de un curso. Transcribe el texto que se vea y describe en "
    "español, en pocas frases, lo que muestran sus figuras. No agregues nada que no se vea."
)
TOKENS = 400
SECONDS = 120.0


class VisionModel:
    """Describes a picture; a `corpus.pictures.PictureReader`.

    Args:
        url: the server's address up to ``/v1``.
        model: the name under which it serves the model.
        key: the server's key, if it asks for one.
    """

    label = "descripción automática"

    def __init__(self, url: str, model: str, key: str = "none") -> None:
        self.url, self.model, self.key = url.rstrip("/"), model, key
        self.id = f"vision {model}"

    def read(self, png: bytes) -> str:
        """What the model says the picture shows.

        Raises:
            MaterialError: if the server cannot be reached or does not answer as it should.
        """
        picture = f"data:image/png;base64,{base64.b64encode(png).decode()}"
        question = {
            "model": self.model,
            "max_tokens": TOKENS,
            "temperature": 0,
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"type": "image_url", "image_url": {"url": picture}},
                        {"type": "text", "text": PROMPT},
                    ],
                }
            ],
        }
        try:
            answer = httpx.post(
                f"{self.url}/chat/completions",
                json=question,
                headers={"Authorization": f"Bearer {self.key}"},
                timeout=SECONDS,
            ).raise_for_status()
            return str(answer.json()["choices"][0]["message"]["content"] or "")
        except (httpx.HTTPError, ValueError, KeyError, IndexError, TypeError) as error:
            raise MaterialError(f"el modelo de visión no respondió: {error}") from error
