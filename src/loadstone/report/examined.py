"""The side of the Python that is examined: what is asked there, in a process that has imported nothing for it."""

from __future__ import annotations

import faulthandler
import marshal
import os
import sys

from .._private import imported_from

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["ANSWER", "FAULT", "QUESTION", "main"]

QUESTION, ANSWER, FAULT = "question", "answer", "fault"
"""The files in the folder that both sides know: what is asked; what comes of it; where the process died."""


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
    with open(os.path.join(folder, FAULT), "wb") as fault:
        faulthandler.enable(fault)
        answer = function(**question["parameters"])
        faulthandler.disable()
    with open(os.path.join(folder, ANSWER), "wb") as file:
        pickle.dump(answer, file)
    return 0
