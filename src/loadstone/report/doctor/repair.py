"""What puts a distribution right, as findings word it."""

from __future__ import annotations

from ...distributions import Installed
from ..installer import pip
from ..remedy import again

__all__ = ["reinstall", "uninstall"]


def reinstall(distribution: Installed) -> str:
    """How to install a distribution again from where it has come."""
    said = again(distribution)
    return said[0].lower() + said[1:]


def uninstall(*names: str) -> str:
    """How to take distributions away."""
    return pip("uninstall", *names)
