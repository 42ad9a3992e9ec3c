"""Hooks of this process in its child processes: they travel in files that only the user can read."""

import _thread
import os
import pickle
import stat
import sys

from .run import START, ignores_environment, report, started

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..abc import FinderLike, PathHook

__all__ = ["CannotInherit", "inherit", "receive"]

VARIABLE = "LOADSTONE_INHERIT"
_ADD = "`python -m loadstone startup add NAME pkg.mod:function`"
_REMEDY = f"unset {VARIABLE} to start without"
_ENDS = (".pth", ".start")
_HEAD = b"loadstone hook 1\n"
_lock = _thread.allocate_lock()


class CannotInherit(TypeError):
    """A hook cannot be carried to child processes; nothing was changed."""

    hook: object
    """The hook."""
    reason: str
    """Why not, and what to do about it."""

    def __init__(self, hook: object, reason: str) -> None:
        """For a hook, and the reason."""
        super().__init__(f"child processes cannot have {hook!r}: {reason}")
        self.hook = hook
        self.reason = reason


class _Pickler(pickle.Pickler):
    """Refuses what a child could not import."""

    def reducer_override(self, thing: "Any") -> "Any":
        if getattr(thing, "__module__", None) in ("__main__", "__mp_main__") and hasattr(
            thing, "__qualname__"
        ):
            raise pickle.PicklingError(
                f"{thing.__qualname__} is defined in __main__, which is another module in a child process: "
                f"move it to a module of its own"
            )
        return NotImplemented


class _Item:
    """A hook in a file of its own, in a directory of its own; gone when this process ends."""

    def __init__(self, content: bytes) -> None:
        import atexit
        import tempfile

        self._process = os.getpid()
        # Of a directory that nobody else may enter, and in it a file that nobody else may read.
        self._directory = tempfile.mkdtemp(prefix="loadstone-hook-")
        self.path = os.path.join(self._directory, "hook")
        try:
            file = os.open(
                self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600
            )
            with open(file, "wb") as stream:
                stream.write(content)
        except BaseException:
            self.remove()
            raise
        atexit.register(self.remove)

    def remove(self) -> None:
        """Delete it, if this process has made it: one that was forked has not."""
        if os.getpid() != self._process:
            return
        for delete, path in ((os.unlink, self.path), (os.rmdir, self._directory)):
            try:
                delete(path)
            except OSError:
                pass


def inherit(hook: "FinderLike | PathHook", **position: object) -> "Callable[[], None]":
    """Have child processes install `hook`, and return the function that undoes this for later children.

    Children that start from now on, in the same environment, call ``loadstone.install(hook, **position)``
    when their interpreter starts: those of `subprocess`, and workers that `multiprocessing` spawns or gets
    from a fork server that starts later; and so do their children. The hook travels pickled, with `sys.path`
    for finding its modules, in a temporary file that only this user can read, and that goes when this process
    ends. The environment variable ``LOADSTONE_INHERIT`` has its path, and nothing else of the hook.

    Raises `CannotInherit` where that will not do: the hook cannot be pickled, it or its class is defined in
    ``__main__`` or in a function, a finder in `position` is an object of this process only, this environment
    has no start-up file, the file cannot be written, or children ignore the environment, as this process does
    (``-E``, ``-I``, ``-S``, set-uid). Thread-safe; the function returned may be called more than once.
    """
    if ignores_environment() or sys.flags.no_site:
        reason = "started with -E, -I or -S, or as another user, children ignore what they should inherit"
        raise CannotInherit(hook, reason)
    if not _has_start_file():
        raise CannotInherit(
            hook, "this environment has no start-up file: run `python -m loadstone startup on`"
        )
    try:
        for name, value in position.items():
            if name != "names" and pickle.loads(_pickled(value)) is not value:
                raise TypeError(f"{name}={value!r} would be another object there")
        load = _pickled((hook, position))
    except Exception as error:
        remedy = f"give it a __reduce__, or have a function install it at start-up: {_ADD}"
        raise CannotInherit(hook, f"{error}; {remedy}") from error
    path = [os.path.abspath(entry) for entry in sys.path if isinstance(entry, str)]
    try:
        item = _Item(_HEAD + pickle.dumps((sys.prefix, path, _kind(hook), load)))
    except OSError as error:
        raise CannotInherit(hook, f"it cannot be written to a file: {error}") from error
    if os.pathsep in item.path:
        item.remove()
        raise CannotInherit(hook, f"the directory of temporary files has {os.pathsep!r} in its path")
    with _lock:
        _set_paths([*_paths(), item.path])

    def undo() -> None:
        _leave_out(item.path)
        item.remove()

    return undo


