"""What the tests share: a sandbox which puts the state of the import system back."""

from __future__ import annotations

import builtins
import importlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from loadstone.framework.chain import handles

collect_ignore = ["bench", "cpython", "ecosystem", "typing"]

LISTS = ("argv", "meta_path", "path", "path_hooks")
FLAGS = ("dont_write_bytecode", "pycache_prefix")


class Sandbox:
    """A directory to write modules to, in which a test may change the import state as it likes."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, files: Mapping[str, str | bytes], *, on_path: bool = False) -> Path:
        """Write `files`, contents by path, below the root, and return the root.

        Text loses its common indentation and first line break, and is written as UTF-8.
        """
        for name, content in files.items():
            file = self.root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            data = content if isinstance(content, bytes) else dedent(content).removeprefix("\n").encode()
            file.write_bytes(data)
        importlib.invalidate_caches()
        if on_path:
            self.on_path()
        return self.root

    def on_path(self, directory: str = "") -> str:
        """Put `directory`, relative to the root, first on `sys.path`, and return the path entry."""
        entry = str(self.root / directory)
        sys.path.insert(0, entry)
        # Coverage looks at a changed path when it meets its next file, and drops what other threads have
        # imported meanwhile from sys.modules. Have it meet one now.
        exec(compile("", f"{entry}/{len(sys.path)}", "exec"))
        return entry

    def python(
        self, *arguments: str, timeout: float = 60, measured: bool = True, **env: str
    ) -> subprocess.CompletedProcess[str]:
        """Run this Python with `arguments` in the root, with `env` added to the environment.

        Without `measured`, coverage leaves it alone: tracing many threads takes minutes.
        """
        environment = {**os.environ, **env}
        if not measured:
            environment.pop("COVERAGE_PROCESS_CONFIG", None)
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox in a directory of its own; afterwards the import state is what it was, object by object.

    Modules that the test is the first to import stay if they belong to the standard library or to a package
    that was already there: a second copy, imported later, would have classes of its own.
    """
    modules, known = sys.modules, dict(sys.modules)
    cache, finders = sys.path_importer_cache, dict(sys.path_importer_cache)
    lists = {name: (getattr(sys, name), list(getattr(sys, name))) for name in LISTS}
    flags = {name: getattr(sys, name) for name in FLAGS}
    import_function = builtins.__import__
    directory = os.getcwd()
    installed = list(handles)
    try:
        yield Sandbox(tmp_path)
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
            if not _stays(name, known):
                del modules[name]
        modules.update(known)
        importlib.invalidate_caches()  # which drops entries of path_importer_cache
        cache.update(finders)


def _stays(name: str, known: Mapping[str, object]) -> bool:
    package = name.partition(".")[0]
    return package in known or package in sys.stdlib_module_names
