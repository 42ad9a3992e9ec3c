"""Installing: where a hook stands on the chain, and the handle that takes it away again."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from types import FunctionType, TracebackType
from typing import TYPE_CHECKING, Any
from warnings import warn

import attrs

from .._core.locks import acquire_lock, release_lock
from .._core.pending import settle
from .chain import Switchboard, all_finders, handles
from .finder import FinderEntry
from .interceptor import Interceptor
from .names import Names, check_pattern
from .order import Chain, begin, end, stand_in_front, stands_in_front
from .portions import needs_portions

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["Hook", "add_path_hook", "hooks", "install"]

_NAMED = 5


@attrs.define(eq=False, repr=False)
class Hook:
    """What `install` has put in place: `uninstall()` takes it away, as does leaving a `with` block.

    Idempotent and thread-safe.
    """

    hook: Any
    """What was installed."""
    name: str
    """What it is called; no two hooks that are installed have the same."""
    kind: str
    """``finder``, ``interceptor`` or ``path hook``."""
    _undo: Callable[[], None] = attrs.field(default=lambda: None, alias="undo")
    _known: list[Any] = attrs.field(factory=list, alias="known")
    _active: bool = attrs.field(default=True, init=False)

    @property
    def active(self) -> bool:
        """Whether it is installed."""
        return self._active

    @property
    def overtaken_by(self) -> list[Any]:
        """The finders that others have put ahead of this one since it was installed; empty for path hooks."""
        if self.kind == "path hook" or not self._active:
            return []
        known = [*self._known, *(handle.hook for handle in handles)]
        return [finder for finder in _ahead(self.hook) if not _is_in(known, finder) and not _is_ours(finder)]

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
                _forget_path_hook(self.hook)
                needs_portions(handles)
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
            where = "uninstalled"
        elif self.kind == "path hook":
            where = f"sys.path_hooks[{_index(sys.path_hooks, self.hook)}]"
        else:
            place = _place(self.hook)
            where = f"sys.meta_path[{place}]" if place is not None else "no longer on sys.meta_path"
        return f"<{type(self).__name__} {self.name!r}: {self.kind} at {where}>".replace(
            " at uninstalled", ", uninstalled"
        )


def install(
    hook: Any,
    *,
    name: str | None = None,
    first: bool = False,
    last: bool = False,
    before: Any = None,
    after: Any = None,
    inherit: bool = False,
) -> Hook:
    """Install a finder, an interceptor or a path hook, and return the handle that undoes it.

    A finder is what has `find_spec`, an instance or a class; any other callable is a path hook. An
    interceptor goes first unless told otherwise, as does a finder that is bound to names; another finder
    and a path hook go last. `before` and `after` name another finder (or path hook, for path hooks) that is
    there. With `inherit`, child processes of this environment have the hook too. What is bound to names
    is asked for those only, at the cost of one look-up for all.

    Raises TypeError for what is none of these, for a class whose `find_spec` is a method of its instances,
    for a `name` that is no str, and where `inherit` cannot carry it; ValueError for more than one position,
    for a `before` or `after` that is not there, for a hook that is installed already, and for
    a `name` that another one has. Warns with RuntimeWarning if modules that an interceptor changes are
    loaded already, and names them. Thread-safe.
    """
    settle()
    kind = _kind(hook)
    if not (name is None or isinstance(name, str)):
        raise TypeError(f"name must be str, not {type(name).__name__}")
    if sum([first, last, before is not None, after is not None]) > 1:
        raise ValueError("a hook is installed first, last, before or after another: give one of them")
    if not (first or last or before is not None or after is not None):
        first = kind == "interceptor" or (kind == "finder" and hook_names(hook) is not None)
    for pattern in hook_names(hook) or ():
        check_pattern(pattern)
    undo: Callable[[], None] = lambda: None  # noqa: E731
    if inherit:
        from ..startup import inherit as carry

        undo = carry(hook, **_position(first, last, before, after))
    acquire_lock()
    try:
        for other in handles:
            if other.hook is hook:
                raise ValueError(f"{hook!r} is installed already, as {other.name!r}")
            if name is not None and other.name == name:
                raise ValueError(f"a hook {name!r} is installed already: {other.hook!r}")
        begin()
        handle = Hook(hook, name or _free_name(hook), kind, undo=undo)
        if kind == "path hook":
            _insert(sys.path_hooks, hook, first, before, after)
            sys.path_importer_cache.clear()
        else:
            _put_on(hook, first, before, after)
            handle._known += _ahead(hook)
        handles.append(handle)
        needs_portions(handles)
    except BaseException:
        if not handles:
            end()
        undo()
        raise
    finally:
        release_lock()
    if getattr(hook, "changes_modules", False):
        _warn_of_loaded(hook)
    return handle


def hooks() -> list[Hook]:
    """The handles of what is installed: those on `sys.meta_path` in its order, then path hooks in theirs."""
    order = {id(finder): place for place, finder in enumerate(all_finders())}
    paths = {id(hook): place for place, hook in enumerate(sys.path_hooks)}

    def key(handle: Hook) -> tuple[int, int]:
        if handle.kind == "path hook":
            return 1, paths.get(id(handle.hook), len(paths))
        return 0, order.get(id(handle.hook), len(order))

    return sorted(handles, key=key)


def hook_names(hook: Any) -> Iterable[str] | None:
    """The patterns that a finder is bound to, or None."""
    names: Iterable[str] | None = getattr(hook, "names", None)
    return (names,) if isinstance(names, str) else names


def _kind(hook: Any) -> str:
    if hasattr(hook, "find_spec"):
        if isinstance(hook, type) and isinstance(_defined(hook, "find_spec"), FunctionType):
            name = hook.__qualname__
            raise TypeError(f"find_spec of the class {name} is for its instances: install one, {name}(…)")
        return "interceptor" if isinstance(hook, Interceptor) else "finder"
    if callable(hook):
        return "path hook"
    raise TypeError(f"a hook is a finder (with find_spec) or a path hook (a callable), not {hook!r}")


def _defined(kind: type, name: str) -> Any:
    """What a class or one of its parents defines under `name`, as it stands there."""
    return next((vars(parent)[name] for parent in kind.__mro__ if name in vars(parent)), None)


def _position(first: bool, last: bool, before: Any, after: Any) -> dict[str, Any]:
    position = {"first": first, "last": last, "before": before, "after": after}
    return {name: value for name, value in position.items() if value}


def _free_name(hook: Any) -> str:
    named = hook if hasattr(hook, "__qualname__") else type(hook)
    taken = {handle.name for handle in handles}
    name, number = named.__qualname__, 1
    while name in taken:
        number += 1
        name = f"{named.__qualname__} {number}"
    return str(name)


def _index(things: list[Any], wanted: Any) -> int | None:
    for index, thing in enumerate(things):
        if thing is wanted:
            return index
    return None


def _place(finder: Any) -> int | None:
    """Where on `sys.meta_path` the finder is, by itself or in a switchboard."""
    for index, thing in enumerate(sys.meta_path):
        if thing is finder or (type(thing) is Switchboard and any(it is finder for it in thing.finders)):
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


def _put_on(finder: Any, first: bool, before: Any, after: Any) -> None:
    """Put a finder on `sys.meta_path`: in a switchboard, if it is bound to names.

    Interceptors that go first stay in front of all other finders. What is put next to another one stays where
    that is.
    """
    chain: Any = sys.meta_path
    bound = hook_names(finder) is not None
    front = False
    other = before if before is not None else after
    if other is not None:
        index = _place(other)
        if index is None:
            raise ValueError(f"{other!r} is not on sys.meta_path, to install {finder!r} next to")
        board = chain[index]
        front = stands_in_front(board)
        if type(board) is Switchboard:
            inside = list(board.finders)
            at = (_index(inside, other) or 0) + (after is not None)
            if bound:
                parts: list[Any] = [Switchboard([*inside[:at], finder, *inside[at:]])]
            else:
                parts = [Switchboard(part) for part in (inside[:at], inside[at:]) if part]
                parts.insert(1 if inside[:at] else 0, finder)
            _replace(chain, index, parts, front)
            return
        index += after is not None
    elif first:
        front = isinstance(finder, Interceptor) and isinstance(chain, Chain)
        index = chain.front_length() if isinstance(chain, Chain) and not front else 0
    else:
        index = len(chain)
    for place in (index, index - 1) if bound else ():
        if 0 <= place < len(chain):
            board = chain[place]
            if type(board) is Switchboard and stands_in_front(board) == front:
                both = [finder, *board.finders] if place == index else [*board.finders, finder]
                _replace(chain, place, [Switchboard(both)], front)
                return
    thing = Switchboard([finder]) if bound else finder
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
        left = [other for other in board.finders if other is not finder]
        _replace(chain, index, [Switchboard(left)] if left else [], stands_in_front(board))
    else:
        _replace(chain, index, [], False)


def _forget_path_hook(finder: Any) -> None:
    """Have the path entries of `finder` recognised no more."""
    hook = getattr(finder, "path_hook", None)
    if hook is not None and hook in sys.path_hooks:
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


def _ahead(finder: Any) -> list[Any]:
    """The finders before this one on `sys.meta_path`."""
    finders = all_finders()
    return finders[: _index(finders, finder) or 0]


def _is_in(things: list[Any], wanted: Any) -> bool:
    return _index(things, wanted) is not None


def _is_ours(finder: Any) -> bool:
    kind = finder if isinstance(finder, type) else type(finder)
    return kind.__module__.partition(".")[0] == "loadstone"


def _warn_of_loaded(hook: Any) -> None:
    """Warn of modules that the hook would have acted on, had it been there sooner."""
    names = hook_names(hook)
    bound = None if names is None else Names(names)
    chooses = getattr(type(hook), "applies_to", Interceptor.applies_to) is not Interceptor.applies_to
    if bound is None and not chooses:
        return
    loaded = []
    for name, module in list(sys.modules.items()):
        if bound is None or name in bound:
            spec = _spec_of(module)
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
