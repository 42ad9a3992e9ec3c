"""The conformance kit over importers that nobody here wrote, and over loadstone's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .findings import page

if TYPE_CHECKING:
    from ..conftest import Sandbox


KNOWN = {"loadstone_path_hook": ["LS903"]}
"""What loadstone's own do not keep, since they do as the standard library's do."""


@pytest.mark.parametrize("subject", page.OWN, ids=lambda subject: subject.function)
def test_loadstones_own_keep_every_promise(subject: page.Subject, sandbox: Sandbox) -> None:
    """Loadstone's own importers fail no check, but for what CPython's fail too."""
    report = page.check(subject, sandbox.root, quick=True)
    failed = [outcome for outcome in report["outcomes"] if outcome["status"] == "failed"]
    assert [outcome["entry"]["code"] for outcome in failed] == KNOWN.get(subject.function, []), failed
    assert len([outcome for outcome in report["outcomes"] if outcome["status"] == "passed"]) > 70


def test_the_page_of_findings(sandbox: Sandbox) -> None:
    """The page of findings says what the kit finds; with other versions, those of others may have changed."""
    text = page.PAGE.read_text(encoding="utf-8")
    made = page.make(sandbox.root, page.OTHERS, quick=True)
    if page.versions() not in text:
        assert [line for line in page.findings(made) if line.startswith("#")]
        pytest.skip(f"the page was made with other versions than these: {page.versions()}")
    found = page.findings(made)
    known = page.findings(text)[: len(found)]
    assert known == found, "make it anew: python tests/ecosystem/findings/page.py"
