"""What runs when the interpreter starts: the hooks of the registry, of variables, of the parent process.

Every start of the interpreter pays for this module: it imports nothing that is not there by then.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

    Record = tuple[str, str, bool, str, list[str]]

__all__ = [
    "REGISTRY",
    "START",
    "Deferred",
    "ignores_environment",
    "matches",
    "parse",
    "printable",
    "read",
    "report",
    "start",
    "started",
]

REGISTRY = "loadstone-startup.txt"
START = "zz-loadstone-startup"
"""The name of the start-up file, without suffix: the files of a directory are read in the order of their
names, and those that come before have put the hooks' directories on `sys.path` by then."""

started: "list[str]" = []
"""The directories whose hooks this process has called: `site` reads those of a virtual environment twice."""


def start(directory: str) -> None:
    """Call the start-up hooks of the registry in `directory`, in order; nothing, if that was done before.

    The first call in a process also calls those that the environment variables LOADSTONE_STARTUP and
    LOADSTONE_INHERIT name. What fails is reported in one line on stderr; only KeyboardInterrupt is raised.
    """
    if directory in started:
        return
    variables: Any = {} if ignores_environment() else os.environ
    wanted = variables.get("LOADSTONE_STARTUP", "")
    is_first = not started
    started.append(directory)
    if wanted == "0":
        return
    inherited = variables.pop("LOADSTONE_INHERIT", "") if is_first else ""
    now: list[tuple[_Hook, list[str]]] = []
    later: list[tuple[_Hook, list[str]]] = []
    try:
        for number, line in enumerate(read(directory).splitlines(), 1):
            if line and not line.startswith("#"):
                try:
                    name, reference, enabled, _, patterns = parse(line)
                except ValueError as error:
                    report(
                        f"line {number} of {os.path.join(directory, REGISTRY)}", error, "mend or delete it"
                    )
                    continue
                if enabled:
                    hook = _Hook(f"start-up hook {name} ({reference})", reference, _disable(name))
                    (later if patterns else now).append((hook, patterns))
    except (OSError, ValueError) as error:
        report("reading start-up hooks", error, _OFF)
    finder = Deferred(later) if later else None
    if finder:
        sys.meta_path.insert(0, finder)
    for hook, _ in now:
        hook.call()
    if is_first and wanted:
        for reference in filter(None, map(str.strip, wanted.split(","))):
            _Hook(f"start-up hook {reference}", reference, "take it out of LOADSTONE_STARTUP").call()
    if inherited:
        from .children import receive

        receive(inherited)
    if finder:
        finder.call_for_loaded()


def ignores_environment() -> bool:
    """Whether variables count for nothing: Python was told so, or runs with the rights of another user.

    Whoever starts a set-uid or set-gid program has its variables in hand, and must not have its rights.
    """
    return bool(
        sys.flags.ignore_environment
        or (os.name == "posix" and (os.getuid() != os.geteuid() or os.getgid() != os.getegid()))
    )


def read(directory: str) -> str:
    """The text of the registry in `directory`; empty if there is none. Raises OSError and UnicodeError."""
    try:
        file = os.open(os.path.join(directory, REGISTRY), os.O_RDONLY)
    except FileNotFoundError:
        return ""
    try:
        parts = [os.read(file, 1 << 16)]
        while len(parts[-1]) == 1 << 16:
            parts.append(os.read(file, 1 << 16))
    finally:
        os.close(file)
    return b"".join(parts).decode()


def parse(line: str) -> "Record":
    """What a line of the registry says: name, reference, whether enabled, source, patterns.

    Raises ValueError if that is not what it holds.
    """
    fields = line.split("\t")
    if len(fields) != 5 or ":" not in fields[1] or fields[2] not in ("on", "off"):
        raise ValueError(f"not a start-up hook: {line!r}")
    name, reference, state, source, patterns = fields
    return name, reference, state == "on", source, patterns.split()


_OFF = "LOADSTONE_STARTUP=0 starts Python without"


def _disable(name: str) -> str:
    return f"to disable it: python -m loadstone startup disable {name}"


def printable(text: str) -> str:
    """`text` without what drives a terminal: each character that cannot be seen is written as an escape."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


def report(what: str, error: BaseException, remedy: str) -> None:
    """Print one line on stderr, if that can be done: what failed, why, and what to do about it.

    Raises nothing but KeyboardInterrupt, whatever the error is, and whatever a hook has put in the place of
    stderr: the hooks after this one are still to be called.
    """
    try:
        reason = _reason(error)
        if sys.stderr is not None:
            print(printable(f"loadstone: {what} failed: {reason} ({remedy})"), file=sys.stderr, flush=True)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: S110 - there is nowhere left to say so
        pass


def _reason(error: BaseException) -> str:
    """The class and the message of an error, or as much of it as can be had."""
    # Taken from `type` itself: a metaclass of the hook's may answer otherwise.
    kind: str = type.__dict__["__name__"].__get__(type(error))
    try:
        return " ".join(f"{kind}: {error}".split())
    except KeyboardInterrupt:
        raise
    except BaseException:
        return f"{kind}, whose message cannot be had"


class _Hook:
    """A callable to be called once."""

    __slots__ = ("pending", "reference", "remedy", "what")

    def __init__(self, what: str, reference: str, remedy: str) -> None:
        self.what = what
        self.reference = reference
        self.remedy = remedy
        self.pending = [self]

    def call(self) -> bool:
        """Import and call it; whether this call was the one that did."""
        try:
            self.pending.pop()
        except IndexError:
            return False
        try:
            module, colon, names = self.reference.partition(":")
            if not (module and colon and names):
                raise ValueError("not of the form pkg.mod:callable")
            value: Any = __import__(module, fromlist=["__name__"])
            for name in names.split("."):
                value = getattr(value, name)
            value()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            report(self.what, error, self.remedy)
        return True


def matches(pattern: str, fullname: str) -> bool:
    """Whether the module's full name matches: the name itself, ``pkg.*`` for all below, or another glob."""
    front = pattern[:-2] if pattern.endswith(".*") else pattern
    if not _is_glob(front):
        return fullname.startswith(f"{front}.") if front != pattern else fullname == pattern
    from fnmatch import fnmatchcase

    return fnmatchcase(fullname, pattern)


