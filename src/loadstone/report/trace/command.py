"""The command ``loadstone trace``."""

from __future__ import annotations

import argparse
import marshal
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

from ... import program
from ...startup.run import printable
from ..selection import add_format, add_python, python_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..examination import Python
    from ..settings import Settings
    from .budget import Overrun
    from .comparison import Comparison
    from .records import Trace

__all__ = ["add_parser", "done_here"]

_WRITTEN: dict[str, Callable[[Trace], str]] = {
    ".speedscope.json": lambda trace: trace.to_speedscope(),
    ".chrome.json": lambda trace: trace.to_chrome(),
    ".json": lambda trace: trace.to_json(),
    ".html": lambda trace: trace.to_html(),
}
"""How a file is written, by what its name ends in; the first that fits."""
_SUFFIXES = (*_WRITTEN, ".sarif", ".txt")
_EXAMPLES = """\
examples:
  python -m loadstone trace app.py --port 8000
  python -m loadstone trace --depth 2 --min 5 -m pytest --version
  python -m loadstone trace -o start-up.html -m app
  python -m loadstone trace --compare before.json -m app
  python -m loadstone trace -o start-up.speedscope.json -m app
  python -X importtime -m app 2> log; python -m loadstone trace --from log -o log.html
  loadstone trace --python .venv -m app
  python -m loadstone trace --fail-over 300ms --forbid 'pandas*' -c "import app"
  python -m loadstone trace --format github --forbid 'pandas*' -c "import app"

The report goes to standard error, or to FILE; standard output is the program's. What was recorded is written
however the program ends: by an exception, sys.exit(), os._exit(), Ctrl-C or another signal.

exit status: that of the program; 1 if that is 0 and a budget is exceeded; 2 if the command line, or a file
  named on it, was wrong
"""


