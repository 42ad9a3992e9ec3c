"""The command line: ``loadstone`` and ``python -m loadstone``."""

# Not even __future__ is imported before the working directory is off the path.
import os
import sys

from loadstone._setting import kept, set_aside

if __name__ == "__main__":
    set_aside()

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
    if arguments is not None:
        # Called by a program, whose path this is.
        with kept():
            return _main(list(arguments))
    if __name__ != "__main__":
        set_aside()
    return _main(sys.argv[1:])


def _main(words: "list[str]") -> int:
    try:
        status = _run_at_once(words)
        if status is None:
            options = _parser().parse_args(words)
            status = int(options.call(options))
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
    from typing import NoReturn

    from loadstone.completion import add_option
    from loadstone.report.doctor.command import add_parser as add_doctor
    from loadstone.report.explain.command import add_parser as add_explain
    from loadstone.report.trace.command import add_parser as add_trace
    from loadstone.startup.command import add_parser as add_startup
    from loadstone.startup.run import printable
    from loadstone.testing.command import add_parser as add_check

    class Parser(argparse.ArgumentParser):
        """A parser whose complaints drive no terminal: what it complains of may be the name of a file."""

        def error(self, message: str) -> NoReturn:
            super().error(printable(message))

    parser = Parser(
        prog="loadstone",
        description="Python's import system as a library.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"loadstone {loadstone.__version__}")
    add_option(parser)
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
