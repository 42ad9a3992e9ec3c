"""The conformance kit: what the import system and the tools around it expect of importers, as checks.

It needs no pytest; `ImporterSuite` makes tests of pytest of the checks.
"""

from .api import check_finder, check_loader, check_path_hook
from .catalogue import checks
from .check import Check
from .outcome import NotApplicable, Outcome, Report, Unmet
from .sandbox import Sandbox, sandbox
from .subject import Subject
from .suite import ImporterSuite

__all__ = [
    "Check",
    "ImporterSuite",
    "NotApplicable",
    "Outcome",
    "Report",
    "Sandbox",
    "Subject",
    "Unmet",
    "check_finder",
    "check_loader",
    "check_path_hook",
    "checks",
    "sandbox",
]
