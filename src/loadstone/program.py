"""A program: a script, a module or a command on the command line, run as the interpreter would run it."""

from __future__ import annotations

import builtins
import os
import sys
from _frozen_importlib import BuiltinImporter
from _frozen_importlib_external import MAGIC_NUMBER, SourceFileLoader, SourcelessFileLoader
from _io import open_code

from ._core.pending import settle
from ._core.versions import MAIN_HAS_ANNOTATIONS, SETS_CACHED, SHOWS_COMMAND_LINES
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
    "first_entries",
    "imported_since_start",
    "program_of",
    "read",
    "run",
    "without_own_modules",
]

USAGE = "(SCRIPT | -m MODULE | -c CODE) [ARGUMENT ...]"

# Nothing dear is imported up here: what the program imports is to be imported by it, as under python.


class Program:
    """What is to be run: `kind` is None for a script, or ``-m`` or ``-c``."""

    def __init__(self, kind: str | None, name: str, arguments: list[str]) -> None:
        self.kind = kind
        self.name = name
        self.arguments = arguments


def read(words: list[str]) -> Program | None:
    """The program that the words of a command line name; None where they name none, or an option.

    As `program_of` reads them, without a parser that the program would find imported.
    """
    if not words:
        return None
    first, *rest = words
    if first[:2] in ("-m", "-c"):
        if first[2:]:
            return Program(first[:2], first[2:], rest)
        return Program(first, rest[0], rest[1:]) if rest else None
    return None if first.startswith("-") else Program(None, first, rest)


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
    shown as the interpreter shows it; KeyboardInterrupt then ends the process; SystemExit passes through, and
    says what is to be said where there is no such module.
    """
    has_modules = program.kind is None and _has_modules(program.name)
    # Not to be met on the path of the program, nor to be taken for imports of its own; what they import in
    # their turn is as lazy as the user wants it.
    give_back_mode()
    if program.kind == "-m" or has_modules:
        import runpy  # noqa: F401
    if program.kind == "-c" and SHOWS_COMMAND_LINES:
        import linecache  # noqa: F401
    give_back_path()
    main_module = _new_main()
    sys.modules["__main__"] = main_module
    sys.argv[:] = [program.name if program.kind is None else program.kind, *program.arguments]
    sys.path[:0] = first_entries(program.kind, program.name)
    try:
        if during is None:
            _execute(program, has_modules, main_module)
        else:
            with during:
                _execute(program, has_modules, main_module)
    except SystemExit:
        raise
    except _NotReadable as error:
        print(f"{sys.executable}: {error}", file=sys.stderr)
        return 2
    except BaseException as error:
        _report(error)
        if isinstance(error, KeyboardInterrupt):
            _die_of_interrupt()
        return 1
    return 0


def _new_main() -> Any:
    """A module `__main__` as the interpreter makes it."""
    module: Any = type(sys)("__main__")
    module.__loader__ = BuiltinImporter
    if MAIN_HAS_ANNOTATIONS:
        module.__annotations__ = {}
    module.__builtins__ = builtins
    return module


def _execute(program: Program, has_modules: bool, main_module: types.ModuleType) -> None:
    if program.kind == "-m":
        # The very function that the interpreter calls, for the same frames, warnings and words.
        sys.modules["runpy"]._run_module_as_main(program.name)
    elif has_modules:
        sys.modules["runpy"]._run_module_as_main("__main__", alter_argv=False)
    else:
        code = (_command if program.kind else _script)(program.name, main_module)
        exec(code, main_module.__dict__)


class _NotReadable(Exception):
    """There is no such file."""


def _command(program: str, module: Any) -> types.CodeType:
    if SHOWS_COMMAND_LINES:
        cache = sys.modules["linecache"].cache
        cache["<string>"] = (len(program), None, program.splitlines(True), "<string>")
    return compile(program, "<string>", "exec", dont_inherit=True)


def _script(program: str, module: Any) -> types.CodeType:
    path = os.path.join(os.getcwd(), program)
    try:
        with open_code(path) as file:
            content = file.read()
    except OSError as error:
        message = f"can't open file {path!r}: [Errno {error.errno}] {error.strerror}"
        raise _NotReadable(message) from error
    is_bytecode = path.endswith(".pyc") or content.startswith(MAGIC_NUMBER[:2])
    module.__file__ = path
    if SETS_CACHED:
        module.__cached__ = None
    module.__loader__ = (SourcelessFileLoader if is_bytecode else SourceFileLoader)("__main__", path)
    if is_bytecode:
        code: types.CodeType = module.__loader__.get_code("__main__")
        return code
    return compile(content, path, "exec", dont_inherit=True)


def first_entries(kind: str | None, name: str) -> list[str]:
    """What `sys.path` begins with for a program of the kind and name that a `Program` has: one entry or none.

    That is none where Python runs isolated or with ``-P``, except for a directory or archive that is run.
    """
    if kind is None and _has_modules(name):
        return [os.path.abspath(name)]
    if is_path_safe():
        return []
    if kind is None:
        return [os.path.dirname(os.path.realpath(name))]
    return [os.getcwd() if kind == "-m" else ""]


def _has_modules(path: str) -> bool:
    """Whether modules can be found in `path`: a directory or archive that a path hook accepts."""
    for hook in sys.path_hooks:
        try:
            hook(path)
        except ImportError:
            continue
        return True
    return False


def imported_since_start() -> dict[str, types.ModuleType]:
    """The modules that were imported after Python itself had started: by what runs loadstone, and by it.

    Empty where a program of the user's calls loadstone, or a debugger: their modules are theirs.
    """
    if not _is_what_runs():
        return {}
    # A module goes to the end of `sys.modules` when it has been executed: after all that it imports.
    names = list(sys.modules)
    last = "__main__" if sys.flags.no_site else "site"
    if last not in names:
        return {}
    return {name: sys.modules[name] for name in names[names.index(last) + 1 :]}


def _is_what_runs() -> bool:
    """Whether loadstone is what Python was started for: nothing else has called it."""
    frames = []
    frame: Any = sys._getframe()
    while frame is not None:
        frames.append(frame)
        frame = frame.f_back
    while frames and frames[-1].f_globals.get("__name__") == "runpy":
        del frames[-1]
    main = frames.pop() if frames else None
    return (
        main is not None
        and main.f_code.co_name == "<module>"
        and all(
            frame.f_globals is main.f_globals or str(frame.f_globals.get("__name__")).startswith("loadstone.")
            for frame in frames
        )
    )


class without_own_modules:
    """Have `sys.modules` hold, inside, what a program finds there, and not what loadstone needs itself.

    Modules of the packages `kept` stay. What the program imports under the name of a module that is set aside
    is there again when this is entered anew.
    """

    def __init__(self, *kept: str) -> None:
        settle()
        self._own = {
            name: module
            for name, module in imported_since_start().items()
            if name.partition(".")[0] not in kept
        }
        self._programs: dict[str, types.ModuleType] = {}

    def __enter__(self) -> None:
        for name in self._own:
            sys.modules.pop(name, None)
        for name, module in self._own.items():
            # A package that stays has it as an attribute.
            package, _, child = name.rpartition(".")
            holder = sys.modules.get(package)
            if holder is not None and holder.__dict__.get(child) is module:
                delattr(holder, child)
        _put(self._programs)

    def __exit__(self, *_: object) -> None:
        self._programs = {name: sys.modules[name] for name in self._own if name in sys.modules}
        _put(self._own)


def _put(modules: dict[str, types.ModuleType]) -> None:
    """Have the modules in `sys.modules`, and by name in their packages."""
    sys.modules.update(modules)
    for name, module in modules.items():
        package, _, child = name.rpartition(".")
        if package in sys.modules:
            sys.modules[package].__dict__[child] = module


def _die_of_interrupt() -> None:
    """End the process by SIGINT, once all is done that the interpreter does before it does so."""
    # Built in, while the program may have files that are called so.
    signal: Any = __import__("_signal")
    atexit: Any = __import__("atexit")
    threading = sys.modules.get("threading")
    if hasattr(threading, "_shutdown"):
        threading._shutdown()  # type: ignore[union-attr]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:  # noqa: S110 - a stream that is closed, or gone
            pass
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGINT)


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
