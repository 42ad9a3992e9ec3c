"""The kit itself: what comes of checks, in this process and in others, and how it is asked for."""

from __future__ import annotations

import importlib
import json
import re
import sys
import warnings
from importlib.machinery import (
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    BuiltinImporter,
    ExtensionFileLoader,
    PathFinder,
    SourceFileLoader,
)
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import loadstone
from loadstone import testing
from loadstone.report.terminal import rendered

if TYPE_CHECKING:
    from ..conftest import Sandbox

FIRST = ("LS301", "LS302", "LS303")


def module(name: str) -> Any:
    return importlib.import_module(name)


def statuses(report: testing.Report) -> dict[str, str]:
    return {outcome.code: outcome.status for outcome in report.outcomes}


def test_checks_are_in_order_and_have_codes_of_their_own() -> None:
    """The checks are in the order of their codes, each of which there is once, with promise and source."""
    every = testing.checks()
    codes = [check.code for check in every]
    assert codes == sorted(set(codes))
    for check in every:
        assert check.entry.title, check.code
        assert check.entry.detail, check.code
        assert check.entry.source, check.code
        assert set(check.after) <= set(codes)
        assert all(code < check.code for code in check.after), "a check builds on earlier ones only"
    names = [check.name for check in every]
    assert len(set(names)) == len(names)
    with pytest.raises(ValueError, match="expected 'finder', 'loader' or 'path hook', found 'lodaer'"):
        testing.checks("lodaer")  # type: ignore[arg-type]


def test_what_a_check_sees_is_undone(importers: Path) -> None:
    """After checks the import state is what it was, and modules that were loaded are the same objects."""
    import json.decoder

    finder = module("model").Model()
    before = list(sys.meta_path), list(sys.path), dict(sys.modules)
    with warnings.catch_warnings(record=True):
        filters = list(warnings.filters)
        testing.check_finder(finder, ["kitone", "kitpkg.mod"], ["kitnone"], only=["LS30"])
        report = testing.check_finder(PathFinder, ["json.decoder"], ["kitnone"], only=FIRST)
        assert warnings.filters == filters
    assert report.passed
    assert report.subject.endswith(":PathFinder")
    assert (sys.meta_path, sys.path) == before[:2]
    assert sys.modules["json.decoder"] is json.decoder
    assert not [name for name in sys.modules if name.startswith("kit")]


def test_reports(importers: Path) -> None:
    """A report says what failed, what is promised where, and counts the rest."""
    finder = module("model").Model()
    report = testing.check_finder(finder, ["kitone", "kitabsent"], only=FIRST)
    assert statuses(report) == {"LS301": "failed", "LS302": "passed", "LS303": "skipped"}
    assert not report.passed
    (failure,) = report.failures
    assert (failure.code, failure.message) == ("LS301", "'kitabsent' was not found")
    text = str(report)
    assert "✗ LS301 find_spec finds each module" in text
    assert "'kitabsent' was not found\n    promised by: PEP 451" in text
    assert text.endswith("1 passed, 1 failed, 1 skipped")
    assert "- LS303" not in text
    assert "- LS303 finding puts no module into sys.modules\n    builds on LS301\n" in rendered(
        report.page(everything=True)
    )
    assert str(testing.Report("nothing", ())).endswith("no checks")


def test_an_error_in_a_check_is_a_failure(importers: Path) -> None:
    """What the importer raises is what the check has seen, with the place."""

    class Raises(module("model").Model):  # type: ignore[misc]
        def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
            raise OSError(f"no disk for {fullname}")

    report = testing.check_finder(Raises(), ["kitone"], only=["LS301"])
    assert report.failures[0].message.startswith("raised OSError: no disk for kitone\nin find_spec, ")


def test_time_limit_in_this_process(importers: Path) -> None:
    """A check that does not end has failed, and those after it are not run."""
    finder = module("troubles").hangs
    report = testing.check_finder(finder, ["kitone"], ["kitnone"], only=FIRST, time_limit=0.5)
    assert statuses(report) == {"LS301": "passed", "LS302": "failed", "LS303": "skipped"}
    assert report.outcomes[1].message == "did not end within 0.5 s"
    assert report.outcomes[2].message == "the importer still hangs in LS302"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Hangs", "did not end within 3 s"),
        ("Exits", "the process ended with exit status 7: going"),
        ("IsKilled", "the process ended with signal 9: it said nothing"),
    ],
)
def test_trouble_in_a_process_of_its_own(name: str, message: str, importers: Path) -> None:
    """An importer that hangs or ends the process fails that check; another process goes on with the rest."""
    report = testing.check_finder(
        f"troubles:{name}()", ["kitone", "kitpkg"], ["kitnone"], only=FIRST, time_limit=3
    )
    assert statuses(report) == {"LS301": "passed", "LS302": "failed", "LS303": "passed"}
    assert report.failures[0].message == message


