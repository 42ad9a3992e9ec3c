"""Checks of the metadata of installed distributions."""

from __future__ import annotations

from collections.abc import Iterator

from .check import Seen, check
from .environment import Environment


@check(
    "LS134",
    "warning",
    "a distribution whose metadata is damaged",
    detail="It is left over from an install that was interrupted, or a file was changed afterwards. pip "
    "passes it by or fails on it, and so do programs that ask for versions, files or entry points.",
    remedy="install the distribution again, or delete the directory",
    source="Core metadata specifications; Recording installed projects",
)
def damaged(environment: Environment) -> Iterator[Seen]:
    """Each file that is missing, or cannot be read."""
    for distribution in environment.distributions():
        for trouble in distribution.troubles():
            yield Seen(distribution.place or distribution.release, trouble)
