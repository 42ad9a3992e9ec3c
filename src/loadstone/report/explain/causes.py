"""The causes that an explanation names: what was seen, and what to do about it."""

from __future__ import annotations

import difflib
import keyword
import os
import pkgutil
import re
import site
import sys
import sysconfig
from collections.abc import Callable, Iterable, Iterator, Mapping
from glob import escape, glob, iglob
from importlib.machinery import PathFinder, all_suffixes
from itertools import islice
from types import ModuleType
from typing import Any

import attrs

from ...distributions import Installed, installed, providers
from .circle import circle_of_error, circle_of_running
from .codes import CODES
from .known import ADDED, DISTRIBUTIONS, LEFT, REMOVED
from .misses import ABSENT
from .records import Answer, Cause, Miss, SpecRecord, Step

__all__ = ["Case", "causes_of", "prepare"]


@attrs.define
class Case:
    """What is known when the search is over."""

    name: str
    """The module that was asked about."""
    steps: list[Step]
    """The searches for its parents and for itself, as far as they went."""
    found: bool
    """Whether the module would be found, and did not fail."""
    path: Any
    """The search path of the module; None at top level, or where the parent has none."""
    failure: BaseException | None
    """What the module, or a parent, raised while it was executed."""

    @property
    def last(self) -> Step:
        """The step at which it ended."""
        return self.steps[-1]

    @property
    def is_complete(self) -> bool:
        """Whether the parents are there, so that the module itself was looked for."""
        return self.last.name == self.name

    @property
    def parent(self) -> Step | None:
        """The parent of the module that could not be found, or that is no package."""
        if not self.is_complete:
            return self.last
        return self.steps[-2] if len(self.steps) > 1 else None

    @property
    def missing(self) -> str:
        """The module that could not be found: a parent, or the one that was asked about."""
        if self.is_complete or not self.last.is_there:
            return self.last.name
        return self.last.name + "." + self.name[len(self.last.name) + 1 :].partition(".")[0]

    @property
    def tail(self) -> str:
        """The last part of the name of what is missing."""
        return self.missing.rpartition(".")[2]


def prepare() -> None:
    """Have imported what the standard library would import while causes are looked for.

    For a search path on which there may be files that hide the standard library's.
    """
    sysconfig.get_path("stdlib")
    for distribution in islice(installed(), 1):
        distribution.troubles()


def causes_of(case: Case) -> tuple[Cause, ...]:
    """What is likely wrong, the likeliest first; much of it is asked only where the module is not found."""
    causes = [cause for check in _ALWAYS for cause in check(case)]
    if not case.found and case.failure is None:
        causes += [cause for check in _IF_MISSING for cause in check(case)]
        if any(cause.code in _CERTAIN for cause in causes):
            causes = [cause for cause in causes if cause.code != "LS203"]
        if not causes:
            remedy = f"Install what has it: {sys.executable} -m pip install NAME, or mend the name."
            causes.append(_cause("LS225", f"no finder knows {case.missing!r}", remedy))
    return tuple(causes)


def _cause(code: str, evidence: str, remedy: str | None = None) -> Cause:
    entry = CODES[code]
    return Cause(code, entry.title, evidence, entry.remedy if remedy is None else remedy)


def _none(case: Case) -> Iterator[Cause]:
    for step in case.steps:
        if step.imported is not None and step.imported.state == "None":
            remedy = f"Find what puts it there, or take it away: del sys.modules[{step.name!r}]."
            yield _cause("LS206", f"sys.modules[{step.name!r}] is None", remedy)


def _circular(case: Case) -> Iterator[Cause]:
    if case.failure is not None:
        circle = circle_of_error(case.failure)
        if circle is not None:
            yield _cause("LS205", circle)
        return
    for step in case.steps:
        if step.imported is not None and step.imported.state == "initialising":
            circle = circle_of_running(step.name)
            yield _cause("LS205", circle or f"{step.name}.__spec__ says that it is being initialised")


def _raised(case: Case) -> Iterator[Cause]:
    loading = case.last.loading
    if loading is None or loading.error is None:
        return
    where = f" in {loading.file}, line {loading.line}" if loading.file else ""
    evidence = f"{case.last.name}: {loading.error}{where}"
    remedy = None
    if isinstance(case.failure, ModuleNotFoundError) and case.failure.name:
        remedy = f"Ask about the module that it lacks: python -m loadstone explain {case.failure.name}"
    yield _cause("LS220", evidence, remedy)