def add_parser(commands: Any) -> None:
    """Add the command to the command line's."""
    parser = commands.add_parser(
        "trace",
        help="run a program, and say what it imports and how long that takes",
        description="Run a program and record every import: who asked, who found it, the time it took.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage=f"%(prog)s [OPTION ...] (--from FILE | {program.USAGE[1:]}",
    )
    parser.add_argument(
        "-o",
        dest="output",
        metavar="FILE",
        help="write the report to FILE: .html, .json or .txt, .speedscope.json for speedscope, .chrome.json"
        " for Perfetto and chrome://tracing; .sarif for what exceeds budgets",
    )
    parser.add_argument(
        "--from",
        dest="recorded",
        metavar="FILE",
        help="run nothing: report what is in FILE, a trace as JSON or a log of python -X importtime",
    )
    add_format(parser, "what comes of it")
    parser.add_argument(
        "--verbose",
        action="store_true",
        help="show the tree of all imports, and every failure, circle and distribution",
    )
    parser.add_argument("--depth", type=int, metavar="N", help="show N levels of the tree")
    parser.add_argument(
        "--min", type=float, default=0.0, metavar="MS", help="show the tree of what took so long"
    )
    parser.add_argument(
        "--compare",
        metavar="OLD",
        help="say what has changed since that trace as JSON, or log of -X importtime",
    )
    parser.add_argument(
        "--repeat",
        type=int,
        default=1,
        metavar="N",
        help="run the program N times, and report the least that each import took",
    )
    parser.add_argument("--fail-over", metavar="TIME", help="fail if imports take longer, as 300ms or 1.5s")
    parser.add_argument(
        "--forbid",
        action="append",
        default=[],
        metavar="PATTERN",
        help="fail if a module of that name is imported, as 'pandas*'; may be given again",
    )
    add_python(parser)
    program.add_arguments(parser)
    parser.set_defaults(call=lambda options: _call(parser, options))


def done_here(options: dict[str, Any]) -> int:
    """Trace a program by this Python, as the options say that another has read; the exit status."""
    return _trace(argparse.ArgumentParser(prog="loadstone trace"), argparse.Namespace(**options))


def _call(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    if options.recorded is None:
        program.program_of(parser, options)  # which ends the process if there is none
        python = _other(parser, options.python)
        if python is not None:
            status = _by_another(python, options)
            return _die(-status) if status < 0 else status
    elif options.m or options.c or options.script:
        parser.error("argument --from: not allowed with a program to run")
    return _trace(parser, options)


def _other(parser: argparse.ArgumentParser, wanted: str | None) -> Python | None:
    """The Python that is to run the program, unless it is this one. It is said which that is, and why."""
    from ..interpreter import NoInterpreter

    try:
        python, notes = python_of(wanted)
    except NoInterpreter as error:
        parser.error(f"no Python to run the program: {error}")
    if python is None or python.interpreter.is_own:
        return None
    for note in notes:
        print(printable(f"loadstone: {note}"), file=sys.stderr)
    return python


def _by_another(python: Python, options: argparse.Namespace) -> int:
    """Have another Python do it all, which knows its own library; the exit status, negative for a signal."""
    from ..._child import start_of
    from ..._private import homes
    from .run import wait

    plain = {name: value for name, value in vars(options).items() if name not in ("call", "python")}
    with start_of("loadstone.report.trace.again") as start:
        return wait([*python.command, *start, marshal.dumps((homes(), plain), 2).hex()])


def _trace(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    recorded = options.recorded
    wanted = None if recorded is not None else program.program_of(parser, options)
    from .budget import check, seconds_of
    from .comparison import compare
    from .run import traced

    settings = _settings(parser)
    limit = None
    given = settings.trace_budget if options.fail_over is None else options.fail_over
    if given:
        try:
            limit = seconds_of(given)
        except ValueError as error:
            where = (
                "argument --fail-over" if options.fail_over is not None else f"{settings.file}: trace.budget"
            )
            parser.error(f"{where}: {error}")
    if options.repeat < 1:
        parser.error(f"argument --repeat: expected a number from 1 on, not {options.repeat}")
    if options.output is not None:
        _check_output(parser, options.output)
    old = None if options.compare is None else _read(parser, "--compare", options.compare)
    if wanted is None:
        trace, status = _read(parser, "--from", recorded), 0
    else:
        trace, status = traced(wanted, options.repeat)
    comparison = None if old is None else compare(old, trace)
    overruns = check(trace, limit=limit, forbidden=[*options.forbid, *settings.trace_forbid])
    source = settings.file if settings.trace_budget or settings.trace_forbid else ""
    is_written = _write(options, trace, comparison, overruns, source)
    if status < 0:
        return _die(-status)
    return status or int(bool(overruns) or not is_written)


def _settings(parser: argparse.ArgumentParser) -> Settings:
    from ..settings import SettingsError, read

    try:
        return read()
    except SettingsError as error:
        parser.error(str(error))


def _check_output(parser: argparse.ArgumentParser, name: str) -> None:
    if not name.lower().endswith(_SUFFIXES):
        parser.error(f"argument -o: expected a file that ends in {', '.join(_SUFFIXES)}, not {name!r}")
    folder = os.path.dirname(name) or "."
    if not os.path.isdir(folder):
        parser.error(f"argument -o: there is no directory {folder!r}")


def _read(parser: argparse.ArgumentParser, argument: str, name: str) -> Trace:
    """The trace in a file that an argument names: JSON of a trace, or a log of ``-X importtime``."""
    from .importtime import is_log
    from .records import Trace

    try:
        with open(name, "rb") as file:
            content = file.read()
        text = content.decode(errors="replace")
        return Trace.from_importtime(text) if is_log(text) else Trace.from_json(content)
    except OSError as error:
        parser.error(f"argument {argument}: cannot read {name!r}: {error.strerror}")
    except ValueError as error:
        parser.error(f"argument {argument}: {name!r}: {error}")


def _write(
    options: argparse.Namespace,
    trace: Trace,
    comparison: Comparison | None,
    overruns: list[Overrun],
    source: str,
) -> bool:
    """Write the report; False if that failed.

    What exceeds a budget is said on standard error in any case; in the formats that are for nothing else, it
    is all that is said. `source` is the file that sets budgets, if there is one.
    """
    from ..formats import written
    from ..page import Page
    from ..terminal import rendered, show

    page = Page()
    if comparison is not None:
        page.blocks += comparison.page().blocks
    else:
        page.blocks += trace.page(whole=options.verbose, depth=options.depth, least=options.min / 1e3).blocks
    findings = Page()
    for overrun in overruns:
        findings.blocks += overrun.page().blocks
    if overruns and source:
        findings.line(("dim", f"what {source} sets has been held, too"))
    remarks = [overrun.remark() for overrun in overruns]
    name = options.output
    is_written = True
    if name is not None:
        write = next((_WRITTEN[suffix] for suffix in _WRITTEN if name.lower().endswith(suffix)), None)
        if name.lower().endswith(".sarif"):
            text = written(remarks, "sarif")
        else:
            text = rendered(page) if write is None else write(trace)
        try:
            with open(name, "w", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            print(f"loadstone: cannot write {name!r}: {error.strerror}", file=sys.stderr)
            is_written = False
    if options.format in ("github", "sarif"):
        print(written(remarks, options.format), end="", file=sys.stderr)
        return is_written
    if options.format == "json" and name is None:
        print(_json(comparison if comparison is not None else trace), file=sys.stderr)
    elif name is None or comparison is not None:
        show(page, sys.stderr)
    show(findings, sys.stderr)
    return is_written


def _json(what: Trace | Comparison) -> str:
    from ..records import as_json
    from .records import Trace

    return what.to_json() if isinstance(what, Trace) else as_json(what)


def _die(number: int) -> int:
    """End as the program did, by the signal; the status if that does not end this process."""
    if number in (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", None)):
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    return 128 + number
