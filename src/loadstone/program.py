"""A program: a script, a module or a command on the command line, run as the interpreter would run it."""

from __future__ import annotations

import builtins
import io
import os
import sys

import loadstone

from ._core.versions import SETS_CACHED, SHOWS_COMMAND_LINES
from ._setting import give_back_mode, give_back_path, is_path_safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    import types
    from typing import Any

__all__ = [
    "USAGE",
    "Program",
    "add_arguments",
    "program_of",
    "run",
]

USAGE = "(SCRIPT | -m MODULE | -c CODE) [ARGUMENT ...]"

# Nothing dear is imported up here: what the program imports is to be imported by it, as under python.


class Program:
    """What is to be run: `kind` is None for a script, or ``-m`` or ``-c``."""

    def __init__(self, kind: str | None, name: str, arguments: list[str]) -> None:
        self.kind = kind
        self.name = name
        self.arguments = arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Have `parser` take a program, with all that follows it as the program's own arguments."""
    rest: Any = "..."  # argparse.REMAINDER
    parser.add_argument("-m", nargs=rest, metavar="...", help="run a module, with the arguments after it")
    parser.add_argument("-c", nargs=rest, metavar="...", help="run a command, with the arguments after it")
    parser.add_argument(
        "script",
        nargs=rest,
        metavar="...",
        help="run a script, or a directory or zip archive with __main__.py, with the arguments after it",
    )


def program_of(parser: argparse.ArgumentParser, options: argparse.Namespace) -> Program:
    """The program that `options` name; ends with a usage message if they name none."""
    for kind, words in (("-m", options.m), ("-c", options.c), (None, options.script)):
        if words:
            return Program(kind, words[0], words[1:])
        if words is not None and kind:
            parser.error(f"argument expected for the {kind} option")
    parser.error("expected a program to run: a script, -m MODULE or -c CODE")


def run(program: Program, during: Any = None) -> int:
    """Run the program in a fresh `__main__`, as the interpreter would, and return the exit status.

    It is found, compiled and executed inside the context manager `during`, if that is given. An exception is
    shown as the interpreter shows it; KeyboardInterrupt then ends the process; SystemExit passes through.
    """
    # Not to be met on the path of the program, nor to be taken for imports of its own.
    loadstone.machinery.SourceFileLoader, loadstone.find_spec  # noqa: B018
    if program.kind == "-c" and SHOWS_COMMAND_LINES:
        import linecache  # noqa: F401
    give_back_path()
    main_module = type(sys)("__main__")
    main_module.__dict__["__builtins__"] = builtins
    sys.modules["__main__"] = main_module
    sys.argv[:] = [program.name if program.kind is None else program.kind, *program.arguments]
    try:
        if during is None:
            _execute(program, main_module)
        else:
            with during:
                _execute(program, main_module)
    except SystemExit:
        raise
    except _NotRunnable as error:
        print(f"{sys.executable}: {error}", file=sys.stderr)
        return 1
    except BaseException as error:
        _report(error)
        if isinstance(error, KeyboardInterrupt):
            import signal

            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGINT)
        return 1
    return 0


def _execute(program: Program, main_module: types.ModuleType) -> None:
    give_back_mode()
    code = _PREPARE[program.kind](program.name, main_module)
    exec(code, main_module.__dict__)


class _NotRunnable(Exception):
    """There is no such program."""


def _command(program: str, module: Any) -> types.CodeType:
    if SHOWS_COMMAND_LINES:
        import linecache

        linecache.cache["<string>"] = (len(program), None, program.splitlines(True), "<string>")
    _start_path_at("")
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
    if _has_modules(program):
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


def _has_modules(path: str) -> bool:
    """Whether modules can be found in `path`: a directory or archive that a path hook accepts."""
    for hook in sys.path_hooks:
        try:
            hook(path)
        except ImportError:
            continue
        return True
    return False


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
        if SETS_CACHED:
            module.__cached__ = spec.cached
    return code


def _start_path_at(entry: str) -> None:
    """Have `sys.path` start with `entry`; what it was started with for loadstone itself is off it."""
    if not is_path_safe():
        sys.path.insert(0, entry)


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
