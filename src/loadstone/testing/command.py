"""The command line: ``loadstone check``."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from ..report.selection import add_format

__all__ = ["add_parser"]

_EXAMPLES = """\
examples:
  python -m loadstone check mypkg.importer:finder --finds app,app.core --misses nothing
  python -m loadstone check "mypkg.importer:Finder()" --finds app --add .add_file
  python -m loadstone check zipimport:zipimporter --path-entry lib.zip --finds app
  python -m loadstone check mypkg.importer:loader --loader --finds app --json
exit status: 0 every promise is kept; 1 one is not; 2 the command line was wrong
"""


def add_parser(commands: Any) -> None:
    """Add the command ``check`` to the sub-parsers `commands` of `argparse`."""
    check = commands.add_parser(
        "check",
        help="check an importer against what the import system and the tools around it expect",
        description="Check a finder, a loader or a path hook, in a process of its own.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    check.add_argument(
        "reference", metavar="pkg.mod:name", help="the importer; with () behind it, what the name returns"
    )
    check.add_argument(
        "--finds", required=True, metavar="NAMES", help="modules that it finds, separated by commas"
    )
    check.add_argument("--misses", default="", metavar="NAMES", help="modules that it must not find")
    kind = check.add_mutually_exclusive_group()
    kind.add_argument("--loader", action="store_true", help="it is a loader, of the module of --finds")
    kind.add_argument("--path-entry", metavar="ENTRY", help="it is a path hook: for this entry of sys.path")
    check.add_argument(
        "--add",
        metavar="FUNCTION",
        help="pkg.mod:function, or .method of the importer: puts a file (path, text) into what is searched",
    )
    check.add_argument("--only", metavar="CODES", help="the checks whose codes begin so, as LS3,LS501")
    check.add_argument(
        "--time-limit", type=float, default=30.0, metavar="SECONDS", help="for each check (30)"
    )
    check.add_argument("--all", action="store_true", help="show the checks that pass, too")
    add_format(check, "the report")
    check.set_defaults(call=_call)


def _words(text: str | None) -> list[str] | None:
    return None if text is None else [word.strip() for word in text.split(",") if word.strip()]


def _call(options: argparse.Namespace) -> int:
    from ..report.formats import written
    from ..report.records import as_json
    from ..report.terminal import Progress, show
    from ..startup.run import printable
    from .api import chosen_checks
    from .child import run_in_child
    from .outcome import Report
    from .subject import Subject

    try:
        kind: Any = "loader" if options.loader else "path hook" if options.path_entry else "finder"
        checks = chosen_checks(kind, _words(options.only))
        subject = Subject(
            None,
            kind,
            finds=_words(options.finds) or (),
            misses=_words(options.misses) or (),
            entry=options.path_entry,
            reference=options.reference,
        )
        outcomes = []
        with Progress(len(checks), "checks") as progress:
            for outcome in run_in_child(subject, checks, options.add, options.time_limit):
                outcomes.append(outcome)
                progress.step(outcome.entry.title)
    except ValueError as error:
        print(printable(f"loadstone: {error}"), file=sys.stderr)
        return 2
    report = Report(options.reference, tuple(outcomes))
    if options.format == "json":
        print(as_json(report))
    elif options.format != "text":
        print(written(report.remarks(), options.format), end="")
    else:
        show(report.page(everything=options.all))
    return 0 if report.passed else 1
