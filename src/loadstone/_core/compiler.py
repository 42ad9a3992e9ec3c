"""Source on its way to code: what `compile` and loaders' `source_to_code` are told of the module."""

from __future__ import annotations

from _warnings import warn_explicit

from .frames import hidden
from .versions import COMPILES_FOR_MODULE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType
    from typing import Any

__all__ = ["call_source_to_code", "module_argument", "module_option", "takes_name"]

_VARIABLE_ARGUMENTS = 0x04


def module_option(fullname: str | None) -> dict[str, Any]:
    """The keyword argument by which `compile` is told the module's name, where it takes one."""
    return {"module": fullname} if COMPILES_FOR_MODULE else {}


def module_argument(fullname: str) -> tuple[str, ...]:
    """The arguments, after data and path, that `source_to_code` gets: since Python 3.15 the module's name."""
    return (fullname,) if COMPILES_FOR_MODULE else ()


@hidden
def call_source_to_code(
    method: Callable[..., Any], data: Any, path: Any, *arguments: Any, **named: Any
) -> CodeType:
    """Call `method`, the `source_to_code` of some loader, which may be of before Python 3.15.

    One that takes only data and path is called with those, where importlib fails: with a RuntimeWarning, at
    the line of the method, that names it and the remedy.
    """
    if (arguments or "fullname" in named) and not takes_name(method):
        _warn_of(getattr(method, "__func__", method))
        arguments = ()
        named.pop("fullname", None)
    return method(data, path, *arguments, **named)  # type: ignore[no-any-return]


def takes_name(method: Any) -> bool:
    """Whether `method`, the `source_to_code` of some loader, takes the module's name; True if unknown."""
    function = getattr(method, "__func__", method)
    code = getattr(function, "__code__", None)
    if code is None or code.co_flags & _VARIABLE_ARGUMENTS:
        return True
    return bool(code.co_argcount - (function is not method) > 2)


def _warn_of(function: Any) -> None:
    # With the registry of the method's own module, it is said once for each method.
    warn_explicit(
        f"{function.__module__}.{function.__qualname__}() does not take the module's name, which Python 3.15 "
        "passes as its third argument: give it a parameter fullname=None, and pass that on",
        RuntimeWarning,
        function.__code__.co_filename,
        function.__code__.co_firstlineno,
        function.__module__,
        function.__globals__.setdefault("__warningregistry__", {}),
    )
