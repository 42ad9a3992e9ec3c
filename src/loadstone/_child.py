"""The start of a process of loadstone's own: run as a script, it has no directory of the user's on its path.

``-c`` and ``-m`` would put the working directory there, and Python itself imports from it before they begin.
"""

# Not even __future__ is imported before the path is as it should be.
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def main() -> "Any":
    """Call `main` of the module that is the first argument, of this very loadstone."""
    here = os.path.dirname(os.path.abspath(__file__))
    home = os.path.dirname(here)
    if sys.path and os.path.realpath(sys.path[0]) == os.path.realpath(here):
        del sys.path[0]
    sys.path.insert(0, home)
    # Where all imports are lazy, ours would happen in the middle of the user's, and as they want them.
    mode = getattr(sys, "get_lazy_imports", lambda: None)()
    if mode is not None:
        sys.set_lazy_imports("normal")  # type: ignore[attr-defined,unused-ignore]
    __import__("loadstone")
    del sys.path[0]
    # What loadstone needs may be found beside it only.
    sys.path.append(home)
    run = __import__(sys.argv.pop(1), fromlist=["main"]).main
    sys.path.pop()
    if mode is not None:
        sys.set_lazy_imports(mode)  # type: ignore[attr-defined,unused-ignore]
    return run()


if __name__ == "__main__":
    sys.exit(main())
