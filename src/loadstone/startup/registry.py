"""The registry of an environment's start-up hooks, and the file that has the interpreter call them."""

from __future__ import annotations

import os
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from glob import glob

from attrs import evolve, frozen

from .._core.versions import IGNORES_IMPORT_LINES
from .lock import locked
from .run import REGISTRY, START, parse, read

__all__ = ["Registry", "StartupError", "StartupHook", "start_files"]

GROUP = "loadstone.startup"
"""The group of entry points that `Registry.sync` takes."""

_BY_HAND = "-"
_HEADER = "# Start-up hooks of loadstone: see python -m loadstone startup --help"
_KEPT = "# on"
_HELPER = "_loadstone_startup"
_START_FILES = (f"{START}.pth", f"{START}.start", f"{_HELPER}.py")
"""The names of the start-up files of every Python: an environment may be upgraded in its place."""
# Cheap to compile, since every start does, in a virtual environment twice: one line of simple statements. The
# module is loaded by its file where that lies beside: importing the packages around it costs twice as much.
_START = (
    "import os, sys, _frozen_importlib; "
    'file_ = sitedir + "/loadstone/startup/run.py"; '
    'run_ = sys.modules.get("loadstone.startup.run") or os.path.exists(file_) and _frozen_importlib._load('
    '_frozen_importlib._bootstrap_external.spec_from_file_location("loadstone.startup.run", file_)); '
    "run_.start(sitedir) if run_ else exec("
    '"try:\\n from loadstone.startup import run\\nexcept ImportError: run = None\\n'
    'if run: run.start(sitedir)")\n'
)
_MODULE = f'''\
"""Starts the hooks of loadstone, where that is installed."""

import os

sitedir = os.path.dirname(os.path.abspath(__file__))
{_START}

def begin():
    """All is done by the import."""
'''


class StartupError(Exception):
    """What was asked of the start-up hooks cannot be done; the registry is as it was."""


def _name(value: object) -> str:
    if not isinstance(value, str) or not value.isprintable() or value.split() != [value] or value[0] in "-#":
        raise StartupError(
            f"name of a start-up hook must be one word that starts with no - or #, not {value!r}"
        )
    return value


def _reference(value: object) -> str:
    if isinstance(value, str):
        module, colon, names = value.partition(":")
        if colon and all(part.isidentifier() for part in f"{module}.{names}".split(".")):
            return value
    raise StartupError(f"start-up hook must be given as pkg.mod:callable, not {value!r}")


def _patterns(values: Iterable[object]) -> tuple[str, ...]:
    patterns = []
    for value in values:
        if (
            not isinstance(value, str)
            or value.split() != [value]
            or not all(
                part.isidentifier() or any(sign in part for sign in "*?[") for part in value.split(".")
            )
        ):
            raise StartupError(f"pattern of module names must be a name, pkg.* or a glob, not {value!r}")
        patterns.append(value)
    return tuple(patterns)


@frozen
class StartupHook:
    """A start-up hook, as the registry has it.

    Raises `StartupError` for a name that is not one word, a reference that is not ``pkg.mod:callable``, and
    a pattern that no module's name matches.
    """

    name: str
    """What the commands call it."""
    reference: str
    """The callable, which takes no arguments: ``pkg.mod:callable``."""
    patterns: tuple[str, ...] = ()
    """With patterns, it is called when a module is first imported that matches one of them."""
    enabled: bool = True
    """Whether it is called at all."""
    source: str | None = None
    """The distribution it comes from; None if it was added by hand."""

    def __attrs_post_init__(self) -> None:
        _name(self.name)
        _reference(self.reference)
        _patterns(self.patterns)


@frozen
class _Content:
    """What the registry file says: the hooks by name, in order, and whether `on` was called."""

    hooks: dict[str, StartupHook]
    kept: bool


