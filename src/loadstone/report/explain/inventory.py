"""What is installed, asked for from several sides: by name, by module, by file, by who requires it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property

from ...distributions import Installed, installed, normal
from ..places import folder
from ..requirements import Requirement, read

__all__ = ["Inventory"]


class Inventory:
    """The distributions along `sys.path`. Nothing here raises an exception."""

    @cached_property
    def all(self) -> tuple[Installed, ...]:
        """Those that have a name, without what pip has put aside; a directory that is listed twice once."""
        found: dict[str, Installed] = {}
        for number, one in enumerate(installed()):
            if one.name is not None and not one.is_aside:
                found.setdefault(folder(one.place) if one.place else str(number), one)
        return tuple(found.values())

    @cached_property
    def _by_key(self) -> dict[str, Installed]:
        found: dict[str, Installed] = {}
        for one in self.all:
            found.setdefault(one.key, one)  # the first one on the path is the one in use
        return found

    @cached_property
    def _by_top(self) -> dict[str, list[Installed]]:
        found: dict[str, list[Installed]] = {}
        for one in self.all:
            for module in sorted(one.modules):
                found.setdefault(module, []).append(one)
        return found

    def named(self, name: str) -> Installed | None:
        """The distribution of that name, whatever its spelling."""
        return self._by_key.get(normal(name))

    def having(self, module: str) -> list[Installed]:
        """Those that have a module in the top-level package of this one, by their own lists."""
        return self._by_top.get(module.partition(".")[0], [])

    def owners(self, module: str) -> list[Installed]:
        """Those that have the module itself, by their own lists of files."""
        return [one for one in self.having(module) if one.files_of(module)]

    def providers(self, module: str) -> list[Installed]:
        """Those of the module or, where none has that in its list, of the package that it is in."""
        name = module
        while name:
            owners = self.owners(name)
            if owners:
                return owners
            name = name.rpartition(".")[0]
        return [one for one in self.having(module) if one.project is not None]

    def of_file(self, file: str) -> list[Installed]:
        """Those of which the file is: by their lists, or below the project of an editable install."""
        # The file itself may be a link: installers can put those in the place of copies.
        place = os.path.join(folder(os.path.dirname(file)), os.path.normcase(os.path.basename(file)))
        return [one for one in self.all if _has(one, place)]

    def requiring(self, name: str) -> Iterator[tuple[Installed, Requirement]]:
        """Those that require the distribution `name`, in general or by an extra, and what they say."""
        key = normal(name)
        for one in self.all:
            for wanted in read(one.requires):
                if wanted.key == key:
                    yield one, wanted

    def requirements_unmet_by(self, one: Installed) -> Iterator[tuple[Installed, Requirement]]:
        """What it requires, and is installed in a version that will not do."""
        for wanted in read(one.requires):
            other = self.named(wanted.name)
            is_asked = wanted.extra is None and wanted.applies()
            if other is not None and is_asked and not wanted.is_met_by(other.version):
                yield other, wanted

    def unmet(self, one: Installed) -> Iterator[tuple[Installed, Requirement]]:
        """What requires the installed distribution in a version that it is not of."""
        for other, wanted in self.requiring(one.name or ""):
            if wanted.extra is None and wanted.applies() and not wanted.is_met_by(one.version):
                yield other, wanted


def _has(one: Installed, place: str) -> bool:
    if one.project is not None:
        return place.startswith(folder(one.project) + os.sep)
    root = folder(os.path.dirname(one.place)) + os.sep if one.place else ""
    if not root or not place.startswith(root):
        return False
    return place[len(root) :] in one.listed
