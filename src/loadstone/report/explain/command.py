"""The command line: ``python -m loadstone explain``."""

from __future__ import annotations

import argparse
import sys
from contextlib import redirect_stdout
from typing import Any

__all__ = ["add_parser"]

_EXAMPLES = """\
examples:
  python -m loadstone explain json.decoder
  python -m loadstone explain --load mypkg.broken
  python -m loadstone explain --json yaml

exit status: 0 the module is found (and could be loaded); 1 it is not
"""


def add_parser(commands: Any) -> None:
    """Add the command ``explain`` to the sub-parsers `commands` of `argparse`.

    Parsed arguments have a function `call`, which runs the command for them and returns the exit status.
    """
    explain = commands.add_parser(
        "explain",
        help="tell where a module comes from, or why it is not found",
        description="Make the search for a module, and tell what every finder answered, and why.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    explain.add_argument("name", metavar="NAME", help="the full name of the module")
    explain.add_argument(
        "--load", action="store_true", help="import its parents and it too; else nothing is executed"
    )
    explain.add_argument("--json", action="store_true", help="write the records as JSON")
    explain.set_defaults(call=_call)


def _call(options: argparse.Namespace) -> int:
    from ..._core.system import resolve_name
    from ...program import imported_since_start, path_as_for_programs
    from ..records import as_json
    from ..terminal import show
    from .causes import prepare
    from .inquiry import inquire
    from .page import page_of

    try:
        name = resolve_name(options.name, None)
    except ImportError as error:
        print(f"loadstone: {error}", file=sys.stderr)
        return 2
    if not name:
        print("loadstone: the name is empty", file=sys.stderr)
        return 2
    prepare()
    notes = [_first_entry()]
    own = imported_since_start()
    if options.load and name in sys.modules and (name not in own or name.partition(".")[0] == "loadstone"):
        notes.append(f"{name} was imported before: it is not executed again")
    try:
        # What the module prints is not part of the explanation.
        with path_as_for_programs(), redirect_stdout(sys.stderr):
            explanation = inquire(name, load=options.load, is_fresh=True)
    except KeyboardInterrupt as error:
        show(page_of(error.explanation, notes))  # type: ignore[attr-defined]
        raise
    if options.json:
        print(as_json(explanation))
    else:
        show(page_of(explanation, notes))
    return 0 if explanation.found else 1


def _first_entry() -> str:
    """What `sys.path` begins with, in words."""
    from ...program import first_entry, is_path_safe

    if is_path_safe():
        return "sys.path does not have the working directory: Python runs isolated, or with -P"
    directory = first_entry()
    if directory is None:
        return "the working directory does not exist any more"
    return f"sys.path[0] is the working directory, as for python -m: {directory}"
