"""Checks of the loaders of modules that are loaded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...framework.kinds import attribute_of, is_standard, kind_of, qualified
from .chain import layers, some
from .check import Seen, check
from .environment import Environment

_PROTOCOLS = (
    "create_module",
    "exec_module",
    "get_code",
    "get_source",
    "is_package",
    "get_filename",
    "get_data",
    "get_resource_reader",
)
_NEEDED_BY = {
    "get_code": "python -m and runpy",
    "get_source": "inspect, linecache and tracebacks, where the file cannot be read",
    "is_package": "runpy and pkgutil",
    "get_filename": "runpy",
    "get_data": "pkgutil.get_data",
    "get_resource_reader": "importlib.resources",
    "create_module": "the import itself",
    "exec_module": "the import itself",
}
_OF_SOURCE = ("get_code", "get_source", "is_package")


@check(
    "LS111",
    "warning",
    "a wrapped loader that has lost protocols",
    detail="What a loader can do beyond loading is asked of the loader of the module. A wrapper that "
    "does not pass on what the loader inside has takes it from the module.",
    remedy="have the wrapper forward what the inner loader has (loadstone.WrappedLoader does)",
    source="PEP 302, Optional Extensions to the Importer Protocol; importlib.abc",
)
def lost_protocols(environment: Environment) -> Iterator[Seen]:
    """Loaders that hold another one, which has more."""
    for loader, names in _foreign_loaders(environment):
        inner = layers(loader)[1:]
        lost = [
            protocol
            for protocol in _PROTOCOLS
            if not hasattr(loader, protocol) and any(hasattr(one, protocol) for one in inner)
        ]
        if lost:
            yield Seen(
                qualified(loader),
                f"{_list(lost)} of {qualified(inner[0])} are gone for {some(names)}",
            )


@check(
    "LS112",
    "note",
    "a loader of source without the protocols of source",
    detail="The module comes from a .py file, but its loader has not what the loader of such files has. "
    "It is told of one's own loaders, not of those that are installed.",
    remedy="subclass importlib.machinery.SourceFileLoader, or add the methods",
    source="importlib.abc.InspectLoader, importlib.abc.ExecutionLoader",
)
def bare_source_loader(environment: Environment) -> Iterator[Seen]:
    """Loaders of `.py` files."""
    for loader, names in _foreign_loaders(environment):
        if len(layers(loader)) > 1 or environment.is_installed(kind_of(loader).__module__):
            continue
        files = [
            name for name in names if str(attribute_of(environment.modules[name], "__file__")).endswith(".py")
        ]
        lacking = [protocol for protocol in _OF_SOURCE if not hasattr(loader, protocol)]
        if files and lacking:
            yield Seen(qualified(loader), f"has no {', '.join(lacking)}; loaded {some(files)}")


def _foreign_loaders(environment: Environment) -> list[tuple[Any, list[str]]]:
    """A loader of each class that is not Python's own, and the modules that such loaders have loaded."""
    found: dict[type, tuple[Any, list[str]]] = {}
    for name, module in sorted(environment.modules.items()):
        loader = getattr(attribute_of(module, "__spec__"), "loader", None) or attribute_of(
            module, "__loader__"
        )
        if loader is not None and not isinstance(loader, type) and not is_standard(loader):
            found.setdefault(type(loader), (loader, []))[1].append(name)
    return list(found.values())


def _list(protocols: list[str]) -> str:
    return ", ".join(f"{name} (for {_NEEDED_BY[name]})" for name in protocols)