class Registry:
    """The start-up hooks of one environment, those of its `site-packages` directory.

    What it says takes effect in interpreters that start later. Methods may be called by several threads and
    processes at once: each waits until the one before is done, and writes all or nothing. Those that change
    something raise `StartupError`, with nothing changed, where the directory cannot be written to; all
    raise it where the registry cannot be read.
    """

    directory: str
    """Where the registry and the start-up file are."""

    def __init__(self, directory: str | os.PathLike[str] | None = None) -> None:
        """For the site-packages `directory`; that of the running interpreter's environment, if None."""
        self.directory = os.fspath(directory) if directory is not None else sysconfig.get_path("purelib")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.directory!r})"

    @property
    def is_on(self) -> bool:
        """Whether the start-up file is there, which has interpreters call the hooks."""
        return all(os.path.exists(self._path(name)) for name in start_files())

    def hooks(self) -> list[StartupHook]:
        """The hooks, in the order in which they are called."""
        return list(self._read().hooks.values())

    def add(self, hook: StartupHook, *, replace: bool = False) -> None:
        """Add `hook` as the last, or put it in the place of the one of its name if `replace`.

        Raises `StartupError` if there is one of its name otherwise. Writes the start-up file too.
        """

        def change(hooks: dict[str, StartupHook]) -> None:
            if hook.name in hooks and not replace:
                old = hooks[hook.name].reference
                raise StartupError(
                    f"there is a start-up hook {hook.name} already, {old}: remove it, or say --replace"
                )
            hooks[hook.name] = hook

        self._change(change)

    def remove(self, name: str) -> None:
        """Remove a hook; with the last one the files go, unless `on` was called.

        Raises `StartupError` if there is none of that name.
        """

        def change(hooks: dict[str, StartupHook]) -> None:
            del hooks[self._known(hooks, name)]

        self._change(change)

    def enable(self, name: str) -> None:
        """Have a hook called again. Raises `StartupError` if there is none of that name."""
        self._set_enabled(name, True)

    def disable(self, name: str) -> None:
        """Have a hook called no more, and keep it. Raises `StartupError` if there is none of that name."""
        self._set_enabled(name, False)

    def sync(self) -> list[str]:
        """Take the entry points of the group ``loadstone.startup``; what changed, one line each.

        Hooks of installed distributions are added, in the order of their names, those that a distribution
        has no more are removed, those added by hand stay. A hook that was disabled stays so. A
        distribution whose metadata has no name is passed by, as are entry points that cannot be read. Raises
        `StartupError` for an entry point that is no start-up hook, for two of one name, and for one that has
        the name of a hook added by hand.
        """
        found = {hook.name: hook for hook in sorted(_installed(), key=lambda hook: hook.name)}
        changes: list[str] = []

        def change(hooks: dict[str, StartupHook]) -> None:
            for name, old in list(hooks.items()):
                if old.source is None and name in found:
                    raise StartupError(
                        f"start-up hook {name} of {found[name].source} has the name of one added by hand, "
                        f"{old.reference}: remove that first"
                    )
                if old.source is not None and name not in found:
                    del hooks[name]
                    changes.append(f"removed {name} ({old.reference}), of {old.source}")
            for name, new in found.items():
                if name not in hooks:
                    changes.append(f"added {name} ({new.reference}), of {new.source}")
                elif hooks[name].reference != new.reference or hooks[name].source != new.source:
                    changes.append(f"changed {name} to {new.reference}, of {new.source}")
                hooks[name] = evolve(new, enabled=name not in hooks or hooks[name].enabled)

        self._change(change)
        return changes

    def on(self) -> None:
        """Write the start-up file, hooks or not, and keep it until `off`: what `inherit` needs."""
        with self._locked():
            self._write(_Content(self._read().hooks, kept=True))

    def off(self) -> None:
        """Delete the start-up file; hooks stay in the registry, and are called again after `on` or `add`."""
        with self._locked():
            content = _Content(self._read().hooks, kept=False)
            self._delete(_START_FILES)
            if content.hooks:
                self._replace(REGISTRY, _text(content))
            else:
                self._delete([REGISTRY])

    def _set_enabled(self, name: str, enabled: bool) -> None:
        def change(hooks: dict[str, StartupHook]) -> None:
            hook = hooks[self._known(hooks, name)]
            hooks[name] = evolve(hook, enabled=enabled)

        self._change(change, starts=False)

    def _known(self, hooks: dict[str, StartupHook], name: str) -> str:
        if name not in hooks:
            known = ", ".join(hooks) or "none"
            raise StartupError(f"no start-up hook {name} in {self.directory}: there are {known}")
        return name

    def _change(self, change: Callable[[dict[str, StartupHook]], None], *, starts: bool = True) -> None:
        with self._locked():
            content = self._read()
            was_on = self.is_on
            change(content.hooks)
            if content.hooks and not starts and not was_on:
                self._replace(REGISTRY, _text(content))
            else:
                self._write(content)

    def _write(self, content: _Content) -> None:
        if content.hooks or content.kept:
            self._replace(REGISTRY, _text(content))
            current = start_files()
            for name, text in current.items():
                self._replace(name, text)
            self._delete(name for name in _START_FILES if name not in current)
        else:
            self._delete([*_START_FILES, REGISTRY])

    def _path(self, name: str) -> str:
        return os.path.join(self.directory, name)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            with locked(self._path("loadstone-startup.lock")):
                yield
        except OSError as error:
            raise StartupError(
                f"cannot write to {self.directory}: {error.strerror or error}; start-up hooks "
                f"are kept there: use an environment of your own (python -m venv)"
            ) from error

    def _read(self) -> _Content:
        hooks: dict[str, StartupHook] = {}
        where = ""
        try:
            lines = read(self.directory).splitlines()
            for number, line in enumerate(lines, 1):
                where = f"line {number} of "
                if line and not line.startswith("#"):
                    name, reference, enabled, source, patterns = parse(line)
                    by = None if source == _BY_HAND else source
                    hooks[name] = StartupHook(name, reference, tuple(patterns), enabled, by)
        except (OSError, ValueError, StartupError) as error:
            raise StartupError(f"cannot read {where}{self._path(REGISTRY)}: {error}") from error
        return _Content(hooks, _KEPT in lines)

    def _replace(self, name: str, text: str) -> None:
        """Write a file as a whole: whoever reads it sees the old text or the new one."""
        path = self._path(name)
        if os.path.exists(path):
            with open(path, encoding="utf-8", newline="") as file:
                if file.read() == text:
                    return
        handle, temporary = tempfile.mkstemp(prefix=".loadstone-", dir=self.directory)
        try:
            with open(handle, "w", encoding="utf-8", newline="") as file:
                file.write(text)
            os.chmod(temporary, 0o644)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise

    def _delete(self, names: Iterable[str]) -> None:
        """Delete files, and the bytecode of what is a module."""
        for name in names:
            bytecode = os.path.join("__pycache__", os.path.splitext(name)[0] + ".*.pyc")
            for file in (name, *glob(bytecode, root_dir=self.directory)):
                try:
                    os.unlink(self._path(file))
                except FileNotFoundError:
                    pass


