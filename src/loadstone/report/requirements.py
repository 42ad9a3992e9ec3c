"""Requirements of distributions: what they name, where they apply, and which versions meet them."""

from __future__ import annotations

import ast
import operator
import os
import platform
import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import attrs

from .._setting import kept
from ..distributions import normal
from .places import folder, is_site, site_directories

__all__ = ["Requirement", "is_met", "read", "requirement"]

_NAMED = re.compile(
    r"""\s*(?P<name>[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*
    (?:\[(?P<extras>[^\]]*)\])?\s*
    (?:@\s*(?P<url>\S+)|\(?(?P<versions>[^;()#@]*)\)?)\s*
    (?:;\s*(?P<marker>.*))?$""",
    re.VERBOSE,
)
_CLAUSE = re.compile(r"(===|~=|==|!=|<=|>=|<|>)\s*(\S+)")
_VERSION = re.compile(
    r"""\s*v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?(\d*))?
    (?:-(\d+)|[-_.]?(?:post|rev|r)[-_.]?(\d*))?(?:[-_.]?dev[-_.]?(\d*))?(?:\+([a-z0-9._-]+))?\s*$""",
    re.VERBOSE | re.IGNORECASE,
)
_LETTERS = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}


@attrs.frozen
class Requirement:
    """What a requirement says."""

    name: str
    """The name of the distribution."""
    extras: tuple[str, ...]
    """Its extras that are asked for."""
    versions: str
    """Which versions, as it is written; empty for any."""
    marker: str
    """In which environments it applies; empty for all."""
    url: str = ""
    """Where it comes from, if it says so."""

    def __str__(self) -> str:
        extras = f"[{','.join(self.extras)}]" if self.extras else ""
        return f"{self.name}{extras} @ {self.url}" if self.url else f"{self.name}{extras}{self.versions}"

    @property
    def key(self) -> str:
        """The name in the one spelling in which it can be compared."""
        return normal(self.name)

    @property
    def extra(self) -> str | None:
        """The extra that brings it: the first one of which its marker speaks."""
        found = re.search(r"""\bextra\s*==\s*["']([^"']+)["']""", self.marker)
        return found[1] if found else None

    def applies(self, extra: str = "") -> bool:
        """Whether it is required in this environment, with `extra`; what cannot be made out is not."""
        if not self.marker:
            return True
        if not extra and self.extra is not None and re.search(r"\bor\b", self.marker) is None:
            return False  # most are of extras that nobody asks for, and quick to see
        packaging = _packaging()
        try:
            if packaging is not None:
                return bool(packaging.marker(self.marker).evaluate({"extra": extra}))
            return _holds(ast.parse(self.marker, mode="eval").body, _environment() | {"extra": extra})
        except Exception:  # it is no marker
            return False

    def is_met_by(self, version: str | None) -> bool:
        """Whether the version will do; one that cannot be compared will."""
        return is_met(self.versions, version)


def requirement(text: str) -> Requirement | None:
    """The requirement that is written so (PEP 508); None for what is none."""
    found = _NAMED.match(" ".join(text.split()))  # a field may go on in the next line
    if found is None:
        return None
    extras = tuple(extra.strip() for extra in (found["extras"] or "").split(",") if extra.strip())
    versions = (found["versions"] or "").replace(" ", "")
    if not all(map(_CLAUSE.fullmatch, _clauses(versions))):
        return None
    return Requirement(found["name"], extras, versions, (found["marker"] or "").strip(), found["url"] or "")


def is_met(versions: str, version: str | None) -> bool:
    """Whether the version is one of those (PEP 440); one that cannot be compared is."""
    if not versions or version is None or (_VERSION.match(version) is None and "===" not in versions):
        return True
    packaging = _packaging()
    try:
        if packaging is not None:
            # What is installed is installed: that it is a pre-release is no fault of the requirement.
            return bool(packaging.specifiers(versions).contains(version, prereleases=True))
        return all(_is_met(one, version) for one in _clauses(versions))
    except Exception:  # they are none
        return True


def read(texts: tuple[str, ...]) -> Iterator[Requirement]:
    """The requirements among `texts`; what is none is passed over."""
    return filter(None, map(requirement, texts))


def _clauses(versions: str) -> list[str]:
    return [*filter(None, map(str.strip, versions.split(",")))]


@attrs.frozen
class _Packaging:
    """What the package packaging knows, which is all that there is to know of versions and markers."""

    specifiers: Callable[[str], Any]
    marker: Callable[[str], Any]


@cache
def _packaging() -> _Packaging | None:
    """Packaging, where it is installed, and whole; None elsewhere.

    A directory of that name in a project is common, and none of its code is to be executed for this.
    """
    try:
        spec = find_spec("packaging")
        place = os.path.dirname(os.path.dirname(spec.origin or "")) if spec is not None else ""
        if not place or not is_site(place, map(folder, site_directories())):
            return None
        with kept():
            specifiers, markers = (import_module(f"packaging.{name}") for name in ("specifiers", "markers"))
            found = _Packaging(cache(specifiers.SpecifierSet), markers.Marker)
            # What it imports lazily it is to import here, not where the user has files of the same names.
            found.marker("python_version > '3' and extra == 'c'").evaluate({"extra": "c"})
            found.specifiers(">=1").contains("1.0.dev1+a", prereleases=True)
    except Exception:  # as it may be damaged, too
        return None
    return found


