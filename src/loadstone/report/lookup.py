"""The catalogue looked up: the entry of a code, of whatever tool, and entries as a page."""

from __future__ import annotations

from collections.abc import Iterable

from .catalogue import Entry, entries
from .page import Page

__all__ = ["entry_of", "page_of", "whole"]


def whole() -> tuple[Entry, ...]:
    """The entries of all tools, in the order of their codes."""
    # Each tool registers its own, when it is imported.
    from ..testing import catalogue  # noqa: F401
    from .doctor import examine  # noqa: F401
    from .explain import codes  # noqa: F401

    return entries()


def entry_of(code: str) -> Entry | None:
    """The entry of a code; None if there is no such code."""
    return next((entry for entry in whole() if entry.code == code.upper()), None)


def page_of(found: Iterable[Entry]) -> Page:
    """What the entries say: what is wrong and why it matters, what to do, and an example of both."""
    page = Page()
    for entry in found:
        page.heading(f"{entry.code} {entry.title}")
        page.line(entry.detail)
        if entry.remedy:
            page.line("→ ", ("strong", entry.remedy))
        for title, example in (("wrong", entry.bad), ("right", entry.good)):
            if example:
                page.line()
                page.line(("bad" if title == "wrong" else "good", title), ":")
                for line in example.split("\n"):
                    page.line(line, indent=1)
        if entry.source:
            page.line()
            page.line(("dim", f"source: {entry.source}"))
    return page
