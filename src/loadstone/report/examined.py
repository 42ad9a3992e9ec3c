"""The examined Python's side: answers, in a process that has imported nothing of what is examined."""

from __future__ import annotations

import faulthandler
import marshal
import os
import sys

from .._private import imported_from

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["ANSWER", "FAULT", "MARK", "QUESTION", "main", "progress"]

QUESTION, ANSWER, FAULT = "question", "answer", "fault"
"""The files in the folder that both sides know: what is asked; what comes of it; where the process died."""
MARK = "imports "
"""What a line of the last of these files begins with that tells what is executed."""

_told: list[int] = []


def progress(name: str) -> None:
    """Tell the other side, if there is one, which module is executed now: it may be the last that is."""
    for descriptor in _told:
        os.write(descriptor, f"{MARK}{name}\n".encode())


def main() -> int:
    """Answer the question in the folder that `sys.argv` names: call a function of a module of loadstone."""
    folder = sys.argv[1]
    with open(os.path.join(folder, QUESTION), "rb") as file:
        question: dict[str, Any] = marshal.load(file)
    with imported_from(question["homes"]):
        import pickle

        function = getattr(__import__(question["module"], fromlist=["*"]), question["function"])
    # For what is imported nobody has called a command.
    sys.argv[:] = [""]
    _told.append(os.open(os.path.join(folder, FAULT), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
    faulthandler.enable(_told[-1])
    _set_output_apart()
    try:
        answer = function(**question["parameters"])
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of the output has gone; what is left in the buffer is not to fail at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        answer = None
    with open(os.path.join(folder, ANSWER), "wb") as file:
        pickle.dump(answer, file)
    return 0


def _set_output_apart() -> None:
    """Have only what is written to `sys.stdout` be output: what C code and child processes write is not."""
    if sys.stdout is None or sys.stderr is None:
        return
    mine = sys.stdout
    output = os.dup(mine.fileno())
    os.dup2(sys.stderr.fileno(), mine.fileno())
    # The one that was there is kept in `sys.__stdout__`; it would be closed by what closes this.
    sys.stdout = open(output, "w", encoding=mine.encoding, errors=mine.errors)  # noqa: SIM115
