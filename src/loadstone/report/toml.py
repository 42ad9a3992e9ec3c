"""What reads TOML, where there is anything that does: Python itself does since 3.11."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from .._setting import kept

__all__ = ["parser"]


def parser() -> Any:
    """`tomllib`, or `tomli` where Python has none; None without either."""
    for name in ("tomllib", "tomli"):
        try:
            with kept():  # the user may have a file of this name
                return import_module(name)
        except Exception:  # of one that is damaged, too
            continue
    return None
