"""Packages that loadstone needs, from where it has them, for a Python in whose environment they are not."""

from __future__ import annotations

import sys
from _frozen_importlib_external import PathFinder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["NEEDED", "Hidden", "homes", "imported_from"]

NEEDED = ("attr", "attrs", "typing_extensions")
"""The packages."""


def homes() -> dict[str, str]:
    """The directory or archive that each of the packages is in that loadstone needs, in this process."""
    found = {}
    for name in NEEDED:
        spec: Any = PathFinder.find_spec(name)
        if spec is not None and spec.origin:
            folders = spec.submodule_search_locations
            place = folders[0] if folders else spec.origin
            found[name] = place.replace("\\", "/").rpartition("/")[0]
    return found


class imported_from:
    """Have packages found, inside, each in the home that is told, before any finder is asked; used in `with`.

    Their homes come upon no path. What the environment itself had imported of them is there again afterwards.
    """

    def __init__(self, homes: dict[str, str]) -> None:
        self._homes = homes
        self._known: set[str] = set()
        self._order: list[str] = []
        self._theirs: dict[str, Any] = {}

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """The spec of one of the packages; None for any other module."""
        home = self._homes.get(name)
        return None if home is None else PathFinder.find_spec(name, [home])

    def __enter__(self) -> None:
        self._known = set(sys.path_importer_cache)
        self._order = list(sys.modules)
        for name in list(sys.modules):
            if name.partition(".")[0] in self._homes:
                self._theirs[name] = sys.modules.pop(name)
        sys.meta_path.insert(0, self)

    def __exit__(self, *_: object) -> None:
        sys.meta_path.remove(self)
        for entry in sys.path_importer_cache.keys() - self._known:
            del sys.path_importer_cache[entry]
        if self._theirs:
            sys.modules.update(self._theirs)
            # The order tells what was imported before loadstone was.
            for name in [*self._order, *(name for name in sys.modules if name not in set(self._order))]:
                sys.modules[name] = sys.modules.pop(name)


class Hidden:
    """Packages of which `sys.modules` has nothing, inside: what is executed imports its own; for `with`."""

    def __init__(self, names: Any) -> None:
        self._names = frozenset(names)
        self._own: dict[str, Any] = {}
        self._programs: dict[str, Any] = {}

    def _take(self) -> dict[str, Any]:
        names = [name for name in sys.modules if name.partition(".")[0] in self._names]
        return {name: sys.modules.pop(name) for name in names}

    def __enter__(self) -> None:
        self._own = self._take()
        sys.modules.update(self._programs)

    def __exit__(self, *_: object) -> None:
        self._programs = self._take()
        sys.modules.update(self._own)

    def modules(self) -> dict[str, Any]:
        """What `sys.modules` has inside."""
        with self:
            return dict(sys.modules)
