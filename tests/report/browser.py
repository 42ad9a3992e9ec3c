"""A real browser, where there is one, and what it makes of a page."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

BROWSER = next(
    filter(
        None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"))
    ),
    None,
)
BROWSER_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1400,1000",
)
needs_browser = pytest.mark.skipif(BROWSER is None, reason="needs a Chromium")


def dom(page: Path, fragment: str, profile: Path) -> str:
    """What a browser has made of the page."""
    assert BROWSER is not None
    command = [
        BROWSER,
        *BROWSER_OPTIONS,
        f"--user-data-dir={profile}",
        "--dump-dom",
        f"{page.as_uri()}#{fragment}",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


# The pipes of the protocol stand at the numbers 3 and 4.
_START = """
import os, sys
ends = [os.dup(int(number)) for number in sys.argv[1:3] for _ in range(3)]
os.dup2(ends[2], 3)
os.dup2(ends[5], 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Browser:
    """A browser with one page, driven as a person would: it is pointed at, clicked, typed into, and read."""

    def __init__(self, page: Path, profile: Path, downloads: Path) -> None:
        assert BROWSER is not None
        (theirs_in, self._out), (self._in, theirs_out) = os.pipe(), os.pipe()
        start = [sys.executable, "-I", "-S", "-c", _START, str(theirs_in), str(theirs_out)]
        options = [*BROWSER_OPTIONS, f"--user-data-dir={profile}", "--remote-debugging-pipe"]
        self._process = subprocess.Popen(
            [*start, BROWSER, *options],
            pass_fds=(theirs_in, theirs_out),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._numbers = itertools.count(1)
        self._session = ""
        self._left = b""
        self._ask("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(downloads))
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._ask("Page.enable")
        self._ask("Page.navigate", url=page.as_uri())
        self.until("document.readyState === 'complete'")

    def _ask(self, method: str, **parameters: Any) -> Any:
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            while b"\0" not in self._left:
                more = os.read(self._in, 1 << 16)
                assert more, "the browser has gone"
                self._left += more
            line, _, self._left = self._left.partition(b"\0")
            answer = json.loads(line)
            if answer.get("id") == number:
                assert "error" not in answer, answer
                return answer["result"]

    def value(self, expression: str) -> Any:
        """What an expression in the page comes to."""
        answer = self._ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def until(self, expression: str) -> None:
        """Wait until an expression in the page is true."""
        deadline = time.monotonic() + 30
        while not self.value(expression):
            assert time.monotonic() < deadline, expression
            time.sleep(0.05)

    def click(self, element: str) -> None:
        """Click in the middle of the element that an expression gives, with the mouse."""
        box = self.value(
            f"(() => {{ const it = {element}; it.scrollIntoView({{block: 'center'}});"
            " const box = it.getBoundingClientRect();"
            " return [box.left + box.width / 2, box.top + box.height / 2]; })()"
        )
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self._ask("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def type(self, text: str) -> None:
        """Type a text."""
        self._ask("Input.insertText", text=text)

    def press(self, key: str) -> None:
        """Press a key."""
        self._ask("Input.dispatchKeyEvent", type="keyDown", key=key)
        self._ask("Input.dispatchKeyEvent", type="keyUp", key=key)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        os.close(self._out)
        os.close(self._in)
        self._process.terminate()
        self._process.wait(30)
