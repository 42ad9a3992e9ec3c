"""ImporterSuite: the checks as test items, for pytest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .catalogue import checks
from .check import Check, Kind
from .run import TIME_LIMIT, run
from .subject import Subject

if TYPE_CHECKING:
    from ..abc import FinderLike, LoaderLike, PathHook

__all__ = ["ImporterSuite"]


class ImporterSuite:
    """Subclass it in a test module, as ``TestMyFinder``: each check of the kit becomes a test of pytest.

    Give it `make` and `finds`, and what else it has as far as there is more to be said.
    """

    kind: Kind = "finder"
    """What `make` makes: ``finder``, ``loader`` or ``path hook``."""
    finds: Sequence[str] = ()
    """Modules that it finds."""
    misses: Sequence[str] = ()
    """Modules that it must not find."""
    entry: str | None = None
    """The path entry, of a path hook."""
    reference: str | None = None
    """The ``pkg.mod:name`` of it, for other processes."""
    time_limit: float = TIME_LIMIT
    """Seconds that each check may take."""
    not_kept: dict[str, str] = {}  # noqa: RUF012
    """Promises that are not kept and known not to be, by code, with the reason: those tests are to fail."""

    def make(self) -> FinderLike | LoaderLike | PathHook:
        """The importer; made anew for each check. To be overridden."""
        raise NotImplementedError(f"{type(self).__qualname__} must say what to check: define make()")

    add: Any = None
    """Called with the path and the text of a file, puts it into what the importer searches; a method."""

    def pytest_generate_tests(self, metafunc: Any) -> None:
        """Have pytest make a test of each check."""
        if "importer_check" in metafunc.fixturenames:
            every = checks(self.kind)
            metafunc.parametrize(
                "importer_check", every, ids=[f"{check.code}-{check.name}" for check in every]
            )

    def test_importer(self, importer_check: Check) -> None:
        """The importer keeps the promise."""
        import pytest

        subject = Subject(
            self.make(),
            self.kind,
            finds=self.finds,
            misses=self.misses,
            entry=self.entry,
            add=self.add,
            reference=self.reference,
        )
        (outcome,) = run(subject, [importer_check], self.time_limit)
        reason = self.not_kept.get(outcome.code)
        if outcome.status == "not applicable":
            pytest.skip(outcome.message)
        if outcome.status == "failed":
            if reason is not None:
                pytest.xfail(reason)
            pytest.fail(f"{outcome.code} {outcome.entry.title}\n{outcome.message}", pytrace=False)
        if reason is not None:
            pytest.fail(f"{outcome.code} is kept, and not_kept says otherwise: {reason}", pytrace=False)
