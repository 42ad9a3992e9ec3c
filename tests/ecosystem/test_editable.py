"""Beside editable installs: setuptools' and scikit-build-core's."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .conftest import install_editable

if TYPE_CHECKING:
    from .conftest import Programs

SETUPTOOLS = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "editable-one"
version = "1"
[tool.setuptools]
packages = ["editable_one"]
"""

SCIKIT = """
[build-system]
requires = ["scikit-build-core"]
build-backend = "scikit_build_core.build"
[project]
name = "editable-one"
version = "1"
[tool.scikit-build]
wheel.cmake = false
wheel.packages = ["{folder}editable_one"]
editable.mode = "{mode}"
"""

SOURCE = "def answer(number: int) -> int:\n    return number + 41\n"

# How the project is laid out, and the finder that pip installs for it; none, for one that is a .pth only.
KINDS = {
    "setuptools, .pth": ("src/", SETUPTOOLS + '[tool.setuptools.package-dir]\n"" = "src"\n', None),
    "setuptools, finder": ("", SETUPTOOLS, "_EditableFinder"),
    "scikit-build-core, redirect": ("python/", SCIKIT, "ScikitBuildRedirectingFinder"),
}

PROGRAM = """
from mark import Mark, loadstone, sys, tell
theirs = [f for f in sys.meta_path if {finder!r} in (getattr(f, "__name__", ""), type(f).__name__)]
if {first!r} == "loadstone":
    for f in theirs:
        sys.meta_path.remove(f)
    handle = loadstone.install(Mark(["editable_one", "editable_one.*"]))
    sys.meta_path.extend(theirs)
else:
    handle = loadstone.install(Mark(["editable_one", "editable_one.*"]))
{more}
import editable_one.sub as module
def checked():
    try:
        return module.answer("text")
    except Exception as error:
        return type(error).__module__.partition(".")[0]
tell([len(theirs), module.answer(0), checked(), module.__file__])
"""


@pytest.mark.parametrize("kind", KINDS)
def test_editable_packages_are_transformed(programs: Programs, environment: Path, kind: str) -> None:
    """A transform acts on them in either order; so does beartype, whose path hook is passed by (#556)."""
    folder, config, finder = KINDS[kind]
    programs.sandbox.write(
        {
            "project/pyproject.toml": config.replace("{folder}", folder).replace("{mode}", "redirect"),
            f"project/{folder}editable_one/__init__.py": "",
            f"project/{folder}editable_one/sub.py": SOURCE,
        }
    )
    project = programs.sandbox.root / "project"
    install_editable(environment, project)
    beartype = "import beartype.claw; beartype.claw.beartype_package('editable_one')"
    for first in ("loadstone", "editable"):
        for more, checker in (("", "builtins"), (beartype, "beartype")):
            program = PROGRAM.format(finder=finder, first=first, more=more)
            told = programs(program, python=str(environment))
            file = str(project / f"{folder}editable_one" / "sub.py")
            assert told == [0 if finder is None else 1, 42, checker, file]


EXPLAINED = """
from mark import loadstone, tell
explanation = loadstone.explain("editable_one")
tell([explanation.found, *[[cause.code, cause.evidence, cause.remedy] for cause in explanation.causes][:1]])
"""


@pytest.mark.parametrize("kind", KINDS)
def test_editable_installs_that_have_moved(programs: Programs, environment: Path, kind: str) -> None:
    """explain says from where it was installed, finds where it is now, and names no index's namesake."""
    folder, config, _ = KINDS[kind]
    programs.sandbox.write(
        {
            "work/one/pyproject.toml": config.replace("{folder}", folder).replace("{mode}", "redirect"),
            f"work/one/{folder}editable_one/__init__.py": "",
        }
    )
    work = programs.sandbox.root / "work"
    install_editable(environment, work / "one")
    assert programs(EXPLAINED, python=str(environment)) == [True]
    (work / "one").rename(work / "two")
    found, (code, evidence, remedy) = programs(EXPLAINED, python=str(environment))
    # scikit-build-core's finder does not look whether the files are there.
    assert (found, code) == (kind.startswith("scikit"), "LS249")
    assert evidence.endswith(f" is an editable install of {work / 'one'}, which is not there")
    if sys.version_info >= (3, 11):  # before, TOML is read only where tomli is installed
        assert remedy.endswith(f"install -e {work / 'two'}")
    assert "force-reinstall" not in remedy
    install_editable(environment, work / "two")
    assert programs(EXPLAINED, python=str(environment)) == [True]
