"""doctor beside the tools of others: what is installed well is well, and what is passed by is found."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from loadstone.distributions import installed

from .conftest import install_editable, need
from .test_editable import KINDS

if TYPE_CHECKING:
    from .conftest import Programs

NAMESPACE = """\
import sys, types, os;p = os.path.join(sys._getframe(1).f_locals['sitedir'], *('gone',));\
m = sys.modules.setdefault('gone', types.ModuleType('gone'))
"""
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


def put(site: Path, name: str) -> Path:
    """A copy of what pip has installed here for a distribution; its directory of metadata."""
    info = None
    for file in distribution(name).files or ():
        if ".." in file.parts or file.suffix == ".pyc":
            continue
        copy = site / file
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file.locate(), copy)
        if copy.name == "METADATA":
            info = copy.parent
    assert info is not None
    return info


def edit(file: Path, old: str, new: str) -> None:
    """Change what is in it, once."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_real_packages_that_are_broken(programs: Programs, environment: Path) -> None:
    """A dozen, each in a way of its own, among others that are well: each is told, and nothing else."""
    need("wrapt._wrappers")
    (site,) = environment.parent.parent.rglob("site-packages")
    names = ("flask", "requests", "idna", "six", "wrapt", "packaging", "urllib3")
    infos = {name: put(site, name) for name in names}
    versions = {name: distribution(name).version for name in names}
    release = {name: f"{distribution(name).metadata['Name']} {versions[name]}" for name in names}
    assert codes(programs, environment) == {}
    # Half removed, a command that has moved, a version that will not do, and one that is not there at all.
    (site / "requests" / "adapters.py").unlink()
    edit(infos["flask"] / "entry_points.txt", "flask.cli:main", "flask.commands:main")
    edit(infos["idna"] / "METADATA", f"Version: {versions['idna']}", "Version: 1.0")
    edit(infos["wrapt"] / "METADATA", "\nVersion:", "\nRequires-Dist: no-such-thing>=2\nVersion:")
    # Compiled for another Python, or cut short.
    (native,) = (site / "wrapt").glob(f"_wrappers{EXTENSION_SUFFIXES[0]}")
    native.rename(native.with_name("_wrappers.cpython-36m-x86_64-linux-gnu.so"))
    cut = site / "wrapt" / f"_cut{EXTENSION_SUFFIXES[0]}"
    cut.write_bytes(b"\x7fELF")
    # Overwritten by another; a second version; leftovers of two kinds.
    other = site / "sixth-1.0.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: sixth\nVersion: 1.0\n")
    (other / "RECORD").write_text("six.py,sha256=other,1\n")
    second = shutil.copytree(infos["packaging"], site / "packaging-1.0.dist-info")
    edit(second / "METADATA", f"Version: {versions['packaging']}", "Version: 1.0")
    (second / "RECORD").unlink()
    shutil.copytree(infos["urllib3"], site / "~rllib3-1.0.dist-info")
    (infos["urllib3"] / "METADATA").unlink()
    # What is read at the start, and what is started.
    (site / "gone-nspkg.pth").write_text(NAMESPACE)
    (site / "distutils-precedence.pth").write_text("import os; __import__('_no_such_hack').add_shim()\n")
    scripts = environment.parent
    (scripts / "tool").write_text("#!/no/such/environment/bin/python\n")

    findings = json.loads(run_doctor(programs, environment))["findings"]
    told = {
        (one["code"], os.path.basename(one["subject"]))
        for one in findings
        if one["severity"] != "note"
        # Others that require them are right to say so.
        and not (
            one["code"] == "LS136" and re.search(r" (idna|packaging) 1\.0 is installed", one["evidence"])
        )
    }
    assert told == {
        ("LS139", release["requests"]),
        ("LS139", release["wrapt"]),
        ("LS137", release["flask"]),
        ("LS136", release["wrapt"]),
        ("LS164", "wrapt"),
        ("LS165", cut.name),
        ("LS135", "six and sixth"),
        ("LS130", "packaging"),
        ("LS134", "~rllib3-1.0.dist-info"),
        ("LS134", infos["urllib3"].name),
        ("LS123", "gone-nspkg.pth, line 1"),
        ("LS123", "distutils-precedence.pth, line 1"),
        ("LS138", scripts.name),
    }
    assert any(one["code"] == "LS136" and "idna 1.0" in one["evidence"] for one in findings)


def run_doctor(programs: Programs, environment: Path) -> str:
    """What doctor writes as JSON, in a directory of its own."""
    folder = programs.sandbox.root / "elsewhere"
    folder.mkdir(exist_ok=True)
    command = [str(environment), "-m", "loadstone", "doctor", "--json"]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    ).stdout


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
