"""Whether a class of importlib's is as the interpreter made it, so that the engine may do its work itself."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["Plain"]


class Plain:
    """Knows the methods that a class had when it was made, and whether a thing of it has the same still.

    Tools patch importlib's loaders to see or change what is imported: what they have put there is called.
    """

    def __init__(self, kind: type, *methods: str) -> None:
        """For instances of exactly the class `kind`, and what it, or a parent, defines under these names."""
        self._places: list[tuple[Any, str, Any]] = []
        self._names = frozenset(methods)
        for method in methods:
            for parent in kind.__mro__:
                if method in vars(parent):
                    self._places.append((vars(parent), method, vars(parent)[method]))
                    break
                # One that is put here would be found first.
                self._places.append((vars(parent), method, None))

    def holds(self) -> bool:
        """Whether the class and its parents have those methods still."""
        for namespace, method, value in self._places:  # noqa: SIM110 - a generator costs as much again
            if namespace.get(method) is not value:
                return False
        return True

    def covers(self, thing: Any) -> bool:
        """Whether that holds, and `thing` has no method of its own in their place."""
        return self.holds() and self._names.isdisjoint(thing.__dict__)
