"""What `doctor` says: a diagnosis, made of findings."""

from __future__ import annotations

from typing import Literal

import attrs

from ..catalogue import address_of

__all__ = ["Diagnosis", "Finding", "Severity"]

Severity = Literal["error", "warning", "note"]
"""``error``: fails, or will when it is used. ``warning``: is likely not meant. ``note``: is good to know."""


@attrs.frozen
class Finding:
    """One thing that a check has found."""

    code: str
    """``LS1..``: the check, as the catalogue has it."""
    title: str
    """What is wrong, in a line."""
    severity: Severity
    """``error``, ``warning`` or ``note``."""
    subject: str
    """What it is about: a finder, a module, a file."""
    evidence: str
    """What was seen."""
    remedy: str
    """What to do."""
    file: str = ""
    """The file that it is about, where it is one; where findings are shown beside the source."""
    line: int = 0
    """The line in the file, from 1; 0 where it is none in particular."""
    address: str = attrs.field(init=False)
    """Where more is told of the code: a page, or the command that shows it."""

    @address.default
    def _address(self) -> str:
        return address_of(self.code)


@attrs.frozen
class Diagnosis:
    """What `doctor` has looked at, and what it has found. ``print`` shows it as the command line does."""

    python: str
    """The version of Python."""
    executable: str
    """The interpreter."""
    prefix: str
    """The environment: `sys.prefix`."""
    finders: tuple[str, ...]
    """The chain: the finders on `sys.meta_path`, in order."""
    path: tuple[str, ...]
    """The entries of `sys.path`."""
    modules: int
    """How many modules were loaded."""
    checks: tuple[str, ...]
    """The codes of the checks that were made."""
    seconds: float
    """How long it took."""
    findings: tuple[Finding, ...]
    """What was found, errors first."""

    @property
    def ok(self) -> bool:
        """Whether there is no error and no warning; notes do not count."""
        return all(finding.severity == "note" for finding in self.findings)

    def __str__(self) -> str:
        from ..terminal import rendered
        from .page import page_of

        return rendered(page_of(self)).rstrip("\n")

    def _repr_html_(self) -> str:
        """The diagnosis in a notebook."""
        from ..notebook import html_of
        from .page import page_of

        return html_of(page_of(self))
