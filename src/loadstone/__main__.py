"""The command line: ``loadstone`` and ``python -m loadstone``."""

from __future__ import annotations

import argparse
import builtins
import io
import linecache
import os
import signal
import sys
import types
import zipfile
from collections.abc import Sequence
from typing import Any

import loadstone
from loadstone import takeover
from loadstone.startup.command import add_parser

__all__ = ["main"]

_EXAMPLES = """\
examples:
  python -m loadstone run --takeover app.py --port 8000
  python -m loadstone run --takeover -m json.tool data.json
  python -m loadstone run -c "import this"
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line `arguments` (those of the process, if None) and return the exit status.

    0 is success; 1 means that the program raised or the command failed, 2 that the command line was wrong.
    A program's own SystemExit passes through.
    """
    parser = argparse.ArgumentParser(
        prog="loadstone",
        description="Python's import system as a library.",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    run = commands.add_parser(
        "run",
        help="run a program, with loadstone in charge of its imports if asked to",
        description="Run a script, a module or a command as python itself would.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="%(prog)s [--takeover] (SCRIPT | -m MODULE | -c CODE) [ARGUMENT ...]",
    )
    run.add_argument(
        "--takeover", action="store_true", help="have every import statement of the program run on loadstone"
    )
    rest: Any = argparse.REMAINDER
    run.add_argument("-m", nargs=rest, metavar="...", help="run a module, with the arguments after it")
    run.add_argument("-c", nargs=rest, metavar="...", help="run a command, with the arguments after it")
    run.add_argument(
        "script",
        nargs=rest,
        metavar="...",
        help="run a script, or a directory or zip archive with __main__.py, with the arguments after it",
    )
    add_parser(commands)
    options = parser.parse_args(arguments)
    if options.command != "run":
        status: int = options.call(options)
        return status
    for kind, words in (("-m", options.m), ("-c", options.c), (None, options.script)):
        if words:
            return _run(kind, words[0], words[1:], options.takeover)
        if words is not None and kind:
            run.error(f"argument expected for the {kind} option")
    run.error("expected a program to run: a script, -m MODULE or -c CODE")


def _run(kind: str | None, program: str, arguments: list[str], takes_over: bool) -> int:
    """Run a program in a fresh `__main__`, as the interpreter would."""
    main_module = types.ModuleType("__main__")
    main_module.__dict__["__builtins__"] = builtins
    sys.modules["__main__"] = main_module
    sys.argv[:] = [program if kind is None else kind, *arguments]
    if takes_over:
        takeover()
    try:
        code = _PREPARE[kind](program, main_module)
        exec(code, main_module.__dict__)
    except SystemExit:
        raise
    except _NotRunnable as error:
        print(f"{sys.executable}: {error}", file=sys.stderr)
        return 1
    except BaseException as error:
        _report(error)
        if isinstance(error, KeyboardInterrupt):
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGINT)
        return 1
    return 0


class _NotRunnable(Exception):
    """There is no such program."""


def _command(program: str, module: Any) -> types.CodeType:
    _start_path_at("")
    if sys.version_info >= (3, 13):
        linecache.cache["<string>"] = (len(program), None, program.splitlines(True), "<string>")
    return compile(program, "<string>", "exec")


def _module(program: str, module: Any) -> types.CodeType:
    _start_path_at(os.getcwd())
    if program.startswith("."):
        raise _NotRunnable("Relative module names not supported")
    try:
        spec = loadstone.find_spec(program)
        if spec is not None and spec.submodule_search_locations is not None:
            program = f"{program}.__main__"
            package, spec = spec, loadstone.find_spec(program)
            if spec is None:
                reason = f"{package.name!r} is a package and cannot be directly executed"
                raise _NotRunnable(f"No module named {program}; {reason}")
    except (ImportError, ValueError) as error:
        message = (
            f"Error while finding module specification for {program!r} ({type(error).__name__}: {error})"
        )
        if program.endswith(".py"):
            message += f". Try using {program[:-3]!r} instead of {program!r} as the module name."
        raise _NotRunnable(message) from error
    if spec is None:
        raise _NotRunnable(f"No module named {program}")
    code = _code_of(spec)
    sys.argv[0] = spec.origin or program
    return code


def _script(program: str, module: Any) -> types.CodeType:
    path = os.path.join(os.getcwd(), program)
    if os.path.isdir(program) or zipfile.is_zipfile(program):
        _start_path_at(os.path.abspath(program))
        loadstone.invalidate_caches()
        spec = loadstone.machinery.PathFinder.find_spec("__main__", [os.path.abspath(program)])
        if spec is None:
            raise _NotRunnable(f"can't find '__main__' module in {path!r}")
        return _code_of(spec)
    _start_path_at(os.path.dirname(os.path.realpath(program)))
    try:
        with io.open_code(path) as file:
            source = file.read()
    except OSError as error:
        message = f"can't open file {path!r}: [Errno {error.errno}] {error.strerror}"
        raise _NotRunnable(message) from error
    module.__file__ = path
    module.__loader__ = loadstone.machinery.SourceFileLoader("__main__", module.__file__)
    return compile(source, module.__file__, "exec", dont_inherit=True)


_PREPARE = {None: _script, "-c": _command, "-m": _module}


def _code_of(spec: Any) -> types.CodeType:
    """The code of the program that `spec` found; its `__main__` gets the attributes of an import."""
    code: types.CodeType | None = (
        spec.loader.get_code(spec.name) if hasattr(spec.loader, "get_code") else None
    )
    if code is None:
        raise _NotRunnable(f"No code object available for {spec.name}")
    module: Any = sys.modules["__main__"]
    module.__spec__ = spec
    module.__loader__ = spec.loader
    module.__package__ = spec.parent
    if spec.has_location:
        module.__file__ = spec.origin
        if sys.version_info < (3, 15):
            module.__cached__ = spec.cached
    return code


def _start_path_at(entry: str) -> None:
    """Have `sys.path` start with `entry`, in the place of what it was started with for loadstone itself."""
    if not getattr(sys.flags, "safe_path", False) and not sys.flags.isolated:
        sys.path[:1] = [entry]


def _report(error: BaseException) -> None:
    """Show an uncaught exception as the interpreter does, without this module's frames."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_frame.f_code.co_filename == __file__:
        traceback = traceback.tb_next
    hook = getattr(sys, "excepthook", None)
    if hook is None:
        print("sys.excepthook is missing", file=sys.stderr)
        hook = sys.__excepthook__
    try:
        hook(type(error), error.with_traceback(traceback), traceback)
    except Exception as failure:
        hook_frames = failure.__traceback__.tb_next if failure.__traceback__ else None
        failure.__context__ = None
        print("Error in sys.excepthook:", file=sys.stderr)
        sys.__excepthook__(type(failure), failure.with_traceback(hook_frames), hook_frames)
        print("\nOriginal exception was:", file=sys.stderr)
        sys.__excepthook__(type(error), error, traceback)


if __name__ == "__main__":
    sys.exit(main())
