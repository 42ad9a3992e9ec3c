"""The causes in other Pythons: the module is installed, and not for the one that is asked."""

from __future__ import annotations

import os
import re
import site
import sys
from collections.abc import Iterator
from glob import escape, glob
from itertools import chain

import attrs

from ...distributions import Installed, installed, normal, providers
from ..installer import installing, quoted
from ..interpreter import active_environments, environments_above, python_in
from ..places import PACKAGES, folder
from ..remedy import as_there
from .case import Case, cause
from .records import Cause

__all__ = ["meant", "others"]

_FOLDERS = (".venv", "venv", "env")
_PIPS = ("pip", "pip3", "pip.exe")
_CALLERS = ("SUDO_USER", "DOAS_USER")
_NAMES = ("python", "python3", *(f"python3.{minor}" for minor in range(6, 20)))


@attrs.frozen
class _Site:
    """Where distributions are installed for a Python, or for a user of it."""

    folder: str
    owner: str
    """Whose it is, in words."""
    remedy: str
    """How the program has it, without it being installed here as well; empty if there is no good way."""


@attrs.frozen
class _Found:
    """The module, in a site that is not looked at."""

    path: str
    site: _Site


def meant(case: Case) -> Iterator[Cause]:
    """In the environment in which the user is likely to believe to be, or in what the user has installed.

    That is the active environment or the project's, the user site, and that of the user who called sudo.
    """
    if any(_found(case, _meant())):
        yield _cause(case, [*_found(case, chain(_meant(), _others()))])


def others(case: Case) -> Iterator[Cause]:
    """In the other Pythons on PATH, the one whose pip is there, and those that share this one's prefix."""
    if not any(_found(case, _meant())):
        found = [*_found(case, _others())]
        if found:
            yield _cause(case, found)


def _cause(case: Case, found: list[_Found]) -> Cause:
    first = found[0]
    named = _distribution(first, case.missing)
    what = f"{case.missing!r}{f' ({named.release})' if named else ''}"
    asked = f"the Python that is asked is {sys.executable or 'this one'}"
    lines = [f"{what} is installed in {first.site.owner}; {asked}"]
    for one in found:
        lines.append(one.path if one.site.owner == first.site.owner else f"{one.path}: in {one.site.owner}")
    ways = [first.site.remedy, f"install it for this one: {as_there(named)}" if named else ""]
    text = "; or ".join(filter(None, ways)) or f"install what has it for this one: {installing('NAME')}"
    return cause("LS223", lines, f"{text[0].upper()}{text[1:]}")


def _distribution(found: _Found, missing: str) -> Installed | None:
    """The distribution that the module is of; None if the metadata do not tell."""
    top = missing.partition(".")[0]
    provided = providers([found.site.folder])
    if top in provided:
        return provided[top][0]
    # An editable install need not list the modules of its project.
    editables = (one for one in installed([found.site.folder]) if one.project is not None)
    return next((one for one in editables if normal(one.name or "") == normal(top)), None)


def _found(case: Case, sites: Iterator[_Site]) -> Iterator[_Found]:
    parts = case.missing.split(".")
    if not all(part.isidentifier() for part in parts):
        return
    seen = {folder(entry) for entry in sys.path if isinstance(entry, str)}
    for one in sites:
        place = folder(one.folder)
        if place in seen:
            continue
        seen.add(place)
        path = _module_in(one.folder, parts)
        if path is not None:
            yield _Found(path, one)


def _module_in(directory: str, parts: list[str]) -> str | None:
    """Where the module is in the directory, for whatever Python; None if it is not there."""
    place = os.path.join(directory, *parts)
    start = escape(place)
    kinds = (
        f"{start}/__init__.*",
        f"{start}.py",
        f"{start}.pyc",
        f"{start}.so",
        f"{start}.*.so",
        f"{start}*.pyd",
    )
    for path in (path for kind in kinds for path in sorted(glob(kind))):
        return path
    if glob(f"{start}/[!_]*"):  # a namespace package
        return place
    # What is installed as editable is not here itself.
    for path in glob(f"{escape(directory)}/*.dist-info/direct_url.json") if len(parts) == 1 else ():
        info = os.path.dirname(path)
        if re.sub(r"[-_.]+", "_", os.path.basename(info).partition("-")[0]).lower() == parts[0].lower():
            return info
    return None


def _meant() -> Iterator[_Site]:
    for prefix, why in active_environments():
        yield from _of_environment(prefix, f"the active environment, {prefix} ({why.rpartition(' ')[2]})")
    for prefix in environments_above(_FOLDERS):
        yield from _of_environment(prefix, f"the project's environment, {prefix}")
    if not site.ENABLE_USER_SITE:
        yield _Site(
            _user_site(), f"the user site, which is not used: {_why_no_user_site()}", _with_user_site()
        )
    for variable in _CALLERS:
        user = os.environ.get(variable)
        if user:
            for place in _sites(os.path.join(_home(user), ".local"), None):
                yield _Site(
                    place, f"the user site of {user}, who called this as another user", "run it as that user"
                )


