"""Requirements: what they say, where they apply, which versions meet them; and the table of known modules."""

from __future__ import annotations

import importlib
import itertools
import sys
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import packaging.markers
import packaging.requirements
import packaging.specifiers
import packaging.utils
import packaging.version
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadstone.distributions import normal
from loadstone.report import requirements
from loadstone.report.index import DISTRIBUTIONS, known_in, modules_of
from loadstone.report.moves import ARRIVED, GONE
from loadstone.report.project import Project
from loadstone.report.requirements import Requirement, is_met, requirement

if TYPE_CHECKING:
    from ..conftest import Sandbox

FILES = ("pyproject.toml", "uv.lock", "Pipfile.lock", "requirements.txt", "setup.py", "pylock.toml")
VERSIONS = [
    "1",
    "1.0",
    "1.0.0",
    "1.1",
    "1.10",
    "2",
    "2.0a1",
    "2.0b2",
    "2.0rc1",
    "2.0.dev3",
    "2.0",
    "2.0.post1",
    "2.1",
    "2.0+cpu",
    "1!0.5",
    "0.9",
    "2.0.1",
    "3.0a1.dev1",
]


@pytest.mark.parametrize("sign", ["<", "<=", "==", "!=", ">=", ">", "~="])
def test_versions_are_compared(reading: str, sign: str) -> None:
    """As packaging does it, and the same without its help."""
    for other, version in itertools.product([*VERSIONS, "1.*", "2.0.*", "2.*"], VERSIONS):
        try:
            wanted = packaging.specifiers.SpecifierSet(f"{sign}{other}")
        except packaging.specifiers.InvalidSpecifier:
            continue
        expected = wanted.contains(version, prereleases=True)
        assert is_met(f"{sign}{other}", version) is expected, f"{version} {sign} {other}"


def test_what_cannot_be_compared_is_met(reading: str) -> None:
    """Versions and specifiers that are none, and versions that are not known, break no requirement."""
    assert is_met(">=2", "unknown")
    assert is_met("about 2", "1")
    assert is_met(">=2", None)
    assert is_met("===weird", "Weird")
    assert not is_met(">=1,<2", "2.1")
    assert is_met(">=1,<2", "1.9")


@pytest.mark.parametrize("reading", ["packaging"], indirect=True)
def test_packaging_is_asked_where_it_is_installed(reading: str) -> None:
    """Packaging decides where it is."""
    found = requirements._packaging()
    assert found is not None
    assert type(found.specifiers(">=2")) is packaging.specifiers.SpecifierSet
    assert found.marker is packaging.markers.Marker


WITHOUT = """
import os, sys
sys.path.insert(0, os.getcwd() + "/site-packages")
from loadstone.report.requirements import is_met, requirement
assert not is_met(">=2", "1")
assert requirement("one; python_version > '2'").applies()
assert not requirement("one; python_version < '2'").applies()
print(*sorted(name for name in sys.modules if name.startswith("packaging")))
"""


@pytest.mark.parametrize(
    ("files", "imported"),
    [
        ({"packaging/__init__.py": "raise SystemExit", "packaging/specifiers.py": ""}, ""),
        ({"packaging.py": "raise SystemExit"}, ""),
        (
            {"site-packages/packaging/__init__.py": "", "site-packages/packaging/markers.py": "x ="},
            "packaging",
        ),
    ],
)
def test_without_packaging(sandbox: Sandbox, files: dict[str, str], imported: str) -> None:
    """A project's own module of that name is not executed for this; nor does a damaged one harm."""
    sandbox.write(files)
    result = sandbox.python("-c", WITHOUT)
    assert result.returncode == 0, result.stderr
    assert result.stdout.split()[:1] == imported.split()


