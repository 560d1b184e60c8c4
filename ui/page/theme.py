"""How the page looks: Gradio's own theme in our colours, and one small style sheet."""

from pathlib import Path

import gradio as gr

STYLE = Path(__file__).with_name("page.css")
# Local fonts: the page asks nothing of other machines.
FONT = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"]
MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"]
BLUE = gr.themes.Color(
    c50="#eef5fb",
    c100="#d8e8f6",
    c200="#b3d1ec",
    c300="#84b3de",
    c400="#5594cd",
    c500="#2f77b5",
    c600="#1f5f98",
    c700="#194c7a",
    c800="#153d61",
    c900="#10304d",
    c950="#0a1f33",
)


def head() -> str:
    """Our style sheet for the page's head, where Gradio leaves its selectors as they are."""
    return f"<style>{STYLE.read_text(encoding='utf-8')}</style>"


def theme() -> gr.themes.Base:
    """Calm blue on slate, in light and dark, contrast AA."""
    return gr.themes.Soft(
        primary_hue=BLUE,
        secondary_hue=BLUE,
        neutral_hue="slate",
        radius_size="lg",
        font=FONT,
        font_mono=MONO,
    ).set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        block_background_fill_dark="*neutral_900",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_dark="*primary_600",
        button_primary_background_fill_hover_dark="*primary_500",
        button_primary_text_color="white",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_300",
        block_title_text_color="*neutral_700",
        block_title_text_color_dark="*neutral_200",
        block_info_text_color="*neutral_600",
        block_info_text_color_dark="*neutral_300",
        block_label_text_color="*neutral_700",
        block_label_text_color_dark="*neutral_200",
        link_text_color="*primary_600",
        link_text_color_hover="*primary_700",
        link_text_color_active="*primary_700",
        link_text_color_visited="*primary_600",
        link_text_color_dark="*primary_300",
        link_text_color_hover_dark="*primary_200",
        link_text_color_active_dark="*primary_200",
        link_text_color_visited_dark="*primary_300",
        checkbox_border_color="*neutral_400",
        checkbox_border_color_dark="*neutral_500",
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="*neutral_400",
    )
