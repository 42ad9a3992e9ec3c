"""A process that came to its end by what it executed, and could not say so."""

from __future__ import annotations

from typing import Any

__all__ = ["Died"]


class Died(Exception):
    """The process ended before it could answer."""

    def __init__(
        self, text: str, module: str | None = None, file: str | None = None, line: int | None = None
    ) -> None:
        super().__init__(text)
        self.text = text
        """How it ended, in words."""
        self.module = module
        """The module that was imported then, as far as it is known."""
        self.file = file
        """The file that was executed then, as far as it is known."""
        self.line = line
        """The line there."""

    def said(self) -> str:
        """What is said of it where it is not known which module was to blame."""
        return f"loadstone: nothing could be examined: {self.text}; what it said itself stands above"

    def plain(self) -> dict[str, Any]:
        """Its attributes, from which it can be made again in another process."""
        return {"text": self.text, "module": self.module, "file": self.file, "line": self.line}
