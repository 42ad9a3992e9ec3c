"""Options that several commands have: which Python they examine, and how they write what they find."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from .examination import Python

__all__ = ["add_format", "add_python", "python_of"]

_FORMATS = ("text", "json", "github", "sarif")


def add_format(parser: argparse.ArgumentParser, what: str) -> None:
    """Have `parser` take how `what` is written: `--format`, and `--json` for one of its choices."""
    parser.add_argument(
        "--format",
        choices=_FORMATS,
        default="text",
        help=f"how {what} is written: for people, as JSON, as annotations of GitHub, or as SARIF",
    )
    parser.add_argument(
        "--json", dest="format", action="store_const", const="json", help=f"write {what} as JSON"
    )


def add_python(parser: argparse.ArgumentParser) -> None:
    """Have `parser` take the Python that is to be examined."""
    parser.add_argument(
        "--python",
        metavar="PYTHON",
        help="examine this one: a file, the folder of an environment, a name on PATH, or a version; by"
        " default the one whose -m loadstone this is or, for the script, that of the project: of the active"
        " environment, else of .venv, else the one that loadstone is installed for",
    )


def python_of(wanted: str | None) -> tuple[Python | None, list[str]]:
    """The Python that is to be examined, and what is to be said of it first: why it is this one.

    It is None where a program has called the command, and is itself what is examined. Raises NoInterpreter.
    """
    from .._setting import is_called
    from .examination import started
    from .interpreter import NoInterpreter, chosen, others

    if wanted is None and (is_called() or not sys.executable):
        return None, []
    selected = chosen(wanted)
    try:
        python = started(selected)
    except NoInterpreter as error:
        if wanted is not None:
            raise
        remedy = "make that environment anew, or choose a Python with --python"
        raise NoInterpreter(error.path, f"{error.reason}; it is the one {selected.why}: {remedy}") from error
    first = [python.said] if python.interpreter.why else []
    return python, [*first, *others(python.interpreter)]