def test_an_importer_that_hangs_in_everything(importers: Path) -> None:
    """After three checks that did not end, the others are skipped."""
    report = testing.check_finder("troubles:HangsAlways()", ["kitone"], only=["LS30", "LS31"], time_limit=0.2)
    hanging = [outcome.code for outcome in report.failures]
    assert (hanging[0], len(hanging)) == ("LS301", 3)
    assert report.outcomes[-1].message == f"the importer hangs in {', '.join(hanging)}"


def test_what_an_importer_prints_does_not_get_into_the_report(importers: Path) -> None:
    """A process of its own keeps the output of the importer apart."""
    report = testing.check_finder("troubles:Prints()", ["kitone"], ["kitnone"], only=FIRST)
    assert set(statuses(report).values()) == {"passed"}


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("kitabsent:x", "No module named 'kitabsent'"),
        ("model:absent", "has no attribute 'absent'"),
        ("model", "expected pkg.mod:name or pkg.mod:name\\(\\), found 'model'"),
        ("model:not a name", "expected pkg.mod:name"),
    ],
)
def test_references_that_lead_nowhere(reference: str, message: str, importers: Path) -> None:
    """ValueError says what the process could not get."""
    with pytest.raises(ValueError, match=f"{reference!r} cannot be checked: .*{message}"):
        testing.check_finder(reference, ["kitone"], only=FIRST)


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        (("kitone",), {}, TypeError, "finds must be a collection of module names, not the str 'kitone'"),
        ((["a"], "b"), {}, TypeError, "misses must be a collection"),
        (([],), {}, ValueError, "at least one module"),
        ((["a"],), {"only": "LS301"}, TypeError, "only must be a collection of codes"),
        ((["a"],), {"only": ["LX"]}, ValueError, "no check for a finder has a code that begins with 'LX'"),
        ((["a"],), {"add": "a:b"}, TypeError, "add is a function"),
    ],
)
def test_bad_arguments(arguments: Any, options: Any, error: type[Exception], message: str) -> None:
    """What cannot be meant is refused before anything is checked."""
    with pytest.raises(error, match=message):
        testing.check_finder(BuiltinImporter, *arguments, **options)


def test_add_for_a_process_of_its_own_is_a_name() -> None:
    """A function cannot be handed to another process: its name can."""
    with pytest.raises(TypeError, match=r"expected the pkg\.mod:name of a function for add"):
        testing.check_finder("model:model", ["a"], add=print)


def test_add_by_name(importers: Path) -> None:
    """In a process of its own, files are added by a method of the importer, or by a function."""
    for add in (".add", "troubles:model.add"):
        report = testing.check_finder("troubles:model", ["kitone"], add=add)
        without = testing.check_finder("troubles:model", ["kitone"])
        apply = [outcome for outcome in report.outcomes if outcome.status == "passed"]
        assert len(apply) > len([outcome for outcome in without.outcomes if outcome.status == "passed"])


def test_loaders_and_path_hooks(sandbox: Sandbox) -> None:
    """A loader is checked with the module it loads, a path hook with a path entry."""
    sandbox.write({"kitfile.py": "value = 1\n"})
    loader = SourceFileLoader("kitfile", str(sandbox.root / "kitfile.py"))
    report = testing.check_loader(loader, "kitfile")
    assert report.passed, str(report)
    assert len(report.outcomes) == len(testing.checks("loader"))
    details: Any = (ExtensionFileLoader, EXTENSION_SUFFIXES), (SourceFileLoader, SOURCE_SUFFIXES)
    hook = loadstone.machinery.FileFinder.path_hook(*details)
    report = testing.check_path_hook(hook, str(sandbox.root), ["kitfile"], ["kitnone"], only=["LS3", "LS902"])
    assert report.passed, str(report)


def test_command(sandbox: Sandbox, importers: Path) -> None:
    """`loadstone check` prints the report, or writes it as JSON; its exit status says how it went."""
    check = (
        "-m",
        "loadstone",
        "check",
        "model:Model()",
        "--finds",
        "kitone, kitpkg.mod",
        "--misses",
        "kitnone",
    )
    result = sandbox.python(*check, "--only", "LS301,LS302", "--all")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == (
        "model:Model()\n-------------\n✓ LS301 find_spec finds each module that it is said to find\n"
        "✓ LS302 find_spec returns None for what it does not know\n2 passed\n"
    )
    result = sandbox.python(*check[:4], "--finds", "kitabsent", "--only", "LS301", "--json")
    assert result.returncode == 1
    (outcome,) = json.loads(result.stdout)["outcomes"]
    assert (outcome["entry"]["code"], outcome["status"]) == ("LS301", "failed")
    for options, message in (
        (("--only", "XX"), "no check for a finder has a code that begins with 'XX'"),
        (("--path-entry", "x", "--only", "LS3"), "cannot be checked"),
    ):
        result = sandbox.python("-m", "loadstone", "check", "absent:x", "--finds", "a", *options)
        assert (result.returncode, result.stdout) == (2, "")
        assert message in result.stderr


