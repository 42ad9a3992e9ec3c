"""What puts a distribution right, as a command for the Python that is examined: never another's package."""

from __future__ import annotations

import json
import sys
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from ...distributions import Installed
from ..installer import pip, quoted

__all__ = ["editable_project", "module_command", "reinstall", "uninstall"]


def module_command(*arguments: str) -> str:
    """A command of loadstone's, in this Python."""
    return " ".join(map(quoted, [sys.executable or "python", "-m", "loadstone", *arguments]))


def reinstall(*distributions: Installed) -> str:
    """How to install distributions again from where they have come."""
    commands = []
    from_index = []
    for one in distributions:
        url, is_editable = _origin(one)
        name = str(one.name)
        if is_editable:
            commands.append(pip("install", "-e", editable_project(one) or url))
        elif url:
            commands.append(pip("install", "--force-reinstall", "--no-deps", f"{name} @ {url}"))
        else:
            from_index.append(f"{name}=={one.version}" if one.version else name)
    if from_index:
        commands.append(pip("install", "--force-reinstall", "--no-deps", *from_index))
    return "; ".join(commands)


def uninstall(*names: str) -> str:
    """How to take distributions away."""
    return pip("uninstall", *names)


def editable_project(distribution: Installed) -> str | None:
    """The directory of the project, if the distribution is an editable install."""
    url, is_editable = _origin(distribution)
    return url2pathname(urlsplit(url).path) if is_editable else None


def _origin(distribution: Installed) -> tuple[str, bool]:
    """The address that it was installed from, empty for an index; and whether it is editable."""
    try:
        direct: Any = json.loads(distribution.text("direct_url.json") or "{}")
        url = direct.get("url", "")
        if not isinstance(url, str):
            return "", False
        if "vcs_info" in direct:
            vcs = direct["vcs_info"]
            url = f"{vcs['vcs']}+{url}@{vcs['commit_id']}"
        return url, bool(direct.get("dir_info", {}).get("editable"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "", False