def start_files(ignores_import_lines: bool = IGNORES_IMPORT_LINES) -> dict[str, str]:
    """The files, text by name, that have this Python call the hooks of their directory.

    They do nothing, and say nothing, where loadstone is not installed. A `.start` file is for Pythons that
    need one: for any such file `site` imports `pkgutil`, which takes longer than all that is done here.
    """
    if ignores_import_lines:
        return {f"{_HELPER}.py": _MODULE, f"{START}.start": f"{_HELPER}:begin\n"}
    return {f"{START}.pth": _START}


def _text(content: _Content) -> str:
    lines = [_HEADER, *([_KEPT] if content.kept else ())]
    for hook in content.hooks.values():
        state = "on" if hook.enabled else "off"
        lines.append(
            "\t".join((hook.name, hook.reference, state, hook.source or _BY_HAND, " ".join(hook.patterns)))
        )
    return "\n".join(lines) + "\n"


def _installed() -> Iterator[StartupHook]:
    """The hooks of installed distributions; what lies in the current directory is not installed."""
    from ..distributions import installed

    here = ("", os.getcwd())
    path = [entry for entry in sys.path if entry not in here]
    seen: set[str] = set()
    owners: dict[str, str] = {}
    for distribution in installed(path):
        owner = distribution.name
        if owner is None or owner in seen:  # what has no name is left over from an interrupted install
            continue
        seen.add(owner)
        for point in distribution.entry_points:
            if point.group == GROUP:
                if point.name in owners:
                    raise StartupError(
                        f"two start-up hooks of the name {point.name}: of {owners[point.name]} and of {owner}"
                    )
                owners[point.name] = owner
                try:
                    yield StartupHook(point.name, point.value.partition("[")[0].strip(), source=owner)
                except StartupError as error:
                    raise StartupError(f"entry point {point.name} of {owner}: {error}") from None