def _of_environment(prefix: str, owner: str) -> Iterator[_Site]:
    python = python_in(prefix)
    remedy = "" if python is None else f"run the program by that Python, {quoted(python)}"
    for place in _sites(prefix, None):
        yield _Site(place, owner if python else f"{owner}, which has no Python", remedy)


def _user_site() -> str:
    try:
        return site.getusersitepackages()
    except Exception:  # there is no home
        return ""


def _why_no_user_site() -> str:
    if sys.flags.no_user_site:
        if sys.flags.isolated:
            return "Python runs isolated (-I)"
        return "PYTHONNOUSERSITE is set" if os.environ.get("PYTHONNOUSERSITE") else "Python runs with -s"
    if sys.prefix != sys.base_prefix:
        return f"{sys.prefix} is a virtual environment without the system's packages"
    return (
        "the process runs with another user's rights" if site.ENABLE_USER_SITE is None else "site is set so"
    )


def _with_user_site() -> str:
    if sys.flags.no_user_site and not sys.flags.isolated:
        return "unset PYTHONNOUSERSITE" if os.environ.get("PYTHONNOUSERSITE") else "run it without -s"
    return ""


def _home(user: str) -> str:
    """The home of a user, who may not be one any more; newer versions of sudo tell it."""
    told = os.environ.get("SUDO_HOME") if user == os.environ.get("SUDO_USER") else None
    return told or os.path.expanduser(f"~{user}")


def _others() -> Iterator[_Site]:
    for directory in os.environ.get("PATH", "").split(os.pathsep):
        for name in _PIPS:
            pip = os.path.join(directory, name)
            python = _owner(pip) if directory and os.path.isfile(pip) else None
            if python is not None:
                for place in _sites(*_prefix(python)):
                    yield _Site(place, f"{_called(place)}, the Python of {pip} on PATH", "")
                break
    for directory in os.environ.get("PATH", "").split(os.pathsep):
        for name in _NAMES if directory else ():
            python = os.path.join(directory, name)
            if os.path.isfile(python):
                for place in _sites(*_prefix(python)):
                    yield _Site(place, f"{_called(place)}, the Python of {python} on PATH", "")
        # What is on PATH for pyenv finds the Python itself.
        if os.path.basename(directory) == "shims":
            for prefix in sorted(glob(os.path.join(escape(os.path.dirname(directory)), "versions", "*"))):
                for place in _sites(prefix, None):
                    yield _Site(place, f"{prefix}, a Python of pyenv", "")
    for place in glob(
        os.path.join(escape(os.path.dirname(os.path.dirname(_user_site()))), "python3*", PACKAGES[0])
    ):
        yield _Site(place, f"the user site of another Python, {place}", "")
    for prefix in dict.fromkeys([sys.prefix, sys.base_prefix]):
        for place in _sites(prefix, None):
            yield _Site(place, f"{_called(place)}, another Python beside this one", "")


def _called(place: str) -> str:
    """What holds a site directory."""
    return re.sub(
        r"[\\/](local[\\/])?lib(64)?[\\/](python[\d.]+t?[\\/])?(site|dist)-packages$", "", place, flags=re.I
    )


def _owner(pip: str) -> str | None:
    """The Python to which a `pip` belongs: in its first lines, else beside it; None if there is none."""
    try:
        with open(pip, "rb") as file:
            start = file.read(1024).decode(errors="surrogateescape")
    except OSError:
        return None
    # A long path, or one with spaces, is called by the shell.
    found = re.match(r"#!\s*(/\S*python[\d.]*)\s*$", start, re.M) or re.search(
        r"^'''exec' \"?(/.*?python[\d.]*)\"? ", start, re.M
    )
    if found is not None:
        return found[1]
    beside = os.path.join(os.path.dirname(pip), "python.exe")
    return beside if os.path.isfile(beside) else python_in(os.path.dirname(os.path.dirname(pip)))


def _prefix(python: str) -> tuple[str, str | None]:
    """The prefix of a Python, and which version of those there it is, as far as its name tells."""
    prefix = os.path.dirname(os.path.dirname(os.path.abspath(python)))
    if os.path.exists(os.path.join(prefix, "pyvenv.cfg")):
        return prefix, None
    real = os.path.realpath(python)
    version = re.fullmatch(r"python(3\.\d+)t?", os.path.basename(real))
    return os.path.dirname(os.path.dirname(real)), version[1] if version else None


def _sites(prefix: str, version: str | None) -> Iterator[str]:
    """The site directories of an environment or installation, of this version if one is told."""
    own = ("python3*",) if version is None else (f"python{version}", f"python{version}t")
    for library in ("lib", "lib64", os.path.join("local", "lib"), "Lib"):
        for name in (*own, "python3", ""):
            for packages in PACKAGES:
                pattern = os.path.join(escape(os.path.join(prefix, library)), *filter(None, [name]), packages)
                yield from sorted(glob(pattern))
