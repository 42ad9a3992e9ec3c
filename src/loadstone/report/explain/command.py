"""The command line: ``python -m loadstone explain``."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..examination import Python

from ..selection import add_python

__all__ = ["add_parser"]

_CODE = re.compile(r"LS\d{3}", re.IGNORECASE | re.ASCII)
_EXAMPLES = """\
examples:
  loadstone explain json.decoder
  loadstone explain yaml requests
  loadstone explain --load mypkg.broken
  loadstone explain --verbose yaml
  loadstone explain --json yaml
  loadstone explain --python .venv yaml
  loadstone explain --script tools/build.py helpers
  loadstone explain -m mypkg.tool .helpers
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
    add_python(explain)
    program = explain.add_mutually_exclusive_group()
    program.add_argument(
        "--script", metavar="FILE", help="search as python FILE does: from the folder of the script"
    )
    program.add_argument(
        "-m",
        dest="module",
        metavar="MODULE",
        help="search as python -m MODULE does; NAME may be relative to it",
    )
    explain.set_defaults(call=_call)


def _call(options: argparse.Namespace) -> int:
    from ...startup.run import printable

    names = options.names
    if options.script is not None and not os.path.exists(options.script):
        print(printable(f"loadstone: there is no script {options.script}"), file=sys.stderr)
        return 2
    if not all(names):
        print("loadstone: the name is empty", file=sys.stderr)
        return 2
    relative = next((name for name in names if name.startswith(".")), None)
    if relative is not None and options.script is None and options.module is None:
        error = f"{relative} is relative, and -m does not say to which module"
        print(printable(f"loadstone: {error}"), file=sys.stderr)
        return 2
    codes = [name for name in names if _CODE.fullmatch(name)]
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
    from ..died import Died

    try:
        return _explained(names, options)
    except Died as error:
        print(error.said(), file=sys.stderr)
        return 1


def _explained(names: Sequence[str], options: argparse.Namespace) -> int:
    from ...startup.run import printable
    from ..interpreter import NoInterpreter
    from ..selection import python_of

    try:
        python, notes = python_of(options.python)
    except NoInterpreter as error:
        print(printable(f"loadstone: no Python to examine: {error}"), file=sys.stderr)
        return 2
    if notes and not options.json:
        from ..page import Page
        from ..terminal import show

        page = Page()
        for note in notes:
            page.line(("dim", note))
        show(page)
    answers = []
    for answer in _answers(python, names, options):
        if "error" in answer:
            print(printable(f"loadstone: {answer['error']}"), file=sys.stderr)
            return 2
        if answer["interrupted"]:
            raise KeyboardInterrupt
        answers.append(answer)
    if options.json:
        from ..records import as_json

        records = [answer["record"] for answer in answers]
        print(as_json(records[0] if len(records) == 1 else records))
    return 0 if all(answer["found"] for answer in answers) else 1


def _answers(
    python: Python | None, names: Sequence[str], options: argparse.Namespace
) -> Iterator[dict[str, Any]]:
    """What comes of the names, as far as that goes before an interrupt."""
    from ..died import Died
    from ..examination import ask

    program = ("-m", options.module) if options.module else ("", options.script) if options.script else None
    shows = None if options.json else "all" if options.verbose else "briefly"
    how: dict[str, Any] = {"load": options.load, "program": program, "shows": shows}
    if python is None:
        from .asked import explained

        yield from explained(names, **how, keeps=["loadstone"])
        return
    # Loadstone is there for what is executed only if it is installed there.
    how["keeps"] = [] if python.without else ["loadstone"]
    where = (python, "loadstone.report.explain.asked", "explained")
    # What one module does when it is executed is not to be met by the next.
    for number, group in enumerate([[name] for name in names] if options.load else [list(names)]):
        how["follows"] = number > 0
        try:
            answers = ask(*where, writes=shows is not None, names=group, **how)
        except Died as error:
            if error.module is None:
                raise
            how_now = {**how, "load": False, "end": error.plain()}
            answers = ask(*where, writes=shows is not None, names=group, **how_now)
        yield from answers
