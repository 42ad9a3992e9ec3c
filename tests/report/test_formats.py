"""Findings as continuous integration takes them, by the commands and for whatever they hold."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadstone.report.catalogue import Entry, register
from loadstone.report.doctor.examine import CHECKS
from loadstone.report.formats import Remark, as_github, as_sarif

if TYPE_CHECKING:
    from ..conftest import Sandbox

COMMAND = re.compile(r"::(error|warning|notice) ((?:\w+=[^,:\n]*)(?:,\w+=[^,:\n]*)*)::([^\n]*)")


def unescaped(text: str) -> str:
    """As GitHub reads what was escaped."""
    for escape, character in (("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escape, character)
    return text


def annotations(text: str) -> list[tuple[str, dict[str, str], str]]:
    """The kind, properties and message of each; every line has to be one."""
    found = []
    for line in text.splitlines():
        match = COMMAND.fullmatch(line)
        assert match, line
        properties = (pair.split("=", 1) for pair in match[2].split(","))
        found.append((match[1], {name: unescaped(value) for name, value in properties}, unescaped(match[3])))
    return found


def run_of(text: str) -> Any:
    """The one run of a log of SARIF."""
    log = json.loads(text)
    assert (log["version"], log["$schema"].rpartition("/")[2]) == ("2.1.0", "sarif-2.1.0.json")
    (run,) = log["runs"]
    return run


@given(st.text(min_size=1), st.text(), st.text(min_size=1), st.integers(0, 10**6))
def test_whatever_a_finding_holds(title: str, message: str, file: str, line: int) -> None:
    """Is one annotation on one line, and valid JSON: no text ends it early, or drives a terminal."""
    remark = Remark("LS100", "warning", title, message, file.replace("\0", ""), line)
    ((kind, properties, _),) = annotations(as_github([remark]))
    assert kind == "warning"
    assert properties["title"].startswith("LS100: ")
    (result,) = run_of(as_sarif([remark]))["results"]
    assert result["message"]["text"] == message
    assert as_sarif([remark]).replace("\n", "").isprintable()


def test_where_a_remark_is(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below the working directory files are relative, with slashes; no file is the Python."""
    monkeypatch.chdir(sandbox.root)
    outside = str(sandbox.root.parent / "outside.py")
    remarks = [
        Remark("a", "error", "t", "m", str(sandbox.root / "sub" / "a b.py"), 7),
        Remark("a", "note", "t", "m", os.path.join("sub", "c.py")),
        Remark("b", "error", "t", "m", outside, 1),
        Remark("b", "error", "t", "m"),
    ]
    told = [properties for _, properties, _ in annotations(as_github(remarks))]
    assert [(each.get("file"), each.get("line")) for each in told] == [
        ("sub/a b.py", "7"),
        ("sub/c.py", None),
        (outside, "1"),
        (None, None),
    ]
    run = run_of(as_sarif(remarks))
    assert unquote(urlsplit(run["originalUriBaseIds"]["%SRCROOT%"]["uri"]).path) == f"{sandbox.root}/"
    places = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    assert places[0] == {
        "artifactLocation": {"uri": "sub/a%20b.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 7},
    }
    assert places[1] == {"artifactLocation": {"uri": "sub/c.py", "uriBaseId": "%SRCROOT%"}}
    assert places[2]["artifactLocation"] == {"uri": Path(outside).as_uri()}
    assert places[3] == {"artifactLocation": {"uri": Path(sys.executable).as_uri()}}


def test_the_rules_of_a_log() -> None:
    """Each code once, with what the catalogue says of it; results point at their rule."""
    register(Entry("LS999", "a title", "A detail.", "a remedy"))
    remarks = [Remark(code, "error", f"title {code}", "m") for code in ("LS999", "budget", "LS999")]
    run = run_of(as_sarif(remarks))
    first, second = run["tool"]["driver"]["rules"]
    assert first["id"] == "LS999"
    assert first["fullDescription"] == {"text": "A detail."}
    assert first["help"]["text"].startswith("a remedy; more: ")
    assert second == {"id": "budget", "shortDescription": {"text": "title budget"}}
    assert [result["ruleIndex"] for result in run["results"]] == [0, 1, 0]
    assert run_of(as_sarif([]))["results"] == []
    assert as_github([]) == ""


def test_doctor_in_other_formats(sandbox: Sandbox) -> None:
    """The findings, with their files; the exit status is the same, and nothing else is written."""
    sandbox.write({"random.py": "", "old.py": "import imp\n\n\nimport imp\n"})
    command = ["-m", "loadstone", "doctor", "--only", "LS141,LS172"]
    github = sandbox.python(*command, "--format", "github")
    assert (github.returncode, github.stderr) == (1, "")
    told = {properties["file"]: (kind, properties) for kind, properties, _ in annotations(github.stdout)}
    assert told["random.py"][0] == "warning"
    assert told["random.py"][1]["title"] == "LS141: a local module that shadows the standard library"
    assert told["old.py"][1]["line"] == "1"
    sarif = sandbox.python(*command, "--format", "sarif")
    assert (sarif.returncode, sarif.stderr) == (1, "")
    run = run_of(sarif.stdout)
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} == {"LS141", "LS172"}
    assert all(rule["fullDescription"]["text"] for rule in run["tool"]["driver"]["rules"])
    as_json = sandbox.python(*command, "--format", "json")
    assert len(json.loads(as_json.stdout)["findings"]) == len(run["results"]) == len(told)
    nothing = sandbox.python(*command, "--format", "github", "--ignore", "LS141,LS172")
    assert (nothing.returncode, nothing.stdout, nothing.stderr) == (0, "", "")


