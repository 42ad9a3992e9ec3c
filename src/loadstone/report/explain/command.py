"""The command line: ``python -m loadstone explain``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .records import Explanation

__all__ = ["add_parser"]

_EXAMPLES = """\
examples:
  loadstone explain json.decoder
  loadstone explain yaml requests
  loadstone explain --load mypkg.broken
  loadstone explain --verbose yaml
  loadstone explain --json yaml
  loadstone explain LS142

exit status: 0 every module is found (and could be loaded); 1 one is not, or fails;
  2 the command line was wrong
"""


def add_parser(commands: Any) -> None:
    """Add the command ``explain`` to the sub-parsers `commands` of `argparse`.

    Parsed arguments have a function `call`, which runs the command for them and returns the exit status.
    """
    explain = commands.add_parser(
        "explain",
        help="tell where a module comes from, or why it is not found",
        description="Tell where a module comes from, or why it is not found, and what to do: make the\n"
        "search for it, and note what every finder answers. Or show what a code of the catalogue stands for.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    explain.add_argument(
        "names", metavar="NAME", nargs="+", help="the full name of a module, or a code of the catalogue"
    )
    explain.add_argument(
        "--load", action="store_true", help="import its parents and it too; else nothing is executed"
    )
    explain.add_argument(
        "--verbose", "-v", action="store_true", help="show every finder and path entry, and whole paths"
    )
    explain.add_argument("--json", action="store_true", help="write the records as JSON")
    explain.set_defaults(call=_call)


def _call(options: argparse.Namespace) -> int:
    from ..._core.system import resolve_name
    from ...startup.run import printable
    from ..lookup import is_code

    try:
        names = [name if is_code(name) else resolve_name(name, None) for name in options.names]
    except ImportError as error:
        print(printable(f"loadstone: {error}"), file=sys.stderr)
        return 2
    if not all(names):
        print("loadstone: the name is empty", file=sys.stderr)
        return 2
    codes = [name for name in names if is_code(name)]
    if codes and len(codes) < len(names):
        print("loadstone: expected names of modules or codes, not both", file=sys.stderr)
        return 2
    return _show_entries(codes, options) if codes else _explain(names, options)


def _show_entries(codes: Sequence[str], options: argparse.Namespace) -> int:
    from ..lookup import entry_of, page_of
    from ..records import as_json
    from ..terminal import show

    entries = []
    for code in codes:
        entry = entry_of(code)
        if entry is None:
            print(f"loadstone: the catalogue has no {code}", file=sys.stderr)
            return 1
        entries.append(entry)
    if options.json:
        print(as_json(entries[0] if len(entries) == 1 else entries))
    else:
        show(page_of(entries))
    return 0


def _explain(names: Sequence[str], options: argparse.Namespace) -> int:
    """Explain the modules, one after the other, each as in a program that has only just started."""
    from ..records import as_json
    from ..terminal import show
    from .causes import prepare
    from .page import page_of

    prepare()
    notes = [_first_entry()]
    explanations: list[Explanation] = []
    several = len(names) > 1
    for name in names:
        if explanations and not options.json:
            print()
        try:
            explanation, own = _explained(name, load=options.load)
        except KeyboardInterrupt as error:
            show(page_of(error.explanation, notes, titled=several))  # type: ignore[attr-defined]
            raise
        explanations.append(explanation)
        if not options.json:
            show(page_of(explanation, notes + own, verbose=options.verbose, titled=several))
    if options.json:
        print(as_json(explanations[0] if len(explanations) == 1 else explanations))
    return 0 if all(explanation.found for explanation in explanations) else 1


def _explained(name: str, *, load: bool) -> tuple[Explanation, list[str]]:
    """The explanation of a module as in a program that has only just started; what is to be noted of it."""
    from ..._setting import as_for_programs
    from ...program import imported_since_start
    from .inquiry import inquire

    own = imported_since_start()
    notes = []
    if load and name in sys.modules and (name not in own or name.partition(".")[0] == "loadstone"):
        notes.append(f"{name} was imported before: it is not executed again")
    # What the module prints is not part of the explanation.
    with as_for_programs(), redirect_stdout(sys.stderr):
        return inquire(name, load=load, is_fresh=True), notes


def _first_entry() -> str:
    """What `sys.path` begins with, in words."""
    from ..._setting import first_entry, is_path_safe

    if is_path_safe():
        return "sys.path does not have the working directory: Python runs isolated, or with -P"
    directory = first_entry()
    if directory is None:
        return "the working directory does not exist any more"
    return f"sys.path[0] is the working directory, as for python -m: {directory}"
