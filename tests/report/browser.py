"""A real browser, where there is one, and what it makes of a page."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

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