def _finder_raised(case: Case) -> Iterator[Cause]:
    told = set()
    for step in case.steps:
        for answer in _answers(step.asked):
            if answer.error is None or answer.error in told or any(n.error for n in answer.nested):
                continue
            told.add(answer.error)
            entry = next((f", at {entry.entry}" for entry in answer.entries if entry.error), "")
            yield _cause("LS211", f"{answer.finder}, asked for {answer.name!r}{entry}: {answer.error}")
        if step.error is not None and not told:
            yield _cause("LS211", f"{step.name!r}: {step.error}")


def _disagreement(case: Case) -> Iterator[Cause]:
    for step in case.steps:
        imported = step.imported
        if imported is None or imported.state != "imported" or imported.agrees or not step.asked:
            continue
        if imported.spec is not None and imported.spec.name != step.name:
            continue  # one module may stand under several names
        if imported.spec is None:
            evidence = f"{step.name} in sys.modules has no __spec__"
        else:
            now = "nothing" if step.spec is None else step.spec.place
            evidence = f"{step.name} was imported from {imported.spec.place}; a search finds {now}"
        if imported.file is not None and imported.spec is None:
            evidence += f"; its __file__ is {imported.file}"
        yield _cause("LS219", evidence)


def _hides_the_standard(case: Case) -> Iterator[Cause]:
    top = case.steps[0]
    if top.name not in sys.stdlib_module_names or top.spec is None or not top.spec.has_location:
        return
    origin = top.spec.origin or ""
    if _is_standard(origin):
        return
    hidden = next((shadow.spec.place for shadow in top.shadows if _is_standard(shadow.spec.place)), None)
    if hidden is not None:
        remedy = f"Rename {origin}, and delete its cache in __pycache__."
        yield _cause("LS204", f"{origin} is found before {hidden}", remedy)


def _is_standard(place: str) -> bool:
    if place in ("built-in", "frozen"):
        return True
    outside = ("site-packages", "dist-packages")
    standard = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), os.path.dirname(os.__file__)}
    # The directory with the extension modules is below these, that of site-packages too.
    return any(place.startswith(f"{folder}{os.sep}") for folder in standard) and not any(
        f"{os.sep}{name}{os.sep}" in place for name in outside
    )


def _misses(case: Case) -> Iterator[Cause]:
    by_code: dict[str, list[str]] = {}
    for miss in _near(case):
        if miss.reason != ABSENT:
            texts = by_code.setdefault(miss.code, [])
            text = f"{miss.path}: {miss.reason}"
            if text not in texts:
                texts.append(text)
    order = ("LS210", "LS212", "LS213", "LS214", "LS217", "LS216", "LS218")
    for code in order:
        if code in by_code:
            yield _cause(code, "\n".join(by_code[code]))


def _near(case: Case) -> Iterator[Miss]:
    for answer in _answers(case.last.asked):
        for entry in answer.entries:
            yield from entry.misses


def _doubtful(case: Case) -> Iterator[Cause]:
    """What was found, and will not load, or is a namespace package only for want of an `__init__`."""
    spec = case.last.spec
    if not case.found or spec is None:
        return
    for miss in _near(case):
        if miss.path == spec.origin or os.path.dirname(miss.path) in (spec.search_locations or ()):
            yield _cause(miss.code, f"{miss.path}: {miss.reason}")


def _answers(asked: Iterable[Answer]) -> Iterator[Answer]:
    for answer in asked:
        yield answer
        yield from _answers(answer.nested)


def _no_name(case: Case) -> Iterator[Cause]:
    parts = case.name.split(".")
    better = case.name
    if re.search(r"\.(pyc?|pyw|pyi|so|pyd)$", better):
        better = better.rpartition(".")[0]
    better = better.strip("./\\").replace("/", ".").replace(os.sep, ".").removesuffix(".__init__")
    if better != case.name:
        yield _cause("LS221", f"{case.name!r} is the name of a file", f"Its module would be {better!r}.")
    elif "-" in case.name:
        better = case.name.replace("-", "_")
        yield _cause("LS214", f"{case.name!r} has a hyphen", f"The module may be called {better!r}.")
    elif not all(part.isidentifier() and not keyword.iskeyword(part) for part in parts):
        yield _cause("LS221", f"{case.name!r} is not made of identifiers with dots between them")


def _not_in_this_version(case: Case) -> Iterator[Cause]:
    version = sys.version_info[:2]
    here = f"this is Python {version[0]}.{version[1]}"
    top = case.missing.partition(".")[0]
    since, instead = REMOVED.get(top, ((9, 0), ""))
    if version >= since:
        gone = f"{top!r} has left the standard library in Python {since[0]}.{since[1]}; {here}"
        yield _cause("LS215", gone, f"Use {instead}." if instead else "There is nothing in its place.")
    since, instead = ADDED.get(case.missing, ((0, 0), ""))
    if version < since:
        new = f"{case.missing!r} came in Python {since[0]}.{since[1]}; {here}"
        yield _cause("LS215", new, f"Use a newer Python{f', or {instead}' if instead else ''}.")
    elif case.missing in sys.stdlib_module_names:
        evidence = f"{case.missing!r} is of the standard library, but not of this build for {sys.platform}"
        remedy = "It is of another platform, was left out of the build, or is a package of the system's own."
        yield _cause("LS215", evidence, remedy)


