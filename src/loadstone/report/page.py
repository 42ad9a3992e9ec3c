"""A page: what a report says to people, before it is known where it will be shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import attrs

__all__ = ["Block", "Heading", "Line", "Node", "Page", "Part", "Style", "Table", "text_of"]

Style = Literal["good", "bad", "warning", "dim", "name", "strong"]
Part = str | tuple[Style, str]
"""A piece of text, or a style and a piece of text."""


@attrs.frozen
class Heading:
    """A heading."""

    text: str


@attrs.frozen
class Line:
    """A line of text, `indent` steps from the left."""

    parts: tuple[Part, ...]
    indent: int = 0


@attrs.frozen
class Table:
    """Rows below headings; the columns of `right` are aligned to the right."""

    headings: tuple[str, ...]
    rows: tuple[tuple[Part, ...], ...]
    right: frozenset[int] = frozenset()


@attrs.define
class Node:
    """A line of a tree, and what hangs below it."""

    parts: tuple[Part, ...]
    children: list[Node] = attrs.field(factory=list)

    def add(self, *parts: Part) -> Node:
        """Hang a line below this one, and return it."""
        child = Node(parts)
        self.children.append(child)
        return child


Block = Heading | Line | Table | Node


class Page:
    """What a report says, block by block, in order."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []

    def heading(self, text: str) -> None:
        """Add a heading."""
        self.blocks.append(Heading(text))

    def line(self, *parts: Part, indent: int = 0) -> None:
        """Add a line; without `parts`, an empty one."""
        self.blocks.append(Line(parts, indent))

    def table(
        self, headings: Sequence[str], rows: Iterable[Sequence[Part]], right: Iterable[int] = ()
    ) -> None:
        """Add a table; the columns whose numbers are in `right` are aligned to the right."""
        cells = tuple(tuple(row) for row in rows)
        self.blocks.append(Table(tuple(headings), cells, frozenset(right)))

    def tree(self, *parts: Part) -> Node:
        """Add a tree with one line, and return that: the rest is hung below it."""
        node = Node(parts)
        self.blocks.append(node)
        return node


def text_of(parts: Iterable[Part]) -> str:
    """The text of `parts`, without the styles."""
    return "".join(part if isinstance(part, str) else part[1] for part in parts)
