"""Logs of ``python -X importtime``, as traces."""

from __future__ import annotations

import re
from typing import NamedTuple

from .records import Import, Trace

__all__ = ["is_log", "trace_of"]

_LINE = re.compile(r"^import time:\s+(\d+|cached|self \[us\]) +\| +(\d+|cached|cumulative) +\| ( *)(\S.*)$")
_PYTHON = "? (a log of -X importtime)"


class _Line(NamedTuple):
    """A line of the log: a module, how deep it stands, and its own time (seconds)."""

    depth: int
    name: str
    own: float
    children: list[_Line]

    @property
    def cumulative(self) -> float:
        return self.own + sum(child.cumulative for child in self.children)


def is_log(text: str) -> bool:
    """Whether there is a line of ``-X importtime`` in the text."""
    return any(_LINE.match(line) for line in text.splitlines())


def trace_of(text: str) -> Trace:
    """The trace that a log of ``python -X importtime`` tells: names, times, and who in whose course.

    Lines of anything else are passed over, and so are those of modules that were loaded already (``=2``). The
    log does not say who asked and where, what found and loaded a module, when it began, or what failed: the
    imports are taken to follow each other without a break, and the time to be that of executing. Lines of
    several threads cannot be told apart. Raises ValueError if there is no line of such a log.
    """
    roots: list[_Line] = []
    is_found = False
    for line in text.splitlines():
        found = _LINE.match(line)
        if found is None:
            continue
        is_found = True
        own, _, indent, name = found.groups()
        if not own.isdecimal():
            continue
        depth = len(indent) // 2
        # What a module has imported stands before it, one step deeper.
        first = next((place for place, each in enumerate(roots) if each.depth > depth), len(roots))
        children = roots[first:]
        del roots[first:]
        roots.append(_Line(depth, name.rstrip(), int(own) * 1e-6, children))
    if not is_found:
        raise ValueError("no line of a log of python -X importtime: they begin with 'import time:'")
    imports = _imports(roots)
    return Trace(imports=imports, seconds=sum(root.cumulative for root in roots), python=_PYTHON)


def _imports(roots: list[_Line]) -> list[Import]:
    imports: list[Import] = []
    waiting: list[tuple[_Line, int | None, float]] = []
    start = 0.0
    for root in roots:
        waiting.append((root, None, start))
        start += root.cumulative
    waiting.reverse()
    while waiting:
        line, parent, start = waiting.pop()
        number = len(imports)
        imports.append(
            Import(
                number=number,
                parent=parent,
                name=line.name,
                importer=None if parent is None else imports[parent].name,
                started=start,
                executing=line.own,
                own=line.own,
                cumulative=line.cumulative,
            )
        )
        inner: list[tuple[_Line, int | None, float]] = []
        for child in line.children:
            inner.append((child, number, start))
            start += child.cumulative
        waiting += reversed(inner)
    return imports
