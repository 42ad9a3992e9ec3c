"""What mends an installation: it comes again from where it came, never from its namesake in an index."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice

from ..distributions import Installed, normal
from .installer import installing, pip
from .places import current_directory
from .project import Project, project_of

__all__ = ["again", "as_there", "editable", "editable_again", "moved_to"]

_MOST = 200
_AGAIN = ("--no-deps", "--force-reinstall")
"""The same version, and nothing else, is to be there afterwards."""


def editable(project: str) -> str:
    """The command that installs a project as an editable one."""
    return pip("install", "-e", project)


def again(distribution: Installed) -> str:
    """What installs a distribution anew, from where it came: never its namesake from an index.

    A sentence with a command or, where the place that it came from is gone, with what to do.
    """
    project = distribution.project or _checkout(distribution)
    if project is not None:
        return editable_again(distribution.name or "", project)
    url = _url(distribution)
    if url is not None:
        return f"Install it again, from where it came: {pip('install', *_AGAIN, url)}"
    name = distribution.name or ""
    pinned = f"{name}=={distribution.version}" if distribution.version else name
    return f"Install it again: {pip('install', *_AGAIN, pinned)}"


def as_there(distribution: Installed) -> str:
    """The command that installs into this Python what another has: from where it came to that."""
    if distribution.project is not None:
        where = distribution.project
        if not os.path.isdir(where):
            where = moved_to(distribution.name or "", where) or "NEWPLACE"
        return editable(where)
    return installing(_url(distribution) or distribution.name or "NAME")


def _url(distribution: Installed) -> str | None:
    """Where it was installed from, as pip takes it; None if that was an index."""
    url = distribution.direct.get("url")
    if not isinstance(url, str):
        return None
    vcs = distribution.direct.get("vcs_info")
    return f"{vcs.get('vcs')}+{url}@{vcs.get('commit_id')}" if isinstance(vcs, dict) else url


def editable_again(name: str, project: str) -> str:
    """What installs the distribution `name` again, which is an editable install of the project."""
    if os.path.isdir(project):
        return f"Install it again, from where it came: {editable(project)}"
    now = moved_to(name, project)
    if now is not None:
        return f"Install it from where it is now: {editable(now)}"
    return (
        f"Install it again from where the project is now: {pip('install', '-e', 'NEWPLACE')}; "
        f"or remove it: {pip('uninstall', name)}"
    )


def moved_to(name: str, project: str) -> str | None:
    """Where the project is now that was in the directory `project`: about here, or beside where it was."""
    wanted = normal(name)
    here = project_of(current_directory())
    if here is not None and here.key == wanted:
        return here.root
    return next((folder for folder in _beside(project) if Project(folder).key == wanted), None)


def _beside(folder: str) -> Iterator[str]:
    parent = os.path.dirname(folder.rstrip(os.sep))
    try:
        with os.scandir(parent) as items:
            yield from sorted(item.path for item in islice(items, _MOST) if item.is_dir())
    except (OSError, ValueError):
        return


def _checkout(distribution: Installed) -> str | None:
    """The project's directory, where that is what the metadata is in: ``setup.py develop`` puts it there."""
    folder, name = os.path.split(distribution.place)
    if name.endswith(".egg-info") and Project(folder).is_installable:
        return folder
    return None