SUITE = """
import sys
sys.path.insert(0, {importers!r})
import loadstone.testing
import model

class TestModel(loadstone.testing.ImporterSuite):
    finds = model.FINDS
    misses = model.MISSES

    def make(self):
        self.model = model.Model()
        return self.model

    def add(self, path, text):
        self.model.add(path, text)

class TestFaulty(loadstone.testing.ImporterSuite):
    finds = ["kitone", "kitabsent"]
    not_kept = {not_kept!r}

    def make(self):
        return model.Model()

class TestNothing(loadstone.testing.ImporterSuite):
    finds = ["a"]
"""


def run_pytest(sandbox: Sandbox, *arguments: str) -> Any:
    return sandbox.python(
        "-m",
        "pytest",
        "-p",
        "loadstone.pytest_plugin",
        "-p",
        "no:cacheprovider",
        "-rA",
        *arguments,
        PYTEST_DISABLE_PLUGIN_AUTOLOAD="1",
        PYTHONDONTWRITEBYTECODE="1",
        timeout=120,
    )


def test_suite(sandbox: Sandbox, importers: Path) -> None:
    """Each check is a test of its own; known faults are to fail, and to be told when they are mended."""
    program = SUITE.format(importers=str(importers), not_kept={"LS301": "known", "LS302": "mended"})
    sandbox.write({"test_it.py": program})
    result = run_pytest(sandbox, "-k", "LS301 or LS302 or LS303")
    lines = result.stdout
    assert "PASSED test_it.py::TestModel::test_importer[LS303-" in lines
    assert "XFAIL test_it.py::TestFaulty::test_importer[LS301-" in lines
    assert "FAILED test_it.py::TestFaulty::test_importer[LS302-" in lines
    assert "LS302 is kept, and not_kept says otherwise: mended" in lines
    assert "TestNothing must say what to check: define make()" in lines
    assert "does not apply" not in lines


def test_suite_says_what_failed(sandbox: Sandbox, importers: Path) -> None:
    """A failed check shows the promise and what was seen, without the frames of the kit."""
    program = SUITE.format(importers=str(importers), not_kept={})
    sandbox.write({"test_it.py": program})
    result = run_pytest(sandbox, "-k", "TestFaulty and LS301")
    assert (
        "LS301 find_spec finds each module that it is said to find\n'kitabsent' was not found"
        in result.stdout
    )
    assert "run.py" not in result.stdout


def test_plugin(sandbox: Sandbox) -> None:
    """The fixture `sandbox` gives tests a directory, and puts the import state back."""
    sandbox.write(
        {
            "test_it.py": """
                import os, sys
                state = {}

                def test_one(sandbox):
                    state.update(path=list(sys.path), directory=os.getcwd())
                    sandbox.write({"fresh_module.py": "x = 1", "data.bin": b"\\\\x00"}, on_path=True)
                    import fresh_module
                    assert fresh_module.x == 1
                    program = "import fresh_module, os; print(os.environ['ONE'])"
                    assert sandbox.python("-c", program, ONE="1").stdout.split() == ["1"]
                    os.chdir(sandbox.root)
                    sys.meta_path.clear()

                def test_two():
                    assert "fresh_module" not in sys.modules
                    assert sys.path == state["path"]
                    assert os.getcwd() == state["directory"]
                    assert sys.meta_path
                """
        }
    )
    result = run_pytest(sandbox)
    assert "2 passed" in result.stdout, result.stdout


def test_import_trace(sandbox: Sandbox) -> None:
    """`--import-trace` ends with what was imported; in a file, where one is named."""
    sandbox.write({"test_it.py": "def test_one():\n    import helper_module\n", "helper_module.py": ""})
    result = run_pytest(sandbox, "--import-trace")
    assert "1 passed" in result.stdout
    assert re.search(r"= imports =+\nImports\n-+\n\d+ imports in", result.stdout)
    result = run_pytest(sandbox, "--import-trace-file", "trace.json")
    assert result.returncode == 0
    assert re.search(r"\n\d+ imports: trace\.json\n", result.stdout)
    traced = json.loads((sandbox.root / "trace.json").read_text(encoding="utf-8"))
    (record,) = [each for each in traced["imports"] if each["name"] == "helper_module"]
    assert (record["line"], record["error"]) == (2, None)
    result = run_pytest(sandbox, "--import-trace-file", "trace.html")
    assert (sandbox.root / "trace.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    result = run_pytest(sandbox, "--import-trace-file", "no/such/trace.json")
    assert "cannot write 'no/such/trace.json': No such file or directory" in result.stdout
    result = run_pytest(sandbox, "--import-trace-file", "trace.txt")
    assert result.returncode == 4
    assert "expected a file that ends in .html or .json, not 'trace.txt'" in result.stderr
