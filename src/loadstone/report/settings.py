"""What a project sets for the tools: the table `[tool.loadstone]` of its pyproject.toml."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

import attrs

from .installer import installing
from .places import current_directory
from .toml import parser

__all__ = ["Settings", "SettingsError", "read"]

_FILE = "pyproject.toml"
_SIGN = re.compile(
    rb"^\s*\[?\s*['\"]?tool['\"]?\s*\.\s*['\"]?loadstone\b|^\s*['\"]?loadstone['\"]?\s*(?:\.|=\s*\{)", re.M
)
"""How the table may begin: what is not to be read without need may be broken, or cannot be read."""
_KEYS = {"doctor.ignore": tuple, "trace.budget": str, "trace.forbid": tuple}
"""All keys there are, and whether they hold a string or several."""
_WORDS: dict[type, str] = {tuple: "a list of strings", str: "a string"}


class SettingsError(ValueError):
    """A table that says what cannot be meant, or cannot be read here."""


@attrs.frozen
class Settings:
    """What is set; the keys of the table are in brackets."""

    file: str = ""
    """The pyproject.toml that has the table; empty if there is none."""
    doctor_ignore: tuple[str, ...] = ()
    """The codes of checks that `doctor` leaves out (`doctor.ignore`)."""
    trace_budget: str = ""
    """How long all imports may take, as ``--fail-over`` has it (`trace.budget`); empty without a limit."""
    trace_forbid: tuple[str, ...] = ()
    """Patterns of modules that must not be imported, as ``--forbid`` takes them (`trace.forbid`)."""


def read(folder: str = "") -> Settings:
    """What the nearest pyproject.toml with a table `[tool.loadstone]` sets, in `folder` or above it.

    `folder` is the working directory if it is empty. Files without the table are passed by, even broken ones.
    Raises SettingsError for keys and values that are not known, and where there is no parser of TOML: Python
    3.10 has none of its own.
    """
    for file in _candidates(folder or current_directory()):
        try:
            with open(file, "rb") as stream:
                source = stream.read()
        except OSError:  # not there, a directory, or not ours to read
            continue
        if not _SIGN.search(source):
            continue
        tool = _parsed(file, source).get("tool")
        if isinstance(tool, dict) and "loadstone" in tool:
            return _settings(file, tool["loadstone"])
    return Settings()


def _candidates(folder: str) -> Iterator[str]:
    while folder:
        yield os.path.join(folder, _FILE)
        parent = os.path.dirname(folder)
        folder = parent if parent != folder else ""


def _parsed(file: str, source: bytes) -> dict[str, Any]:
    reader = parser()
    if reader is None:
        raise SettingsError(
            f"{file} has a table [tool.loadstone], which this Python cannot read: it has no tomllib "
            f"(new in 3.11), and tomli is not installed. {installing('tomli')}"
        )
    try:
        parsed: dict[str, Any] = reader.loads(source.decode())
    except (ValueError, RecursionError) as error:  # of TOML, or of UTF-8
        raise SettingsError(f"{file} cannot be read: {error}") from error
    return parsed


def _settings(file: str, table: Any) -> Settings:
    values: dict[str, Any] = {}
    for key, value in _flat(file, table):
        kind = _KEYS.get(key)
        if kind is None:
            raise SettingsError(
                f"{file}: [tool.loadstone] has no key {key!r}: expected one of {', '.join(_KEYS)}"
            )
        if kind is tuple and isinstance(value, list) and all(isinstance(item, str) for item in value):
            value = tuple(value)
        if not isinstance(value, kind):
            raise SettingsError(f"{file}: [tool.loadstone] {key} must be {_WORDS[kind]}, not {value!r}")
        values[key.replace(".", "_")] = value
    return Settings(file, **values)


def _flat(file: str, table: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The values in the table, under their dotted keys."""
    if not isinstance(table, dict):
        raise SettingsError(
            f"{file}: [tool.loadstone{'.' + prefix[:-1] if prefix else ''}] must be a table, not {table!r}"
        )
    for key, value in table.items():
        if any(each.startswith(f"{prefix}{key}.") for each in _KEYS):
            yield from _flat(file, value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
