"""The causes that lie in versions: what one distribution requires of another, and names that come and go."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterator
from types import ModuleType, TracebackType

import attrs

from ...distributions import Installed
from ...framework.kinds import attribute_of
from ..frozen import builder
from ..index import modules_of, normal
from ..installer import installing
from ..moves import ARRIVED, GONE
from ..project import project_of
from ..remedy import editable
from ..requirements import is_met
from .case import Case, cause
from .definitions import defining, definitions_of
from .records import Cause

__all__ = ["looked_up", "mismatch", "moved"]

_ENGINE = ("importlib._bootstrap", "importlib/_bootstrap")
_MOST = 5
_OWN = ("loadstone.", "importlib.metadata", "importlib_metadata", "pkg_resources")


@attrs.frozen
class _Lack:
    """A name that a module does not have."""

    module: str
    """The module: itself what is not there, if there is no name."""
    name: str | None
    file: str
    """The file whose code asks for it."""
    line: int
    own_file: str | None
    """Where the module itself is, if it is there."""

    @property
    def full_name(self) -> str:
        return self.module if self.name is None else f"{self.module}.{self.name}"


def mismatch(case: Case) -> Iterator[Cause]:
    """A distribution in a version that another, which took part in the failure, does not take."""
    if case.failure is None:
        return
    inventory = case.inventory
    files = list(dict.fromkeys(file for file, _ in _places(case.failure)))
    taking_part = [one for file in reversed(files) for one in inventory.of_file(file)]
    lacks = list(_lacks(case.failure))
    providers = {id(one): one for lack in lacks for one in _providers(case, lack)}
    told = set()
    for one in dict.fromkeys(taking_part):
        for other, wanted in inventory.requirements_unmet_by(one):
            is_lacking = id(other) in providers
            if (is_lacking or other in taking_part) and (one.name, other.name) not in told:
                told.add((one.name, other.name))
                evidence = [f"{one.release} requires {wanted}, and {other.release} is installed"]
                evidence += [_asks(lack) for lack in lacks[:1]]
                remedy = f"Install a version that both take: {installing(str(wanted))}"
                yield cause("LS247", evidence, remedy, proved=is_lacking)
    if told:
        return
    for other in providers.values():
        yield from _by_others(case, other, lacks[0])


def _by_others(case: Case, other: Installed, lack: _Lack) -> Iterator[Cause]:
    """What the project, or a distribution that took no part, requires of the one that lacks something."""
    project = project_of(os.path.dirname(lack.file))
    for ask in project.asks_for(other.name or "") if project is not None else ():
        if not ask.requirement.is_met_by(other.version):
            evidence = f"{ask.place} asks for {ask.requirement}, and {other.release} is installed"
            remedy = f"Install the version that is asked for: {installing(str(ask.requirement))}"
            yield cause("LS247", [evidence, _asks(lack)], remedy)
            return
    for one, wanted in case.inventory.unmet(other):
        evidence = f"{one.release} requires {wanted}, and {other.release} is installed"
        remedy = f"Install the version that is required: {installing(str(wanted))}"
        yield cause("LS247", [evidence, _asks(lack)], remedy, proved=False)
        return


def _asks(lack: _Lack) -> str:
    what = f"the module {lack.module}" if lack.name is None else f"{lack.name!r} of {lack.module}"
    return f"{lack.file}, line {lack.line}, asks for {what}"


def moved(case: Case) -> Iterator[Cause]:
    """A name that the module does not have, in this version: where it is, or in which versions it was."""
    for lack in _lacks(case.failure) if case.failure is not None else ():
        found = list(_by_table(case, lack)) or list(_by_files(case, lack))
        if found:
            yield from found
            return


def _by_table(case: Case, lack: _Lack) -> Iterator[Cause]:
    names = [lack.full_name[:end] for end in _ends(lack.full_name)]
    full_name = next((name for name in names if name in GONE or name in ARRIVED), None)
    if full_name is None:
        return
    owner = next(iter(_providers(case, lack)), None)
    is_standard = lack.module.partition(".")[0] in sys.stdlib_module_names
    if owner is None and not is_standard:
        return
    version = platform.python_version() if owner is None else owner.version
    home = "the standard library" if owner is None else owner.name or ""
    here = f"this is Python {version}" if owner is None else f"{owner.release} is installed"
    python = "Python " if owner is None else ""
    gone, arrived = GONE.get(full_name), ARRIVED.get(full_name)
    if gone is not None and is_met(f">={gone.version}", version):
        evidence = f"{full_name} has left {home} with {python}{gone.version}; {here}"
        remedy = f"Use {gone.instead}"
        if owner is not None:
            remedy += f", or an older version: {installing(f'{home}<{gone.version}')}"
        yield cause("LS252", [evidence, _asks(lack)], remedy)
    elif arrived is not None and is_met(f"<{arrived.version}", version):
        evidence = f"{full_name} came to {home} with {python}{arrived.version}; {here}"
        remedy = f"Use Python {arrived.version} or later"
        if owner is not None:
            remedy = f"Install a newer version: {installing(f'{home}>={arrived.version}')}"
        elif full_name.startswith("typing."):
            remedy += f", or typing_extensions.{lack.name}"
        yield cause("LS252", [evidence, _asks(lack)], remedy)


def _ends(name: str) -> Iterator[int]:
    """Where a dotted name may be cut off: the whole of it first."""
    yield len(name)
    yield from (found.start() for found in reversed(list(re.finditer(r"\.", name))))


def _by_files(case: Case, lack: _Lack) -> Iterator[Cause]:
    """What the files of the package, or another copy of it, define."""
    if lack.name is None:
        return
    owner = next(iter(_providers(case, lack)), None)
    release = f"{lack.module}, of {owner.release}," if owner is not None else lack.module
    file = lack.own_file
    if file is not None and lack.name in definitions_of(file):
        return  # it is there, further down: the module is not yet done
    place = f" ({file})" if file is not None else ""
    other = _other_copy(case, lack, file)
    if other is not None:
        copy, whose = other
        evidence = f"{release} has no {lack.name!r}{place}; {copy} has it{whose}, and is not what is found"
        remedy = "Uninstall the copy that is not wanted, or put the right directory first on sys.path."
        yield cause("LS252", [evidence, _asks(lack)], remedy)
        return
    homes = [name for name in defining(lack.module, lack.name) if name != lack.module]
    if homes:
        evidence = f"{release} has no {lack.name!r}{place}; {', '.join(homes)} has it"
        yield cause("LS252", [evidence, _asks(lack)], f"Import it so: from {homes[0]} import {lack.name}")


def _other_copy(case: Case, lack: _Lack, file: str | None) -> tuple[str, str] | None:
    """Another file for the module, further back on the path, that defines the name; and whose it is."""
    tail = lack.module.replace(".", os.sep)
    for entry in sys.path:
        if not isinstance(entry, str):
            continue
        for ending in (".py", f"{os.sep}__init__.py"):
            copy = os.path.join(entry or os.curdir, tail + ending)
            if not os.path.isfile(copy) or (file is not None and _is_same(copy, file)):
                continue
            if lack.name in definitions_of(copy):
                owner = next(iter(case.inventory.of_file(copy)), None)
                return copy, "" if owner is None else f", of {owner.release}"
    return None


def _is_same(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False


def looked_up(case: Case) -> Iterator[Cause]:
    """A distribution whose metadata is asked for, and that is not installed."""
    for error in _chain(case.failure) if case.failure is not None else ():
        name = _distribution_of(error)
        if name is None:
            continue
        file, line = next(iter(reversed(_places(error))), ("", 0))
        place = f"{file}, line {line}," if file else case.name
        evidence = f"{place} asks for the metadata of the distribution {name!r}, which is not installed"
        yield cause("LS248", f"{evidence} for {sys.executable}", _to_have(case, name, file))
        return


def _distribution_of(error: BaseException) -> str | None:
    """The distribution that the exception is about: of importlib.metadata, its backport, pkg_resources."""
    kinds = {kind.__name__ for kind in type(error).__mro__}
    # By their names: of a module that has been imported anew there are two classes.
    if "PackageNotFoundError" in kinds:
        name = error.args[0] if error.args else None
        return name if isinstance(name, str) else None
    if "DistributionNotFound" in kinds:
        name = getattr(error.args[0] if error.args else None, "project_name", None)
        return name if isinstance(name, str) else None
    return None


def _to_have(case: Case, name: str, file: str) -> str:
    """How the metadata comes to be there."""
    built = builder()
    if built is not None:
        return f"Build the application again, with {built.name}: {built.metadata.format(name=name)}"
    project = project_of(os.path.dirname(file)) if file else None
    if project is not None and project.key == normal(name):
        return f"Install the project: {editable(project.root)}"
    asks = list(project.asks_for(name)) if project is not None else []
    if asks or modules_of(name) or any(case.inventory.requiring(name)):
        return f"Install it: {installing(name)}"
    return f"If it is a project of yours, install it from its directory: {editable('.')}"


def _chain(failure: BaseException) -> Iterator[BaseException]:
    """The exception and what it comes of, the outermost first."""
    current: BaseException | None = failure
    seen: list[BaseException] = []
    while current is not None and len(seen) < _MOST and current not in seen:
        seen.append(current)
        yield current
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def _lacks(failure: BaseException) -> Iterator[_Lack]:
    """What the exception, or one that it comes of, did not find in a module."""
    for error in _chain(failure):
        file, line = next(iter(reversed(_places(error))), ("", 0))
        if isinstance(error, AttributeError) and isinstance(error.obj, ModuleType):
            own = attribute_of(error.obj, "__file__")
            yield _Lack(error.obj.__name__, error.name, file, line, own if isinstance(own, str) else None)
        elif isinstance(error, ModuleNotFoundError):
            if isinstance(error.name, str) and _distribution_of(error) is None:
                yield _Lack(error.name, None, file, line, None)
        elif isinstance(error, ImportError) and isinstance(error.name, str):
            # Before Python 3.12 the exception has the name only in its message.
            said = re.match(r"cannot import name '([^']+)'", error.msg or "")
            name = getattr(error, "name_from", None) or (said[1] if said else None)
            if isinstance(name, str):
                yield _Lack(error.name, name, file, line, error.path)


def _places(error: BaseException) -> list[tuple[str, int]]:
    """The files and lines that the exception went through, but for those of the import system."""
    places = []
    traceback: TracebackType | None = error.__traceback__
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        name = str(traceback.tb_frame.f_globals.get("__name__"))
        if not any(sign in file for sign in _ENGINE) and not name.startswith(_OWN):
            places.append((file, traceback.tb_lineno))
        traceback = traceback.tb_next
    return places


def _providers(case: Case, lack: _Lack) -> list[Installed]:
    """The distributions of the module that lacks something, or of the package that it is in."""
    name = lack.module
    while name:
        owners = case.inventory.owners(name)
        if owners:
            return owners
        name = name.rpartition(".")[0]
    return [one for one in case.inventory.having(lack.module) if one.project is not None]
