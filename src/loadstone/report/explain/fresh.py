"""A program that has only just started, in whose place a module is asked for."""

from __future__ import annotations

from collections.abc import Callable

import attrs

__all__ = ["End", "Fresh"]


class End(Exception):
    """The process that executed the module came to its end by that, and raised nothing."""

    def __init__(self, module: str, text: str, file: str | None = None, line: int | None = None) -> None:
        super().__init__(text)
        self.module = module
        """The module that was imported then."""
        self.text = text
        self.file = file
        self.line = line


@attrs.frozen
class Fresh:
    """What a program has that has only just started; what loadstone itself has imported is set aside."""

    keeps: tuple[str, ...] = ()
    """The packages that are not set aside for what is executed."""
    progress: Callable[[str], None] = lambda name: None
    """Is told of a module before it is executed."""
    start: str | None = None
    """The folder of the script that is started; None for a module."""
    end: End | None = None
    """How it ended, as is known from another process; then nothing is executed again."""