def test_check_in_other_formats(sandbox: Sandbox) -> None:
    """The promises that are not kept, as doctor's findings are."""
    sandbox.write({"mine.py": "class Finder:\n    def find_spec(self, *arguments):\n        return None\n"})
    command = ["-m", "loadstone", "check", "mine:Finder()", "--finds", "app", "--only", "LS301"]
    github = sandbox.python(*command, "--format", "github")
    assert github.returncode == 1
    ((kind, properties, message),) = annotations(github.stdout)
    assert (kind, properties["title"][:6]) == ("error", "LS301:")
    assert message.startswith("mine:Finder(): ")
    (result,) = run_of(sandbox.python(*command, "--format", "sarif").stdout)["results"]
    assert result["message"]["text"] == message


def test_budgets_in_other_formats(sandbox: Sandbox) -> None:
    """What exceeds one, at the import that the project itself asks for; nothing else is written."""
    sandbox.write({"app.py": "print('runs')\nimport report\n", "report.py": "a = 1\nb = 2\nimport wave\n"})
    command = ["-m", "loadstone", "trace", "--forbid", "no_such_*", "--forbid", "wave", "--fail-over"]
    github = sandbox.python(*command, "0.0001ms", "--format", "github", "app.py")
    assert (github.returncode, github.stdout) == (1, "runs\n")
    budget, forbidden = annotations(github.stderr)
    assert budget[0] == forbidden[0] == "error"
    assert budget[1]["title"] == "import budget: imports take longer than they may"
    assert budget[2].startswith("imports took ")
    assert (forbidden[1]["file"], forbidden[1]["line"]) == ("report.py", "3")
    assert forbidden[2] == "'wave' must not be imported, but wave was\nreport → wave"
    result = sandbox.python(*command, "1000s", "-o", "budgets.sarif", "app.py")
    assert result.returncode == 1
    (told,) = run_of((sandbox.root / "budgets.sarif").read_text())["results"]
    assert told["ruleId"] == "forbidden import"
    assert told["locations"][0]["physicalLocation"]["region"] == {"startLine": 3}
    well = sandbox.python("-m", "loadstone", "trace", "--fail-over", "1000s", "--format", "github", "app.py")
    assert (well.returncode, well.stderr) == (0, "")


SETTINGS = '[tool.loadstone.doctor]\nignore = ["{}"]\n'


def test_what_doctor_leaves_out_by_its_settings(sandbox: Sandbox) -> None:
    """doctor.ignore in pyproject.toml, which is said; what is asked for by its code is looked for."""
    sandbox.write({"random.py": "", "pyproject.toml": SETTINGS.format("LS141"), "sub/random.py": ""})
    command = ["-m", "loadstone", "doctor"]
    quiet = [
        "--ignore",
        *(check.entry.code for check in CHECKS if check.entry.code not in ("LS141", "LS154")),
    ]
    result = sandbox.python(*command, *quiet)
    assert "LS141 left out by " in result.stdout.splitlines()[-1]
    assert str(sandbox.root / "pyproject.toml") in result.stdout
    assert result.returncode == 0
    assert "LS141 warning" in sandbox.python(*command, "--only", "LS141").stdout
    told = sandbox.python(*command, *quiet, "--json").stdout
    assert json.loads(told)["checks"] == ["LS154"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (SETTINGS.format("LS999"), "[tool.loadstone] doctor.ignore: no check has the code 'LS999'"),
        ("[tool.loadstone]\nspeed = 1\n", "has no key 'speed'"),
        ("[tool.loadstone\n", "cannot be read"),
    ],
)
def test_settings_that_are_wrong(sandbox: Sandbox, text: str, message: str) -> None:
    """Are a usage error, with exit status 2, that names the file."""
    sandbox.write({"pyproject.toml": text})
    result = sandbox.python("-m", "loadstone", "doctor", "--only", "LS154")
    assert (result.returncode, result.stdout) == (2, "")
    assert message in result.stderr
    assert str(sandbox.root / "pyproject.toml") in result.stderr


def test_what_reads_settings_is_not_looked_for_here(sandbox: Sandbox) -> None:
    """A local tomllib is not run."""
    sandbox.write({"pyproject.toml": SETTINGS.format("LS141"), "tomllib.py": "1 / 0", "tomli.py": "1 / 0"})
    result = sandbox.python("-m", "loadstone", "doctor", "--only", "LS154")
    assert (result.returncode, result.stderr) == (0, "")
