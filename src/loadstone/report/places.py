"""Where things are: the standard library, and what is installed."""

from __future__ import annotations

import os
import re
import site
import sysconfig
from collections.abc import Iterable

__all__ = [
    "PACKAGES",
    "current_directory",
    "folder",
    "is_ours",
    "is_same",
    "is_site",
    "is_standard_file",
    "near",
    "site_directories",
    "standard_directories",
]

PACKAGES = ("site-packages", "dist-packages")
"""What directories are called into which distributions are installed."""
_OWN = os.path.join(os.path.dirname(os.path.dirname(os.path.realpath(__file__))), "")


def folder(path: str) -> str:
    """A path in the one spelling in which it can be compared."""
    try:
        path = os.path.realpath(path)
    except (OSError, ValueError):  # there is no current directory, or no such path can be
        pass
    return os.path.normcase(path)


def is_ours(file: str) -> bool:
    """Whether the file is one of loadstone's own."""
    return folder(file).startswith(_OWN)


def is_same(one: str, other: str) -> bool:
    """Whether two paths lead to the same file, which is there."""
    try:
        return os.path.samefile(one, other)
    except (OSError, ValueError):
        return False


def current_directory() -> str:
    """The current directory; an empty string, if it is gone."""
    try:
        return os.getcwd()
    except OSError:
        return ""


def near(text: str) -> str:
    """`text` with the paths in it that are below the current directory written relative to that."""
    here = current_directory()
    if not here or os.path.dirname(here) == here or here not in text:
        return text
    # A path begins where none goes on: in file:///home it does not.
    inside = rf"(?<![\w/\\.-]){re.escape(here)}(?=[/\\]\w|[/\\]\.|$|[\s,;:)'\"](?!\w))"
    return re.sub(inside, ".", text)


def site_directories() -> list[str]:
    """Where this Python's site puts what is installed, whether or not that is on `sys.path`."""
    places = [*site.getsitepackages(), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    if site.ENABLE_USER_SITE:
        places.append(site.getusersitepackages())
    return list(dict.fromkeys(places))


def standard_directories() -> list[str]:
    """Where the standard library is, spelt as `folder` does."""
    places = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), os.path.dirname(os.__file__)]
    return list(dict.fromkeys(map(folder, places)))


def is_site(entry: str, sites: Iterable[str]) -> bool:
    """Whether distributions are installed in the directory; `sites` are those whose `.pth` files are read."""
    place = folder(entry)
    return os.path.basename(place) in PACKAGES or place in sites


def is_standard_file(file: str, standard: Iterable[str]) -> bool:
    """Whether the file or directory is of the standard library, whose directories are `standard`."""
    place = folder(file)
    # Below them is the directory of the extension modules, and that of site-packages too.
    return any(f"{place}{os.sep}".startswith(f"{root}{os.sep}") for root in standard) and not any(
        part in PACKAGES for part in place.split(os.sep)
    )