def _is_met(wanted: str, version: str) -> bool:
    """Whether a version meets one clause of a specifier, without the help of packaging."""
    found = _CLAUSE.fullmatch(wanted)
    if found is None:
        raise ValueError(wanted)
    sign, other = found.groups()
    if sign == "===":
        return version.lower() == other.lower()
    if other.endswith(".*"):
        return _begins(version, _numbers(other[:-2])) is (sign == "==")
    if sign == "~=":
        return _is_met(f">={other}", version) and _begins(version, _numbers(other)[:-1])
    if "+" not in other:
        version = version.partition("+")[0]
    mine, its = _key(version), _key(other)
    if sign in "<>" and mine != its and _release(version) == _release(other):
        # Neither what comes before a release nor what is corrected after it counts as another one.
        is_whole = not _is_pre(other) and its[2] < 0
        if is_whole and (sign == ">" or _is_pre(version)):
            return False
    return _OPERATORS[sign](mine, its)


def _parts(version: str) -> re.Match[str]:
    found = _VERSION.match(version)
    if found is None:
        raise ValueError(version)
    return found


def _numbers(version: str) -> tuple[int, ...]:
    """The epoch of a version, and the numbers of its release as they are written."""
    found = _parts(version)
    return (int(found[1] or 0), *map(int, found[2].split(".")))


def _begins(version: str, start: tuple[int, ...]) -> bool:
    numbers = _numbers(version)
    return (numbers + (0,) * (len(start) - len(numbers)))[: len(start)] == start


def _release(version: str) -> tuple[int, ...]:
    """The epoch and the release, in the one spelling in which they can be compared."""
    numbers = list(_numbers(version))
    while not numbers[-1] and len(numbers) > 2:
        numbers.pop()
    return tuple(numbers)


def _is_pre(version: str) -> bool:
    found = _parts(version)
    return found[3] is not None or found[7] is not None


def _key(version: str) -> tuple[Any, ...]:
    """What orders versions: a development release before a pre-release, that before the release and so on."""
    found = _parts(version)
    release = _release(version)
    letter = (found[3] or "").lower()
    is_post = found[5] is not None or found[6] is not None
    post = int(found[5] or found[6] or 0) if is_post else -1
    dev = int(found[7] or 0) if found[7] is not None else None
    if letter:
        pre = (_LETTERS.get(letter, letter), int(found[4] or 0))
    else:
        pre = ("", 0) if dev is not None and not is_post else ("z", 0)
    local = tuple((1, int(one), "") if one.isdigit() else (0, 0, one) for one in _local(found[8]))
    return release, pre, post, (1, 0) if dev is None else (0, dev), local


def _local(text: str | None) -> list[str]:
    return re.split(r"[-_.]", text.lower()) if text else []


@cache
def _environment() -> dict[str, str]:
    release = sys.implementation.version
    return {
        "os_name": os.name,
        "sys_platform": sys.platform,
        "platform_machine": platform.machine(),
        "platform_python_implementation": platform.python_implementation(),
        "platform_release": platform.release(),
        "platform_system": platform.system(),
        "platform_version": platform.version(),
        "python_version": ".".join(platform.python_version_tuple()[:2]),
        "python_full_version": platform.python_version(),
        "implementation_name": sys.implementation.name,
        "implementation_version": ".".join(map(str, release[:3])),
    }


def _holds(node: ast.AST, values: dict[str, str]) -> bool:
    """Whether a marker holds. It is an expression of Python, of a few kinds."""
    if isinstance(node, ast.BoolOp):
        each = [_holds(value, values) for value in node.values]
        return all(each) if isinstance(node.op, ast.And) else any(each)
    if not isinstance(node, ast.Compare) or len(node.ops) != 1:
        raise ValueError(node)
    left, right = (_value(one, values) for one in (node.left, node.comparators[0]))
    if isinstance(node.ops[0], (ast.In, ast.NotIn)):
        return (left in right) is isinstance(node.ops[0], ast.In)
    sign = _SIGNS[type(node.ops[0])]
    names = {one.id for one in (node.left, node.comparators[0]) if isinstance(one, ast.Name)}
    if names & _VERSIONS:
        return _is_met(f"{sign}{right}", left)
    if names & {"extra"}:
        left, right = normal(left), normal(right)
    return _OPERATORS[sign](left, right)


_SIGNS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.GtE: ">=",
    ast.Gt: ">",
}
_VERSIONS = {"python_version", "python_full_version", "implementation_version"}


def _value(node: ast.AST, values: dict[str, str]) -> str:
    if isinstance(node, ast.Name):
        return values[node.id]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise ValueError(node)