@pytest.mark.parametrize(
    "text",
    [
        "one",
        "One.Two_three",
        "one>=1,<2",
        "one (>=1.0)",
        "one[a, b]==1.*",
        "one[a]>=1; python_version < '4' and extra == 'x'",
        "one ; sys_platform == 'plan9'",
        "one; python_version in '2.7'",
        "one; 'linux' not in sys_platform or os_name != 'posix'",
        "one; python_full_version>='3.9.1' or (extra=='x' and extra!='y')",
        "one @ https://host/one.whl ; extra == 'X_x'",
    ],
)
def test_requirements_are_read_as_packaging_reads_them(reading: str, text: str) -> None:
    """Name, extras, versions and marker of what PEP 508 allows."""
    found = requirement(text)
    assert found is not None
    other = packaging.requirements.Requirement(text)
    assert (found.name, set(found.extras)) == (other.name, other.extras)
    assert packaging.specifiers.SpecifierSet(found.versions) == other.specifier
    assert found.url == (other.url or "")
    assert packaging.requirements.Requirement(str(found)).url == other.url
    for extra in ("", "x", "x-x"):
        expected = other.marker is None or other.marker.evaluate({"extra": extra})
        assert found.applies(extra) is expected


@pytest.mark.parametrize(
    "text",
    ["", "-r file", "https://host/x.whl", "./dir", "one two", "one?", "one>", "one>1,2", "# one", "\0"],
)
def test_what_is_no_requirement(text: str) -> None:
    """Options, addresses and rubbish of files of requirements are none."""
    assert requirement(text) is None


@pytest.mark.parametrize("marker", ["nosuch == '1'", "(", "1", "os_name", "os_name == 1", "os_name is 'x'"])
def test_a_marker_that_cannot_be_read(reading: str, marker: str) -> None:
    """It does not apply."""
    assert not Requirement("one", (), "", marker).applies()


def test_the_table_of_known_modules() -> None:
    """Hundreds of modules, none of the standard library, each with a distribution that leads back to it."""
    assert len(DISTRIBUTIONS) > 900
    assert not [module for module in DISTRIBUTIONS if module in sys.stdlib_module_names]
    for module, names in DISTRIBUTIONS.items():
        assert names, module
        for name in names:
            assert module in modules_of(name)
            assert normal(name) == packaging.utils.canonicalize_name(name)
    assert known_in("google.cloud.storage.blob") == "google.cloud.storage"
    assert known_in("google.nothing") == known_in("") == ""
    well_known = "cv2 PIL yaml sklearn bs4 dotenv attr Crypto fitz jwt serial usb OpenSSL google.protobuf"
    assert set(well_known.split()) <= DISTRIBUTIONS.keys()


def test_the_tables_of_names_that_come_and_go() -> None:
    """Each version can be compared, and what is gone says what is used instead; both hold for this Python."""
    for name, move in {**GONE, **ARRIVED}.items():
        assert packaging.version.Version(move.version), name
    assert all(move.instead for move in GONE.values())
    for table, lost in ((GONE, True), (ARRIVED, False)):
        for name, move in table.items():
            module, _, last = name.rpartition(".")
            if module.partition(".")[0] not in sys.stdlib_module_names:
                continue
            is_since = sys.version_info >= tuple(map(int, move.version.split(".")))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                has_it = hasattr(importlib.import_module(module), last)
            assert has_it is (is_since is not lost), name


MARKERS = st.text(alphabet="extra=!<>~'\" ()andornotin0123.,python_versionX;", max_size=60)


@given(st.text(max_size=80), MARKERS, st.text(alphabet="<>=!~0123456789.*abrcpostdev+,! x", max_size=30))
@settings(deadline=None, max_examples=200)
def test_nothing_that_metadata_holds_raises(text: str, marker: str, versions: str) -> None:
    """Whatever a requirement, its marker and its versions are, it is read or is none."""
    for written in (text, f"one {versions}; {marker}", f"one; {marker}"):
        found = requirement(written)
        if found is not None:
            found.applies("x")
            found.is_met_by(versions)
            found.is_met_by("1.0")
            assert found.extra is None or found.extra in written
            assert str(found)
    Requirement("one", (), "", marker).applies()
    is_met(versions, text)


@given(st.binary(max_size=200), st.sampled_from(FILES))
@settings(deadline=None, max_examples=100)
def test_nothing_that_a_project_holds_raises(content: bytes, file: str) -> None:
    """Whatever its files are, a project asks for what can be read."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, file).write_bytes(content)
        project = Project(folder)
        assert isinstance(project.key, str)
        assert all(ask.requirement.name == "one" for ask in project.asks_for("one"))
        project.place_of("one")
