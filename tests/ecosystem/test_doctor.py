"""doctor beside the tools of others: what is installed well is well, and what is passed by is found."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from loadstone.distributions import installed

from .conftest import install_editable, need
from .test_editable import KINDS

if TYPE_CHECKING:
    from .conftest import Programs

NAMED = {
    "setuptools, .pth": "a .pth file",
    "setuptools, finder": "setuptools' finder",
    "scikit-build-core, redirect": "scikit-build-core's finder",
}


def install(programs: Programs, environment: Path, kind: str) -> Path:
    """An editable install of that kind; the directory of the project."""
    folder, config, _ = KINDS[kind]
    programs.sandbox.write(
        {
            "project/pyproject.toml": config.replace("{folder}", folder).replace("{mode}", "redirect"),
            f"project/{folder}editable_one/__init__.py": "",
        }
    )
    install_editable(environment, programs.sandbox.root / "project")
    return programs.sandbox.root / "project"


def codes(programs: Programs, environment: Path, *options: str) -> dict[str, str]:
    """The evidence of the errors and warnings, and of editable installs, by code."""
    folder = programs.sandbox.root / "elsewhere"
    folder.mkdir(exist_ok=True)
    result = subprocess.run(
        [str(environment), "-m", "loadstone", "doctor", "--json", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.stderr == ""
    everything: list[Any] = json.loads(result.stdout)["findings"]
    # Loadstone itself may be an editable install.
    findings = [one for one in everything if (one["code"], one["subject"]) != ("LS131", "loadstone")]
    found = {one["code"]: one["evidence"] for one in findings if one["severity"] != "note"}
    assert result.returncode == (1 if found else 0)
    return found | {one["code"]: one["evidence"] for one in findings if one["code"] == "LS131"}


@pytest.mark.parametrize("kind", KINDS)
def test_editable_installs(programs: Programs, environment: Path, kind: str) -> None:
    """Each kind is named, with its module, and nothing is wrong with it until there is another copy."""
    project = install(programs, environment, kind)
    said = f"from {project}, by {NAMED[kind]}: editable_one"
    assert codes(programs, environment) == {"LS131": said}
    (site,) = environment.parent.parent.rglob("site-packages")
    (site / "editable_one.py").touch()
    assert codes(programs, environment).keys() == {"LS131", "LS133"}


def test_what_is_installed_is_well(programs: Programs, environment: Path) -> None:
    """By all checks, in an environment of dozens of packages as pip leaves them, nothing is above note."""
    assert len({one.name for one in installed() if one.name is not None}) >= 30
    assert codes(programs, environment) == {}


def test_popular_packages_are_well(programs: Programs, environment: Path) -> None:
    """Nothing is wrong in a process that has imported what many use, nor in the source of that."""
    names = "requests,aiohttp,packaging,setuptools,six.moves,wrapt,typeguard,beartype,hy,pytest,upath,flask"
    assert codes(programs, environment, "--import", names) == {}
    scanned = "requests,aiohttp,packaging,six,wrapt,typeguard,beartype,pytest,_pytest,upath,flask,werkzeug"
    assert codes(programs, environment, "--scan", scanned) == {}


def test_what_is_not_the_readers_to_mend(programs: Programs, environment: Path) -> None:
    """Setuptools' loader of distutils, and the copy of zipfile that zipp makes, are not found fault with."""
    need("zipp.compat.overlay")
    found = programs(
        """
        import setuptools, distutils.core, zipp.compat.overlay
        from mark import loadstone, tell
        findings = loadstone.doctor(only=["LS112", "LS143"]).findings
        tell([[each.subject, each.evidence] for each in findings])
        """,
        python=str(environment),
        warnings="ignore",
    )
    assert found == []


def test_a_checker_and_an_editable_finder(programs: Programs, environment: Path) -> None:
    """typeguard and a finder that both have a loader for the package: said, with the one ahead first."""
    install(programs, environment, "scikit-build-core, redirect")
    program = """
        from mark import sys, tell, loadstone
        import typeguard
        typeguard.install_import_hook(["editable_one"])
        (theirs,) = [f for f in sys.meta_path if type(f).__name__ == "ScikitBuildRedirectingFinder"]
        sys.meta_path.remove(theirs)
        sys.meta_path.insert({place}, theirs)
        import editable_one
        found = loadstone.doctor(only=["LS105", "LS106"]).findings
        tell([one.subject.split(" and ") for one in found])
        """
    checker, finder = "typeguard.TypeguardFinder", "_editable_skbc_editable_one.ScikitBuildRedirectingFinder"
    assert programs(program.format(place=0), python=str(environment)) == [[finder, checker]]
    assert programs(program.format(place=1), python=str(environment)) == [[checker, finder]]
