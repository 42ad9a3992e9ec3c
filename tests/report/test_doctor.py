"""doctor as a whole: what it promises of itself, its command line, and the page."""

from __future__ import annotations

import importlib.machinery
import io
import json
import re
import sys
from copy import copy
from typing import TYPE_CHECKING, Any

import attrs
import pytest

import loadstone
from loadstone.report.doctor.examine import CHECKS
from loadstone.report.doctor.page import page_of
from loadstone.report.doctor.records import Diagnosis, Finding
from loadstone.report.terminal import rendered

from .conftest import written
from .doctors import one

if TYPE_CHECKING:
    from ..conftest import Sandbox

STATE = ("modules", "meta_path", "path", "path_hooks", "path_importer_cache")
CODES = [check.entry.code for check in CHECKS]


def diagnosis(*severities: Any) -> Diagnosis:
    """One with findings of these severities."""
    findings = [
        Finding(f"LS10{number}", "a title", severity, f"subject {number}", "evidence", f"remedy {severity}")
        for number, severity in enumerate(severities)
    ]
    return Diagnosis(
        "3.13.0", "/bin/python", "/", ("Finder",), ("/lib",), 7, ("LS101",), 0.5, tuple(findings)
    )


def test_a_diagnosis_says_what_was_looked_at() -> None:
    """The interpreter, the environment, the chain, the path, the modules, the checks and the time."""
    seen = loadstone.doctor()
    assert seen.python == sys.version.split()[0]
    assert (seen.executable, seen.prefix) == (sys.executable, sys.prefix)
    assert seen.finders[-1] == "_frozen_importlib_external.PathFinder"
    assert seen.path == tuple(map(str, sys.path))
    assert seen.modules <= len(sys.modules)
    assert seen.checks == tuple(CODES)
    assert seen.seconds > 0


@pytest.mark.parametrize(
    ("severities", "ok"),
    [((), True), (("note", "note"), True), (("warning",), False), (("note", "error"), False)],
)
def test_whether_it_is_ok(severities: tuple[str, ...], ok: bool) -> None:
    """Errors and warnings count, notes do not."""
    assert diagnosis(*severities).ok is ok


def test_nothing_is_changed(sandbox: Sandbox) -> None:
    """After all checks the import state is what it was, and nothing has been imported."""
    sandbox.write({"local/random.py": "raise SystemError", "local/pkg/__init__.py": "raise SystemError"})
    sandbox.on_path("local")
    loadstone.doctor()
    before = [copy(getattr(sys, name)) for name in STATE]
    loadstone.doctor(scan=["pkg"])
    assert [getattr(sys, name) for name in STATE] == before
    assert not list(sandbox.root.rglob("*.pyc"))


def test_what_a_finder_does_is_undone(sandbox: Sandbox) -> None:
    """The cache of path entry finders and the modules are what they were, though a finder changes them."""
    entry = str(sandbox.root)
    sys.modules["precious"] = sys

    class Finder:
        def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
            sys.modules.pop("precious", None)
            return importlib.machinery.PathFinder.find_spec(fullname, [entry])

    sys.meta_path.append(Finder())
    loadstone.doctor()
    assert entry not in sys.path_importer_cache
    assert sys.modules["precious"] is sys


def test_checks_can_be_chosen() -> None:
    """`only` are those to make, `ignore` those to leave out; codes that there are not raise ValueError."""
    assert loadstone.doctor(only=["LS101", "LS154"]).checks == ("LS101", "LS154")
    assert loadstone.doctor(only=["LS101", "LS154"], ignore=["LS101"]).checks == ("LS154",)
    assert set(CODES) - set(loadstone.doctor(ignore=["LS161"]).checks) == {"LS161"}
    for arguments in ({"only": "LS101"}, {"ignore": "LS101"}, {"scan": "json"}):
        with pytest.raises(TypeError, match="must be an iterable of str, not str: expected"):
            loadstone.doctor(**arguments)
    with pytest.raises(ValueError, match="no check has the code 'LS999'"):
        loadstone.doctor(ignore=["LS999"])


def test_a_check_that_fails_is_a_finding(sandbox: Sandbox) -> None:
    """LS100: an object that raises whenever it is looked at; the other checks are made."""

    class Hostile:
        def __getattribute__(self, name: str) -> Any:
            raise RuntimeError(f"no {name}")

    sys.meta_path.append(Hostile())
    findings = loadstone.doctor().findings
    (finding, *_) = [finding for finding in findings if finding.code == "LS100"]
    assert finding.severity == "warning"
    assert finding.subject.startswith("LS101, ")
    assert "RuntimeError: no find_spec" in finding.evidence
    ignoring = loadstone.doctor(ignore=["LS100"]).findings
    assert "LS100" not in {finding.code for finding in ignoring}
    sys.path.append(b"x")  # type: ignore[arg-type]
    assert one("LS154", "b'x'")


