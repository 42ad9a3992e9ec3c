"""Sphinx configuration."""

import inspect
import re
from collections.abc import Iterator
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


def tables() -> Iterator[tuple[str, list[tuple[Any, str]]]]:
    """The tables of the catalogue: a heading, and entries, each with how bad it is, if that is said."""
    from loadstone.report.doctor.examine import CHECKS
    from loadstone.report.lookup import whole

    severities = {check.entry.code: check.severity for check in CHECKS}
    headings = {"LS1": "What doctor finds", "LS2": "Causes that explain names"}
    groups: dict[str, list[tuple[Any, str]]] = {}
    for entry in whole():
        heading = headings.get(entry.code[:3], "Checks of the conformance kit")
        groups.setdefault(heading, []).append((entry, severities.get(entry.code, "")))
    yield from groups.items()


def catalogue() -> str:
    """The catalogue of codes, in Markdown, with an anchor for each code."""
    lines = []
    for heading, entries in tables():
        lines += [f"## {heading}", ""]
        for entry, severity in entries:
            lines += [f"({entry.code.lower()})=", f"### {entry.code}: {as_markdown(entry.title)}", ""]
            lines += [(f"*{severity}:* " if severity else "") + as_markdown(entry.detail), ""]
            for name, text in (("To do", entry.remedy), ("Source", entry.source)):
                lines += [f"{name}: {as_markdown(text)}", ""] if text else []
            for name, text in (("Wrong", entry.bad), ("Right", entry.good)):
                lines += [f"{name}:", "", "```text", text, "```", ""] if text else []
    return "\n".join(lines)


def as_markdown(text: str) -> str:
    """Text whose only markup is code between backquotes."""
    parts = text.split("`")
    parts[::2] = [re.sub(r"([\\*_<>\[\]#$])", r"\\\1", part) for part in parts[::2]]
    return "`".join(parts)


def write_catalogue(app: Any, name: str, source: list[str]) -> None:
    """Put the catalogue on its page."""
    if name == "reference/catalogue":
        source[0] = f"{source[0]}\n{catalogue()}"


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("autodoc-process-docstring", drop_docstring_of_type)
    app.connect("source-read", write_catalogue)
