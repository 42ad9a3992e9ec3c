"""The start of a process of loadstone's own: run as a script, it has no directory of the user's on its path.

``-c`` and ``-m`` would put the working directory there, and Python itself imports from it before they begin.
"""

# Not even __future__ is imported before the path is as it should be: only what is built in, or there.
import os
import sys
from time import perf_counter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["READY", "main", "start_of"]

READY = perf_counter()
"""When this was read: in the process that it starts, when the interpreter had done so itself."""


class start_of:
    """The arguments for python to call `main` of a module of loadstone, of this very one; used in `with`.

    The working directory is not on the path of such a process. What of the user's is set aside there, it
    gives back itself. The block is to last until the process has begun.
    """

    def __init__(self, module: str) -> None:
        self._module = module
        self._folder: str | None = None

    def __enter__(self) -> "list[str]":
        script = os.path.abspath(__file__)
        home = os.path.dirname(os.path.dirname(script))
        if not os.path.isfile(script):  # loadstone is in an archive, which Python would run as a whole
            from tempfile import mkdtemp

            loader: Any = __loader__  # type: ignore[name-defined]
            self._folder = mkdtemp(prefix="loadstone-")
            script = os.path.join(self._folder, os.path.basename(script))
            with open(script, "wb") as file:
                file.write(loader.get_data(__file__))
        return [script, home, self._module]

    def __exit__(self, *_: object) -> None:
        if self._folder is not None:
            from shutil import rmtree

            rmtree(self._folder, ignore_errors=True)


def main() -> "Any":
    """Call `main` of the module that is the second argument, of the loadstone in the first."""
    here = os.path.dirname(os.path.abspath(__file__))
    if sys.path and os.path.realpath(sys.path[0]) == os.path.realpath(here):
        del sys.path[0]
    home = sys.argv.pop(1)
    known = home in sys.path_importer_cache
    sys.path.insert(0, home)
    __import__("loadstone")
    del sys.path[0]
    if not known:
        sys.path_importer_cache.pop(home, None)
    __import__("loadstone._setting", fromlist=["set_aside"]).set_aside(begins=False)
    return __import__(sys.argv.pop(1), fromlist=["main"]).main()


if __name__ == "__main__":
    sys.exit(main())