def _is_loaded(pattern: str) -> bool:
    if not _is_glob(pattern):  # the usual case, at every start
        return pattern in sys.modules
    if pattern.endswith(".*") and not _is_glob(pattern[:-2]):
        return any(name.startswith(pattern[:-1]) for name in list(sys.modules))
    return any(matches(pattern, name) for name in list(sys.modules))


def _is_glob(text: str) -> bool:
    return "*" in text or "?" in text or "[" in text


class Deferred:
    """The finder that calls hooks when a module that matches one of their patterns is first looked for.

    Each is called once, without a lock, before the module is found; the answer is then that of the whole
    chain, since the hook will have changed it. Leaves `sys.meta_path` with the last hook. Thread-safe: what
    another thread imports while a hook is being called does not wait for it.
    """

    def __init__(self, hooks: "Iterable[tuple[_Hook, Sequence[str]]]") -> None:
        """For hooks and the patterns of each."""
        self._hooks = list(hooks)
        self._exact: dict[str, list[_Hook]] = {}
        self._below: dict[str, list[_Hook]] = {}
        self._globs: list[tuple[str, _Hook]] = []
        for hook, patterns in self._hooks:
            for pattern in patterns:
                front = pattern[:-2] if pattern.endswith(".*") else pattern
                if _is_glob(front):
                    self._globs.append((pattern, hook))
                else:
                    table = self._exact if front == pattern else self._below
                    table.setdefault(front, []).append(hook)

    def find_spec(
        self, fullname: str, path: "Sequence[str] | None" = None, target: "ModuleType | None" = None
    ) -> "ModuleSpec | None":
        """Where hooks waited for this module: what the chain says once they were called; None otherwise."""
        hooks = [hook for hook in self._hooks_for(fullname) if hook.pending]
        if not hooks:
            return None
        is_reload = fullname in sys.modules
        called = [hook.call() for hook in hooks]
        self._settle()
        if not any(called):
            return None
        if not is_reload:
            own = getattr(sys.modules.get(fullname), "__spec__", None)
            if own is not None:
                return _loaded_spec(sys.modules[fullname], own)
        for finder in list(sys.meta_path):
            if finder is not self and hasattr(finder, "find_spec"):
                spec = finder.find_spec(fullname, path, target)
                if spec is not None:
                    return spec
        return None

    find_spec.stands_in_front = True  # type: ignore[attr-defined]

    def call_for_loaded(self) -> None:
        """Call the hooks that wait for a module which is loaded, and go to the front of the chain."""
        for hook, patterns in self._hooks:
            if hook.pending and any(map(_is_loaded, patterns)):
                hook.call()
        self._settle()

    def _hooks_for(self, fullname: str) -> "list[_Hook]":
        hooks = self._exact.get(fullname, [])
        if self._below:
            package = fullname.rpartition(".")[0]
            while package:
                hooks = hooks + self._below.get(package, [])
                package = package.rpartition(".")[0]
        if self._globs:
            hooks = hooks + [hook for pattern, hook in self._globs if matches(pattern, fullname)]
        return hooks

    def _settle(self) -> None:
        """Stand in front of what the hooks put on the chain, or leave it if no hook waits any more."""
        waiting = any(hook.pending for hook, _ in self._hooks)
        if waiting and sys.meta_path and sys.meta_path[0] is self:
            return
        try:
            sys.meta_path.remove(self)
        except ValueError:
            return
        if waiting:
            sys.meta_path.insert(0, self)


class _Loaded:
    """The loader of a module that the hook itself has imported: that module is the one."""

    def __init__(self, module: "ModuleType", spec: "ModuleSpec") -> None:
        self._module = module
        self._spec = spec

    def create_module(self, spec: "ModuleSpec") -> "ModuleType":
        return self._module

    def exec_module(self, module: "ModuleType") -> None:
        module.__spec__ = self._spec

    def __getattr__(self, name: str) -> "Any":
        return getattr(self._spec.loader, name)


def _loaded_spec(module: "ModuleType", own: "ModuleSpec") -> "ModuleSpec":
    """A spec that gives `module` as it is. The import system takes what the module has as `__spec__`."""
    from _frozen_importlib import ModuleSpec

    loader: Any = _Loaded(module, own)
    spec = ModuleSpec(own.name, loader, origin=own.origin)
    spec.submodule_search_locations = own.submodule_search_locations
    spec.has_location = own.has_location
    module.__spec__ = spec
    return spec
