"""A program that has only just started, in whose place a module is asked for."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from ..died import Died

__all__ = ["Fresh"]


@attrs.frozen
class Fresh:
    """What a program has that has only just started; what loadstone itself has imported is set aside."""

    keeps: tuple[str, ...] = ()
    """The packages that are not set aside for what is executed."""
    progress: Callable[[str], None] = lambda name: None
    """Is told of a module before it is executed."""
    start: str | None = None
    """The folder of the script that is started; None for a module."""
    end: Died | None = None
    """How it ended, as is known from another process; then nothing is executed again."""