def test_what_a_failing_check_has_found_is_kept(sandbox: Sandbox) -> None:
    """LS100 comes after the findings that the check had made before."""

    class Finder:
        pass

    class Hostile:
        def __getattribute__(self, name: str) -> Any:
            raise RuntimeError(f"no {name}")

    sys.meta_path += [Finder(), Hostile()]
    codes = [finding.code for finding in loadstone.doctor(only=["LS101"]).findings]
    assert sorted(codes) == ["LS100", "LS101"]


@pytest.mark.skipif(sys.platform == "win32", reason="it cannot go")
def test_a_current_directory_that_is_gone(sandbox: Sandbox) -> None:
    """Nothing depends on there being one."""
    program = """
        import os, sys
        os.mkdir("gone"); os.chdir("gone"); os.rmdir("../gone")
        sys.path.insert(0, "")
        from loadstone.__main__ import main
        main(["doctor", "--json", "--only", "LS100"])
        import loadstone
        found = loadstone.doctor().findings
        print([finding for finding in found if finding.code == "LS100"])
        """
    sandbox.write({"program.py": program})
    result = sandbox.python("program.py")
    assert (result.stderr, result.stdout.splitlines()[-1]) == ("", "[]")


def test_errors_come_first() -> None:
    """The findings of a real diagnosis are in order of severity."""
    ranks = ["error", "warning", "note"]
    severities = [ranks.index(finding.severity) for finding in loadstone.doctor().findings]
    assert severities == sorted(severities)


PAGE = """\
Python 3.13.0 at /bin/python
1 finders, 1 path entries, 7 modules; 1 checks

LS100 error: a title
  subject 0
    evidence
  → remedy error

LS101 warning: a title
  subject 1
    evidence
  → remedy warning

LS102 note: a title
  subject 2
    evidence
  → remedy note

more: loadstone explain LS100 LS101 LS102
1 error, 1 warning, 1 note
"""


def test_the_page() -> None:
    """The worst comes first, the sum last; a diagnosis prints as that."""
    shown = diagnosis("error", "warning", "note")
    mixed = attrs.evolve(shown, findings=shown.findings[::-1])
    assert rendered(page_of(mixed)) == PAGE, "however they come"
    assert rendered(page_of(shown)) == PAGE
    assert f"{shown}\n" == PAGE


def test_the_page_is_kept_short() -> None:
    """Many findings of a check are shown in part, with one remedy; nothing to be found is said."""
    finding = diagnosis("note").findings[0]
    many = [attrs.evolve(finding, subject=f"subject {number}") for number in range(40)]
    text = str(attrs.evolve(diagnosis(), findings=tuple(many)))
    assert "… and 28 more: --json has them all" in text
    assert text.count("remedy note") == 1
    assert text.endswith("nothing is wrong; 40 notes")
    assert str(diagnosis()).endswith("\n\nnothing is wrong")
    assert str(diagnosis("error", "error")).endswith("2 errors")


def test_every_check_says_what_it_is() -> None:
    """Each has a code of its own, a line, the reason why it matters, and a remedy."""
    assert len(set(CODES)) == len(CODES)
    assert sorted(CODES) == CODES
    for check in CHECKS:
        assert re.fullmatch(r"LS1\d\d", check.entry.code)
        assert check.entry.title[0].islower() or check.entry.title.startswith(".")
        assert check.entry.detail.endswith(".")
        assert check.entry.remedy


def test_the_command_line(sandbox: Sandbox) -> None:
    """Exit status 1 and the page where there is a warning, 0 where it is ignored or a note."""
    sandbox.write({"random.py": "1 / 0", "inspect.py": "1 / 0", "email.py": "1 / 0", "json.py": "1 / 0"})
    command = ["-m", "loadstone", "doctor", "--only", "LS141"]
    result = sandbox.python(*command)
    assert (result.returncode, result.stderr) == (1, "")
    assert "LS141 warning: a local module that shadows the standard library\n  email\n" in result.stdout
    result = sandbox.python(*command, "--ignore", "LS101,LS141", "LS142")
    assert (result.returncode, result.stdout.splitlines()[-1]) == (0, "nothing is wrong")
    result = sandbox.python(*command, "--json")
    findings = json.loads(result.stdout)["findings"]
    assert [finding["subject"] for finding in findings] == ["email", "inspect", "json", "random"]


