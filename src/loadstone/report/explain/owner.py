"""Whose a module is that was found: the distribution that has its file, by the list of its files."""

from __future__ import annotations

import os

from ...distributions import installed, normal
from ..index import DISTRIBUTIONS, known_in
from ..layout import entry_of
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
    place = entry_of(origin, step.name)
    file = os.path.relpath(origin, place).replace(os.sep, "/")
    likely = {normal(name) for name in (top, *DISTRIBUTIONS.get(known_in(step.name), ()))}
    # The lists are long: those come first that are likely the one, and none is made out that lacks the name.
    for one in sorted(installed([place]), key=lambda one: one.likely_key not in likely):
        if file in one.text("RECORD") and file in one.files:
            return one.release
    return None
