"""Beside pytest's assertion rewriting, Hy and zipimport."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Programs

TESTS = """
import helper

def test_it():
    number = 41
    assert helper.value == 42
    assert number == helper.value - 2
"""

CONFTEST = """
from mark import Mark, loadstone
loadstone.install(Mark(["helper", "test_it", "checks"]))
"""


def run_pytest(programs: Programs, *command: str) -> str:
    """What pytest writes when it runs the one test, which fails."""
    result = programs.sandbox.python(*command, "-p", "no:cacheprovider", "-c", "pytest.ini", timeout=120)
    assert result.returncode == 1, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(autouse=True)
def project(programs: Programs) -> None:
    """A project with one test that fails and a module it uses."""
    programs.sandbox.write(
        {"pytest.ini": "[pytest]\npythonpath = .\n", "helper.py": "value = 41\n", "test_it.py": TESTS}
    )


def test_pytest_rewrites_its_test_modules_and_we_transform_them_too(programs: Programs) -> None:
    """A transform acts on what pytest rewrites, through our plugin: what it shows is changed."""
    programs.sandbox.write({"conftest.py": CONFTEST})
    for options in (["-W", "error"], ["-W", "error"], ["--import-mode=importlib"]):
        output = run_pytest(programs, "-m", "pytest", *options)
        assert "assert 42 == (42 - 2)" in output
        assert "no seam" not in output
    assert list(programs.sandbox.root.rglob("test_it.*loadstone*.pyc"))


def test_without_our_plugin_it_is_told_that_test_modules_are_not_transformed(programs: Programs) -> None:
    """Where pytest compiles all by itself, a warning names it and the module; others are transformed."""
    programs.sandbox.write({"conftest.py": CONFTEST})
    output = run_pytest(programs, "-m", "pytest", "-p", "no:loadstone")
    assert "assert 41 == (42 - 2)" in output
    assert "AssertionRewritingHook has no seam for transforms: 'test_it' is imported as is" in output


def test_without_rewriting_test_modules_are_transformed_too(programs: Programs) -> None:
    """With ``--assert=plain`` there is nothing in the way."""
    programs.sandbox.write({"conftest.py": CONFTEST})
    output = run_pytest(programs, "-m", "pytest", "--assert=plain")
    assert "no seam" not in output
    assert "1 failed" in output
    assert list(programs.sandbox.root.rglob("test_it.*loadstone*.pyc"))


def test_pytest_installed_after_a_transform_still_rewrites(programs: Programs) -> None:
    """Pytest, when it comes later and goes to the front, rewrites what the transform has changed."""
    programs.sandbox.write({"start.py": f"{CONFTEST}\nimport sys, pytest\nsys.exit(pytest.main())"})
    output = run_pytest(programs, "-W", "error", "start.py")
    assert "assert 42 == (42 - 2)" in output
    assert list(programs.sandbox.root.rglob("test_it.*loadstone*.pyc"))


def test_pytest_beartype_and_a_transform_all_act(programs: Programs) -> None:
    """On one test module: what beartype refuses fails, and assertions are rewritten; whoever came first."""
    test = "def same(number: int) -> int:\n    return number\n\n"
    test += "def test_it():\n    assert same(41) == 41\n    same('x')\n"
    conftest = CONFTEST + "import beartype.claw\nbeartype.claw.beartype_package('test_it')\n"
    programs.sandbox.write({"conftest.py": conftest, "test_it.py": test})
    output = run_pytest(programs, "-m", "pytest")
    assert "BeartypeCallHintParamViolation" in output
    programs.sandbox.write({"test_it.py": test.replace("== 41", "== 40")})
    output = run_pytest(programs, "-m", "pytest")
    assert "assert 42 == 40" in output


HY = '(defn answer [] 41)\n(setv text "text")\n'


@pytest.mark.parametrize("first", ["hy", "loadstone"])
def test_hy_modules_are_transformed(programs: Programs, first: str) -> None:
    """Hy compiles its source, text transforms see that, tree transforms the tree that Hy makes of it."""
    programs.sandbox.write({"mod.hy": HY})
    lines = ["import hy", "loadstone.install(Hyphen(['mod', 'helper']))"]
    if first == "loadstone":
        lines.reverse()
    program = f"""
from mark import Mark, loadstone, tell
class Hyphen(Mark):
    def transform_source(self, text, spec):
        return text.replace('"text"', '"changed"')
{lines[0]}
{lines[1]}
import inspect, mod, helper
tell([mod.answer(), mod.text, mod.tree_mark, helper.value, "loadstone" in mod.__spec__.cached,
      mod.__loader__.get_source("mod")])
"""
    for _ in range(2):
        assert programs(program, warnings="ignore") == [42, "changed", 1, 42, True, HY]


@pytest.mark.parametrize("first", ["zip", "loadstone"])
def test_modules_in_a_zip_file_are_transformed(programs: Programs, first: str) -> None:
    """`zipimport` gives its source: that is changed, whoever was first; tracebacks show the file's."""
    with zipfile.ZipFile(programs.sandbox.root / "modules.zip", "w") as archive:
        archive.writestr("zipped/__init__.py", "from .sub import fail\n")
        archive.writestr("zipped/sub.py", "def fail():\n    raise LookupError(41)\n")
    lines = ["sys.path.insert(0, 'modules.zip')", "loadstone.install(Mark(['zipped', 'zipped.*']))"]
    if first == "loadstone":
        lines.reverse()
    told = programs(
        f"""
from mark import Mark, loadstone, sys, tell
{lines[0]}
{lines[1]}
import traceback, zipped
try:
    zipped.fail()
except LookupError as error:
    tell([error.args, traceback.extract_tb(error.__traceback__)[-1].line])
"""
    )
    assert told == [[42], "raise LookupError(41)"]
