"""A module that is wanted and not installed: what would bring it, by what is known here."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cached_property

import attrs

from ...distributions import Installed, normal
from ..index import DISTRIBUTIONS, known_in, spelt
from ..installer import installing
from ..known import LEFT
from ..places import current_directory
from ..project import Ask, Project, project_of
from ..requirements import Requirement
from .case import cause
from .inventory import Inventory
from .records import Cause

__all__ = ["Want", "to_install"]

_MOST = 3


@attrs.frozen(slots=False)
class Want:
    """A module that is not there."""

    name: str
    """The module that is missing: it, or a parent of it, is what is wanted."""
    asked: str
    """The module that is wanted."""
    inventory: Inventory
    """What is installed."""
    importer: Installed | None = None
    """The distribution that imports it, if that is known."""
    is_by_failure: bool = False
    """Whether code has imported it, in vain."""
    folder: str = ""
    """Where the code is that is to have it; empty for the working directory."""

    @property
    def is_top(self) -> bool:
        """Whether no parent of it is there."""
        return "." not in self.name

    @cached_property
    def project(self) -> Project | None:
        """The project in whose directory this happens."""
        return project_of(self.folder) or project_of(current_directory())

    @cached_property
    def known(self) -> tuple[str, ...]:
        """The distributions that are known to have what is missing: that which is to be installed first."""
        key = known_in(self.asked)
        return DISTRIBUTIONS[key] if key.count(".") >= self.name.count(".") and key else ()

    @property
    def subject(self) -> str:
        """The module that the distribution has: the missing one, or a well-known one in it."""
        return known_in(self.asked) if self.known else self.name

    @cached_property
    def release(self) -> Installed | None:
        """One of them that is installed all the same."""
        return next(filter(None, map(self.inventory.named, self.known)), None)

    @cached_property
    def candidates(self) -> tuple[str, ...]:
        """What the distribution may be called, if something here names it so."""
        return self.known or ((self.name,) if self.is_top else ())


def to_install(want: Want) -> Iterator[Cause]:
    """What is to be installed, by the project, by what is installed, and by what is well known.

    Nothing else is named: what an index has under the name of a module may be a stranger's.
    """
    if want.release is not None:
        yield _without_it(want, want.known[0], want.release)
        return
    required = [pair for one in want.candidates for pair in want.inventory.requiring(one)]
    extras = [pair for pair in required if pair[1].extra is not None]
    own = [pair for pair in extras if pair[0] is want.importer]
    plain = [pair for pair in required if pair[1].extra is None and pair[1].applies()]
    if own:
        yield _by_extras(want, own)
    yield from _by_project(want)
    if plain:
        yield _by_requirement(want, *plain[0])
    elif want.known:
        yield _by_index(want, want.known[0])
    elif want.is_top and not required and want.inventory.named(want.name) is None:
        yield from _by_spelling(want)
    if extras and not own:
        yield _by_extras(want, extras)


def _here() -> str:
    return f"which is not installed for {sys.executable}"


def _by_extras(want: Want, extras: list[tuple[Installed, Requirement]]) -> Cause:
    evidence = [
        f"{one.release} has the extra {wanted.extra!r}, which brings {wanted}: that is not installed"
        for one, wanted in extras[:_MOST]
    ]
    if extras[0][1].key != normal(want.subject):
        evidence[0] = f"{want.subject!r} comes with {extras[0][1].name!r}; {evidence[0]}"
    one, wanted = extras[0]
    return cause("LS241", evidence, f"Install the extra: {installing(f'{one.name}[{wanted.extra}]')}")


def _by_project(want: Want) -> Iterator[Cause]:
    project = want.project
    asks: list[Ask] = []
    if project is not None:
        asks = [ask for one in want.candidates for ask in project.asks_for(one)]
    if not asks:
        return
    name = asks[0].requirement.name
    comes = "" if normal(name) == normal(want.subject) else f"{want.subject!r} comes with {name!r}; "
    evidence = [f"{comes}{ask.place} asks for {ask.requirement}, {_here()}" for ask in asks[:_MOST]]
    command = next((ask.command for ask in asks if ask.command), None)
    if command is None:
        command = installing(str(asks[0].requirement))
    yield cause("LS242", evidence, f"Install what the project asks for: {command}")


def _by_requirement(want: Want, one: Installed, wanted: Requirement) -> Cause:
    code = "LS240" if wanted.key == normal(want.subject) else "LS202"
    evidence = f"{one.release} requires {wanted}, {_here()}"
    if code == "LS202":
        evidence = f"{want.subject!r} comes with the distribution {wanted.name!r}; {evidence}"
    return cause(code, evidence, f"Install it: {installing(str(wanted))}")


def _by_index(want: Want, name: str) -> Cause:
    found = _of_known(want, name)
    stubs = want.inventory.named(f"types-{name}") or want.inventory.named(f"{name}-stubs")
    if stubs is None:
        return found
    return attrs.evolve(found, evidence=f"{found.evidence}\n{stubs.release} has only stubs for type checkers")


def _by_spelling(want: Want) -> Iterator[Cause]:
    """A well-known module that is spelt otherwise, whose distribution is not installed."""
    module = spelt(want.name)
    if module is None or any(map(want.inventory.named, DISTRIBUTIONS[module])):
        return
    name = DISTRIBUTIONS[module][0]
    what = f"{want.name!r} is no well-known module, {module!r} is one, of the distribution {name!r}"
    yield cause("LS202", f"{what}, {_here()}", f"Import {module}; to install it: {installing(name)}")


def _of_known(want: Want, name: str) -> Cause:
    module = want.subject
    if module in LEFT:
        return _left(module, name, f"{module!r} comes with the distribution {name!r}, {_here()}")
    if normal(name) == normal(module):
        evidence = f"{module!r} is of the distribution {name!r}, {_here()}"
        return cause("LS240", evidence, f"Install it: {installing(name)}")
    evidence = f"{module!r} comes with the distribution {name!r}, {_here()}"
    return cause("LS202", evidence, f"Install it: {installing(name)}")


def _without_it(want: Want, name: str, there: Installed) -> Cause:
    """What is known to have it is installed, in a version that does not have it."""
    evidence = f"{want.name!r} comes with the distribution {name!r}; {there.release} is installed, "
    evidence += "which does not have it"
    if want.name in LEFT:
        return _left(want.name, name, evidence)
    for other, wanted in want.inventory.unmet(there):
        evidence += f"; {other.release} requires {wanted}"
        return cause("LS202", evidence, f"Install the version that is required: {installing(str(wanted))}")
    names = ", ".join(sorted(there.modules)) or "none that it tells"
    return cause("LS202", evidence, f"Install another version of {name}; this one has the modules {names}.")


def _left(module: str, name: str, evidence: str) -> Cause:
    version, instead = LEFT[module]
    without = f"{name} {'.'.join(map(str, version))}"
    older = installing(without.replace(" ", "<"))
    return cause("LS202", f"{evidence}; it has left with {without}", f"Use {instead}, or: {older}")
