"""The causes that lie in versions: what one distribution requires of another, and names that come and go."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterator

from ...distributions import Installed, normal
from ..bindings import bindings_of, defining
from ..frozen import builder
from ..index import modules_of
from ..installer import installing, pip
from ..moves import ARRIVED, GONE
from ..places import is_same
from ..project import project_of
from ..remedy import editable
from ..requirements import is_met
from .case import Case, cause
from .failure import Lack, distribution_of, errors_of, is_engine, lacks_of, place_of, places_of
from .records import Cause
from .search import error_text

__all__ = ["known_move", "looked_up", "mismatch", "moved"]

# What NumPy, and what was built for it, say of versions that do not go together.
_BUILT = re.compile(
    r"numpy\.\w+ size changed|compiled (?:against|using) (?:NumPy|API version)|module compiled against ABI"
    r"|numpy\.core\.multiarray failed to import|_ARRAY_API not found"
)
_LOOKING = ("importlib.metadata", "importlib_metadata", "pkg_resources")


def mismatch(case: Case) -> Iterator[Cause]:
    """A distribution in a version that another, which took part in the failure, does not take."""
    if case.failure is None:
        return
    for error in errors_of(case.failure):
        if "VersionConflict" in (kind.__name__ for kind in type(error).__mro__) and len(error.args) >= 2:
            # It is pkg_resources that looks, for a script or a plugin: what it found, and what was required.
            found, wanted = error.args[:2]
            remedy = f"Install the version that is required: {installing(str(wanted))}"
            yield cause("LS247", f"{wanted} is required, and {found} is installed", remedy)
            return
    inventory = case.inventory
    taking_part = [one for file in _files(case.failure) for one in inventory.of_file(file)]
    for one in dict.fromkeys(taking_part):
        if not is_met(one.requires_python or "", platform.python_version()):
            evidence = f"{one.release} requires Python {one.requires_python}, and this is Python "
            remedy = f"Install a version that is for it: {pip('install', '--force-reinstall', str(one.name))}"
            yield cause("LS247", f"{evidence}{platform.python_version()}", remedy)
            return
    built = next(filter(None, (_BUILT.search(error_text(error)) for error in errors_of(case.failure))), None)
    other = inventory.named("numpy")
    if built is not None and other is not None:
        yield _built_for_another(other, [one for one in taking_part if one is not other])
        return
    lacks = lacks_of(case.failure)
    providers = list(dict.fromkeys(one for lack in lacks for one in inventory.providers(lack.module)))
    told = set()
    said = normal(" ".join(map(error_text, errors_of(case.failure))))
    for one in dict.fromkeys(taking_part):
        for other, wanted in inventory.requirements_unmet_by(one):
            is_lacking = other in providers or _is_named(other, said)
            if (one.name, other.name) not in told:
                told.add((one.name, other.name))
                why = f"{one.release} requires {wanted}, and {other.release} is installed"
                remedy = f"Install a version that both take: {installing(str(wanted))}"
                yield cause("LS247", [why, *map(_asks, lacks[:1])], remedy, proved=is_lacking)
    if told:
        return
    for other in providers:
        yield from _by_others(case, other, lacks[0])


def _built_for_another(numpy: Installed, others: list[Installed]) -> Cause:
    """Extension modules are built for a version of NumPy, and say so when they meet another."""
    who = others[0].release if others else "an extension module"
    evidence = f"{who} was built for another version of NumPy than {numpy.release}, which is installed"
    if not others:
        return cause("LS247", evidence)
    newer = pip("install", "--upgrade", str(others[0].name))
    return cause("LS247", evidence, f"Install one that is built for it: {newer}, or {installing('numpy<2')}")


def _is_named(one: Installed, text: str) -> bool:
    """Whether a message names the distribution."""
    return re.search(rf"(?<![a-z0-9]){re.escape(one.key or '-')}(?![a-z0-9])", text) is not None


def _files(failure: BaseException) -> list[str]:
    """The files whose code took part in the failure, the innermost first."""
    files = []
    for error in errors_of(failure):
        if isinstance(error, SyntaxError) and isinstance(error.filename, str):
            files.append(error.filename)
        files += [place.file for place in reversed(places_of(error)) if not is_engine(place)]
    return list(dict.fromkeys(files))


def _by_others(case: Case, other: Installed, lack: Lack) -> Iterator[Cause]:
    """What the project, or a distribution that took no part, requires of the one that lacks something."""
    place = place_of(lack.error)
    project = None if place is None else project_of(os.path.dirname(place.file))
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


def _asks(lack: Lack) -> str:
    what = f"the module {lack.module}" if lack.name is None else f"{lack.name!r} of {lack.module}"
    return f"{what} is asked for in {place_of(lack.error)}"


def moved(case: Case) -> Iterator[Cause]:
    """A name that the module does not have, in this version: where it is, or in which versions it was."""
    for lack in lacks_of(case.failure) if case.failure is not None else ():
        found = list(_by_table(case, lack)) or list(_by_files(case, lack))
        if found:
            yield from found
            return


def _by_table(case: Case, lack: Lack) -> Iterator[Cause]:
    owner = next(iter(case.inventory.providers(lack.module)), None)
    if owner is None and lack.module.partition(".")[0] not in sys.stdlib_module_names:
        return
    found = known_move(lack.full_name, owner)
    if found is None:
        return
    why, remedy = found
    place = place_of(lack.error)
    asking = next(iter(case.inventory.of_file(place.file)), None) if place is not None else None
    if asking is not None and asking.project is None and remedy.startswith("Use "):
        # The code is another's: it is not to be edited, but there may be a newer one.
        newer = f"Install a newer version of {asking.name}: {pip('install', '--upgrade', str(asking.name))}"
        remedy = ", ".join([newer, *remedy.split(", ", 1)[1:]])
    yield cause("LS252", [why, _asks(lack)], remedy)


def known_move(name: str, owner: Installed | None) -> tuple[str, str] | None:
    """Why a module or name is not there, and what to do, by what is known of the versions of its `owner`.

    That is None for the standard library. None where nothing is known, or it should be there.
    """
    names = [name[:end] for end in _ends(name)]
    name = next((name for name in names if name in GONE or name in ARRIVED), "")
    version = platform.python_version() if owner is None else owner.version
    home = "the standard library" if owner is None else owner.name or ""
    here = f"this is Python {version}" if owner is None else f"{owner.release} is installed"
    python = "Python " if owner is None else ""
    gone, arrived = GONE.get(name), ARRIVED.get(name)
    if gone is not None and is_met(f">={gone.version}", version):
        remedy = f"Use {gone.instead}"
        if owner is not None:
            remedy += f", or an older version of {home}: {installing(f'{home}<{gone.version}')}"
        return f"{name} has left {home} with {python}{gone.version}; {here}", remedy
    if arrived is not None and is_met(f"<{arrived.version}", version):
        remedy = f"Use Python {arrived.version} or later"
        if owner is not None:
            remedy = f"Install a newer version: {installing(f'{home}>={arrived.version}')}"
        elif name.startswith("typing."):
            remedy += f", or typing_extensions.{name.rpartition('.')[2]}"
        return f"{name} came to {home} with {python}{arrived.version}; {here}", remedy
    return None


def _ends(name: str) -> Iterator[int]:
    """Where a dotted name may be cut off: the whole of it first."""
    yield len(name)
    yield from (found.start() for found in reversed(list(re.finditer(r"\.", name))))


def _by_files(case: Case, lack: Lack) -> Iterator[Cause]:
    """What the files of the package, or another copy of it, define."""
    if lack.name is None:
        return
    owner = next(iter(case.inventory.providers(lack.module)), None)
    release = f"{lack.module}, of {owner.release}," if owner is not None else lack.module
    file = lack.file
    if _defines(file, lack):
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


def _other_copy(case: Case, lack: Lack, file: str | None) -> tuple[str, str] | None:
    """Another file for the module, further back on the path, that defines the name; and whose it is."""
    tail = lack.module.replace(".", os.sep)
    for entry in sys.path:
        if not isinstance(entry, str):
            continue
        for ending in (".py", f"{os.sep}__init__.py"):
            copy = os.path.join(entry or os.curdir, tail + ending)
            if not os.path.isfile(copy) or (file is not None and is_same(copy, file)):
                continue
            if _defines(copy, lack):
                owner = next(iter(case.inventory.of_file(copy)), None)
                return copy, "" if owner is None else f", of {owner.release}"
    return None


def _defines(file: str | None, lack: Lack) -> bool:
    bindings = bindings_of(file, lack.module)
    return bindings is not None and bindings.defines(lack.name or "")


def looked_up(case: Case) -> Iterator[Cause]:
    """A distribution whose metadata is asked for, and that is not installed."""
    for error in errors_of(case.failure) if case.failure is not None else ():
        name = distribution_of(error)
        if name is None:
            continue
        places = [place for place in places_of(error) if not is_engine(place)]
        asking = [place for place in places if not place.name.startswith(_LOOKING)]
        file = asking[-1].file if asking else ""
        where = f"{file}, line {asking[-1].line}," if asking else case.name
        evidence = f"{where} asks for the metadata of the distribution {name!r}, which is not installed"
        yield cause("LS248", f"{evidence} for {sys.executable}", _to_have(case, name, file))
        return


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
