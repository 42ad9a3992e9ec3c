"""Python's import system as a library.

`import_module` and the other verbs work on the live import system, the interpreter's own. Names resolve
when they are first used (PEP 562), so that importing this package costs next to nothing.

PYTEST_DONT_REWRITE: this package has a plugin of pytest, and may well be imported before pytest is.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    from . import abc, machinery, util
    from ._core.front import import_module
    from ._core.system import ImportSystem, live
    from ._standard.takeover import Takeover, takeover
    from .framework.alias import alias
    from .framework.block import block
    from .framework.chain import rest_of_chain
    from .framework.finder import Finder
    from .framework.imported import when_imported
    from .framework.install import Handle, hooks, install
    from .framework.interceptor import Interceptor
    from .framework.lazy import lazy
    from .framework.loader import Loader, WrappedLoader
    from .framework.memory import MemoryTree
    from .framework.source import SourceFinder
    from .framework.transform import Transform
    from .framework.tree import TreeFinder
    from .report.doctor.examine import doctor
    from .report.explain.inquiry import explain
    from .report.trace.records import trace

    __import__: Final = live.__import__
    find_spec: Final = live.find_spec
    invalidate_caches: Final = live.invalidate_caches
    reload: Final = live.reload

__version__ = "0.1.0"

__all__ = [
    "Finder",
    "Handle",
    "ImportSystem",
    "Interceptor",
    "Loader",
    "MemoryTree",
    "SourceFinder",
    "Takeover",
    "Transform",
    "TreeFinder",
    "WrappedLoader",
    "__import__",
    "abc",
    "alias",
    "block",
    "doctor",
    "explain",
    "find_spec",
    "hooks",
    "import_module",
    "install",
    "invalidate_caches",
    "lazy",
    "live",
    "machinery",
    "reload",
    "rest_of_chain",
    "takeover",
    "trace",
    "util",
    "when_imported",
]

_SYSTEM = "._core.system"
_TAKEOVER = "._standard.takeover"
_HOMES = {
    "ImportSystem": _SYSTEM,
    "Takeover": _TAKEOVER,
    "import_module": "._core.front",
    "live": _SYSTEM,
    "takeover": _TAKEOVER,
    "alias": ".framework.alias",
    "block": ".framework.block",
    "lazy": ".framework.lazy",
    "when_imported": ".framework.imported",
    "Finder": ".framework.finder",
    "Handle": ".framework.install",
    "Interceptor": ".framework.interceptor",
    "Loader": ".framework.loader",
    "MemoryTree": ".framework.memory",
    "SourceFinder": ".framework.source",
    "Transform": ".framework.transform",
    "TreeFinder": ".framework.tree",
    "WrappedLoader": ".framework.loader",
    "hooks": ".framework.install",
    "install": ".framework.install",
    "rest_of_chain": ".framework.chain",
    "explain": ".report.explain.inquiry",
    "doctor": ".report.doctor.examine",
    "trace": ".report.trace.records",
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
        if not _HOMES[name].startswith(("._core", "._standard")):
            _need("attrs", name)
        value = getattr(__import__(f"{__name__}{_HOMES[name]}", fromlist=[name]), name)
    elif name == "find_loader" and _has_find_loader():
        from ._standard.legacy import find_loader as value
    else:
        raise AttributeError(
            f"module {__name__!r} has no attribute {name!r}", name=name, obj=sys.modules[__name__]
        )
    globals()[name] = value
    return value


def _has_find_loader() -> bool:
    from ._core.versions import ASKS_FIND_MODULE

    return ASKS_FIND_MODULE


def _need(package: str, name: str) -> None:
    """Raises AttributeError where what `name` is made of is not installed, so that the rest can be used."""
    try:
        __import__(package)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        raise AttributeError(
            f"{__name__}.{name} needs {package!r}, which is not installed", name=name
        ) from error


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