def _no_package(case: Case) -> Iterator[Cause]:
    if case.is_complete or not case.last.is_there:
        return
    step = case.last
    place = step.spec or (step.imported and step.imported.spec)
    evidence = f"{step.name!r} is a module{f' ({place.place})' if place else ''}, which has no __path__"
    module = sys.modules.get(step.name)
    if isinstance(module, ModuleType) and case.tail in module.__dict__:
        kind = type(module.__dict__[case.tail]).__name__
        import_it = f"from {step.name} import {case.tail}"
        yield _cause("LS208", f"{evidence}; {case.tail!r} is a {kind} in it", f"Import it so: {import_it}")
    else:
        yield _cause("LS208", evidence)


def _empty_path(case: Case) -> Iterator[Cause]:
    if case.is_complete and case.parent is not None and case.last.path == ():
        yield _cause("LS209", f"{case.parent.name}.__path__ is empty")


def _not_executed(case: Case) -> Iterator[Cause]:
    parent = case.parent
    if parent is None or parent.imported is not None or parent.loading is not None or not parent.is_there:
        return
    if parent.spec is not None and parent.spec.loader is not None:
        yield _cause("LS224", f"{parent.name!r} was found, not imported")


def _in_a_hidden_copy(case: Case) -> Iterator[Cause]:
    """The parent's shadows, and the portions that a regular package hides, may have the module."""
    parent = case.parent
    if parent is None or not case.is_complete:
        return
    hidden = [shadow.spec for shadow in parent.shadows]
    for answer in _answers(parent.asked):
        hidden += [entry.spec for entry in answer.entries if entry.spec and entry.spec.loader is None]
    used = set(case.last.path or ())
    for place in dict.fromkeys(location for spec in hidden for location in _locations(spec)):
        origin = None if place in used else _module_in(place, case.tail)
        if origin is not None:
            yield _cause("LS222", f"{origin} is there, but {parent.name!r} is {_place(parent)}")


def _module_in(place: str, tail: str) -> str | None:
    """Where the module is in a path entry; None for what is none."""
    try:
        spec = PathFinder.find_spec(tail, [place])
    except Exception:  # of others' path hooks
        return None
    return None if spec is None or spec.loader is None else spec.origin


def _locations(spec: SpecRecord) -> tuple[str, ...]:
    return spec.search_locations or ()


def _place(step: Step) -> str:
    spec = step.imported.spec if step.imported and step.imported.spec else step.spec
    return "elsewhere" if spec is None else spec.place


def _distribution(case: Case) -> Iterator[Cause]:
    name = case.missing
    if not case.is_complete and case.last.is_there:
        return
    known_by = providers()
    top = name.partition(".")[0]
    if name == top and top in known_by:
        names = ", ".join(dict.fromkeys(one.release for one in known_by[top]))
        yield _cause("LS201", f"{names} has {top!r}, by its own list", _again(known_by[top][0]))
        return
    known = DISTRIBUTIONS.get(name)
    if known is not None:
        yield _of_another_name(name, known, known_by)
        return
    if name != top:
        return
    wanted = _normal(name)
    for distribution in (one for found in known_by.values() for one in found):
        if _normal(str(distribution.name)) == wanted:
            names = ", ".join(sorted(distribution.modules))
            evidence = f"the distribution {distribution.release} is installed; its modules are {names}"
            yield _cause("LS202", evidence, f"Import one of them: {names}.")
            return
    for module, other in DISTRIBUTIONS.items():
        if _normal(other) == wanted:
            evidence = f"{other!r} is the name of a distribution; its module is {module!r}"
            yield _cause("LS202", evidence, f"Install {other!r}, and import {module!r}.")


def _of_another_name(name: str, known: str, known_by: Mapping[str, list[Installed]]) -> Cause:
    """The module comes with the distribution `known`, which may be there, in a version without it."""
    evidence = f"{name!r} comes with the distribution {known!r}"
    install = f"{sys.executable} -m pip install"
    all_installed = (one for found in known_by.values() for one in found)
    there = next((one for one in all_installed if _normal(str(one.name)) == _normal(known)), None)
    if there is not None:
        evidence += f"; {there.release} is installed, which does not have it"
    if name in LEFT:
        version, instead = LEFT[name]
        without = ".".join(map(str, version))
        evidence += f": it has left with {known} {without}"
        return _cause("LS202", evidence, f'Use {instead}, or an older one: {install} "{known}<{without}"')
    if there is not None:
        names = ", ".join(sorted(there.modules))
        return _cause(
            "LS202", evidence, f"Install another version of it; the modules of this one are {names}."
        )
    return _cause("LS202", evidence, f"Install it: {install} {known}")


