"""Circular imports: which module imports which, read off the frames of modules that are being executed."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Sequence
from opcode import opmap
from types import FrameType

from ..bindings import bindings_of
from .failure import Lack, Place, is_engine, places_of

__all__ = ["Circle", "circle_of", "circle_of_running"]

# What a frame is at while a module is executed for it: a name may be that of a lazy import.
_IMPORTS = {opmap[name] for name in ("IMPORT_NAME", "IMPORT_FROM", "LOAD_NAME", "LOAD_GLOBAL")}


class Circle:
    """A circle of imports: why it fails, who is in it, and what would break it."""

    def __init__(self, lack: Lack, places: Sequence[Place], bound: int | None, proved: bool) -> None:
        """Of the `places` of the modules in it; the lacking name is `bound` further down in the first."""
        self.places = places
        self.proved = proved
        self._lack = lack
        self._bound = bound

    @property
    def reason(self) -> str:
        """Why it fails, in a sentence."""
        first, last = self.places[0], self.places[-1]
        if self._lack.name is None:
            return f"{self._names} import each other in a circle, and one of them is used before it is there"
        asks = f"{last.file}, line {last.line}, asks {self._lack.module} for {self._lack.name!r}"
        if self._bound is not None:
            when = f"which binds it only at line {self._bound}, and is still at line {first.line}"
        elif self.proved:
            when = f"while {first.file} is still at line {first.line}"
        else:
            when = f"which may come to have it later: {first.file} is still at line {first.line}"
        if len({place.name for place in self.places}) == 1:
            return f"{first.name} imports itself: {asks}, {when}"
        return f"{self._names} import each other in a circle: {asks}, {when}"

    @property
    def _names(self) -> str:
        names = list(dict.fromkeys(place.name for place in self.places))
        return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]

    @property
    def chain(self) -> str:
        """The modules in it, with the lines at which they are."""
        return _spelled(self.places, self.places[0].name)

    @property
    def remedy(self) -> str:
        """The line that would break it."""
        if self._lack.name is None:
            return _LATER.format("one of these lines")
        first, last = self.places[0], self.places[-1]
        if first.name == last.name:
            return f"Take the import of itself out of {first.file}."
        return (
            _into_function(last)
            or _into_function(first)
            or self._below(first)
            or _LATER.format(f"{last.file}, line {last.line},")
        )

    def _below(self, first: Place) -> str | None:
        """Have the import come after what is asked for."""
        if self._bound is None or not first.text:
            return None
        return (
            f"Move line {first.line} of {first.file} ({first.text}) below line {self._bound}, which binds"
            f" {self._lack.name!r}; or move what both need into a third module."
        )


_LATER = (
    "Have {} import later: inside the function that needs it; or move what both need into a third module."
)


def _into_function(place: Place) -> str | None:
    """Have the import done by the functions that use what it binds, if only functions do."""
    bindings = bindings_of(place.file, place.name)
    node = None if bindings is None or not place.is_of_module else bindings.import_at(place.line)
    if bindings is None or node is None:
        return None
    names = bindings.bound_by(node)
    lines, functions = bindings.users_of(names)
    text = linecache.getline(place.file, node.lineno).strip()
    if not lines and not functions and bindings.is_annotation(names):
        what = "only annotations use it, which are not evaluated"
        return f"Move line {node.lineno} of {place.file} ({text}) below if TYPE_CHECKING: {what}."
    if lines or not functions:
        return None
    users = ", ".join(f"{function}()" for function in functions[:3])
    more = " and others" if len(functions) > 3 else ""
    return f"Move line {node.lineno} of {place.file} ({text}) into {users}{more}: nothing else there uses it."


def circle_of(lack: Lack) -> Circle | None:
    """The circle that a lack comes of; None if it comes of something else.

    The module that lacks a name must be in the middle of being executed, and come to have the name later.
    """
    places = _modules(places_of(lack.error))
    if lack.is_cycle:
        circle = _from(places, lack.module)
        return Circle(lack, circle, None, True) if circle else None
    if lack.name is None:
        return None
    # A submodule is bound on its package when it is done.
    circle = _from(places, lack.full_name)
    if circle:
        return Circle(lack, circle, None, True)
    circle = _from(places, lack.module)
    if not circle or not any(place.is_of_module for place in circle if place.name == lack.module):
        return None
    first = circle[0]
    bindings = bindings_of(first.file, lack.module)
    if bindings is None:
        return Circle(lack, circle, None, False)
    bound = bindings.is_bound_after(lack.name, first.line)
    if bound is None and not bindings.may_get_after(first.line):
        return None
    return Circle(lack, circle, bound, bound is not None)


def circle_of_running(name: str) -> str | None:
    """The circle that a module is in which is being executed now, spelled out; None if it is in none."""
    for frame in sys._current_frames().values():
        frames: list[Place] = []
        current: FrameType | None = frame
        while current is not None:
            code = current.f_code
            place = Place(
                str(current.f_globals.get("__name__")),
                code.co_filename,
                current.f_lineno,
                code,
                current.f_lasti,
                current.f_globals,
            )
            frames.insert(0, place)
            current = current.f_back
        circle = _from(_modules(frames, with_last=False), name)
        if circle:
            return _spelled(circle, name)
    return None


def _modules(places: Sequence[Place], *, with_last: bool = True) -> list[Place]:
    """The modules that are being executed, those whose functions import, and if so that of the last frame."""
    modules: list[Place] = []
    for number, place in enumerate(places):
        is_import = place.code.co_code[place.instruction] in _IMPORTS
        is_import |= with_last and number == len(places) - 1
        if not place.is_of_module and (not is_import or is_engine(place)):
            continue
        if modules and modules[-1].name == place.name:
            # A function that the module calls: the line is that of the import, the code that of the module.
            modules[-1] = place._replace(code=modules[-1].code) if modules[-1].is_of_module else place
        else:
            modules.append(place)
    return modules


def _from(places: list[Place], name: str) -> list[Place]:
    """The last part of the places that begins with the module."""
    names = [place.name for place in places]
    if name not in names:
        return []
    return places[len(names) - 1 - names[::-1].index(name) :]


def _spelled(places: Sequence[Place], name: str) -> str:
    return " → ".join([*(f"{place.name} ({place})" for place in places), name])
