"""The examination of a Python in a process of its own, which has imported nothing of what is examined."""

from __future__ import annotations

import marshal
import os
import pickle
import re
import signal
import subprocess
import sys
import tempfile
from typing import Any, NamedTuple

from .. import _private
from .._child import start_of
from .died import Died
from .examined import ANSWER, FAULT, MARK, QUESTION
from .interpreter import Interpreter, NoInterpreter

__all__ = ["Python", "ask", "own_options", "started"]

OLDEST = (3, 10)
"""The oldest version of Python in which loadstone runs."""
_PATIENCE = 0.5  # seconds that the process has to end by an interrupt of its own
_START_LIMIT = 30.0
_PROBE = "import sys; sys.stdout.write(sys.version.split()[0] + '\\n' + sys.executable)"


def _ended(status: int) -> str:
    if status >= 0:
        return f"ended with the status {status}"
    try:
        return f"died of {signal.Signals(-status).name}"
    except ValueError:
        return f"died of the signal {-status}"


def own_options() -> list[str]:
    """The options that this Python was started with."""
    return subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined,no-any-return]


class Python(NamedTuple):
    """A Python that has been started, and can be examined."""

    interpreter: Interpreter
    executable: str
    """As it calls itself: what was started may be a script that leads to it."""
    version: str

    @property
    def command(self) -> list[str]:
        """How it is started: loadstone's own with the options that it has itself."""
        return [self.interpreter.executable, *(own_options() if self.interpreter.is_own else [])]

    @property
    def without(self) -> list[str]:
        """The packages that loadstone brings along, and the environment need not have."""
        return [] if self.interpreter.is_own else ["loadstone", *_private.NEEDED]

    @property
    def said(self) -> str:
        """Which it is, and why, in a line."""
        why = self.interpreter.why
        return f"asked: Python {self.version}, {self.executable}{f' ({why})' if why else ''}"


def started(interpreter: Interpreter) -> Python:
    """The Python, if it can be examined. Raises NoInterpreter if it cannot be started, or is too old."""
    if interpreter.is_own:
        return Python(interpreter, interpreter.executable, sys.version.partition(" ")[0])
    path = interpreter.executable
    try:
        probed = subprocess.run(
            [path, "-S", "-c", _PROBE],
            env=_surroundings(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_START_LIMIT,
            check=False,
        )
    except FileNotFoundError as error:
        if os.path.islink(path):
            raise NoInterpreter(path, f"it is a link to {os.readlink(path)}, which is not there") from error
        raise NoInterpreter(path, "it cannot be started: what it needs to run is not there") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        reason = getattr(error, "strerror", None) or f"it does not answer within {_START_LIMIT:.0f} s"
        raise NoInterpreter(path, f"it cannot be started: {reason}") from error
    output = probed.stdout.decode(errors="surrogateescape")
    version, _, executable = output.partition("\n")
    numbers = re.match(r"(\d+)\.(\d+)", version)
    if probed.returncode or numbers is None:
        lines = probed.stderr.decode(errors="replace").strip().splitlines()
        said = f": {lines[-1]}" if lines else ""
        raise NoInterpreter(path, f"it {_ended(probed.returncode)} and did not answer as a Python does{said}")
    if tuple(map(int, numbers.groups())) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise NoInterpreter(
            path, f"it is Python {version}, which is too old: {oldest} is the oldest that can be examined"
        )
    return Python(interpreter, executable or path, version)


def ask(python: Python, module: str, function: str, *, writes: bool = False, **parameters: Any) -> Any:
    """What a function of a module of loadstone returns in a new process of the Python, for these parameters.

    They are plain values; what is returned can be pickled. If it `writes`, what it writes to `sys.stdout` is
    output; anything else that is written meanwhile goes to standard error. An interrupt is passed on to the
    process, whose answer may be what it has so far. Raises Died if it does not answer, BrokenPipeError where
    nobody reads the output.
    """
    with tempfile.TemporaryDirectory(prefix="loadstone-") as folder:
        question = {
            "module": module,
            "function": function,
            "parameters": parameters,
            "homes": _private.homes(),
        }
        with open(os.path.join(folder, QUESTION), "wb") as file:
            marshal.dump(question, file, 2)
        if sys.stdout is not None:
            sys.stdout.flush()  # the process writes there, too
        with start_of("loadstone.report.examined") as start:
            status, is_interrupted = _wait([*python.command, *start, folder], writes)
        try:
            with open(os.path.join(folder, ANSWER), "rb") as file:
                answer = pickle.load(file)
        except (FileNotFoundError, EOFError, pickle.UnpicklingError):
            if is_interrupted:
                raise KeyboardInterrupt from None
            raise Died(f"the interpreter {_ended(status)}", *_last(os.path.join(folder, FAULT))) from None
    if answer is None:
        raise BrokenPipeError
    return answer


def _wait(command: list[str], writes: bool) -> tuple[int, bool]:
    """Run a command to its end, even if an interrupt comes; its status, and whether one came.

    An interrupt is passed on if that has not ended the command meanwhile: often it was sent to both.
    """
    output = None if writes or sys.__stderr__ is None else sys.__stderr__.fileno()
    with subprocess.Popen(command, env=_surroundings(), stdout=output) as child:
        try:
            return child.wait(), False
        except KeyboardInterrupt:
            try:
                return child.wait(_PATIENCE), True
            except subprocess.TimeoutExpired:
                child.send_signal(signal.SIGINT)
                return child.wait(), True
        finally:
            child.kill()


def _surroundings() -> dict[str, str]:
    """The environment of a Python; on macOS one passes on by a variable which it is itself."""
    return {name: value for name, value in os.environ.items() if name != "__PYVENV_LAUNCHER__"}


def _last(fault: str) -> tuple[str | None, str | None, int | None]:
    """What the process executed last, and where in it, by what it wrote before it died.

    That is the first frame that is neither the import system's nor loadstone's own.
    """
    try:
        with open(fault, encoding="utf-8", errors="replace") as file:
            text = file.read()
    except OSError:
        return None, None, None
    modules = re.findall(rf"^{MARK}(.+)$", text, re.M)
    module = modules[-1] if modules else None
    for file_name, line in re.findall(r'^  File "(.+)", line (\d+) in', text, re.M):
        if not file_name.startswith(("<", os.path.dirname(os.path.dirname(__file__)) + os.sep)):
            return module, file_name, int(line)
    return module, None, None