def _lost_init(case: Case) -> Iterator[Cause]:
    """A namespace package only because the `__init__` that was installed for it is gone."""
    top = case.steps[0]
    if top.spec is None or top.spec.loader is not None:
        return
    for distribution in installed():
        for file in distribution.files:
            folder, _, base = file.rpartition("/")
            if folder != top.name or base not in _INITS or os.path.exists(distribution.place_of(file)):
                continue
            if distribution.name is not None:
                evidence = f"{distribution.release} has {file}, by its own list, and it is not there"
                yield _cause("LS201", evidence, _again(distribution))


_INITS = tuple(f"__init__{suffix}" for suffix in all_suffixes())


def _again(distribution: Installed) -> str:
    return f"Install it again: {sys.executable} -m pip install --force-reinstall {distribution.name}"


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _close(case: Case) -> Iterator[Cause]:
    if case.tail.startswith("__") or (not case.is_complete and case.last.is_there):
        return
    known = _known_beside(case)
    known.discard(case.tail)
    near = difflib.get_close_matches(case.tail, sorted(known), 3, 0.75)
    folded = [name for name in sorted(known) if name.lower() == case.tail.lower() and name not in near]
    if near or folded:
        prefix = case.missing[: -len(case.tail)]
        names = ", ".join(prefix + name for name in [*folded, *near])
        yield _cause("LS203", f"there {'is' if len([*folded, *near]) == 1 else 'are'} {names}")


def _known_beside(case: Case) -> set[str]:
    """The last parts of the names of the modules that are where the missing one should be."""
    is_top = "." not in case.missing
    known = set(sys.stdlib_module_names) if is_top else set()
    try:
        known.update(module.name for module in pkgutil.iter_modules(None if is_top else [*(case.path or ())]))
    except Exception:  # noqa: S110 - a finder that cannot list what it has is not the matter here
        pass
    return known


def _stale_pth(case: Case) -> Iterator[Cause]:
    if "." in case.missing:
        return
    lost = []
    for folder in _site_directories():
        for file in sorted(glob(os.path.join(escape(folder), "*.pth"))):
            lost += [f"{file}, line {line}: {path}" for line, path in _lost_lines(folder, file)]
    if lost:
        yield _cause("LS207", "\n".join(lost))


def _lost_lines(folder: str, file: str) -> Iterator[tuple[int, str]]:
    try:
        with open(file, encoding="utf-8", errors="surrogateescape") as lines:
            text = lines.read()
    except OSError:
        return
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if line and not line.startswith(("#", "import ", "import\t")):
            path = os.path.join(folder, line)
            if "\0" not in path and not os.path.exists(path):
                yield number, path


def _site_directories() -> list[str]:
    own = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    named = [entry for entry in sys.path if os.path.basename(entry) in ("site-packages", "dist-packages")]
    return list(dict.fromkeys([*site.getsitepackages(), *own, *named]))


def _elsewhere(case: Case) -> Iterator[Cause]:
    """In the other Pythons that share a prefix with this one, such as that of a virtual environment."""
    if "." in case.missing or not case.missing.isidentifier():
        return
    on_path = {os.path.realpath(entry) for entry in sys.path if isinstance(entry, str)}
    found = []
    for prefix in dict.fromkeys([sys.prefix, sys.base_prefix]):
        for packages in ("site-packages", "dist-packages"):
            pattern = os.path.join(escape(prefix), "lib", "python3*", packages)
            for folder in iglob(pattern):
                if os.path.realpath(folder) in on_path:
                    continue
                for name in (case.missing, f"{case.missing}.py"):
                    path = os.path.join(folder, name)
                    if os.path.exists(path) and path not in found:
                        found.append(path)
    if found:
        yield _cause("LS223", "\n".join(found))


_CERTAIN = {"LS201", "LS202", "LS215"}
"""What is known about the very name; beside it, a name that is nearly this one is no more likely meant."""

Check = Callable[[Case], Iterator[Cause]]
_ALWAYS: tuple[Check, ...] = (
    _none,
    _circular,
    _raised,
    _hides_the_standard,
    _finder_raised,
    _disagreement,
    _doubtful,
    _lost_init,
)
_IF_MISSING: tuple[Check, ...] = (
    _no_name,
    _not_in_this_version,
    _no_package,
    _empty_path,
    _misses,
    _in_a_hidden_copy,
    _distribution,
    _elsewhere,
    _close,
    _not_executed,
    _stale_pth,
)
