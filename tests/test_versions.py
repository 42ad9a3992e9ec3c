"""The places that name the Python versions name the same ones."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
MINORS = [int(minor) for minor in re.findall(r'"Programming Language :: Python :: 3\.(\d+)"', TEXT)]
"""The classifiers are the list that the others are held to."""


def test_the_classifiers_begin_where_the_package_does() -> None:
    """From the oldest Python that the package installs on, each version has its classifier."""
    (oldest,) = re.findall(r'requires-python = ">=3\.(\d+)"', TEXT)
    assert list(range(int(oldest), MINORS[-1] + 1)) == MINORS


def test_tox_has_an_environment_for_each() -> None:
    """tox runs the tests on each of them, and mypy for the newest as well as the oldest."""
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini", encoding="utf-8")
    assert re.findall(r"py3(\d+)", tox["tox"]["env_list"]) == [str(minor) for minor in MINORS]
    assert f"mypy --python-version 3.{MINORS[-1]}" in tox["testenv:types"]["commands"].splitlines()
    assert f'python_version = "3.{MINORS[0]}"' in TEXT


def test_cpythons_own_tests_are_recorded_for_each() -> None:
    """Each has the list of those of its own import tests that are counted."""
    recorded = {int(file.stem[2:]) for file in (ROOT / "tests" / "cpython" / "expected").glob("3.*.json")}
    assert recorded == set(MINORS)


@pytest.mark.parametrize("page", ["README.md", "docs/contributing.md", "docs/reference/differences.md"])
def test_a_page_says_so(page: str) -> None:
    """The page names the oldest and the newest."""
    assert f"3.{MINORS[0]} to 3.{MINORS[-1]}" in (ROOT / page).read_text(encoding="utf-8")
