"""A trial of a start-up hook: whether an interpreter that starts now could import what is to be called."""

from __future__ import annotations

import subprocess
import sys

__all__ = ["fault"]

# As a hook is looked up when Python starts, where the working directory is not on the path. What the module
# prints is nobody's answer.
_LOOK_UP = """\
import os, sys
if sys.path[:1] == [""]:
    del sys.path[0]
answer = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="surrogateescape")
os.dup2(2, 1)
module, _, names = sys.argv[1].partition(":")
try:
    value = __import__(module, fromlist=["__name__"])
    for name in names.split("."):
        value = getattr(value, name)
    said = "" if callable(value) else f"TypeError: {type(value).__name__} object is not callable"
except BaseException as error:
    said = f"{type(error).__name__}: {error}"
answer.write("+" + " ".join(said.split()))
answer.close()
os._exit(0)
"""


def fault(reference: str) -> str | None:
    """What keeps ``pkg.mod:callable`` from being a start-up hook of this environment; None if nothing does.

    Its module is imported, by an interpreter that is started for this, and the callable looked up; it is not
    called. The interpreter's own start-up hooks are called as ever.
    """
    done = subprocess.run(
        [sys.executable, "-c", _LOOK_UP, reference],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        check=False,
    )
    if done.stdout.startswith("+"):
        return done.stdout[1:] or None
    return f"the interpreter that tried it ended with status {done.returncode}"
