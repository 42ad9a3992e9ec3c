"""The causes that lie in what is installed, and does not give the module."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from glob import escape, glob
from importlib.machinery import all_suffixes

from ...distributions import ASIDE, Installed, installed, normal
from ..bindings import bindings_of
from ..frozen import builder
from ..index import modules_of
from ..installer import installing
from ..places import site_directories
from ..project import Project
from ..remedy import again, editable, editable_again
from .case import Case, cause
from .records import Cause
from .versions import known_move
from .want import Want, to_install

__all__ = ["distribution", "hidden_editable", "lost_editable", "lost_init", "not_built_in", "wanting"]

_INITS = tuple(f"__init__{suffix}" for suffix in all_suffixes())
# What pip may put in the place of the first characters of a name, when it puts the file aside.
_ASIDE = "-~.=%0123456789"


def not_built_in(case: Case) -> Iterator[Cause]:
    """In an application into which its modules have been built: nothing can be installed there."""
    built = builder()
    if built is None or (not case.is_complete and case.last.is_there):
        return
    evidence = f"{case.missing!r} was not built into this frozen application, {sys.executable}"
    yield cause(
        "LS250", evidence, f"Build it again, with {built.name}: {built.module.format(name=case.name)}"
    )


def distribution(case: Case) -> Iterator[Cause]:
    """What is installed and should have the module, or what would have to be."""
    if case.is_complete or not case.last.is_there:
        asking = case.inventory.of_file(case.asker.file) if case.asker is not None else []
        importer = next(iter(asking), None)
        folder = case.start or ""
        if case.asker is not None and importer is None:
            folder = os.path.dirname(case.asker.file)
        by_failure = case.asker is not None
        yield from wanting(Want(case.missing, case.name, case.inventory, importer, by_failure, folder))


def wanting(want: Want) -> Iterator[Cause]:
    """Why a module is not there: of the reasons that are known, the first that holds."""
    for check in _CHECKS:
        found = list(check(want))
        yield from found
        if found:
            return


def _put_aside(want: Want) -> Iterator[Cause]:
    """What pip has put aside, to replace it, and neither removed nor brought back."""
    if not want.is_top:
        return
    for entry in sys.path:
        for name in _listing(entry):
            rest = name.lstrip(_ASIDE)
            if not name.startswith(ASIDE) or not rest or len(name.removesuffix(".py")) != len(want.name):
                continue
            if want.name.endswith(rest.removesuffix(".py")):
                aside = os.path.join(entry, name)
                evidence = f"{aside} is what pip put aside to replace {want.name!r}, when it was interrupted"
                owner = _aside_owner(entry, want.name)
                metadata = f"{name.removesuffix('.py')}-"
                others = [one for one in _listing(entry) if one.startswith(metadata)]
                places = " and ".join([aside, *(os.path.join(entry, one) for one in others)])
                remedy = f"Delete {places}, and install it again"
                yield cause("LS251", evidence, f"{remedy}: {installing(owner)}" if owner else f"{remedy}.")
                return


def _aside_owner(entry: str, module: str) -> str | None:
    """The name of the distribution whose metadata was put aside with the module."""
    for one in installed([entry]):
        if one.name is None or not one.is_aside:
            continue
        if module in one.modules or one.key == normal(module):
            return one.name
    return None


def _moved(want: Want) -> Iterator[Cause]:
    """An editable install whose project is gone, or does not lead to the module."""
    top = want.name.partition(".")[0]
    for one in want.inventory.all:
        if one.project is None or (not want.is_top and os.path.isdir(one.project)):
            continue  # what is missing further in is not missing for the way to the project
        if top in one.modules or one.key == normal(top):
            yield _editable(one.release, one.name or "", one.project, top)
            return
    for folder in site_directories():
        for link in sorted(glob(os.path.join(escape(folder), "*.egg-link"))):
            name = os.path.basename(link).removesuffix(".egg-link")
            project = _first_line(link)
            if normal(name) == normal(top) and project and not os.path.isdir(project):
                yield _editable(link, name, project, top)
                return


def _editable(what: str, name: str, project: str, module: str) -> Cause:
    if os.path.isdir(project):
        file = Project(project).place_of(module)
        lacks = f"nothing leads to {file}" if file is not None else f"has no {module!r} at its top, or in src"
        evidence = f"{what} is an editable install of {project}, which is there; {lacks}"
    else:
        evidence = f"{what} is an editable install of {project}, which is not there"
    return cause("LS249", evidence, editable_again(name, project))


def _listed(want: Want) -> Iterator[Cause]:
    """A distribution whose list of files has the module."""
    for one in want.inventory.owners(want.name):
        files = one.files_of(want.name)
        gone = [file for file in files if not os.path.exists(one.place_of(file))]
        if len(gone) == len(files):
            evidence = f"{one.release} has {gone[0]}, by its own list, and it is not there"
            yield cause("LS201", [evidence, *_lost(one)], again(one))
            return
    if not want.is_top:
        return
    for one in want.inventory.having(want.name)[:1]:
        evidence = f"{one.release} has {want.name!r}, by its own list, and it is not found"
        yield cause("LS201", [evidence, *_lost(one)], again(one))


def _lost(one: Installed) -> Iterator[str]:
    """How many of its files are gone, if that is more than one."""
    # Caches are made and deleted by others.
    files = [file for file in one.files if "__pycache__" not in file]
    gone = [file for file in files if not os.path.exists(one.place_of(file))]
    if len(gone) > 1:
        yield f"of its {len(files)} files {len(gone)} are not there"


def _of_the_project(want: Want) -> Iterator[Cause]:
    """The project in whose directory this happens has it, and is not installed."""
    project = want.project
    if project is None or not want.is_top or not project.is_installable or project.name is None:
        return
    file = project.place_of(want.name)
    if file is not None and want.inventory.named(project.name) is None:
        evidence = f"{file} is of the project {project.name}, which is not installed for {sys.executable}"
        yield cause("LS253", evidence, f"Install the project: {editable(project.root)}")


def _namesake(want: Want) -> Iterator[Cause]:
    """A distribution is called as the module, and has others."""
    one = want.inventory.named(want.asked) or (want.inventory.named(want.name) if want.is_top else None)
    if one is not None:
        names = ", ".join(sorted(one.modules))
        if not names or (one.key == normal(want.asked) and "." in want.asked):
            evidence = f"{one.release}, which is installed, has no file of {want.asked!r}, by its own list"
            yield cause("LS246", evidence, again(one))
        else:
            evidence = f"the distribution {one.release} is installed; its modules are {names}"
            yield cause("LS202", evidence, f"Import one of them: {names}.")
        return
    names = ", ".join(modules_of(want.name)) if want.is_top else ""
    if names:
        evidence = f"{want.name!r} is the name of a distribution; its module is {names!r}"
        yield cause("LS202", evidence, f"Import {names!r}, which {installing(want.name)} brings.")


def _not_in_it(want: Want) -> Iterator[Cause]:
    """The package that it would be in is of a distribution that does not have it."""
    parent = want.name.rpartition(".")[0]
    for one in want.inventory.owners(parent) if parent else ():
        if one.project is not None or _defines(one, parent, want.name.rpartition(".")[2]):
            continue
        evidence = f"{one.release}, which is installed, has no {want.name}, by its own list"
        move = known_move(want.asked, one)
        if move is not None:
            yield cause("LS252", *move)
            return
        unmet = list(want.inventory.unmet(one))
        for other, wanted in unmet[:1]:
            remedy = f"Install the version that is required: {installing(str(wanted))}"
            yield cause(
                "LS247",
                f"{evidence}; {other.release} requires {wanted}",
                remedy,
                proved=not want.is_by_failure or other is want.importer,
            )
        if not unmet:
            yield cause("LS246", evidence, f"Mend the name, or install a version of {one.name} that has it.")
        return


def _defines(one: Installed, module: str, name: str) -> bool:
    """Whether the module has the name, which is then no submodule's."""
    found = (bindings_of(one.place_of(file), module) for file in one.files_of(module))
    return any(bindings is not None and bindings.has(name) for bindings in found)


