"""What the tests of doctor share: findings of this process, and environments of their own."""

from __future__ import annotations

import json
import os
import site
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from typing import Any

import attrs
import pytest
import typing_extensions

import loadstone
from loadstone.report.doctor.records import Finding


def found(code: str, **options: Any) -> list[Finding]:
    """What the check finds in this process, apart from what is of the tests' own surroundings."""
    findings = loadstone.doctor(only=[code], **options).findings
    return [finding for finding in findings if not _is_of_tests(finding.code, finding.subject)]


def _is_of_tests(code: str, subject: str) -> bool:
    """Whether it is of pytest, or of loadstone itself: it may be editable, and is another environment's."""
    if code == "LS157":
        return Path(subject) == Path(attrs.__file__).parent.parent
    return subject.startswith("_pytest.") or (code, subject) == ("LS131", "loadstone")


def one(code: str, subject: str, **options: Any) -> Finding:
    """The one finding about `subject`, which the check has to have."""
    (finding,) = [finding for finding in found(code, **options) if subject in finding.subject]
    assert finding.code == code
    assert finding.evidence
    assert finding.remedy
    return finding


def about(code: str, subject: str, **options: Any) -> list[str]:
    """The evidence of the findings about `subject`."""
    return [finding.evidence for finding in found(code, **options) if subject in finding.subject]


def as_site(monkeypatch: pytest.MonkeyPatch, *directories: str) -> None:
    """Have the directories, which are on `sys.path`, be those where distributions are installed."""
    monkeypatch.setattr(site, "getsitepackages", lambda: list(directories))


class Surroundings:
    """A virtual environment in which loadstone can be imported, and nothing else is installed."""

    def __init__(self, folder: Path) -> None:
        venv.create(folder, symlinks=sys.platform != "win32")
        self.folder = folder
        self.python = str(folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python"))
        scheme = "venv" if sys.version_info >= (3, 11) else sysconfig.get_preferred_scheme("prefix")
        names = {"base": str(folder), "platbase": str(folder)}
        self.site = Path(sysconfig.get_path("purelib", scheme, names))
        needed = [
            Path(loadstone.__file__).parent,
            Path(attrs.__file__).parent,
            Path(typing_extensions.__file__),
        ]
        self.write({"here.pth": "\n".join(dict.fromkeys(str(one.parent) for one in needed))})

    def write(self, files: dict[str, str | bytes]) -> None:
        """Write files, contents by path, into `site-packages`."""
        for name, content in files.items():
            file = self.site / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the environment's Python in an empty directory of its own."""
        work = self.folder / "work"
        work.mkdir(exist_ok=True)
        variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        return subprocess.run(
            [self.python, *arguments],
            cwd=work,
            env={**variables, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def doctor(self, *options: str) -> tuple[int, list[dict[str, str]]]:
        """The exit status and the findings of ``loadstone doctor``; caches are what they are."""
        result = self.run("-m", "loadstone", "doctor", "--json", "--ignore", "LS161,LS162", *options)
        assert result.returncode in (0, 1), result.stderr
        findings: list[dict[str, str]] = json.loads(result.stdout)["findings"]
        return result.returncode, [one for one in findings if not _is_of_tests(one["code"], one["subject"])]

    def codes(self, *options: str) -> dict[str, str]:
        """The severities of the findings, by code."""
        return {finding["code"]: finding["severity"] for finding in self.doctor(*options)[1]}
