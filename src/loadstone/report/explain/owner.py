"""Whose a module is that was found: the distribution that has its file, by the list of its files."""

from __future__ import annotations

import os

from ...distributions import Installed, installed
from ..index import DISTRIBUTIONS, known_in, normal
from .records import Step

__all__ = ["owner_of"]


def owner_of(step: Step) -> str | None:
    """The name and version of the distribution that is installed beside the module, and lists its file.

    None if there is none: where a distribution leads elsewhere, as an editable install does, too.
    """
    origin = None if step.spec is None else step.spec.origin
    if not origin or not os.path.isabs(origin):
        return None
    top = step.name.partition(".")[0]
    place = os.path.dirname(origin)
    for _ in range(step.name.count(".") + (step.spec is not None and step.spec.search_locations is not None)):
        place = os.path.dirname(place)
    file = os.path.relpath(origin, place).replace(os.sep, "/")
    likely = {normal(name) for name in (top, *DISTRIBUTIONS.get(known_in(step.name), ()))}
    # The lists are long: those come first that are likely the one, and none is made out that lacks the name.
    for one in sorted(installed([place]), key=lambda one: _key(one) not in likely):
        if file in one.text("RECORD") and file in one.files:
            return one.release
    return None


def _key(one: Installed) -> str:
    """The name of the distribution, by that of the directory with its metadata: nothing is read for it."""
    return normal(os.path.basename(one.place).partition("-")[0])
