"""Findings as continuous integration takes them: annotations of GitHub, and SARIF."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import attrs

import loadstone

from ..startup.run import printable
from .catalogue import address_of, entries
from .places import folder

__all__ = ["Level", "Remark", "as_github", "as_sarif", "is_inside", "written"]

Level = Literal["error", "warning", "note"]

_COMMANDS: dict[Level, str] = {"error": "error", "warning": "warning", "note": "notice"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "%SRCROOT%"


@attrs.frozen
class Remark:
    """Something to be shown beside the source, or in a list."""

    code: str
    """The rule: a code of the catalogue, or the name of a budget."""
    level: Level
    title: str
    """What is wrong, in a line, of all that have the code."""
    message: str
    """What was seen here, and what to do."""
    file: str = ""
    """The file that it is about; empty if it is none."""
    line: int = 0
    """The line, from 1; 0 for none in particular."""


def written(remarks: Iterable[Remark], form: str) -> str:
    """The remarks in one of the formats that are not a report's own."""
    return as_github(remarks) if form == "github" else as_sarif(remarks)


def as_github(remarks: Iterable[Remark]) -> str:
    """Commands of a workflow, a line each, that GitHub shows beside the source."""
    lines = []
    for remark in remarks:
        properties = {"title": f"{remark.code}: {remark.title}"}
        if remark.file:
            properties |= {"file": _relative(remark.file) or remark.file}
            properties |= {"line": str(remark.line)} if remark.line else {}
        named = ",".join(f"{name}={_escaped(value, ':,')}" for name, value in properties.items())
        lines.append(f"::{_COMMANDS[remark.level]} {named}::{_escaped(remark.message)}\n")
    return "".join(lines)


def as_sarif(remarks: Iterable[Remark]) -> str:
    """A log of SARIF 2.1.0, with the rules that the remarks are of; in printable ASCII, and a line end."""
    remarks = list(remarks)
    codes = list(dict.fromkeys(remark.code for remark in remarks))
    titles = {remark.code: remark.title for remark in reversed(remarks)}
    log: dict[str, Any] = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "loadstone",
                        "version": loadstone.__version__,
                        "rules": [_rule(code, titles[code]) for code in codes],
                    }
                },
                "originalUriBaseIds": {_ROOT: {"uri": f"{Path.cwd().as_uri()}/"}},
                "results": [
                    {
                        "ruleId": remark.code,
                        "ruleIndex": codes.index(remark.code),
                        "level": remark.level,
                        "message": {"text": remark.message},
                        "locations": [_location(remark)],
                    }
                    for remark in remarks
                ],
            }
        ],
    }
    return json.dumps(log, indent=2).replace("\x7f", "\\u007f") + "\n"


def _rule(code: str, title: str) -> dict[str, Any]:
    """What SARIF is told of a code: what the catalogue has, if it is of there."""
    rule: dict[str, Any] = {"id": code, "shortDescription": {"text": title}}
    entry = next((entry for entry in entries() if entry.code == code), None)
    if entry is not None:
        rule["fullDescription"] = {"text": entry.detail}
        rule["help"] = {"text": f"{entry.remedy}; more: {address_of(code)}"}
    return rule


def _location(remark: Remark) -> dict[str, Any]:
    """Where it is: what is of no file is about the interpreter."""
    file = remark.file or sys.executable
    inside = _relative(file)
    place: dict[str, Any] = {
        "artifactLocation": {"uri": quote(inside), "uriBaseId": _ROOT}
        if inside
        else {"uri": Path(os.path.abspath(file)).as_uri()}
    }
    if remark.file and remark.line:
        place["region"] = {"startLine": remark.line}
    return {"physicalLocation": place}


def is_inside(file: str) -> bool:
    """Whether the file is below the working directory, which is where a project is checked out."""
    return bool(_relative(file))


def _relative(file: str) -> str:
    """The file by slashes, as seen from the working directory; empty where it is not below that."""
    here = folder(os.curdir)
    place = folder(os.path.dirname(os.path.abspath(file)))
    if place != here and not place.startswith(here.rstrip(os.sep) + os.sep):
        return ""
    inside = os.path.join(os.path.relpath(place, here), os.path.basename(file))
    return inside.replace(os.sep, "/").removeprefix("./")


def _escaped(text: str, more: str = "") -> str:
    """As commands of a workflow take it; what drives a terminal is written as it is in Python."""
    lines = [printable(line) for line in text.splitlines()] or [""]
    escaped = "%0A".join(line.replace("%", "%25") for line in lines)
    for character in more:
        escaped = escaped.replace(character, f"%{ord(character):02X}")
    return escaped
