"""Interceptor: a finder that claims nothing, but changes or watches what the rest of the chain has found."""

from __future__ import annotations

import _thread
from collections.abc import Iterable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any

from .._core.frames import hidden
from .chain import keep_order
from .finder import Finder
from .names import Names

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["Interceptor"]


class Interceptor(Finder):
    """A finder that asks the rest of the chain, then changes or watches the spec: give it `intercept`.

    Interceptors stack: the one nearest to the front acts last, on what those behind it made of the spec.
    While a thread is inside `applies_to` or `intercept`, imports of that thread pass by this interceptor: it
    may import what it needs. No lock of loadstone's is held meanwhile. Thread-safe as far as what subclasses
    override is.
    """

    changes_modules = True

    _inside: set[int]
    _asking: dict[tuple[int, str], Any]

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Each interceptor knows the threads that are inside it, and for which modules it asks the rest."""
        self = super().__new__(cls)
        self._inside = set()
        self._asking = {}
        return self

    def __init__(self, names: str | Iterable[str] | None = None) -> None:
        """For the modules that a pattern, or one of several, matches; for all, if None (see `names`)."""
        if names is not None:
            self.names: str | Iterable[str] | None = Names(names).patterns

    def applies_to(self, spec: ModuleSpec) -> bool:
        """Whether `intercept` is to see this spec. True, unless overridden."""
        return True

    def intercept(self, spec: ModuleSpec) -> ModuleSpec | None:
        """The spec to be used: the one given, changed or not, or another. None means the one given."""
        return spec

    @hidden
    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """What the rest of the chain has found, as `intercept` wants it; None if it has found nothing.

        Raises TypeError if `intercept` returns something else than a spec; what it raises passes through.
        """
        keep_order()
        thread = _thread.get_ident()
        if thread in self._inside:
            return None
        key = thread, fullname
        within = key in self._asking
        if within:
            # Asked by one of the rest, which asks the whole chain.
            spec = self.rest(fullname, path, target)
            acted = None
        else:
            self._asking[key] = None
            try:
                spec = self.rest(fullname, path, target)
            finally:
                acted = self._asking.pop(key)
        if spec is None or (acted is not None and _has(spec.loader, acted)):
            return spec
        self._inside.add(thread)
        try:
            changed = self.intercept(spec) if self.applies_to(spec) else spec
        finally:
            self._inside.discard(thread)
        if within:
            self._asking[key] = (spec if changed is None else changed).loader
        if changed is None:
            return spec
        if not (hasattr(changed, "loader") and hasattr(changed, "name")):
            raise TypeError(
                f"{type(self).__qualname__}.intercept() must return a spec or None, "
                f"not {type(changed).__name__} ({fullname!r})"
            )
        return changed

    find_spec.asks_rest = True  # type: ignore[attr-defined]

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in ("_inside", "_asking")}


def _has(loader: Any, acted: Any) -> bool:
    """Whether a loader is the one that an interceptor has made of another, or stands in for that."""
    todo, seen = [loader], []
    while todo:
        one = todo.pop()
        if one is acted:
            return True
        seen.append(one)
        held = [*getattr(one, "__dict__", {}).values(), getattr(one, "__wrapped__", None)]
        todo += [
            other for other in held if hasattr(other, "exec_module") and not any(other is it for it in seen)
        ]
    return False
