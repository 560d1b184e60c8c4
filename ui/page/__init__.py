"""The chat page: Gradio's components, and how they are served."""

from ui.page.app import page_app, serving
from ui.page.site import Site

__all__ = ["Site", "page_app", "serving"]
