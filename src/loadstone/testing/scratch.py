"""A directory in which a test may change the import state as it likes: all of it is restored afterwards."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

from .state import restored

__all__ = ["Sandbox", "sandbox"]


class Sandbox:
    """A directory to write modules to, in which a test may change the import state as it likes."""

    def __init__(self, root: Path) -> None:
        """In the directory `root`."""
        self.root = root

    def write(self, files: Mapping[str, str | bytes], *, on_path: bool = False) -> Path:
        """Write `files`, contents by path, below the root, and return the root.

        Text loses its common indentation and first line break, and is written as UTF-8. With `on_path`, the
        root is put first on `sys.path`. Raises OSError where a file cannot be written.
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
        return entry

    def python(self, *arguments: str, timeout: float = 60, **env: str) -> subprocess.CompletedProcess[str]:
        """Run this Python with `arguments` in the root, with `env` added to the environment.

        Its output is captured as text. Raises `subprocess.TimeoutExpired` after `timeout` seconds.
        """
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env={**os.environ, **env},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )


@contextmanager
def sandbox(root: str | os.PathLike[str]) -> Iterator[Sandbox]:
    """A sandbox in the directory `root`; on leaving, the import state is what it was, object by object.

    That is: `sys.modules`, `sys.meta_path`, `sys.path`, `sys.path_hooks`, `sys.path_importer_cache`, the
    function `__import__`, the flags for bytecode, `sys.argv`, the working directory, warning filters and
    loadstone's own hooks. Modules that were first imported meanwhile stay if they belong to the standard
    library or to a package that was already there: a second copy, imported later, would have classes of its
    own. Not for several threads at once.
    """
    with restored():
        yield Sandbox(Path(root))
