"""Requirements read: by `packaging` where it is installed, as far as that is certain without it."""

from __future__ import annotations

import importlib
import operator
import os
import re
from collections.abc import Callable
from typing import Any, Protocol

import attrs

from ..._setting import kept
from .environment import Environment

__all__ = ["Need", "Reader", "reader"]

_MODULES = ("requirements", "specifiers", "version")
_TEXT = re.compile(
    r"(?P<name>[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[(?P<extras>[^\]]*)\])?\s*"
    r"(?:@\s*(?P<url>[^;]*)|\(?(?P<versions>[^;@()]*)\)?)\s*(?:;(?P<marker>.*))?"
)
_CLAUSE = re.compile(r"(~=|==|!=|<=|>=|<|>)\s*([0-9]+(?:\.[0-9]+)*)(\.\*)?")
_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}


@attrs.frozen
class Need:
    """A requirement that holds here."""

    text: str
    """As it stands in the metadata, without its marker."""
    name: str
    versions: str
    """The versions that will do, as a specifier; empty if all will."""
    extras: frozenset[str] = frozenset()


class Reader(Protocol):
    """What reads requirements."""

    def need(self, text: str, extra: str) -> Need | None:
        """What is required with the extra; None if it does not hold here, or cannot be read."""

    def allows(self, versions: str, version: str) -> bool | None:
        """Whether the version will do; None if that cannot be said."""


class _Packaging:
    """By `packaging`, which knows markers and all kinds of versions."""

    def __init__(self, requirements: Any, specifiers: Any, versions: Any) -> None:
        self._requirements, self._specifiers, self._versions = requirements, specifiers, versions
        self._sets: dict[str, Any] = {}

    def need(self, text: str, extra: str) -> Need | None:
        try:
            found = self._requirements.Requirement(text)
            if found.marker is not None and not found.marker.evaluate({"extra": extra}):
                return None
        except Exception:  # no requirement, or a marker that is none
            return None
        plain = text.partition(";")[0].strip()
        return Need(plain, str(found.name), str(found.specifier), frozenset(map(str, found.extras)))

    def allows(self, versions: str, version: str) -> bool | None:
        try:
            if versions not in self._sets:
                self._sets[versions] = self._specifiers.SpecifierSet(versions)
            # What is installed is installed: that it is a pre-release is no fault of the requirement.
            return bool(self._sets[versions].contains(self._versions.Version(version), prereleases=True))
        except Exception:
            return None


class _Plain:
    """Without it: what has no marker, and versions that are numbers."""

    def need(self, text: str, extra: str) -> Need | None:
        match = _TEXT.fullmatch(text.strip())
        if match is None or match["marker"] is not None:
            return None
        extras = (match["extras"] or "").split(",")
        versions = (match["versions"] or "").strip()
        return Need(text.strip(), match["name"], versions, frozenset(filter(None, map(str.strip, extras))))

    def allows(self, versions: str, version: str) -> bool | None:
        if not _PLAIN.fullmatch(version):
            return None
        for clause in filter(None, map(str.strip, versions.split(","))):
            match = _CLAUSE.fullmatch(clause)
            if match is None:
                return None
            if not _holds(match[1], _numbers(match[2]), bool(match[3]), _numbers(version)):
                return False
        return True


def _holds(sign: str, wanted: list[int], is_prefix: bool, found: list[int]) -> bool:
    if sign == "~=":
        return _holds(">=", wanted, False, found) and _holds("==", wanted[:-1], True, found)
    if is_prefix:
        found = [*found, *[0] * len(wanted)][: len(wanted)]
    longest = max(len(wanted), len(found))
    return _OPERATORS[sign](*([*numbers, *[0] * (longest - len(numbers))] for numbers in (found, wanted)))


def _numbers(version: str) -> list[int]:
    return [int(number) for number in version.split(".")]


def reader(environment: Environment) -> Reader:
    """By `packaging`, if it is installed, and can be imported."""
    try:
        spec = environment.find("packaging")
        place = os.path.dirname(os.path.dirname(str(spec.origin))) if spec is not None else ""
        if not place or not environment.is_site(place):
            return _Plain()  # a local module of that name is not to be run
        with kept():
            modules = [importlib.import_module(f"packaging.{name}") for name in _MODULES]
            found = _Packaging(*modules)
            # What it imports lazily it is to import here, not where the user has files of the same names.
            found.need("a[b]>=1; python_version > '3' and extra == 'c'", "c")
            found.allows(">=1", "1.0.dev1+a")
    except Exception:  # as it may be damaged, too
        return _Plain()
    return found
