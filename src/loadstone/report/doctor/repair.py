"""What puts a distribution right, as a command for the Python that is examined: never another's package."""

from __future__ import annotations

import os

from ...distributions import Installed
from ..installer import pip

__all__ = ["reinstall", "uninstall"]


def reinstall(*distributions: Installed) -> str:
    """How to install distributions again from where they have come."""
    commands = []
    from_index = []
    for one in distributions:
        name = str(one.name)
        address = _address(one)
        if one.project is not None:
            there = os.path.isdir(one.project)
            again = f"install {name} again from where its project is now"
            commands.append(pip("install", "-e", one.project) if there else again)
        elif address:
            commands.append(pip("install", "--force-reinstall", "--no-deps", f"{name} @ {address}"))
        else:
            from_index.append(f"{name}=={one.version}" if one.version else name)
    if from_index:
        commands.append(pip("install", "--force-reinstall", "--no-deps", *from_index))
    return "; ".join(commands)


def uninstall(*names: str) -> str:
    """How to take distributions away."""
    return pip("uninstall", *names)


def _address(distribution: Installed) -> str:
    """What it was installed from, as pip takes it; empty for an index."""
    url = str(distribution.direct.get("url", ""))
    vcs = distribution.direct.get("vcs_info")
    if not isinstance(vcs, dict):
        return url
    return f"{vcs.get('vcs')}+{url}@{vcs.get('commit_id')}"
