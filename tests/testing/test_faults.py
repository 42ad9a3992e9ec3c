"""Every check is proven: a faulty importer that it alone catches, and good ones that pass."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from loadstone.testing import check_finder, checks

IMPORTERS = Path(__file__).with_name("importers")
FAULTS = {
    code: file.stem
    for file in sorted(IMPORTERS.glob("*_faults.py"))
    for code in re.findall(r'^@fault\("(LS\d+)"', file.read_text(encoding="utf-8"), re.M)
}


def test_every_check_has_a_fault_that_proves_it() -> None:
    """No check is without a faulty importer."""
    assert sorted(FAULTS) == [check.code for check in checks("finder")]


@pytest.mark.parametrize("code", FAULTS)
def test_a_fault_is_caught_by_its_check_alone(code: str, importers: Path) -> None:
    """The faulty importer of a code fails that check and no other."""
    importlib.import_module(FAULTS[code])
    model = importlib.import_module("model")
    make = importlib.import_module("registry").FAULTS[code]
    finder = make()
    report = check_finder(
        finder, model.FINDS, model.MISSES, add=finder.add, reference=f"{FAULTS[code]}:{make.__name__}()"
    )
    assert [outcome.code for outcome in report.failures] == [code], str(report)


def test_the_model_passes(importers: Path) -> None:
    """The importer that the faulty ones are made from passes every check that applies to it."""
    model = importlib.import_module("model")
    finder = model.Model()
    report = check_finder(finder, model.FINDS, model.MISSES, add=finder.add, reference="model:Model()")
    assert report.passed, str(report)
    assert {outcome.status for outcome in report.outcomes} <= {"passed", "not applicable"}, str(report)
