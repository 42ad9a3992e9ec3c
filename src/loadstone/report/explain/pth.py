"""The causes that lie in `.pth` files: lines that lead nowhere, namespace packages that are not made."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from glob import escape, glob

from ..places import PACKAGES, folder, site_directories
from .case import Case, cause
from .records import Cause

__all__ = ["idle_pth", "stale_pth"]


def idle_pth(case: Case) -> Iterator[Cause]:
    """A `.pth` file that makes a namespace package, in a directory whose `.pth` files nobody processes."""
    if "." in case.missing:
        return
    processed = {folder(place) for place in site_directories()}
    for entry in sys.path:
        if not isinstance(entry, str) or folder(entry) in processed:
            continue
        for file in sorted(glob(os.path.join(escape(entry), f"{escape(case.missing)}.*-nspkg.pth"))):
            evidence = f"{file} makes the namespace package {case.missing!r}, but its directory is no site's"
            yield cause("LS254", evidence)
            return


def stale_pth(case: Case) -> Iterator[Cause]:
    if "." in case.missing:
        return
    lost = []
    for place in _pth_directories():
        for file in sorted(glob(os.path.join(escape(place), "*.pth"))):
            lost += [f"{file}, line {line}: {path}" for line, path in _lost_lines(place, file)]
    if lost:
        yield cause("LS207", lost, proved=False)


def _pth_directories() -> list[str]:
    named = [entry for entry in sys.path if isinstance(entry, str) and os.path.basename(entry) in PACKAGES]
    return list(dict.fromkeys([*site_directories(), *named]))


def _lost_lines(place: str, file: str) -> Iterator[tuple[int, str]]:
    try:
        with open(file, encoding="utf-8", errors="surrogateescape") as lines:
            text = lines.read()
    except OSError:
        return
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if line and not line.startswith(("#", "import ", "import\t")):
            path = os.path.join(place, line)
            if "\0" not in path and not os.path.exists(path):
                yield number, path
