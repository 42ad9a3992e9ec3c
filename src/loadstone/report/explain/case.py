"""What is known when the search is over, and a cause that is made of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from ...startup.run import printable
from .codes import CODES
from .failure import Place
from .inventory import Inventory
from .records import Cause, Step

__all__ = ["Case", "cause"]


@attrs.define
class Case:
    """What is known when the search is over."""

    name: str
    """The module that was asked about."""
    steps: list[Step]
    """The searches for its parents and for itself, as far as they went."""
    found: bool
    """Whether the module would be found, and did not fail."""
    path: Any
    """The search path of the module; None at top level, or where the parent has none."""
    failure: BaseException | None
    """What the module, or a parent, raised while it was executed."""
    ask: Callable[[str], Case]
    """The case of another module, as the program would find it now; nothing more is executed for it."""
    causes_of: Callable[[Case], tuple[Cause, ...]]
    """The causes of another case."""
    inventory: Inventory
    """What is installed."""
    asker: Place | None = None
    """The line that asks for the module, where it is another that lacks it."""
    start: str | None = None
    """The folder of the script in whose place the module is asked for."""

    @property
    def last(self) -> Step:
        """The step at which it ended."""
        return self.steps[-1]

    @property
    def is_complete(self) -> bool:
        """Whether the parents are there, so that the module itself was looked for."""
        return self.last.name == self.name

    @property
    def parent(self) -> Step | None:
        """The parent of the module that could not be found, or that is no package."""
        if not self.is_complete:
            return self.last
        return self.steps[-2] if len(self.steps) > 1 else None

    @property
    def missing(self) -> str:
        """The module that could not be found: a parent, or the one that was asked about."""
        if self.is_complete or not self.last.is_there:
            return self.last.name
        return self.last.name + "." + self.name[len(self.last.name) + 1 :].partition(".")[0]

    @property
    def tail(self) -> str:
        """The last part of the name of what is missing."""
        return self.missing.rpartition(".")[2]


def cause(code: str, evidence: str | list[str], remedy: str | None = None, *, proved: bool = True) -> Cause:
    """The cause `code`, with what was seen, and the remedy that the code has unless there is a better one.

    Evidence of several lines is a list: a name that holds a line break makes no line of its own. The first
    line alone says why, in a sentence. It is `proved` by what was seen, or only possible.
    """
    entry = CODES[code]
    lines = [evidence] if isinstance(evidence, str) else evidence
    text = "\n".join(map(printable, lines))
    return Cause(code, entry.title, text, entry.remedy if remedy is None else remedy, proved)
