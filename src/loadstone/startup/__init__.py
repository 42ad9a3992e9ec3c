"""Hooks that are there when the interpreter starts, and in child processes.

Names resolve when they are first used (PEP 562): every start of the interpreter imports this package.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .children import CannotInherit, inherit
    from .registry import Registry, StartupError, StartupHook

__all__ = ["CannotInherit", "Registry", "StartupError", "StartupHook", "inherit"]

_HOMES = {
    "CannotInherit": "children",
    "Registry": "registry",
    "StartupError": "registry",
    "StartupHook": "registry",
    "inherit": "children",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(__import__(f"{__name__}.{_HOMES[name]}", fromlist=[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
