"""The catalogue: every code stands for one thing, and is documented."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pytest

from loadstone.report.catalogue import Entry, register

TESTS = Path(__file__).parent.parent
DOCS = TESTS.parent / "docs"


@pytest.fixture(scope="module")
def conf() -> dict[str, Any]:
    """The configuration of the documentation, which makes the page."""
    return runpy.run_path(str(DOCS / "conf.py"))


def entries(conf: dict[str, Any]) -> list[Entry]:
    """All there are."""
    return [entry for _, table in conf["tables"]() for entry, _ in table]


def test_every_code_stands_for_one_thing(conf: dict[str, Any]) -> None:
    """No code is given twice, and each table keeps to its own hundreds."""
    codes = [entry.code for entry in entries(conf)]
    assert len(set(codes)) == len(codes)
    doctor, explain, kit = ([entry.code for entry, _ in table] for _, table in conf["tables"]())
    assert all(re.fullmatch(r"LS1\d\d", code) for code in doctor)
    assert all(re.fullmatch(r"LS2\d\d", code) for code in explain)
    assert all(re.fullmatch(r"LS[3-9]\d\d", code) for code in kit)


def test_a_code_is_given_once(conf: dict[str, Any]) -> None:
    """What would give a code a second meaning is refused; the same entry may come again."""
    first = entries(conf)[0]
    assert register(first) == first
    with pytest.raises(ValueError, match=f"{first.code} stands for .* already: found 'another'"):
        register(Entry(first.code, "another", "detail"))
    assert entries(conf)[0] is first


def test_what_is_registered_is_there(conf: dict[str, Any]) -> None:
    """Every code that stands in the source is in the catalogue: no room of checks is left out."""
    known = {entry.code for entry in entries(conf)}
    for file in (TESTS.parent / "src").rglob("*.py"):
        assert {*re.findall(r"\bLS\d{3}\b", file.read_text(encoding="utf-8"))} <= known, file


def test_every_code_is_tested(conf: dict[str, Any]) -> None:
    """Each stands in a test of the suite."""
    tests = "".join(file.read_text(encoding="utf-8") for file in TESTS.rglob("*.py"))
    assert [entry.code for entry in entries(conf) if entry.code not in tests] == []


def test_every_entry_says_what_it_is(conf: dict[str, Any]) -> None:
    """Each has a line and a detail; what is found has a remedy, what is promised a source."""
    for entry in entries(conf):
        assert entry.title, entry.code
        assert "\n" not in entry.title, entry.code
        assert entry.detail, entry.code
        assert entry.source if entry.code >= "LS3" else entry.remedy, entry.code


def test_the_page_has_every_code(conf: dict[str, Any]) -> None:
    """The page that Sphinx gets has an anchor and a heading for each code, below what is written by hand."""
    written = (DOCS / "reference" / "catalogue.md").read_text(encoding="utf-8")
    source = [written]
    conf["write_catalogue"](None, "reference/loadstone", source)
    assert source == [written]
    conf["write_catalogue"](None, "reference/catalogue", source)
    (page,) = source
    assert page.startswith(written)
    for entry in entries(conf):
        assert page.count(f"\n({entry.code.lower()})=\n### {entry.code}: ") == 1


def test_names_are_no_markup(conf: dict[str, Any]) -> None:
    """Underscores and the like stay what they are, but code between backquotes is code."""
    assert conf["as_markdown"]("__path__ of `__main__`, *x*") == r"\_\_path\_\_ of `__main__`, \*x\*"
