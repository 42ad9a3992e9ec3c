"""Scripts in the folders here that would find another module than a program which is started here."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import islice

__all__ = ["finds_another"]

_MOST = 100
_LONGEST = 100_000


def finds_another(name: str, origin: str | None) -> str | None:
    """A note on a script in a folder here that imports `name`, and finds another module of that name there.

    It is found at `origin` from here. None if there is no such script, or the name has dots. A few files are
    read for it, if there is a module of the name beside them.
    """
    if not name.isidentifier():
        return None
    for folder in _folders():
        for file in (os.path.join(folder, f"{name}.py"), os.path.join(folder, name, "__init__.py")):
            if not os.path.isfile(file) or file == origin:
                continue
            for script in _scripts(folder):
                if script != file and _imports(script, name):
                    script = os.path.relpath(script)
                    return (
                        f"python {script} finds {file} instead, in its own folder: ask with --script {script}"
                    )
    return None


def _folders() -> Iterator[str]:
    """Those that are no packages and no environments: a script in a package is not run by its file."""
    try:
        here = os.getcwd()
        with os.scandir(here) as items:
            folders = [item.path for item in islice(items, _MOST) if item.is_dir()]
    except OSError:
        return
    for folder in sorted(folders):
        marks = ("__init__.py", "pyvenv.cfg")
        if not os.path.basename(folder).startswith(".") and not any(
            os.path.exists(os.path.join(folder, mark)) for mark in marks
        ):
            yield folder


def _scripts(folder: str) -> list[str]:
    try:
        names = sorted(name for name in islice(os.listdir(folder), _MOST) if name.endswith(".py"))
    except OSError:
        return []
    return [os.path.join(folder, name) for name in names]


def _imports(script: str, name: str) -> bool:
    try:
        with open(script, encoding="utf-8", errors="replace") as file:
            text = file.read(_LONGEST)
    except OSError:
        return False
    return re.search(rf"^\s*(import|from)\s+{name}\b", text, re.M) is not None
