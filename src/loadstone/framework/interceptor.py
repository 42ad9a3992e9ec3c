"""Interceptor: a finder that claims nothing, but changes or watches what the rest of the chain has found."""

from __future__ import annotations

import _thread
import sys
from collections.abc import Iterable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any

from .._core.frames import hidden
from .chain import report_strangers
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

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Each interceptor knows the threads that are inside it."""
        self = super().__new__(cls)
        self._inside = set()
        return self

    def __init__(self, names: str | Iterable[str] | None = None) -> None:
        """For the modules that a pattern, or one of several, matches; for all, if None (see `names`)."""
        if names is not None:
            self.names = Names(names).patterns

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
        chain = sys.meta_path
        if chain and chain[0] is not self:
            report_strangers(self)
        thread = _thread.get_ident()
        if thread in self._inside:
            return None
        spec = self.rest(fullname, path, target)
        if spec is None:
            return None
        self._inside.add(thread)
        try:
            changed = self.intercept(spec) if self.applies_to(spec) else spec
        finally:
            self._inside.discard(thread)
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
        return {name: value for name, value in self.__dict__.items() if name != "_inside"}
