"""The command line: ``loadstone`` and ``python -m loadstone``."""

# Not even __future__ is imported before the working directory is off the path.
import os
import sys


def _set_aside() -> None:
    """Take off `sys.path` what it begins with because of how loadstone was started.

    That is where the user's files are: they are what is examined or run, not what loadstone is made of. Where
    loadstone itself is found by that entry only, what it needs may be, too: then the entry goes to the end.
    """
    if getattr(sys.flags, "safe_path", False) or sys.flags.isolated or not sys.path:
        return
    try:
        here = os.getcwd()
        script = os.path.realpath(sys.argv[0])
    except OSError:  # the working directory is gone
        here = script = ""
    if sys.path[0] in ("", here, os.path.dirname(script), script, f"{script}.exe"):
        first = sys.path.pop(0)
        home = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        if (first or here) == home and home not in sys.path:
            sys.path.append(home)


if __name__ == "__main__":
    _set_aside()

import loadstone
from loadstone import program

# What reads the command line, and the commands, are imported where they are needed: `run` needs none of them.
TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from typing import Any

__all__ = ["main"]

_EXAMPLES = """\
examples:
  python -m loadstone run --takeover app.py --port 8000
  python -m loadstone run --takeover -m json.tool data.json
  python -m loadstone run -c "import this"
"""
_EPILOG = """\
examples:
  loadstone explain yaml
  loadstone trace -o trace.html -m mypkg
  loadstone doctor
  loadstone check mypkg.importer:finder --finds app,app.core
  loadstone startup list
  loadstone COMMAND --help
exit status: 0 success; 1 the answer is no, or the program or the command failed;
  2 the command line was wrong; 130 interrupted
"""


def main(arguments: "Sequence[str] | None" = None) -> int:
    """Run the command line `arguments` (those of the process, if None) and return the exit status.

    0 is success; 1 means that the answer is no (nothing found, a finding, a budget exceeded) or that the
    program raised or the command failed, 2 that the command line was wrong, 130 that it was interrupted. A
    program's own SystemExit passes through.
    """
    if __name__ != "__main__":
        _set_aside()
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        status = _run_at_once(words)
        if status is None:
            options = _parser().parse_args(words)
            status = options.call(options)
    except KeyboardInterrupt:
        print("loadstone: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of the output has gone; what is left in the buffer is not to fail at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return status


def _run_at_once(words: "list[str]") -> "int | None":
    """Run the program that a plain ``run`` names, and return its exit status; None for any other command.

    What parses every command line would be in the program's `sys.modules`.
    """
    if words[:1] != ["run"]:
        return None
    takes_over = words[1:2] == ["--takeover"]
    wanted = program.read(words[2:] if takes_over else words[1:])
    if wanted is None:
        return None
    return _run(wanted, takes_over)


def _run(wanted: "program.Program", takes_over: bool) -> int:
    if takes_over:
        loadstone.takeover()
    # What stays is the engine, where it is in charge, and what hooks have that were there at the start.
    is_needed = takes_over or "loadstone" not in program.imported_since_start()
    program.without_own_modules(*["loadstone"] * is_needed).__enter__()
    return program.run(wanted)


def _parser() -> "argparse.ArgumentParser":
    import argparse

    from loadstone.report.doctor.command import add_parser as add_doctor
    from loadstone.report.explain.command import add_parser as add_explain
    from loadstone.report.trace.command import add_parser as add_trace
    from loadstone.startup.command import add_parser as add_startup
    from loadstone.testing.command import add_parser as add_check

    parser = argparse.ArgumentParser(
        prog="loadstone",
        description="Python's import system as a library.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"loadstone {loadstone.__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for add in (_add_run, add_explain, add_trace, add_doctor, add_check, add_startup):
        add(commands)
    return parser


def _add_run(commands: "Any") -> None:
    import argparse

    run = commands.add_parser(
        "run",
        help="run a program, with loadstone in charge of its imports if asked to",
        description="Run a script, a module or a command as python itself would.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage=f"%(prog)s [--takeover] {program.USAGE}",
    )
    run.add_argument(
        "--takeover", action="store_true", help="have every import statement of the program run on loadstone"
    )
    program.add_arguments(run)
    run.set_defaults(call=lambda options: _run(program.program_of(run, options), options.takeover))


if __name__ == "__main__":
    sys.exit(main())
