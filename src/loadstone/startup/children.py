"""Hooks of this process in its child processes: they travel pickled, in an environment variable."""

import _thread
import binascii
import io
import os
import pickle
import sys

from .run import START, report, started

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ["CannotInherit", "inherit", "receive"]

VARIABLE = "LOADSTONE_HOOKS"
LIMIT = 32_000  # what one variable can hold on every system
_ADD = "`python -m loadstone startup add NAME pkg.mod:function`"
_REMEDY = f"unset {VARIABLE} to start without"
_ENDS = (".pth", ".start")
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


def inherit(hook: object, **position: "Any") -> "Callable[[], None]":
    """Have child processes install `hook`, and return the function that undoes this for later children.

    Children that start from now on, in the same environment, call ``loadstone.install(hook, inherit=True,
    **position)`` when their interpreter starts: those of `subprocess`, and workers that `multiprocessing`
    spawns or gets from a fork server that starts later. The hook travels pickled, with `sys.path` for
    finding its modules, in the environment variable ``LOADSTONE_HOOKS`` of this process.

    Raises `CannotInherit` where that will not do: the hook cannot be pickled, it or its class is defined in
    ``__main__`` or in a function, a finder in `position` is an object of this process only, this environment
    has no start-up file, or children ignore the environment, as this process does (``-E``, ``-I``, ``-S``).
    Thread-safe; the function returned may be called more than once.
    """
    if sys.flags.ignore_environment or sys.flags.no_site:
        raise CannotInherit(hook, "started with -E, -I or -S, children ignore what they should inherit")
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
    text = binascii.b2a_base64(pickle.dumps((sys.prefix, path, _kind(hook), load)), newline=False).decode()
    with _lock:
        items = [*_items(), text]
        if len(",".join(items)) > LIMIT:
            raise CannotInherit(hook, f"pickled hooks have room for {LIMIT} characters in all: too large")
        _set_items(items)
    done = [text]

    def undo() -> None:
        with _lock:
            items = _items()
            if done and done[0] in items:
                items.remove(done[0])
                _set_items(items)
            done.clear()

    return undo


def receive(variable: str) -> None:
    """Install the hooks of the parent process, which left `variable`; not what is installed here already.

    What fails is reported in one line on stderr.
    """
    ours = []
    for text in variable.split(","):
        try:
            prefix, path, kind, load = pickle.loads(binascii.a2b_base64(text))
        except Exception as error:
            report(f"reading {VARIABLE}", error, _REMEDY)
            continue
        if prefix == sys.prefix:
            ours.append((path, kind, load))
        else:  # of another environment, for its interpreters that this one may start
            with _lock:
                _set_items([*_items(), text])
    here = [pickle.loads(binascii.a2b_base64(text))[-1] for text in _items()]
    for path, kind, load in ours:
        if load not in here:
            _install(path, kind, load)


def _install(path: "list[str]", kind: str, load: bytes) -> None:
    # A script's directory comes on sys.path only after start-up.
    more = [entry for entry in path if entry not in sys.path]
    sys.path += more
    try:
        hook, position = pickle.loads(load)
        import loadstone

        loadstone.install(hook, inherit=True, **position)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        report(f"hook {kind} of the parent process", error, _REMEDY)
    finally:
        for entry in more:
            if entry in sys.path:
                sys.path.remove(entry)


def _pickled(thing: object) -> bytes:
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


def _items() -> "list[str]":
    return [text for text in os.environ.get(VARIABLE, "").split(",") if text]


def _set_items(items: "list[str]") -> None:
    if items:
        os.environ[VARIABLE] = ",".join(items)
    else:
        os.environ.pop(VARIABLE, None)
