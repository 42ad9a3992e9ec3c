"""A diagnosis as a page."""

from __future__ import annotations

from itertools import groupby

from ..catalogue import together
from ..page import Page, Style
from .records import Diagnosis, Severity

__all__ = ["page_of"]

_STYLES: dict[Severity, Style] = {"error": "bad", "warning": "warning", "note": "dim"}
_MANY = 12


def page_of(diagnosis: Diagnosis) -> Page:
    """What there is to say: errors first, then warnings, then notes."""
    page = Page()
    page.line("Python ", ("strong", diagnosis.python), f" at {diagnosis.executable}")
    page.line(
        f"{len(diagnosis.finders)} finders, {len(diagnosis.path)} path entries, {diagnosis.modules} modules; "
        f"{len(diagnosis.checks)} checks"
    )
    found = sorted(diagnosis.findings, key=lambda finding: list(_STYLES).index(finding.severity))
    for (code, severity, title), group in groupby(found, lambda each: (each.code, each.severity, each.title)):
        findings = list(group)
        page.line()
        page.line(("strong", code), " ", (_STYLES[severity], severity), f": {title}")
        for finding in findings[:_MANY]:
            page.line(("name", finding.subject), indent=1)
            page.line(finding.evidence, indent=2)
        if len(findings) > _MANY:
            page.line(("dim", f"… and {len(findings) - _MANY} more: --json has them all"), indent=1)
        for remedy in dict.fromkeys(finding.remedy for finding in findings):
            page.line("→ ", remedy, indent=1)
    page.line()
    if found:
        page.line(("dim", f"more: {together(finding.address for finding in found)}"))
    page.line(_summary(diagnosis))
    return page


def _summary(diagnosis: Diagnosis) -> tuple[Style, str] | str:
    counts = {
        severity: sum(finding.severity == severity for finding in diagnosis.findings) for severity in _STYLES
    }
    said = [f"{count} {name}{'s' if count > 1 else ''}" for name, count in counts.items() if count]
    if diagnosis.ok:
        return ("good", "nothing is wrong" + (f"; {said[0]}" if said else ""))
    return ("bad" if counts["error"] else "warning", ", ".join(said))
