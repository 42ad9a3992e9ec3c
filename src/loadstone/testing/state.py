"""The import state of the interpreter: all that imports change, put back as it was."""

from __future__ import annotations

import builtins
import importlib
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from ..framework.chain import handles

__all__ = ["restored"]

_LISTS = ("argv", "meta_path", "path", "path_hooks")
_FLAGS = ("dont_write_bytecode", "pycache_prefix")


@contextmanager
def restored(keeps: Callable[[str], bool] | None = None) -> Iterator[None]:
    """On leaving, the import state is what it was on entering, object by object.

    That is: `sys.modules`, `sys.meta_path`, `sys.path`, `sys.path_hooks`, `sys.path_importer_cache`, the
    function `__import__`, the flags for bytecode, `sys.argv`, the working directory, warning filters, and
    loadstone's own hooks. A module that was imported meanwhile stays if `keeps` says so of its name; if that
    is None, those of the standard library and of packages that were there stay: a second copy, imported
    later, would have classes of its own. Not for several threads at once.
    """
    modules, known = sys.modules, dict(sys.modules)
    cache, finders = sys.path_importer_cache, dict(sys.path_importer_cache)
    lists = {name: (getattr(sys, name), list(getattr(sys, name))) for name in _LISTS}
    flags = {name: getattr(sys, name) for name in _FLAGS}
    import_function = builtins.__import__
    directory = os.getcwd()
    installed = list(handles)
    try:
        with warnings.catch_warnings():
            yield
    finally:
        for handle in list(handles):
            if handle not in installed:
                handle.uninstall()
        builtins.__import__ = import_function
        os.chdir(directory)
        for name, flag in flags.items():
            setattr(sys, name, flag)
        for name, (value, items) in lists.items():
            value[:] = items
            setattr(sys, name, value)
        sys.path_importer_cache = cache
        for entry in cache.keys() - finders.keys():
            del cache[entry]
        sys.modules = modules
        for name in modules.keys() - known.keys():
            if not (_stays(name, known) if keeps is None else keeps(name)):
                del modules[name]
        modules.update(known)
        importlib.invalidate_caches()  # which drops entries of path_importer_cache
        cache.update(finders)


def _stays(name: str, known: Mapping[str, object]) -> bool:
    package = name.partition(".")[0]
    return package in known or package in sys.stdlib_module_names
