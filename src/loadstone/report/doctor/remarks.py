"""Findings as remarks, for what shows them beside the source."""

from __future__ import annotations

from ..formats import Remark
from . import examine
from .records import Diagnosis

__all__ = ["remarks_of"]

# Its checks are the rules, of which the catalogue has to know here too: they may be made in another process.
_CHECKS = examine.CHECKS


def remarks_of(diagnosis: Diagnosis) -> list[Remark]:
    """Those of all findings, in their order."""
    return [
        Remark(
            finding.code,
            finding.severity,
            finding.title,
            f"{finding.subject}: {finding.evidence}\n{finding.remedy}",
            finding.file,
            finding.line,
        )
        for finding in diagnosis.findings
    ]
