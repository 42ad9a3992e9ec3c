"""The command line: ``loadstone doctor``."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..examination import Python
    from ..settings import Settings
    from .answer import Asked

from ..selection import add_format, add_python

__all__ = ["add_parser"]

_EXAMPLES = """\
examples:
  loadstone doctor
  loadstone doctor --import myapp.plugins --scan myapp
  loadstone doctor --ignore LS142,LS151
  loadstone doctor --json
  loadstone doctor --format github
  loadstone doctor --python .venv

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
    add_format(doctor, "what is found")
    add_python(doctor)

    def call(options: argparse.Namespace) -> int:
        for name in ("import_", "scan_", "only_", "ignore_"):
            words = [word for part in getattr(options, name) for word in part.split(",") if word]
            setattr(options, name, words)
        return _call(doctor, options)

    doctor.set_defaults(call=call)


def _call(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    from ...startup.run import printable
    from ..died import Died
    from ..formats import written
    from ..interpreter import NoInterpreter
    from ..page import Page
    from ..records import as_json
    from ..selection import python_of
    from ..settings import SettingsError, read
    from ..terminal import show
    from .page import page_of
    from .remarks import remarks_of

    try:
        python, notes = python_of(options.python)
    except NoInterpreter as error:
        print(printable(f"loadstone: no Python to examine: {error}"), file=sys.stderr)
        return 2
    try:
        settings = read()
    except SettingsError as error:
        parser.error(str(error))
    # What is asked for by its code is meant to be seen.
    ignored = [code for code in settings.doctor_ignore if code not in options.only_]
    options.ignore_ += ignored
    try:
        asked = _asked(python, options)
    except Died as error:
        print(error.said(), file=sys.stderr)
        return 1
    if asked.diagnosis is None:
        parser.error(_with_place(asked.wrong, settings))
    if options.format == "json":
        print(as_json(asked.diagnosis))
    elif options.format != "text":
        print(written(remarks_of(asked.diagnosis), options.format), end="")
    else:
        for note in notes:
            page = Page()
            page.line(("dim", note))
            show(page)
        show(page_of(asked.diagnosis))
        if ignored:
            page = Page()
            page.line(("dim", f"{', '.join(ignored)} left out by {settings.file}"))
            show(page)
    if "LS146" not in asked.diagnosis.checks:
        for reason in asked.failures:
            print(printable(f"loadstone: {reason}"), file=sys.stderr)
    return 0 if asked.diagnosis.ok and not asked.failures else 1


def _with_place(wrong: str, settings: Settings) -> str:
    """What was wrong with the question, and the file where it stands, if that is not the command line."""
    is_set = any(repr(code) in wrong for code in settings.doctor_ignore)
    return f"{settings.file}: [tool.loadstone] doctor.ignore: {wrong}" if is_set else wrong


def _asked(python: Python | None, options: argparse.Namespace) -> Asked:
    """What comes of the checks, in the process of the Python that is examined."""
    from ..died import Died
    from ..examination import ask

    what = {
        "names": options.import_,
        "only": options.only_,
        "ignore": options.ignore_,
        "scan": options.scan_,
    }
    if python is None:
        from .asked import examined

        return examined(**what)
    where = (python, "loadstone.report.doctor.asked", "examined")
    try:
        asked: Asked = ask(*where, **what, hides=python.without)
    except Died as error:
        if error.module is None:
            raise
        asked = ask(*where, **what, hides=python.without, end=error.plain())
    return asked
