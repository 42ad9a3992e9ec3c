"""The start of an interpreter, traced in a process of its own: what `site` imports, by whose order.

No hook can be there before `site` is, in the process that the program runs in. So this one is started
without, and does what Python does then itself. Nothing is run in it but that.
"""

from __future__ import annotations

import marshal
import os
import sys
from _thread import get_ident
from time import perf_counter

from ..._setting import give_back_mode, give_back_path
from ...program import imported_since_start
from .child import STARTED, STOPPED
from .events import FAILED, FOUND, errors_of
from .recorder import Recorder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

__all__ = ["main"]

_PLACES = {FOUND: 7, FAILED: 7}  # where events have the file and the line of who imports
_LINES = (".pth", ".start")
_RESOLVES = "resolve_name"


def main() -> int:
    """Import `site` as Python does at its start; write what happens to the file that `sys.argv` names."""
    _, path = sys.argv
    sys.argv[:] = [""]
    events: list[tuple[Any, ...]] = []
    recorder = Recorder(lambda event: events.append(_placed(event)))
    error: tuple[tuple[str, str], ...] = ()
    kept = _without_own_modules()
    _pretend_to_start()
    started = perf_counter()
    recorder.start()
    try:
        __import__("site")
    except BaseException as failure:  # the real start would end here
        error = errors_of(failure)
    stopped = perf_counter()
    recorder.stop()
    with open(path, "wb") as file:
        for event in ((STARTED, started, get_ident(), started), *events, (STOPPED, stopped, error)):
            file.write(marshal.dumps(event))
    kept.clear()
    os._exit(0)  # what was started has nothing to do, nor to tell anybody at an end


def _pretend_to_start() -> None:
    """Have things as they are before `site` is imported, by a Python that is going to."""
    give_back_mode()
    give_back_path()
    flags: Any = sys.flags
    if hasattr(flags, "__replace__"):
        flags = flags.__replace__(no_site=0)
    else:
        values = {name: getattr(flags, name) for name in dir(flags) if not name.startswith("_")}
        flags = type(sys.implementation)(**{**values, "no_site": 0})
    sys.flags = flags


def _without_own_modules() -> dict[str, Any]:
    """Have `sys.modules` without what loadstone has imported; the modules, which must not go meanwhile."""
    own: dict[str, Any] = {
        name: module
        for name, module in imported_since_start().items()
        if name != "__main__" and name not in sys.builtin_module_names
    }
    for name in own:
        del sys.modules[name]
    return own


def _placed(event: tuple[Any, ...]) -> tuple[Any, ...]:
    """The event, with the line of the start-up file that `site` is at, if that is what imports."""
    place = _PLACES.get(event[0])
    if place is None or event[place - 1] not in ("site", "pkgutil"):
        return event
    frame: FrameType | None = sys._getframe()
    while frame is not None and frame.f_globals.get("__name__") not in ("site", "pkgutil"):
        frame = frame.f_back
    if frame is not None and frame.f_code.co_name == _RESOLVES:  # for a start file
        frame = frame.f_back
    while frame is not None and frame.f_globals.get("__name__") == "site":
        texts = [value for value in frame.f_locals.values() if isinstance(value, str)]
        for file in texts:
            if file.endswith(_LINES) and os.path.isabs(file):
                return (*event[:place], file, _number(file, texts), *event[place + 2 :])
        frame = frame.f_back
    return event


def _number(file: str, texts: list[str]) -> int | None:
    """The number of the line of a file that is one of the texts."""
    wanted = {text.strip() for text in texts}
    try:
        with open(file, encoding="utf-8", errors="replace") as lines:
            return next((number for number, line in enumerate(lines, 1) if line.strip() in wanted), None)
    except OSError:
        return None
