"""A page in a notebook: as HTML, which Jupyter and others show for an object that has `_repr_html_`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from ..startup.run import printable
from .page import Heading, Line, Node, Page, Part, Style, Table

__all__ = ["html_of"]

# Colours that can be read on white and on black; what is dim is so by its opacity, on either.
_STYLES: dict[Style, str] = {
    "good": "color:#2e8b57",
    "bad": "color:#d9363e;font-weight:bold",
    "warning": "color:#b8860b",
    "dim": "opacity:.65",
    "name": "color:#3a87ad;font-weight:bold",
    "strong": "font-weight:bold",
}
_CELL = "padding:0 1em 0 0;vertical-align:top"


def html_of(page: Page) -> str:
    """The page as a fragment of HTML, which needs no script and no style sheet.

    What names and paths hold is text in it, never markup.
    """
    return f'<div style="font-family:monospace;white-space:pre-wrap">{"".join(_blocks(page))}</div>'


def _blocks(page: Page) -> Iterator[str]:
    for block in page.blocks:
        if isinstance(block, Heading):
            yield f'<div style="font-weight:bold;margin-top:.8em">{_text([block.text])}</div>'
        elif isinstance(block, Line):
            yield f'<div style="margin-left:{2 * block.indent}ch">{_text(block.parts) or "&nbsp;"}</div>'
        elif isinstance(block, Table):
            yield "".join(_table(block))
        else:
            yield "".join(_tree(block))


def _text(parts: Iterable[Part]) -> str:
    return "".join(
        escape(printable(part))
        if isinstance(part, str)
        else f'<span style="{_STYLES[part[0]]}">{escape(printable(part[1]))}</span>'
        for part in parts
    )


def _table(table: Table) -> Iterator[str]:
    yield '<table style="border:0;margin:0;font-family:inherit">'
    for tag, rows in (("th", [table.headings]), ("td", table.rows)):
        for row in rows:
            yield "<tr>"
            for number, cell in enumerate(row):
                side = "right" if number in table.right else "left"
                yield f'<{tag} style="text-align:{side};{_CELL}">{_text([cell])}</{tag}>'
            yield "</tr>"
    yield "</table>"


def _tree(node: Node) -> Iterator[str]:
    """Its lines; what hangs below one is folded away with it."""
    if not node.children:
        yield f'<div style="margin-left:2ch">{_text(node.parts)}</div>'
        return
    yield f'<details open style="margin-left:1ch"><summary>{_text(node.parts)}</summary>'
    for child in node.children:
        yield from _tree(child)
    yield "</details>"
