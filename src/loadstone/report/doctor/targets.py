"""Targets of entry points: whether `pkg.mod:attribute` leads to something, without importing it."""

from __future__ import annotations

import ast
import re
from typing import Any

from ..bindings import Bindings
from .environment import Environment

__all__ = ["problem"]

_TARGET = re.compile(r"(\w+(?:\.\w+)*)(?:\s*:\s*(\w+(?:\.\w+)*))?\s*(?:\[[^\]]*\])?")
_OF_ITSELF = re.compile(r"__path__|sys\.modules|extend_path|declare_namespace")
"""What a package has in its source that may have submodules which are not found where it is."""


def problem(environment: Environment, target: str, *, needs_attribute: bool = False) -> str | None:
    """Why the target does not resolve; None if it does, or that cannot be said."""
    match = _TARGET.fullmatch(target.strip())
    if match is None or (needs_attribute and not match[2]):
        return "is not of the form pkg.mod:callable"
    name, attribute = match[1], match[2] or ""
    try:
        spec = environment.find(name)
    except Exception as error:  # a finder that fails, which is a finding of other checks
        return f"looking for {name} raised {type(error).__name__}: {error}"
    if spec is None:
        missing, parent = _first_missing(environment, name)
        if parent and _OF_ITSELF.search(_source(environment, parent) or ""):
            return None
        return f"{missing} is not found"
    first = attribute.partition(".")[0]
    source = _source(environment, name) if first else None
    if source is None:
        return None
    # Most sources say it in a line, and to parse all of them would take longest of all that doctor does.
    # What a function binds as global may be there, too, when it has been called.
    if re.search(
        rf"^\s*(?:(?:async\s+)?def|class)\s+{first}\b|^{first}\s*[=:]|^\s*global\s.*\b{first}\b", source, re.M
    ):
        return None
    is_package = spec.submodule_search_locations is not None
    try:
        bindings = Bindings(ast.parse(source), name, is_package)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return f"{name} does not compile: {error.args[0] if error.args else type(error).__name__}"
    if first in bindings.lines or bindings.may_get_after(0):
        return None
    # A submodule is an attribute, too, once it is imported.
    if is_package and environment.find(f"{name}.{first}") is not None:
        return None
    return f"{name} does not define {attribute}"


def _first_missing(environment: Environment, name: str) -> tuple[str, str]:
    """The first of the module `name`, which is not found, and its parents that is not, and its parent."""
    parent = name.rpartition(".")[0]
    while parent and environment.find(parent) is None:
        name, parent = parent, parent.rpartition(".")[0]
    return name, parent


def _source(environment: Environment, name: str) -> str | None:
    """The source of a module that is found; None if there is none to be had."""
    spec = environment.find(name)
    get_source: Any = getattr(spec.loader, "get_source", None) if spec is not None else None
    try:
        source = get_source(name) if get_source is not None else None
    except Exception:  # not UTF-8, not ours to read, or a loader that fails
        return None
    return source if isinstance(source, str) else None