def receive(variable: str) -> None:
    """Install the hooks of the parent process, which left `variable`; not what is installed here already.

    What fails is reported in one line on stderr. The hooks stay in the variable for the children of this
    process, as do those of another environment, for its interpreters that this one may start.
    """
    here = {load for _, load in _received(_paths(), lambda path, error: None)}
    paths = [path for path in variable.split(os.pathsep) if path]

    def tell(path: str, error: BaseException) -> None:
        paths.remove(path)
        report(f"reading {path!r}, a hook of the parent process,", error, _REMEDY)

    found = list(_received(list(paths), tell))
    with _lock:
        _set_paths([*_paths(), *(path for path in paths if path not in _paths())])
    for (entry, path, kind), load in found:
        if load not in here:
            _install(entry, path, kind, load)


def _received(paths: "list[str]", tell: "Callable[[str, BaseException], None]") -> "Any":
    """The hooks of this environment in the files `paths`; `tell` is told what cannot be read."""
    for path in paths:
        try:
            prefix, entries, kind, load = pickle.loads(_content(path))
        except Exception as error:
            tell(path, error)
            continue
        if prefix == sys.prefix:
            yield (path, entries, kind), load


def _content(path: str) -> bytes:
    """What is pickled in a file. Raises OSError or ValueError unless it is this user's alone."""
    if not os.path.isabs(path):
        raise ValueError("not the path of a file")
    file = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with open(file, "rb") as stream:
        _check(os.fstat(file), stat.S_ISREG)
        _check(os.lstat(os.path.dirname(path)), stat.S_ISDIR)
        content = stream.read()
    if not content.startswith(_HEAD):
        raise ValueError("not a file that loadstone has written")
    return content[len(_HEAD) :]


def _check(status: os.stat_result, is_right_kind: "Callable[[int], bool]") -> None:
    """Raises PermissionError unless the file or directory is the user's, and closed to all others."""
    if not is_right_kind(status.st_mode):
        raise PermissionError("neither it nor its directory may be anything else, or a link")
    if os.name == "posix":  # elsewhere, temporary files lie in a directory of the user's own
        if status.st_uid != os.geteuid():
            raise PermissionError(f"it belongs to user {status.st_uid}, not to {os.geteuid()}")
        if stat.S_IMODE(status.st_mode) & 0o077:
            raise PermissionError(f"others may use it: its mode is {stat.S_IMODE(status.st_mode):04o}")


def _install(item: str, path: "list[str]", kind: str, load: bytes) -> None:
    # A script's directory comes on sys.path only after start-up.
    more = [entry for entry in path if entry not in sys.path]
    sys.path += more
    try:
        hook, position = pickle.loads(load)
        import loadstone

        handle = loadstone.install(hook, **position)
        handle._undo = lambda: _leave_out(item)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        report(f"hook {kind} of the parent process", error, _REMEDY)
    finally:
        for entry in more:
            if entry in sys.path:
                sys.path.remove(entry)


def _pickled(thing: object) -> bytes:
    import io

    stream = io.BytesIO()
    _Pickler(stream).dump(thing)
    return stream.getvalue()


def _has_start_file() -> bool:
    if any(
        os.path.exists(os.path.join(directory, f"{START}{end}")) for directory in started for end in _ENDS
    ):
        return True
    from .registry import Registry

    return Registry().is_on


def _kind(hook: object) -> str:
    named: Any = hook if hasattr(hook, "__qualname__") else type(hook)
    return f"{named.__module__}.{named.__qualname__}"


def _paths() -> "list[str]":
    return [path for path in os.environ.get(VARIABLE, "").split(os.pathsep) if path]


def _leave_out(path: str) -> None:
    """Take a hook out of what later children inherit."""
    with _lock:
        paths = _paths()
        if path in paths:
            paths.remove(path)
            _set_paths(paths)


def _set_paths(paths: "list[str]") -> None:
    if paths:
        os.environ[VARIABLE] = os.pathsep.join(paths)
    else:
        os.environ.pop(VARIABLE, None)