def test_the_console_script(sandbox: Sandbox) -> None:
    """The command sees the path that a program in the current directory has, however it was started."""
    sandbox.write({"random.py": "", "elsewhere/loadstone_script.py": ""})
    start = "from loadstone.__main__ import main; raise SystemExit(main(['doctor', '--only', 'LS141']))"
    sandbox.write({"bin/script": start})
    assert "LS141 warning" in sandbox.python("bin/script").stdout
    assert sandbox.python("-I", "bin/script").stdout.endswith("nothing is wrong\n")


def test_modules_are_imported_first_on_demand(sandbox: Sandbox) -> None:
    """--import has the module's effects examined; of one that fails too, which is a finding itself."""
    sandbox.write({"adds.py": "import sys; sys.path.append(b'x')", "fails.py": "import adds\n1 / 0"})
    command = ["-m", "loadstone", "doctor", "--only", "LS154"]
    assert sandbox.python(*command).returncode == 0
    assert sandbox.python(*command, "--import", "adds").returncode == 1
    result = sandbox.python(*command, "LS146", "--import", "fails", "--json")
    assert (result.returncode, result.stderr) == (1, "")
    failed, added = sorted(json.loads(result.stdout)["findings"], key=lambda finding: str(finding["code"]))
    assert (failed["code"], failed["subject"], failed["line"]) == ("LS146", "fails", 2)
    assert failed["evidence"] == f"ZeroDivisionError: division by zero, in {failed['file']}, line 2"
    assert added["code"] == "LS154"


@pytest.mark.parametrize("ends", ["1 / 0", "raise SystemExit(0)", "import no_such_module"])
def test_an_import_that_fails_is_never_passed_by(sandbox: Sandbox, ends: str) -> None:
    """LS146 left out, the exit status and a message say it all the same."""
    sandbox.write({"fails.py": ends})
    command = ["-m", "loadstone", "doctor", "--import", "fails", "--only"]
    result = sandbox.python(*command, "LS154")
    assert (result.returncode, result.stdout.splitlines()[-1]) == (1, "nothing is wrong")
    assert result.stderr.startswith("loadstone: cannot import fails: ")
    assert f"{sandbox.root / 'fails.py'}, line 1" in sandbox.python(*command, "LS146").stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--only", "LS999"], "no check has the code 'LS999'"),
        (["--scan", "no_such_module"], "No module named 'no_such_module'"),
        (["--bogus"], "unrecognized arguments: --bogus"),
    ],
)
def test_a_wrong_command_line(sandbox: Sandbox, options: list[str], message: str) -> None:
    """What cannot be done is a usage error, with exit status 2."""
    result = sandbox.python("-m", "loadstone", "doctor", *options)
    assert (result.returncode, result.stdout) == (2, "")
    assert message in result.stderr


def test_code_is_scanned(sandbox: Sandbox) -> None:
    """--scan reads packages that are installed; local modules are read anyway."""
    sandbox.write({"site-packages/old.py": "__cached__"})
    command = ["-m", "loadstone", "doctor", "--only", "LS172"]
    path = str(sandbox.root / "site-packages")
    assert sandbox.python(*command, PYTHONPATH=path).returncode == 0
    assert sandbox.python(*command, "--scan", "old", PYTHONPATH=path).returncode == 1


def test_the_command_line_in_this_process(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """The same as in a process of its own."""
    from loadstone.__main__ import main

    sandbox.write({"adds.py": "import sys; sys.path.append(b'x')", "fails.py": "1 / 0"}, on_path=True)
    sys.path[:0] = ["replaced by the current directory"] * 4
    assert main(["doctor", "--only", "LS154"]) == 0
    assert capsys.readouterr().out.endswith("nothing is wrong\n")
    assert main(["doctor", "--only", "LS154", "--import", "fails"]) == 1
    assert capsys.readouterr().out.endswith("nothing is wrong\n")
    assert main(["doctor", "--only", "LS154", "--json", "--import", "adds"]) == 1
    assert json.loads(capsys.readouterr().out)["checks"] == ["LS154"]
    with pytest.raises(SystemExit) as caught:
        main(["doctor", "--only", "LS999"])
    assert caught.value.code == 2


def test_progress_is_shown(
    sandbox: Sandbox, terminal: tuple[io.TextIOWrapper, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check that is being made is on standard error while that is a terminal; it is gone afterwards."""
    from loadstone.__main__ import main

    stream, master = terminal
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr(sys, "stderr", stream)
    assert main(["doctor", "--only", "LS154,LS101"]) == 0
    shown = re.split("\r\x1b\\[K", written(master, stream))
    titles = [check.entry.title for check in CHECKS if check.entry.code in ("LS101", "LS154")]
    assert shown == ["", f"checks 1/2 {titles[0]}", f"checks 2/2 {titles[1]}", ""]
