"""What the parts of a web page that are not its content are called."""

UNSEEN_TAGS = {
    "script", "style", "template", "noscript", "iframe", "object", "embed", "svg", "canvas",
    "audio", "video", "dialog", "button", "input", "select", "textarea", "nav", "footer",
    "head",
}  # fmt: skip
UNSEEN_ROLES = {
    "navigation", "banner", "contentinfo", "search",
}  # fmt: skip
UNSEEN_CLASSES = {
    "sr-only", "visually-hidden", "screen-reader-text", "katex-html", "MathJax",
    "MathJax_Preview", "MathJax_Display", "MathJax_SVG", "mw-editsection", "mw-jump-link",
    "headerlink", "anchor-link", "interlanguage-link", "vector-menu", "mw-portlet", "linenos",
    "linenodiv", "lineno", "gutter", "copybtn", "prompt", "noprint", "printfooter",
    "catlinks",
}  # fmt: skip
FURNITURE = {
    "navbar", "sidebar", "sphinxsidebar", "breadcrumb", "breadcrumbs", "toc", "TOC",
    "table-of-contents", "navbox", "menu", "site-header", "site-footer", "related", "footer",
    "skip-link", "cookie-banner", "cookie-notice", "share", "social-share", "comments",
    "respond", "nav",
}  # fmt: skip
"""Menus and side bars, by class or id: dropped unless most of the page is in them."""
