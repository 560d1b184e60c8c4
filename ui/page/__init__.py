"""The chat page: Gradio's components, and how they are served."""

from ui.page.app import launch, page_app
from ui.page.site import Site

__all__ = ["Site", "launch", "page_app"]
