"""The conformance kit: what the import system and the tools around it expect of importers, as checks.

It needs no pytest; `ImporterSuite` makes tests of pytest of the checks.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .api import check_finder, check_loader, check_path_hook
    from .catalogue import checks
    from .check import Check
    from .outcome import NotApplicable, Outcome, Report, Unmet
    from .scratch import Sandbox, sandbox
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

_HOMES = {
    "Check": "check",
    "ImporterSuite": "suite",
    "NotApplicable": "outcome",
    "Outcome": "outcome",
    "Report": "outcome",
    "Sandbox": "scratch",
    "Subject": "subject",
    "Unmet": "outcome",
    "check_finder": "api",
    "check_loader": "api",
    "check_path_hook": "api",
    "checks": "catalogue",
    "sandbox": "scratch",
}


def __getattr__(name: str) -> "Any":
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
    value = getattr(__import__(f"{__name__}.{_HOMES[name]}", fromlist=[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
