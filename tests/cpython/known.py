"""The tests of CPython that loadstone is known to fail, and why.

For each mode of run_suite.py: (first version, last version, reason, full ids of the tests). An id that stands
here and does not fail on one of these versions is stale, and an error; a test that fails and does not, too.
"""

Line = tuple[tuple[int, int], tuple[int, int], str, list[str]]


def tests(case: str, *names: str) -> list[str]:
    """The ids of tests of one case."""
    return [f"{case}.{name}" for name in names]


FIRST, LAST = (3, 10), (3, 99)

KNOWN: dict[str, list[Line]] = {
    "suite": [],
    "full-stack": [],
    "takeover": [
        (
            FIRST,
            LAST,
            "plants a bug in importlib's own loader and expects frames of importlib around it",
            tests("test_import.ImportTracebackTests", "test_import_bug"),
        ),
        (
            (3, 15),
            LAST,
            "replaces a private function of importlib's engine, which loadstone does not use",
            tests(
                "test_importlib.test_threaded_import.ThreadedImportTests",
                "test_parent_removed_before_submodule_is_loaded",
                "test_submodule_enters_cross_thread_cycle_after_parents_resolved",
            ),
        ),
        (
            FIRST,
            (3, 13),
            "trace counts loadstone's frames: they are in none of the directories it is told to ignore",
            tests("test_trace.TestCoverage", "test_coverage_ignore"),
        ),
    ],
}
