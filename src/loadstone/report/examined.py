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
    answer = function(**question["parameters"])
    with open(os.path.join(folder, ANSWER), "wb") as file:
        pickle.dump(answer, file)
    return 0
