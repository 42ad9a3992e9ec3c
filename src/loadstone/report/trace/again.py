"""The command done again by another Python, whose program is traced: that Python's side."""

from __future__ import annotations

import marshal
import sys

from ..._private import imported_from

__all__ = ["main"]


def main() -> int:
    """Do the command with the options that `sys.argv` has, and return its exit status.

    Its argument has them marshalled, in hexadecimal digits, after the homes of what loadstone needs.
    """
    homes, options = marshal.loads(bytes.fromhex(sys.argv[1]))
    # Nothing of the user's is imported in this process: the program has one of its own.
    imported_from(homes).__enter__()
    from .command import done_here

    try:
        return done_here(options)
    except KeyboardInterrupt:
        print("loadstone: interrupted", file=sys.stderr)
        return 130
