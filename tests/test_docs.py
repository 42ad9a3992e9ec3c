"""The code in README.md and on the pages of the documentation runs, and prints what stands there."""

from __future__ import annotations

import importlib
import operator
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import loadstone

from .pages import has_code

ROOT = Path(__file__).parent.parent
PAGES = [
    page
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
    if has_code(page.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_code_on_a_page_runs(page: Path, tmp_path: Path) -> None:
    """Every block of code on the page runs, in order, and prints what the page says."""
    result = subprocess.run(
        [sys.executable, "-W", "error", str(Path(__file__).with_name("pages.py")), str(page)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": ""},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_table_of_differences_is_whole() -> None:
    """The table at the top of the page has a row for each difference, in their order, that leads to it."""
    page = (ROOT / "docs" / "reference" / "differences.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[(.+?)\]\(#([\w-]+)\) \|", page, re.M)
    alone = ("LazyLoader", "Taking over")
    headings = [
        text for level, text in re.findall(r"^(###?) (.+)$", page, re.M) if level == "###" or text in alone
    ]
    assert [text for text, _ in rows] == headings
    for text, anchor in rows:
        assert anchor == re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-")


def test_the_tour_names_what_there_is() -> None:
    """Every function and class that the tour names is in the module that it is said to be in."""
    tour = (ROOT / "docs" / "explanation" / "tour.md").read_text(encoding="utf-8")
    parts = {
        module: importlib.import_module(f"loadstone.{part}.{module}")
        for part in ("_core", "_standard")
        for module in (path.stem for path in Path(loadstone.__file__).parent.glob(f"{part}/[!_]*.py"))
    }
    named = re.findall(rf"`({'|'.join(parts)})\.(\w+(?:\.\w+)*)`", tour)
    assert len(named) > 30
    for module, name in named:
        assert operator.attrgetter(name)(parts[module]), f"{module}.{name}"
