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
from typing import Any

import attrs

from .. import _private
from .._child import start_of
from .examined import ANSWER, FAULT, QUESTION
from .interpreter import Interpreter, NoInterpreter

__all__ = ["Died", "Python", "ask", "asked"]

OLDEST = (3, 10)
"""The oldest version of Python in which loadstone runs."""
_PATIENCE = 0.5  # seconds that the process has to end by an interrupt of its own
_START_LIMIT = 30.0
_PROBE = "import sys; sys.stdout.write('%d.%d.%d' % sys.version_info[:3] + '\\n' + sys.executable)"


class Died(Exception):
    """The process ended before it could answer: of the signal `signal`, or with a status.

    `file` and `line` are where it was, as far as that is known.
    """

    def __init__(self, status: int, file: str | None = None, line: int | None = None) -> None:
        name = _signal(status)
        super().__init__(f"it died of {name}" if name else f"it ended with the status {status}")
        self.status = status
        self.signal = name
        self.file = file
        self.line = line


def _signal(status: int) -> str | None:
    try:
        return signal.Signals(-status).name if status < 0 else None
    except ValueError:
        return f"signal {-status}"


@attrs.frozen
class Python:
    """A Python that has been started, and can be examined."""

    interpreter: Interpreter
    executable: str
    """As it calls itself: what was started may be a script that leads to it."""
    version: str

    @property
    def said(self) -> str:
        """Which it is, and why, in a line."""
        why = f", the one {self.interpreter.why}" if self.interpreter.why else ""
        return f"Python {self.version}, {self.executable}{why}"


def asked(interpreter: Interpreter) -> Python:
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
    if probed.returncode or not re.fullmatch(r"\d+\.\d+\.\d+", version):
        lines = probed.stderr.decode(errors="replace").strip().splitlines()
        said = f": {lines[-1]}" if lines else ""
        name = _signal(probed.returncode)
        ended = f"it died of {name}" if name else f"it ended with the status {probed.returncode}"
        raise NoInterpreter(path, f"{ended} and did not answer as a Python does{said}")
    if tuple(map(int, version.split(".")[:2])) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise NoInterpreter(path, f"it is Python {version}, which is too old: {oldest} is the oldest that can be examined")
    return Python(interpreter, executable or path, version)


def ask(python: Python, module: str, function: str, **parameters: Any) -> Any:
    """What the function of a module of loadstone returns in a new process of the Python, for these parameters.

    They are plain values; what is returned can be pickled. What the process writes goes to standard error. An
    interrupt is passed on to it, whose answer may be what it has so far. Raises Died if it does not answer.
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
        options: list[str] = []
        if python.interpreter.is_own:
            options = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]
        with start_of("loadstone.report.examined") as start:
            status, is_interrupted = _wait([python.interpreter.executable, *options, *start, folder])
        try:
            with open(os.path.join(folder, ANSWER), "rb") as file:
                return pickle.load(file)
        except (FileNotFoundError, EOFError, pickle.UnpicklingError):
            if is_interrupted:
                raise KeyboardInterrupt from None
            raise Died(status, *_place(os.path.join(folder, FAULT))) from None


def _wait(command: list[str]) -> tuple[int, bool]:
    """Run a command to its end, even if an interrupt comes; its status, and whether one came.

    An interrupt is passed on if that has not ended the command meanwhile: often it was sent to both.
    """
    output = None if sys.__stderr__ is None else sys.__stderr__.fileno()
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


def _place(fault: str) -> tuple[str, int] | tuple[None, None]:
    """Where the process was when it died, by what it wrote then: the first frame that is not the import system's."""
    try:
        with open(fault, encoding="utf-8", errors="replace") as file:
            text = file.read()
    except OSError:
        return None, None
    for file_name, line in re.findall(r'^  File "(.+)", line (\d+) in', text, re.M):
        if not file_name.startswith("<") and "loadstone" not in file_name.replace("\\", "/").split("/"):
            return file_name, int(line)
    return None, None
