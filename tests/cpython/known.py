"""The tests of CPython that loadstone is known to fail, and why.

For each mode of run_suite.py: (first version, last version, regex on the test's id, reason). A line that
no failing test matches any more is stale, and an error.
"""

Line = tuple[tuple[int, int], tuple[int, int], str, str]


FIRST, LAST = (3, 10), (3, 99)
EXACT_TYPE = (
    "compares the type of a loader or finder with importlib's class itself; loadstone's is a subclass of it"
)

KNOWN: dict[str, list[Line]] = {
    "suite": [],
    "full-stack": [],
    "takeover": [
        (
            FIRST,
            (3, 10),
            r"^test_import\.(__init__\.)?ImportTracebackTests\.",
            "Python 3.10 re-raises with the traceback it had: the frame of __import__ itself stays",
        ),
        (
            (3, 11),
            LAST,
            r"^test_import\.(__init__\.)?ImportTracebackTests\.test_import_bug$",
            "plants a bug in importlib's own loader and expects to see its frames: loadstone does not use it",
        ),
        (
            FIRST,
            LAST,
            r"^test_trace\.TestCoverage\.test_coverage_ignore$",
            "trace counts loadstone's frames: they are in none of the directories it is told to ignore",
        ),
        (FIRST, LAST, r"^test_runpy\.Run(Module|Path)TestCase\.test_(run|directory)", EXACT_TYPE),
        ((3, 11), LAST, r"^test_frozen\.TestFrozen\.test_(un)?frozen_submodule_in_", EXACT_TYPE),
        ((3, 12), LAST, r"^test_import\.(__init__\.)?SinglephaseInitTests\.", EXACT_TYPE),
        ((3, 12), LAST, r"^test_import\.(__init__\.)?SubinterpImportTests\.test_(multi|single)", EXACT_TYPE),
        (FIRST, LAST, r"^test_pydoc\.(test_pydoc\.)?PydocImportTest\.test_importfile$", EXACT_TYPE),
    ],
}
