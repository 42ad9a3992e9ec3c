"""The tests of CPython that loadstone is known to fail, and why.

For each mode of run_suite.py: (first version, last version, reason, full ids of the tests). An id that stands
here and does not fail on one of these versions is stale, and an error; a test that fails and does not, too.
"""

Line = tuple[tuple[int, int], tuple[int, int], str, list[str]]


def tests(case: str, *names: str) -> list[str]:
    """The ids of tests of one case."""
    return [f"{case}.{name}" for name in names]


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
            "Python 3.10 re-raises with the traceback it had: the frame of __import__ itself stays",
            tests(
                "test_import.ImportTracebackTests",
                "test_broken_from",
                "test_broken_parent",
                "test_broken_parent_from",
                "test_broken_submodule",
                "test_exec_failure",
                "test_exec_failure_nested",
                "test_nonexistent_module",
                "test_nonexistent_module_nested",
                "test_syntax_error",
            ),
        ),
        (
            FIRST,
            LAST,
            "plants a bug in importlib's own loader and expects to see its frames: loadstone does not use it",
            tests("test_import.ImportTracebackTests", "test_import_bug"),
        ),
        (
            FIRST,
            (3, 13),
            "trace counts loadstone's frames: they are in none of the directories it is told to ignore",
            tests("test_trace.TestCoverage", "test_coverage_ignore"),
        ),
        (
            FIRST,
            LAST,
            EXACT_TYPE,
            tests(
                "test_runpy.RunModuleTestCase",
                "test_run_module",
                "test_run_module_alter_sys",
                "test_run_module_in_namespace_package",
                "test_run_name",
                "test_run_namespace_package",
                "test_run_namespace_package_in_namespace_package",
                "test_run_package",
                "test_run_package_alter_sys",
                "test_run_package_in_namespace_package",
            ),
        ),
        (
            FIRST,
            LAST,
            EXACT_TYPE,
            tests("test_runpy.RunPathTestCase", "test_directory", "test_directory_compiled"),
        ),
        (
            (3, 11),
            LAST,
            EXACT_TYPE,
            tests(
                "test_frozen.TestFrozen",
                "test_frozen_submodule_in_unfrozen_package",
                "test_unfrozen_submodule_in_frozen_package",
            ),
        ),
        (
            (3, 12),
            LAST,
            EXACT_TYPE,
            tests(
                "test_import.SubinterpImportTests",
                "test_multi_init_extension_compat",
                "test_single_init_extension_compat",
                "test_singlephase_check_with_setting_and_override",
            ),
        ),
        (
            (3, 12),
            LAST,
            EXACT_TYPE,
            tests(
                "test_import.SinglephaseInitTests",
                "test_basic_multiple_interpreters_main_no_reset",
                "test_basic_multiple_interpreters_reset_each",
                "test_basic_reloaded",
                "test_cleared_globals",
                "test_variants",
                "test_with_reinit_reloaded",
            ),
        ),
        (
            (3, 12),
            (3, 14),
            EXACT_TYPE,
            tests("test_import.SinglephaseInitTests", "test_basic_multiple_interpreters_deleted_no_reset"),
        ),
        ((3, 13), LAST, EXACT_TYPE, tests("test_import.SinglephaseInitTests", "test_check_state_first")),
        (FIRST, (3, 12), EXACT_TYPE, tests("test_pydoc.PydocImportTest", "test_importfile")),
        ((3, 13), LAST, EXACT_TYPE, tests("test_pydoc.test_pydoc.PydocImportTest", "test_importfile")),
        (
            (3, 15),
            LAST,
            "compares the repr of a loader with what a child process prints, which is not taken over",
            tests("test_inspect.test_inspect.TestModuleCLI", "test_details_option_with_package"),
        ),
        (
            (3, 15),
            LAST,
            "replaces a private function of importlib's, which loadstone does not use",
            tests(
                "test_importlib.test_threaded_import.ThreadedImportTests",
                "test_parent_removed_before_submodule_is_loaded",
                "test_submodule_enters_cross_thread_cycle_after_parents_resolved",
            ),
        ),
    ],
}
