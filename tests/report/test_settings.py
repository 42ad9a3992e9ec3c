"""The table [tool.loadstone] of pyproject.toml: where it is looked for, and what it may say."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from loadstone.report import settings
from loadstone.report.settings import Settings, SettingsError

TABLE = """\
[project]
name = "app"
[tool.loadstone]
doctor.ignore = ["LS142", "LS151"]
[tool.loadstone.trace]
budget = "300ms"
forbid = ["pandas*"]
"""


def pyproject(folder: Path, text: str | bytes) -> str:
    """Write one there; its name."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "pyproject.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(file)


def test_what_a_table_sets(tmp_path: Path) -> None:
    """Every key is read, whichever way TOML lets it be written; what is not set is empty."""
    file = pyproject(tmp_path, TABLE)
    assert settings.read(str(tmp_path)) == Settings(file, ("LS142", "LS151"), "300ms", ("pandas*",))
    for text in (
        '[tool]\nloadstone.doctor.ignore = ["LS142"]',
        '[tool."loadstone".doctor]\nignore = ["LS142"]',
        'tool.loadstone.doctor.ignore = ["LS142"]',
    ):
        pyproject(tmp_path, text)
        assert settings.read(str(tmp_path)) == Settings(file, ("LS142",)), text


def test_the_nearest_with_a_table_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the working directory and those above it; files without the table are passed by."""
    far, near = tmp_path / "far", tmp_path / "far/near"
    file = pyproject(far, TABLE)
    pyproject(near, '[project]\nname = "loadstone"\ndependencies = ["loadstone"]')
    (near / "deep/pyproject.toml").mkdir(parents=True)
    monkeypatch.chdir(near / "deep")
    assert settings.read().file == file
    own = pyproject(near, "[tool.loadstone]\n")
    assert settings.read() == Settings(own)


@pytest.mark.parametrize("broken", ["[project", b"\xff\xfe", "", "\0", "[tool.loadstones]\nx = 1"])
def test_what_has_no_table_is_nobodys_business(tmp_path: Path, broken: str | bytes) -> None:
    """A file that is broken, but does not speak of the tools, does not stop them."""
    pyproject(tmp_path, broken)
    assert settings.read(str(tmp_path)).file != str(tmp_path / "pyproject.toml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.loadstone.doctor]\nignor = []", "has no key 'doctor.ignor': expected one of doctor.ignore"),
        ("[tool.loadstone]\nwatch = 1", "has no key 'watch'"),
        ("[tool.loadstone]\ndoctor = 1", r"\[tool.loadstone.doctor\] must be a table, not 1"),
        ("[tool]\nloadstone.doctor.ignore = 'LS142'", "doctor.ignore must be a list of strings, not 'LS142'"),
        ("[tool.loadstone.doctor]\nignore = [1]", r"doctor.ignore must be a list of strings, not \[1\]"),
        ("[tool.loadstone.trace]\nbudget = 300", "trace.budget must be a string, not 300"),
        ("[tool.loadstone.trace]\nbudget = [", "cannot be read: "),
        (b"[tool.loadstone]\n\xff", "cannot be read: 'utf-8' codec can't decode"),
    ],
)
def test_what_cannot_be_meant_is_said(tmp_path: Path, text: str | bytes, message: str) -> None:
    """A wrong key or value is an error that names the file and the key."""
    file = pyproject(tmp_path, text)
    with pytest.raises(SettingsError, match=message) as caught:
        settings.read(str(tmp_path))
    assert str(caught.value).startswith(file)


def test_without_a_parser_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where neither tomllib nor tomli can be imported, a table is not silently passed by."""
    monkeypatch.setitem(sys.modules, "tomllib", None)
    monkeypatch.setitem(sys.modules, "tomli", None)
    file = pyproject(tmp_path, TABLE)
    with pytest.raises(SettingsError, match="pip install tomli") as caught:
        settings.read(str(tmp_path))
    assert str(caught.value).startswith(f"{file} has a table [tool.loadstone], which this Python cannot read")