_CHECKS: tuple[Callable[[Want], Iterator[Cause]], ...] = (
    _put_aside,
    _moved,
    _listed,
    _of_the_project,
    to_install,
    _namesake,
    _not_in_it,
)


def lost_init(case: Case) -> Iterator[Cause]:
    """A namespace package only because the `__init__` that was installed for it is gone."""
    top = case.steps[0]
    if top.spec is None or top.spec.loader is not None:
        return
    for one in installed():
        for file in one.files:
            folder, _, base = file.rpartition("/")
            if folder != top.name or base not in _INITS or os.path.exists(one.place_of(file)):
                continue
            if one.name is not None and not one.is_aside:
                evidence = f"{one.release} has {file}, by its own list, and it is not there"
                yield cause("LS201", [evidence, *_lost(one)], again(one))
                return


def lost_editable(case: Case) -> Iterator[Cause]:
    """An editable install whose finder goes on telling of files that have moved away."""
    spec = case.last.spec
    if spec is None or not spec.has_location or spec.origin is None or os.path.exists(spec.origin):
        return
    for one in case.inventory.of_file(spec.origin):
        if one.project is not None:
            yield _editable(one.release, one.name or "", one.project, case.steps[0].name)
            return


def hidden_editable(case: Case) -> Iterator[Cause]:
    """A folder without `__init__`, such as a checkout, that is found before an editable install's package.

    The finder of the latter comes after the search along the path, which takes any folder for a portion.
    """
    top = case.steps[0]
    if top.spec is None or top.spec.loader is not None:
        return
    for shadow in top.shadows:
        if shadow.spec.loader is None or shadow.entry is not None or shadow.spec.origin is None:
            continue
        owner = next((one for one in case.inventory.of_file(shadow.spec.origin) if one.project), None)
        whose = "" if owner is None else f", the editable install {owner.release}"
        folders = ", ".join(top.spec.search_locations or ())
        evidence = f"{folders} has no __init__.py, and is found before {shadow.spec.origin}{whose}"
        remedy = "Start Python in another directory, or with -P"
        if owner is not None and owner.project is not None:
            remedy += f", or have it installed by a path: {editable(owner.project)} --config-settings "
            remedy += "editable_mode=compat"
        yield cause("LS249", evidence, f"{remedy}.")
        return


def _listing(entry: object) -> list[str]:
    try:
        return sorted(os.listdir(entry)) if isinstance(entry, str) else []
    except (OSError, ValueError):
        return []


def _first_line(file: str) -> str:
    try:
        with open(file, encoding="utf-8", errors="replace") as stream:
            return stream.readline().strip()
    except OSError:
        return ""
