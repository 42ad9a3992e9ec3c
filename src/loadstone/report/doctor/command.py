"""The command line: ``loadstone doctor``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .check import Check

__all__ = ["add_parser"]

_EXAMPLES = """\
examples:
  loadstone doctor
  loadstone doctor --import myapp.plugins --scan myapp
  loadstone doctor --ignore LS142,LS151
  loadstone doctor --json

exit status: 0 nothing is wrong, notes aside; 1 there is an error or a warning, or an import failed;
  2 the command line was wrong
"""


def add_parser(commands: Any) -> None:
    """Add the command ``doctor`` to the sub-parsers `commands` of `argparse`.

    Parsed arguments have a function `call`, which runs the command for them and returns the exit status:
    0, or 1 if there is an error or a warning.
    """
    doctor = commands.add_parser(
        "doctor",
        help="look for what is wrong with the imports of this environment, or will be",
        description="Look for what is wrong with the imports of this environment, or will be: in the chain\n"
        "of finders, the start-up files, the path, the installed packages and the local modules.\n"
        "Nothing is changed; finders are asked.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for option, metavar, text in (
        ("--import", "NAME", "import a module first, to examine the chain that it sets up"),
        ("--scan", "PACKAGE", "read the source of a package, too, for what newer Pythons break"),
        ("--only", "CODE", "make only these checks"),
        ("--ignore", "CODE", "leave these checks out"),
    ):
        doctor.add_argument(
            option,
            dest=option.strip("-") + "_",
            metavar=metavar,
            action="extend",
            nargs="+",
            default=[],
            help=text + "; several by commas or spaces",
        )
    doctor.add_argument("--json", action="store_true", help="write the findings as JSON")

    def call(options: argparse.Namespace) -> int:
        for name in ("import_", "scan_", "only_", "ignore_"):
            words = [word for part in getattr(options, name) for word in part.split(",") if word]
            setattr(options, name, words)
        return _call(doctor, options)

    doctor.set_defaults(call=call)


def _shown(checks: Collection[Check]) -> Iterator[Check]:
    """The checks, whose progress is shown as they are made."""
    from ..terminal import Progress

    with Progress(len(checks), "checks") as progress:
        for check in checks:
            progress.step(check.entry.title)
            yield check


def _call(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    import loadstone

    from ..._setting import as_for_programs
    from ...startup.run import printable
    from ..explain.causes import prepare
    from ..records import as_json
    from ..terminal import show
    from .examine import diagnose
    from .page import page_of

    prepare()
    wrong = None
    failures: list[tuple[str, BaseException]] = []
    with as_for_programs():
        for name in options.import_:
            try:
                loadstone.import_module(name)
            except (Exception, SystemExit) as error:  # a script may end the process that it takes for its own
                failures.append((name, error))
        only, ignore = set(options.only_), set(options.ignore_)
        try:
            diagnosis = diagnose(only, ignore, options.scan_, _shown, failures)
        except (ValueError, ModuleNotFoundError) as error:
            wrong = str(error)
    if wrong is not None:
        parser.error(wrong)
    if options.json:
        print(as_json(diagnosis))
    else:
        show(page_of(diagnosis))
    if "LS146" not in diagnosis.checks:
        for name, raised in failures:
            reason = f"cannot import {name}: {type(raised).__name__}: {raised}"
            print(printable(f"loadstone: {reason}"), file=sys.stderr)
    return 0 if diagnosis.ok and not failures else 1
