"""The import failures that people meet most: the page says of each what loadstone says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .situations import MADE, PAGE, SITUATIONS, Situation, answer, python_of_its_own, row


@pytest.fixture(scope="module")
def rows() -> list[str]:
    """The rows of the table on the page."""
    table = PAGE.read_text(encoding="utf-8").partition(MADE)[2].strip().splitlines()
    assert len(table) == len(SITUATIONS) + 2
    return table[2:]


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python in an environment that has pip only."""
    return python_of_its_own(tmp_path_factory.mktemp("python").resolve() / "env")


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.title)
def test_the_page_says_what_loadstone_says(
    situation: Situation, rows: list[str], tmp_path: Path, python: Path
) -> None:
    """Built again from real files, each situation has the verdict that the page shows."""
    said = answer(situation, tmp_path.resolve(), python)
    assert row(situation, said) in rows, "write the page anew: python tests/report/situations.py"


def test_every_verdict_is_fit_for_its_reader(rows: list[str]) -> None:
    """Each says why and what to do; nothing of the machine on which the page was made is left on it."""
    for line in rows:
        cells = re.split(r"(?<!\\) \| ", line.strip("| "))
        assert len(cells) == 5, line
        assert all(cells), line
        assert not re.search(r"/tmp|/root|pytest|python3\.", line), line
