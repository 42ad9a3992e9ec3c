"""Checks of entry points and of the scripts that are made of them: whether they lead anywhere."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from ...distributions import Installed
from ..places import folder
from . import repair, targets
from .check import Seen, check
from .environment import Environment
from .records import Severity

_SCRIPTS = ("console_scripts", "gui_scripts")
_CALL = re.compile(rb"^\s*from\s+([\w.]+)\s+import\s+(\w+)\s*$(?=.*\bsys\.exit\(\s*\2\b)", re.M | re.S)
"""What installers write into the script of an entry point."""
_BY_SHELL = re.compile(rb"""'''exec' +("[^"\n]+"|[^\s"]+) """)
"""How they name an interpreter whose path a kernel would not take."""
_HEAD = 4096
_SHOWN = 5


@check(
    "LS137",
    "error",
    "an entry point that leads nowhere",
    detail="The command of that name fails with ModuleNotFoundError or ImportError; of a plugin, what loads "
    "it fails, or goes without. Most often a distribution is half removed, or its project has moved on since "
    "it was installed.",
    remedy="install the distribution again",
    source="Packaging user guide, Entry points specification",
)
def dead_entry_point(environment: Environment) -> Iterator[Seen]:
    """Of every distribution that counts; a warning for plugins, whose modules may be another's to bring."""
    for distribution in environment.current.values():
        project = distribution.project
        if project is not None and not os.path.isdir(project):
            continue  # which is all there is to say, and LS132 says it
        for group, name, value in _points(distribution):
            is_script = group in _SCRIPTS
            head = re.match(r"\w*", value)
            if not is_script and (head is None or head[0] not in distribution.modules or "[" in value):
                continue
            problem = targets.problem(environment, value, needs_attribute=is_script)
            if problem:
                yield Seen(
                    distribution.release,
                    f"{group}: {name} = {value}: {problem}",
                    repair.reinstall(distribution),
                    None if is_script else "warning",
                    os.path.join(distribution.place, "entry_points.txt"),
                )


@check(
    "LS138",
    "error",
    "a script that cannot start",
    detail="The first line of a script names the Python that runs it. Where that is not there, most often "
    "because an environment was moved, the shell says 'bad interpreter' or 'no such file'. Where it is "
    "another environment's, that one's packages are imported. A script that is left of what was uninstalled "
    "fails at its first import.",
    remedy="make the environment anew where it is now: virtual environments cannot be moved",
    source="venv; Packaging user guide, Entry points specification",
)
def dead_script(environment: Environment) -> Iterator[Seen]:
    """In the directory of this environment's scripts; those that are no Python's are left alone."""
    known = {
        name
        for distribution in environment.current.values()
        for group, name, _ in _points(distribution)
        if group in _SCRIPTS
    }
    missing: dict[str, list[str]] = {}
    foreign: dict[str, list[str]] = {}
    for name in sorted(environment.listing(environment.scripts)):
        file = os.path.join(environment.scripts, name)
        text = _head(file)
        interpreter = _interpreter(text)
        if "python" not in os.path.basename(interpreter).lower() and "pypy" not in interpreter:
            continue
        call = _CALL.search(text)
        if not os.path.exists(interpreter):
            missing.setdefault(interpreter, []).append(name)
        elif folder(os.path.dirname(interpreter)) != folder(environment.scripts):
            if environment.is_virtual and call is not None:
                foreign.setdefault(interpreter, []).append(name)
        elif call is not None and name.removesuffix(".py").removesuffix("-script") not in known:
            target = b":".join(call.groups()).decode()
            problem = targets.problem(environment, target)
            if problem:
                evidence = f"calls {target}: {problem}, and no distribution has this script"
                yield Seen(file, evidence, f"delete it: {file}", "warning", file)
    kinds: tuple[tuple[dict[str, list[str]], str, Severity], ...] = (
        (missing, "which is not there", "error"),
        (foreign, "which is not the Python of this environment", "warning"),
    )
    for found, said, severity in kinds:
        for interpreter, names in sorted(found.items()):
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            yield Seen(
                environment.scripts,
                f"{', '.join(names[:_SHOWN])}{more}: started by {interpreter}, {said}",
                severity=severity,
                file=os.path.join(environment.scripts, names[0]),
                line=1,
            )


def _points(distribution: Installed) -> Iterator[tuple[str, str, str]]:
    """The group, name and value of each entry point. From Python 3.15 on importlib.metadata gives none where
    one of them has not the right form.
    """
    group = ""
    for line in map(str.strip, distribution.text("entry_points.txt").splitlines()):
        if line.startswith("[") and line.endswith("]"):
            group = line[1:-1].strip()
        elif group and "=" in line and not line.startswith(("#", ";")):
            name, _, value = line.partition("=")
            yield group, name.strip(), value.strip()


def _head(file: str) -> bytes:
    """The first lines of a script; empty for anything else."""
    try:
        with open(file, "rb") as stream:
            return stream.read(_HEAD) if stream.read(2) == b"#!" else b""
    except (OSError, ValueError):
        return b""


def _interpreter(text: bytes) -> str:
    """The absolute path of what runs a script; empty if it names none: `env` looks for it on PATH."""
    first = text.partition(b"\n")[0].strip()
    by_shell = _BY_SHELL.search(text) if first.endswith(b"/sh") else None
    path = os.fsdecode(by_shell[1].strip(b'"') if by_shell is not None else first)
    if by_shell is None and not os.path.exists(path):
        path = path.partition(" ")[0]  # the rest are options
    return path if os.path.isabs(path) else ""
