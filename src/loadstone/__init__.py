"""Python's import system as a library.

`import_module` and the other verbs work on the live import system, the interpreter's own. Names resolve
when they are first used (PEP 562), so that importing this package costs next to nothing.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from . import abc, machinery, util
    from ._core.front import import_module
    from ._core.system import ImportSystem, live
    from ._standard.takeover import Takeover, takeover

    __import__ = live.__import__
    find_spec = live.find_spec
    invalidate_caches = live.invalidate_caches
    reload = live.reload

__version__ = "0.1.0"

__all__ = [
    "ImportSystem",
    "Takeover",
    "__import__",
    "abc",
    "find_spec",
    "import_module",
    "invalidate_caches",
    "live",
    "machinery",
    "reload",
    "takeover",
    "util",
]

_SYSTEM = "._core.system"
_TAKEOVER = "._standard.takeover"
_HOMES = {
    "ImportSystem": _SYSTEM,
    "Takeover": _TAKEOVER,
    "import_module": "._core.front",
    "live": _SYSTEM,
    "takeover": _TAKEOVER,
}
_VERBS = ("__import__", "find_spec", "invalidate_caches", "reload")
_MODULES = ("abc", "machinery", "util")


def __getattr__(name: str) -> "Any":
    import sys

    if name in _VERBS:
        from ._core.system import live

        value: Any = getattr(live, name)
    elif name in _MODULES:
        value = __import__(f"{__name__}.{name}", fromlist=[name])
    elif name in _HOMES:
        value = getattr(__import__(f"{__name__}{_HOMES[name]}", fromlist=[name]), name)
    elif name == "find_loader" and sys.version_info < (3, 12):
        from ._standard.legacy import find_loader as value
    else:
        raise AttributeError(
            f"module {__name__!r} has no attribute {name!r}", name=name, obj=sys.modules[__name__]
        )
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
