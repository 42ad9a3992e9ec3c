"""What comes back from the process that is asked: no more is imported for it here than that."""

from __future__ import annotations

import attrs

from .records import Diagnosis

__all__ = ["Asked"]


@attrs.frozen
class Asked:
    """What came of it."""

    diagnosis: Diagnosis | None
    """The diagnosis; None where something else is `wrong`."""
    failures: tuple[str, ...] = ()
    """What could not be imported, and why."""
    wrong: str = ""
    """What was wrong with the question."""
