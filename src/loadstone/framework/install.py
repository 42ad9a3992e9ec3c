"""Installing: where a hook stands on the chain, and the handle that takes it away again."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from types import FunctionType, TracebackType
from typing import TYPE_CHECKING, Any, overload
from warnings import warn

import attrs

from .._core.locks import acquire_lock, release_lock
from .._core.pending import settle
from .chain import Switchboard, all_finders, handles, strangers_ahead
from .finder import PROTOCOL, Finder, FinderEntry
from .interceptor import Interceptor
from .names import Names
from .order import Chain, begin, end, stand_in_front, stands_in_front
from .portions import needs_portions

if TYPE_CHECKING:
    from typing_extensions import Self

    from ..abc import FinderLike, PathHook

__all__ = ["Handle", "add_path_hook", "hooks", "install"]

_NAMED = 5


@attrs.define(eq=False, repr=False)
class Handle:
    """What undoes an installation: `uninstall()` takes the hook away, as does leaving a `with` block.

    Idempotent and thread-safe.
    """

    hook: FinderLike | PathHook
    """What was installed."""
    name: str
    """What it is called; no two hooks that are installed have the same."""
    kind: str
    """``finder``, ``interceptor`` or ``path hook``."""
    names: tuple[str, ...] | None = None
    """The patterns of the only modules that it is asked for; None for all."""
    _undo: Callable[[], None] = attrs.field(default=lambda: None, alias="undo")
    _known: list[Any] = attrs.field(factory=list, alias="known")
    _active: bool = attrs.field(default=True, init=False)

    @property
    def active(self) -> bool:
        """Whether it is installed."""
        return self._active

    @property
    def overtaken_by(self) -> list[FinderLike]:
        """The finders that others have put ahead of this one since it was installed; empty for path hooks."""
        if self.kind == "path hook" or not self._active:
            return []
        return [finder for finder in strangers_ahead(self.hook) if not _is_in(self._known, finder)]

    def uninstall(self) -> None:
        """Take the hook away. Modules that it has acted on stay as they are. Does nothing the second time."""
        acquire_lock()
        try:
            if not self._active:
                return
            self._active = False
            handles.remove(self)
            if self.kind == "path hook":
                _remove(sys.path_hooks, self.hook)
                sys.path_importer_cache.clear()
            else:
                _take_off(self.hook)
                if is_own(self.hook):
                    _forget_path_hook(self.hook)
                needs_portions()
            if not handles:
                end()
        finally:
            release_lock()
        self._undo()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.uninstall()

    def __repr__(self) -> str:
        if not self._active:
            where = ", uninstalled"
        elif self.kind == "path hook":
            where = f" at sys.path_hooks[{_index(sys.path_hooks, self.hook)}]"
        else:
            place = _place(self.hook)
            where = f" at sys.meta_path[{place}]" if place is not None else ", no longer on sys.meta_path"
        what = self.kind
        if is_own(self.hook) and _defined(type(self.hook), "__repr__") is not object.__repr__:
            what += f" {self.hook!r}"
        elif self.names is not None:
            what += f" for {', '.join(map(repr, self.names)) or 'nothing'}"
        return f"<{type(self).__name__} {self.name!r}: {what}{where}>"


@overload
def install(
    hook: FinderLike | PathHook,
    *,
    name: str | None = None,
    names: str | Iterable[str] | None = None,
    inherit: bool = False,
) -> Handle: ...
@overload
def install(
    hook: FinderLike | PathHook,
    *,
    first: bool,
    name: str | None = None,
    names: str | Iterable[str] | None = None,
    inherit: bool = False,
) -> Handle: ...
@overload
def install(
    hook: FinderLike | PathHook,
    *,
    last: bool,
    name: str | None = None,
    names: str | Iterable[str] | None = None,
    inherit: bool = False,
) -> Handle: ...
@overload
def install(
    hook: FinderLike | PathHook,
    *,
    before: FinderLike | PathHook,
    name: str | None = None,
    names: str | Iterable[str] | None = None,
    inherit: bool = False,
) -> Handle: ...
@overload
def install(
    hook: FinderLike | PathHook,
    *,
    after: FinderLike | PathHook,
    name: str | None = None,
    names: str | Iterable[str] | None = None,
    inherit: bool = False,
) -> Handle: ...
def install(
    hook: Any,
    *,
    name: str | None = None,
    names: str | Iterable[str] | None = None,
    first: bool = False,
    last: bool = False,
    before: Any = None,
    after: Any = None,
    inherit: bool = False,
) -> Handle:
    """Install a finder, an interceptor or a path hook, and return the handle that undoes it.

    A finder is what has `find_spec`, an instance or a class; any other callable is a path hook. An
    interceptor goes first unless told otherwise, as does a finder that is bound to names; another finder
    and a path hook go last. `before` and `after` name another finder (or path hook, for path hooks) that is
    there. With `inherit`, child processes of this environment have the hook too.

    `names`, a pattern or several as those of `Finder.names`, binds a finder of any kind: it is asked for
    what they match only, at the cost of one look-up for all that is bound. Without it, a `Finder` is bound
    to its own `names`; that others have an attribute of that name says nothing.

    Raises TypeError for what is none of these, for a class where its instance is meant, for a `name` that is
    no str, for `names` of a path hook or that are no patterns, and where `inherit` cannot carry it;
    ValueError for more than one position, for a `before` or `after` that is not there, for a hook that is
    installed already, and for a `name` that another one has. Warns with RuntimeWarning if modules that an
    interceptor changes are loaded already, and names them. Thread-safe.
    """
    settle()
    kind = _kind(hook)
    if not (name is None or isinstance(name, str)):
        raise TypeError(f"name must be str, not {type(name).__name__}")
    if sum([first, last, before is not None, after is not None]) > 1:
        raise ValueError("a hook is installed first, last, before or after another: give one of them")
    bound = _bound_to(hook, kind, names)
    if not (first or last or before is not None or after is not None):
        first = kind == "interceptor" or (kind == "finder" and bound is not None)
    undo: Callable[[], None] = lambda: None  # noqa: E731
    if inherit:
        from ..startup import inherit as carry

        own = None if names is None or bound is None else bound.patterns
        undo = carry(hook, **_given(names=own, first=first, last=last, before=before, after=after))
    acquire_lock()
    try:
        if handles.of(hook) is not None:
            raise ValueError(f"{hook!r} is installed already, as {handles.of(hook).name!r}")
        if name is not None and handles.named(name) is not None:
            raise ValueError(f"a hook {name!r} is installed already: {handles.named(name).hook!r}")
        patterns = None if bound is None else bound.patterns
        begin()
        handle = Handle(hook, name or _free_name(hook), kind, patterns, undo=undo)
        if kind == "path hook":
            _insert(sys.path_hooks, hook, first, before, after)
            sys.path_importer_cache.clear()
        else:
            _put_on(hook, patterns, first, before, after)
            handle._known += strangers_ahead(hook)
        handles.add(handle)
        needs_portions()
    except BaseException:
        if not handles:
            end()
        undo()
        raise
    finally:
        release_lock()
    if is_own(hook) and hook.changes_modules:
        _warn_of_loaded(hook, bound)
    return handle


def hooks() -> list[Handle]:
    """The handles of what is installed: those on `sys.meta_path` in its order, then path hooks in theirs."""
    order = {id(finder): place for place, finder in enumerate(all_finders())}
    paths = {id(hook): place for place, hook in enumerate(sys.path_hooks)}

    def key(handle: Handle) -> tuple[int, int]:
        if handle.kind == "path hook":
            return 1, paths.get(id(handle.hook), len(paths))
        return 0, order.get(id(handle.hook), len(order))

    return sorted(handles, key=key)


def is_own(hook: Any) -> bool:
    """Whether the hook is a `Finder`, so that the attributes of one mean what they mean there."""
    return isinstance(hook, Finder) or (isinstance(hook, type) and issubclass(hook, Finder))


def _bound_to(hook: Any, kind: str, names: Any) -> Names | None:
    """What a hook is bound to, by `names` as given or its own; None for all modules."""
    if kind == "path hook":
        if names is not None:
            raise TypeError("names bind a finder: a path hook is called for path entries")
        return None
    if names is None and is_own(hook):
        names = hook.names
    return None if names is None else Names(names)


def _kind(hook: Any) -> str:
    if hasattr(hook, "find_spec"):
        if isinstance(hook, type):
            _check_class(hook)
        return "interceptor" if isinstance(hook, Interceptor) else "finder"
    if isinstance(hook, type) and hasattr(hook, "exec_module"):
        raise TypeError(f"the class {hook.__qualname__} is a loader: install a finder that gives it")
    if callable(hook):
        return "path hook"
    raise TypeError(f"a hook is a finder (with find_spec) or a path hook (a callable), not {hook!r}")


def _check_class(hook: type) -> None:
    """Raises TypeError for a class that cannot be the finder, since what it would be asked is its instances'.

    Of a `Finder` that is whatever its author has left to the instances or overridden for them.
    """
    asked = PROTOCOL if issubclass(hook, Finder) else ("find_spec",)
    for method in asked:
        if isinstance(_defined(hook, method), FunctionType):
            name = hook.__qualname__
            raise TypeError(f"{method} of the class {name} is for its instances: install one, {name}(…)")


def _defined(kind: type, name: str) -> Any:
    """What a class or one of its parents defines under `name`, as it stands there."""
    return next((vars(parent)[name] for parent in kind.__mro__ if name in vars(parent)), None)


def _given(**options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value}


def _free_name(hook: Any) -> str:
    named = hook if hasattr(hook, "__qualname__") else type(hook)
    return handles.free_name(str(named.__qualname__))


def _index(things: list[Any], wanted: Any) -> int | None:
    for index, thing in enumerate(things):
        if thing is wanted:
            return index
    return None


def _place(finder: Any) -> int | None:
    """Where on `sys.meta_path` the finder is, by itself or in a switchboard."""
    for index, thing in enumerate(sys.meta_path):
        if thing is finder or (type(thing) is Switchboard and finder in thing):
            return index
    return None


def _insert(places: list[Any], thing: Any, first: bool, before: Any, after: Any) -> None:
    other = before if before is not None else after
    if other is not None:
        index = _index(places, other)
        if index is None:
            raise ValueError(f"{other!r} is not there to install {thing!r} next to")
        places.insert(index + (after is not None), thing)
    else:
        places.insert(0 if first else len(places), thing)


def _remove(places: list[Any], thing: Any) -> None:
    index = _index(places, thing)
    if index is not None:
        del places[index]


def _put_on(finder: Any, patterns: tuple[str, ...] | None, first: bool, before: Any, after: Any) -> None:
    """Put a finder on `sys.meta_path`: in a switchboard, if it is bound to names.

    Interceptors that go first stay in front of all other finders. What is put next to another one stays where
    that is.
    """
    chain: Any = sys.meta_path
    front = False
    other = before if before is not None else after
    if other is not None:
        index = _place(other)
        if index is None:
            raise ValueError(f"{other!r} is not on sys.meta_path, to install {finder!r} next to")
        board = chain[index]
        front = stands_in_front(board)
        if type(board) is Switchboard:
            inside = board.bound
            at = (_index([each for each, _ in inside], other) or 0) + (after is not None)
            parts: list[Any] = [inside[:at], inside[at:]]
            if patterns is not None:
                entries: list[Any] = [Switchboard([*parts[0], (finder, patterns), *parts[1]])]
            else:
                here = [Switchboard(part) if part else None for part in parts]
                entries = [each for each in (here[0], finder, here[1]) if each is not None]
            _replace(chain, index, entries, front)
            return
        index += after is not None
    elif first:
        front = isinstance(finder, Interceptor) and isinstance(chain, Chain)
        index = chain.front_length() if isinstance(chain, Chain) and not front else 0
    else:
        index = len(chain)
    for place in (index, index - 1):
        if patterns is not None and 0 <= place < len(chain):
            board = chain[place]
            if type(board) is Switchboard and stands_in_front(board) == front:
                board.add(finder, patterns, first=place == index)
                return
    thing = finder if patterns is None else Switchboard([(finder, patterns)])
    if front:
        stand_in_front([thing])
    chain.insert(index, thing)


def _replace(chain: list[Any], index: int, entries: list[Any], front: bool) -> None:
    """Put `entries` in the place of one entry of the chain, at once: others are walking along it."""
    old = chain[index]
    if front:
        stand_in_front(entries)
    chain[index : index + 1] = entries
    stand_in_front((), instead=[old])


def _take_off(finder: Any) -> None:
    chain: list[Any] = sys.meta_path
    index = _place(finder)
    if index is None:
        return
    board = chain[index]
    if type(board) is Switchboard:
        board.remove(finder)
        if board.bound:
            return
    _replace(chain, index, [], False)


def _forget_path_hook(finder: Any) -> None:
    """Have the path entries of `finder` recognised no more."""
    hook = finder.path_hook
    if hook in sys.path_hooks:
        sys.path_hooks.remove(hook)
        for entry, made in list(sys.path_importer_cache.items()):
            if isinstance(made, FinderEntry) and made.finder is finder:
                sys.path_importer_cache.pop(entry, None)


def add_path_hook(path_hooks: list[Any], finder: Any) -> None:
    """Have the path entries of `finder` recognised; does nothing if they are."""
    hook = finder.path_hook
    acquire_lock()
    try:
        if hook not in path_hooks:
            path_hooks.append(hook)
    finally:
        release_lock()


def _is_in(things: list[Any], wanted: Any) -> bool:
    return _index(things, wanted) is not None


def _warn_of_loaded(hook: Any, bound: Names | None) -> None:
    """Warn of modules that the hook would have acted on, had it been there sooner."""
    chooses = _defined(type(hook), "applies_to") not in (None, Interceptor.applies_to)
    if bound is None and not chooses:
        return
    loaded = []
    for name in list(sys.modules) if bound is None else bound.among(sys.modules):
        spec = _spec_of(sys.modules.get(name))
        if spec is not None and (not chooses or hook.applies_to(spec)):
            loaded.append(name)
    if loaded:
        shown = ", ".join(sorted(loaded)[:_NAMED]) + (", …" if len(loaded) > _NAMED else "")
        warn(
            f"{hook!r} comes too late for modules that are loaded already: {shown}",
            RuntimeWarning,
            stacklevel=3,
        )


def _spec_of(module: Any) -> Any:
    try:
        return object.__getattribute__(module, "__spec__")
    except AttributeError:
        return None
