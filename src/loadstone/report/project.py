"""A project: what its own files say of the distributions that it needs, and the modules that it has."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Iterator
from functools import cached_property
from glob import escape, glob
from importlib.machinery import all_suffixes
from typing import Any

import attrs

from ..distributions import normal
from .installer import pip
from .requirements import Requirement, requirement
from .toml import parser

__all__ = ["Ask", "Project", "project_of"]

_LOCKS = {"uv.lock": "uv sync", "poetry.lock": "poetry install", "pdm.lock": "pdm sync"}
_SIGNS = (
    *("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Pipfile"),
    *("Pipfile.lock", "pylock.toml", *_LOCKS),
)
_LAYOUTS = ("src", "lib", "python", "")


@attrs.frozen
class Ask:
    """Where a project asks for a distribution, and how that is installed."""

    requirement: Requirement
    """What it asks for."""
    place: str
    """The file, and what in it: a group or an extra."""
    command: str | None
    """What installs it as the project means it; None for an ordinary install."""


class Project:
    """The project in a directory. Nothing here raises an exception: what cannot be read is not there."""

    def __init__(self, root: str) -> None:
        """That in the directory `root`."""
        self.root = root

    @cached_property
    def name(self) -> str | None:
        """The name of its distribution, if it says so in a file that can be read without executing it."""
        names = (_in(self._pyproject, "project", "name"), _in(self._pyproject, "tool", "poetry", "name"))
        found = next((name for name in names if isinstance(name, str)), None)
        if found is None:
            written = re.search(r"^\s*name\s*=\s*([\w.-]+)\s*$", self._text("setup.cfg"), re.MULTILINE)
            written = written or re.search(r"""\bname\s*=\s*["']([\w.-]+)["']""", self._text("setup.py"))
            found = written[1] if written else None
        return found

    @property
    def key(self) -> str:
        """The name in the one spelling in which it can be compared; empty if it is not known."""
        return normal(self.name or "")

    @property
    def is_installable(self) -> bool:
        """Whether pip can install it."""
        return any(os.path.isfile(self._at(file)) for file in ("pyproject.toml", "setup.py"))

    def place_of(self, module: str) -> str | None:
        """Where the top-level module is among its files: below src or beside pyproject.toml."""
        for layout in _LAYOUTS:
            stem = os.path.join(self.root, layout, module)
            for suffix in all_suffixes():
                for file in (os.path.join(stem, f"__init__{suffix}"), f"{stem}{suffix}"):
                    if os.path.isfile(file):
                        return file
        return None

    def asks_for(self, distribution: str) -> Iterator[Ask]:
        """Where it asks for the distribution, whatever the spelling of the name."""
        key = normal(distribution)
        for ask in self._asks:
            if ask.requirement.key == key:
                yield ask

    @cached_property
    def _asks(self) -> tuple[Ask, ...]:
        try:
            return (*self._declared(), *self._listed(), *self._locked())
        except RecursionError:  # a file that is nested without end
            return ()

    def _declared(self) -> Iterator[Ask]:
        """What pyproject.toml asks for."""
        project, place = _in(self._pyproject, "project") or {}, self._at("pyproject.toml")
        here = shlex.quote(self.root)
        for one in _requirements(_in(project, "dependencies")):
            yield Ask(one, f"{place}, dependencies", None)
        for extra, wanted in _items(_in(project, "optional-dependencies")):
            command = pip("install", "-e", f"{self.root}[{extra}]")
            for one in _requirements(wanted):
                yield Ask(one, f"{place}, the extra {extra!r}", command)
        groups = dict(_items(_in(self._pyproject, "dependency-groups")))
        for group in groups:
            # pip has the option from 25.1 on.
            command = pip("install", "--group", f"{place}:{group}")
            for one in _requirements(_group(groups, group, ())):
                yield Ask(one, f"{place}, the dependency group {group!r}", command)
        poetry = _in(self._pyproject, "tool", "poetry")
        for name, _ in _items(_in(poetry, "dependencies")):
            yield from _named(name, f"{place}, [tool.poetry.dependencies]", f"poetry install -C {here}")
        for group, table in _items(_in(poetry, "group")):
            for name, _ in _items(_in(table, "dependencies")):
                command = f"poetry install -C {here} --with {group}"
                yield from _named(name, f"{place}, the group {group!r} of poetry", command)

    def _listed(self) -> Iterator[Ask]:
        """What the files of requirements ask for."""
        root = escape(self.root)
        for file in sorted(glob(f"{root}/*requirements*.txt") + glob(f"{root}/requirements/*.txt")):
            command = pip("install", "-r", file)
            for line in self._text(os.path.relpath(file, self.root)).splitlines():
                one = requirement(re.sub(r"(^|\s)#.*|\s--\S.*|\\$", "", line))
                if one is not None:
                    yield Ask(one, file, command)

    def _locked(self) -> Iterator[Ask]:
        """What lock files have."""
        for file, command in _LOCKS.items():
            for package in _list(_toml(self._at(file)).get("package")):
                yield from _named(_in(package, "name"), self._at(file), command)
        for file in sorted(glob(f"{escape(self.root)}/pylock*.toml")):
            for package in _list(_toml(file).get("packages")):
                yield from _named(_in(package, "name"), file, None)
        try:
            pipfile: Any = json.loads(self._text("Pipfile.lock") or "{}")
        except ValueError:
            pipfile = {}
        for section, command in (("default", "pipenv sync"), ("develop", "pipenv sync --dev")):
            for name, _ in _items(_in(pipfile, section)):
                yield from _named(name, self._at("Pipfile.lock"), command)

    @cached_property
    def _pyproject(self) -> dict[str, Any]:
        return _toml(self._at("pyproject.toml"))

    def _at(self, file: str) -> str:
        return os.path.join(self.root, file)

    def _text(self, file: str) -> str:
        try:
            with open(self._at(file), encoding="utf-8", errors="replace") as stream:
                return stream.read()
        except (OSError, ValueError):
            return ""


def project_of(folder: str) -> Project | None:
    """The project that the directory belongs to: the nearest one, from there upwards."""
    while folder:
        if any(os.path.isfile(os.path.join(folder, sign)) for sign in _SIGNS):
            return Project(folder)
        above = os.path.dirname(folder)
        folder = above if above != folder else ""
    return None


def _toml(file: str) -> dict[str, Any]:
    reader = parser()
    try:
        with open(file, "rb") as stream:
            return dict(reader.load(stream)) if reader is not None else {}
    except (OSError, ValueError, RecursionError):
        return {}


def _in(table: Any, *names: str) -> Any:
    """What is below these names; None if it is not there."""
    for name in names:
        table = table.get(name) if isinstance(table, dict) else None
    return table


def _items(table: Any) -> Iterator[tuple[str, Any]]:
    yield from table.items() if isinstance(table, dict) else ()


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _requirements(texts: Any) -> Iterator[Requirement]:
    for text in _list(texts):
        found = requirement(text) if isinstance(text, str) else None
        if found is not None:
            yield found


def _group(groups: dict[str, Any], name: str, seen: tuple[str, ...]) -> list[Any]:
    """What a dependency group asks for, with those that it includes (PEP 735)."""
    texts: list[Any] = []
    for one in _list(groups.get(name)):
        included = _in(one, "include-group")
        if isinstance(included, str) and included not in seen:
            texts += _group(groups, included, (*seen, name))
        else:
            texts.append(one)
    return texts


def _named(name: Any, place: str, command: str | None) -> Iterator[Ask]:
    found = requirement(name) if isinstance(name, str) else None
    if found is not None:
        yield Ask(found, place, command)
