"""What puts a distribution right, as findings word it."""

from __future__ import annotations

import sys

from ...distributions import Installed
from ..installer import pip, quoted
from ..remedy import again

__all__ = ["module_command", "reinstall", "uninstall"]


def module_command(*arguments: str) -> str:
    """A command of loadstone's, in this Python."""
    return " ".join(map(quoted, [sys.executable or "python", "-m", "loadstone", *arguments]))


def reinstall(distribution: Installed) -> str:
    """How to install a distribution again from where it has come."""
    said = again(distribution)
    return said[0].lower() + said[1:]


def uninstall(*names: str) -> str:
    """How to take distributions away."""
    return pip("uninstall", *names)
