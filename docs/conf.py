"""Sphinx configuration."""

import inspect
from typing import Any

import loadstone

project = "Loadstone"
author = "Loadstone contributors"
copyright = "2026, Loadstone contributors"
version = release = loadstone.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "Loadstone"

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"


def drop_docstring_of_type(
    app: Any, what: str, name: str, obj: object, options: Any, lines: list[str]
) -> None:
    """Data without a docstring of its own would get that of its type: of list, of bytes."""
    if what == "data" and inspect.cleandoc(type(obj).__doc__ or "").split() == " ".join(lines).split():
        lines.clear()


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("autodoc-process-docstring", drop_docstring_of_type)
