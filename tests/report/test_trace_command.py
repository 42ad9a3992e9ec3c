"""`python -m loadstone trace`: any program, however it ends, and what is written of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import loadstone
from loadstone.__main__ import main
from loadstone.report.terminal import rendered
from loadstone.report.trace.budget import check
from loadstone.report.trace.records import Import, Trace

if TYPE_CHECKING:
    from ..conftest import Sandbox

POSIX = pytest.mark.skipif(os.name != "posix", reason="needs signals")
MODULES = {"dep.py": "import sub\n", "sub.py": "", "slow.py": "import time\ntime.sleep(0.06)\n"}


def run(sandbox: Sandbox, *arguments: str, measured: bool = False) -> subprocess.CompletedProcess[str]:
    """Run the command. Coverage, which imports much before the program does, leaves it alone."""
    sandbox.write(MODULES)
    return sandbox.python("-m", "loadstone", "trace", *arguments, measured=measured)


def traced(sandbox: Sandbox, *arguments: str, status: int = 0, measured: bool = False) -> dict[str, Import]:
    """The records of a program, by name."""
    done = run(sandbox, "-o", "trace.json", *arguments, measured=measured)
    assert done.returncode == status, done.stderr
    trace = Trace.from_json((sandbox.root / "trace.json").read_text())
    return {record.name: record for record in trace.imports}


def test_a_program_runs_as_ever(sandbox: Sandbox) -> None:
    """Its standard output, arguments and exit status are its own; the report goes to standard error."""
    sandbox.write({"app.py": "import sys, dep\nprint(sys.argv, __name__)\nsys.exit(7)\n"})
    done = run(sandbox, "app.py", "-x", "--json")
    assert (done.returncode, done.stdout) == (7, "['app.py', '-x', '--json'] __main__\n")
    assert "dep" in done.stderr
    assert "app.py:1" in done.stderr
    assert "2 imports in" in done.stderr


def test_what_the_program_imports_is_all_there(sandbox: Sandbox) -> None:
    """What loadstone itself uses does not hide what the program imports."""
    records = traced(sandbox, "-c", "import re, argparse, json, typing, signal, subprocess")
    assert {"re", "argparse", "json", "typing", "signal", "subprocess", "enum"} <= records.keys()
    assert not [name for name in records if name.startswith(("loadstone", "attr"))]
    assert (records["re"].file, records["re"].line, records["re"].importer) == ("<string>", 1, "__main__")


def test_a_module_is_run(sandbox: Sandbox) -> None:
    """With ``-m``, the packages above it are imported by the command line."""
    sandbox.write({"pkg/__init__.py": "", "pkg/__main__.py": "from . import mod\n", "pkg/mod.py": ""})
    records = traced(sandbox, "-m", "pkg")
    assert (records["pkg"].file, records["pkg"].line) == ("-m pkg", None)
    assert records["pkg.mod"].importer == "__main__"


ENDINGS = {
    "sys.exit(3)": 3,
    "raise ValueError('x')": 1,
    "import os; os._exit(4)": 4,
    "import os; os.abort()": 134,
    "import os, signal; os.kill(os.getpid(), signal.SIGTERM)": -15,
    "import os, signal; os.kill(os.getpid(), signal.SIGKILL)": 137,
    "raise KeyboardInterrupt": -2,
}


@POSIX
@pytest.mark.parametrize("ending", ENDINGS)
def test_however_the_program_ends_what_was_recorded_is_written(sandbox: Sandbox, ending: str) -> None:
    """In the middle of an import, by an exception, an exit or a signal; the status is the program's."""
    sandbox.write({"last.py": f"import dep, sys\n{ending}\n"})
    records = traced(sandbox, "-c", "import last", status=ENDINGS[ending], measured=True)
    assert {"last", "dep", "sub"} <= records.keys()
    assert records["sub"].finished
    is_killed = not ending.startswith(("sys", "raise"))
    assert records["last"].finished is not is_killed
    if not is_killed:
        assert (records["last"].error is not None, records["last"].swallowed) == (True, False)


@POSIX
@pytest.mark.parametrize("to_group", [False, True], ids=["command", "group"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_are_passed_on(sandbox: Sandbox, number: signal.Signals, to_group: bool) -> None:
    """Interrupting or terminating the command ends the program the same way, and the report is written."""
    text = "import time\nopen('started', 'w').close()\ntime.sleep(60)\n"
    sandbox.write({**MODULES, "app.py": "import dep, waits\n", "waits.py": text})
    command = [sys.executable, "-m", "loadstone", "trace", "-o", "trace.json", "app.py"]
    with subprocess.Popen(
        command,
        cwd=sandbox.root,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        while not (sandbox.root / "started").exists():
            assert process.poll() is None
            time.sleep(0.01)
        if to_group:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == -number
    assert ("KeyboardInterrupt" in errors) is (number == signal.SIGINT)
    trace = Trace.from_json((sandbox.root / "trace.json").read_text())
    (waits,) = [record for record in trace.imports if record.name == "waits"]
    assert waits.finished is (number == signal.SIGINT)


@POSIX
def test_a_forked_child_writes_nothing(sandbox: Sandbox) -> None:
    """What a fork of the program imports is its own affair."""
    program = "import os\nif os.fork():\n    os.wait()\n    import dep\nelse:\n    import slow\n"
    records = traced(sandbox, "-c", program)
    assert "slow" not in records
    assert "dep" in records


def test_other_threads_and_what_runs_at_exit(sandbox: Sandbox) -> None:
    """Are recorded after the main program has ended; an import of a daemon thread may be unfinished."""
    sandbox.write(
        {
            **MODULES,
            "late.py": "import time\ntime.sleep(0.2)\nimport dep\n",
            "never.py": "import time\ntime.sleep(60)\n",
            "app.py": """
                import atexit, importlib, threading, time
                atexit.register(importlib.import_module, "slow")
                threading.Thread(target=importlib.import_module, args=["late"]).start()
                threading.Thread(target=importlib.import_module, args=["never"], daemon=True).start()
            """,
        }
    )
    records = traced(sandbox, "app.py")
    assert {"late", "dep", "slow", "never"} <= records.keys()
    assert (records["dep"].thread > 0, records["slow"].thread, records["never"].finished) == (True, 0, False)


def test_a_program_that_closes_every_file(sandbox: Sandbox) -> None:
    """Only ends the recording."""
    program = "import dep, os\nos.closerange(3, 1000)\nfile = open('own', 'w')\nimport slow\nprint(1)"
    records = traced(sandbox, "-c", program)
    assert (sandbox.root / "own").read_bytes() == b""
    assert "dep" in records
    assert "slow" not in records


def test_a_program_whose_directory_is_gone(sandbox: Sandbox) -> None:
    """It may have removed it itself: what was recorded is told all the same."""
    program = "import os, shutil, dep\nos.chdir('gone')\nos.rmdir(os.getcwd())\nfrom . import x\n"
    sandbox.write(
        {"gone/here.txt": "", "app.py": f"os = __import__('os')\nos.remove('gone/here.txt')\n{program}"}
    )
    done = run(sandbox, "app.py")
    assert done.returncode == 1
    assert "By distribution" in done.stderr


@POSIX
def test_a_report_from_a_directory_that_is_gone(sandbox: Sandbox) -> None:
    """The command's own directory may be the one."""
    sandbox.write({"gone/app.py": "import os, shutil\nshutil.rmtree(os.getcwd())\nfrom . import x\n"})
    start = "import os, sys; os.chdir('gone'); from loadstone.__main__ import main; sys.exit(main())"
    done = sandbox.python("-c", start, "trace", "app.py", measured=False)
    assert done.returncode == 1
    assert ".x: ImportError" in done.stderr
    assert "By distribution" in done.stderr


def test_a_program_that_is_not_there(sandbox: Sandbox) -> None:
    """Is the program's failure."""
    done = run(sandbox, "nowhere.py")
    assert done.returncode == 2
    assert "can't open file" in done.stderr


def test_json_on_standard_error(sandbox: Sandbox) -> None:
    """``--json`` without a file."""
    done = run(sandbox, "--json", "-c", "import dep")
    assert [item["name"] for item in json.loads(done.stderr)["imports"]] == ["dep", "sub"]


STARTED = {
    "site/sitecustomize.py": "import agent\nimport site\nsite.addsitedir({folder!r})\n",
    "site/usercustomize.py": "import users\n",
    "site/agent.py": "import time, helper\ntime.sleep(0.1)\n",
    "site/helper.py": "",
    "site/users.py": "",
    "site/starting.py": "",
    "site/d/first.pth": "# nothing\n\nimport starting\n",
}


def test_the_start_of_the_interpreter_is_shown(sandbox: Sandbox) -> None:
    """What `site`, lines of .pth files and the customizing modules import, and the lines that ask for it."""
    folder = str(sandbox.root / "site" / "d")
    sandbox.write({name: text.replace("{folder!r}", repr(folder)) for name, text in STARTED.items()})
    sandbox.write({"app.py": "import sys\nprint(sys.flags.no_site, 'agent' in sys.modules)\nimport dep\n"})
    sandbox.write(MODULES)
    command = ["-m", "loadstone", "trace", "-o", "t.json", "app.py"]
    before = time.perf_counter()
    # An environment that is active would be the one to be traced.
    done = sandbox.python(*command, measured=False, PYTHONPATH=str(sandbox.root / "site"), VIRTUAL_ENV="")
    elapsed = time.perf_counter() - before
    assert done.stdout == "0 True\n", done.stderr
    trace = Trace.from_json((sandbox.root / "t.json").read_text())
    assert [record.name for record in trace.imports] == ["dep", "sub"]
    found = {record.name: record for record in trace.startup}
    assert not [name for name in found if name.startswith("loadstone.report")]
    site, agent, starting = found["site"], found["agent"], found["starting"]
    assert (site.importer, site.parent, "os" in found) == (None, None, True)
    assert [record.name for record in trace.path_to(found["helper"])] == [
        "site", "sitecustomize", "agent", "helper",
    ]  # fmt: skip
    assert (agent.importer, Path(agent.file or "").name, agent.line) == (
        "sitecustomize",
        "sitecustomize.py",
        1,
    )
    assert (starting.importer, starting.file, starting.line) == ("site", f"{folder}{os.sep}first.pth", 3)
    assert all(record.number < 0 and record.started < 0 for record in trace.startup)
    assert agent.own >= 0.1
    # By the clock of the command's process and that of the program's, which are one.
    assert 0.1 <= trace.startup_seconds <= elapsed - trace.seconds
    assert trace.startup == Trace.from_json(trace.to_json()).startup
    text = rendered(trace.page(), unicode=False)
    assert "before the program began" in text.splitlines()[2]
    start = text.partition("Start of the interpreter")[2].partition("\n\n")[0]
    assert "sitecustomize.py:1" in start
    assert "helper" not in start  # too quick
    (overrun,) = check(trace, forbidden=["helper"])
    assert [record.name for record in overrun.paths[0]] == ["site", "sitecustomize", "agent", "helper"]


@pytest.mark.parametrize(
    ("options", "text", "is_there"),
    [
        (["-S"], "", False),
        (["-I"], "", True),
        ([], "import sys\nif '-S' in sys.orig_argv:\n    raise SystemExit(3)\n", True),
        ([], "import os, sys\nif '-S' in sys.orig_argv:\n    os._exit(3)\n", False),
        ([], "import sys\nsys.stdout.write('said')\nsys.stderr.write('said')\n", True),
        (
            [],
            "import sys\nassert not sys.flags.no_site\nassert sys.argv == [''] or 'trace' in str(sys.argv)\n",
            True,
        ),
    ],
)
def test_starts_of_all_kinds(sandbox: Sandbox, options: list[str], text: str, is_there: bool) -> None:
    """Without `site`, isolated, and where what is called at the start says something, or ends it."""
    sandbox.write({"site/sitecustomize.py": text, "app.py": "print('ran')\n"})
    start = "import sys; sys.path[:0] = {}; from loadstone.__main__ import main; sys.exit(main())"
    paths = [entry for entry in sys.path if entry]
    command = [*options, "-c", start.format(paths), "trace", "-o", "t.json", "app.py"]
    # An environment that is active would be the one to be traced.
    done = sandbox.python(*command, measured=False, PYTHONPATH=str(sandbox.root / "site"), VIRTUAL_ENV="")
    assert done.returncode == 0, done.stderr
    # What this process itself says at its start may come last.
    assert done.stdout.replace("said", "") == "ran\n"
    times_said = 2 if "said" in text else 0  # by the command's own start, and by the program's
    assert done.stderr.count("said") == times_said
    trace = Trace.from_json((sandbox.root / "t.json").read_text())
    assert bool(trace.startup) is is_there


def test_a_page_of_text(sandbox: Sandbox) -> None:
    """A file of text holds the page; the tree can be cut."""
    done = run(sandbox, "-o", "trace.txt", "--depth", "1", "--min", "50", "-c", "import dep, slow")
    assert (done.returncode, done.stderr) == (0, "")
    text = (sandbox.root / "trace.txt").read_text()
    tree = text.partition("Slowest")[0]
    assert "slow" in tree
    assert "dep" not in tree
    assert "1 more in" in tree


def test_a_comparison(sandbox: Sandbox) -> None:
    """What is newly imported, gone and slower since an older trace."""
    traced(sandbox, "-c", "import slow, dep")
    sandbox.write({"app.py": "import sys, slow, textwrap\n"})
    (sandbox.root / "slow.py").unlink()
    sandbox.write({"slower/slow.py": "import time\ntime.sleep(0.3)\n"})
    command = ["-m", "loadstone", "trace", "--compare", "trace.json", "app.py"]
    done = sandbox.python(*command, PYTHONPATH=str(sandbox.root / "slower"), measured=False)
    assert done.returncode == 0, done.stderr
    slower, _, rest = done.stderr.partition("Slower")[2].partition("Newly")
    assert "slow" in slower
    assert "textwrap" in rest.partition("No longer")[0]
    assert "dep" in rest.partition("No longer")[2]
    done = run(sandbox, "--json", "--compare", "trace.json", "-c", "import slow, dep")
    assert json.loads(done.stderr)["new"] == []


def test_budgets(sandbox: Sandbox) -> None:
    """What takes too long or is forbidden fails the command, and the path to it is shown with its lines."""
    sandbox.write({"app.py": "import dep\n"})
    done = run(sandbox, "--forbid", "su*", "-o", "trace.json", "app.py")
    assert done.returncode == 1
    assert "'su*' must not be imported, but sub was" in done.stderr
    lines = done.stderr.splitlines()
    dep = next(line for line in lines if line.strip().startswith("dep"))
    sub = next(line for line in lines if "-> sub" in line or "→ sub" in line)
    assert "app.py:1" in dep
    assert "dep.py:1" in sub
    done = run(sandbox, "--fail-over", "50ms", "-c", "import slow")
    assert done.returncode == 1
    assert "more than 50.0 ms" in done.stderr
    assert run(sandbox, "--fail-over", "50s", "--forbid", "slow", "-c", "import dep").returncode == 0


def test_a_program_is_run_several_times(sandbox: Sandbox) -> None:
    """In fresh processes, until one fails; the report says how many, and what the CPU did."""
    program = "import dep, os; print('ran')\nopen('count', 'a').write('x')"
    done = run(sandbox, "--repeat", "3", "-o", "t.json", "-c", program)
    assert (done.returncode, done.stdout) == (0, "ran\n" * 3)
    trace = Trace.from_json((sandbox.root / "t.json").read_text())
    assert trace.runs == 3
    assert trace.cpu is not None
    assert [record.name for record in trace.imports] == ["dep", "sub"]
    done = run(sandbox, "--compare", "t.json", "--repeat", "2", "-c", "import dep, os")
    assert "nothing has changed" in done.stderr
    assert " CPU)" in done.stderr
    done = run(sandbox, "--repeat", "3", "-c", "import sys; print('ran'); sys.exit(3)")
    assert (done.returncode, done.stdout) == (3, "ran\n")
    assert run(sandbox, "--repeat", "0", "-c", "").returncode == 2


@pytest.mark.skipif(sys.version_info < (3, 11), reason="needs a parser of TOML")
def test_budgets_of_the_project(sandbox: Sandbox) -> None:
    """[tool.loadstone] in pyproject.toml has a budget and what is forbidden; options win, or add."""
    table = '[tool.loadstone]\ntrace.budget = "50ms"\ntrace.forbid = ["su*"]\n'
    sandbox.write({"pyproject.toml": table, "in/here.txt": "", **MODULES})
    done = run(sandbox, "-c", "import slow")
    assert done.returncode == 1
    assert "more than 50.0 ms" in done.stderr
    assert "pyproject.toml" in done.stderr
    done = run(sandbox, "--fail-over", "60s", "--forbid", "slow", "-c", "import dep, slow")
    assert done.returncode == 1
    assert "more than" not in done.stderr
    assert "'su*' must not be imported, but sub was" in done.stderr
    assert "'slow' must not be imported" in done.stderr
    assert run(sandbox, "--fail-over", "60s", "-c", "import slow").returncode == 0
    for text, message in {
        table.replace("50ms", "soon"): "trace.budget: expected a time like 300ms or 1.5s, not 'soon'",
        table.replace("budget", "limit"): "has no key 'trace.limit'",
    }.items():
        sandbox.write({"pyproject.toml": text})
        done = run(sandbox, "-c", "print('ran')")
        assert (done.returncode, done.stdout) == (2, "")
        assert message in " ".join(done.stderr.split())


def test_a_script_of_a_package_is_told_how_to_be_run(sandbox: Sandbox) -> None:
    """Where it fails for a relative import, by the name that is written."""
    sandbox.write({"pkg/__init__.py": "", "pkg/tool.py": "from . import other\n", "pkg/other.py": ""})
    done = run(sandbox, os.path.join("pkg", "tool.py"))
    assert done.returncode == 1
    assert "\n.other: ImportError: attempted relative import" in done.stderr
    assert "python -m pkg.tool" in done.stderr
    done = run(sandbox, "-m", "pkg.tool")
    assert done.returncode == 0
    assert "python -m" not in done.stderr


def test_a_program_that_fails_has_its_own_status(sandbox: Sandbox) -> None:
    """It wins over a budget that is exceeded, which is still said."""
    done = run(sandbox, "--forbid", "dep", "-c", "import dep, sys; sys.exit(9)")
    assert done.returncode == 9
    assert "must not be imported" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "trace.pdf"], ".speedscope.json, .chrome.json, .json, .html, .sarif, .txt, not 'trace.pdf'"),
        (["-o", "no/trace.json"], "there is no directory 'no'"),
        (["--fail-over", "quick"], "expected a time like 300ms or 1.5s, not 'quick'"),
        (["--compare", "absent.json"], "cannot read 'absent.json': No such file"),
        (["--compare", "dep.py"], "'dep.py': not the JSON of a trace"),
        (["--compare", "other.json"], "'other.json': not a trace"),
    ],
)
def test_a_wrong_command_line_runs_nothing(sandbox: Sandbox, arguments: list[str], message: str) -> None:
    """It is said what was expected and found, before the program starts."""
    sandbox.write({"other.json": "[]"})
    sandbox.write(MODULES)
    done = sandbox.python("-m", "loadstone", "trace", *arguments, "-c", "print('ran')")
    assert (done.returncode, done.stdout) == (2, "")
    assert message in " ".join(done.stderr.split())


@POSIX
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_report_that_cannot_be_written(sandbox: Sandbox) -> None:
    """Fails the command."""
    sandbox.root.chmod(0o500)
    done = sandbox.python("-m", "loadstone", "trace", "-o", "trace.json", "-c", "pass")
    sandbox.root.chmod(0o700)
    assert done.returncode == 1
    assert "cannot write 'trace.json'" in done.stderr


def test_a_folder_in_the_place_of_the_report(sandbox: Sandbox) -> None:
    """Cannot be written; that fails the command."""
    (sandbox.root / "trace.html").mkdir()
    done = run(sandbox, "-o", "trace.html", "-c", "pass")
    assert done.returncode == 1
    assert "cannot write 'trace.html'" in done.stderr


def test_the_command_in_this_process(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Runs the program in a process of its own; a signal that ends that is the status."""
    sandbox.write(MODULES)
    monkeypatch.chdir(sandbox.root)
    monkeypatch.setattr(sys, "stdin", None)
    before = signal.getsignal(signal.SIGINT)
    forbidding = ["trace", "-o", "t.html", "--forbid", "sub", "-c"]
    assert main([*forbidding, "import dep, sys; sys.exit(0)"]) == 1
    assert "dep.py:1" in capsys.readouterr().err
    assert main(["trace", "-o", "t.txt", "-c", ""]) == 0
    assert "0 imports" in (sandbox.root / "t.txt").read_text()
    assert main(["trace", "-o", "t.json", "-c", "import dep"]) == 0
    assert main(["trace", "--json", "--compare", "t.json", "--fail-over", "50s", "-c", ""]) == 0
    assert '"gone"' in capsys.readouterr().err
    assert main(["trace", "--json", "-c", ""]) == 0
    assert main(["trace", "--compare", "t.json", "-c", ""]) == 0
    assert "No longer" in capsys.readouterr().err
    (sandbox.root / "folder.json").mkdir()
    assert main(["trace", "-o", "folder.json", "-c", ""]) == 1
    assert "cannot write 'folder.json'" in capsys.readouterr().err
    if os.name == "posix":
        assert main(["trace", "-c", "import os; os.abort()"]) == 134
        monkeypatch.setattr("loadstone.report.trace.command._die", lambda number: 128 + number)
        program = "import os, signal, time; os.kill(os.getppid(), signal.SIGINT); time.sleep(60)"
        assert main(["trace", "-o", "t.json", "-c", f"import dep\n{program}"]) == 130
        assert '"dep"' in (sandbox.root / "t.json").read_text()
    assert signal.getsignal(signal.SIGINT) is before


def test_options_of_the_interpreter_are_kept(sandbox: Sandbox) -> None:
    """The program runs under ``-O``, ``-X`` and ``-W`` as given."""
    done = sandbox.python(
        "-O", "-W", "error", "-X", "utf8", "-m", "loadstone", "trace", "-o", "t.json", "-c",
        "import sys; print(sys.flags.optimize, sys.flags.utf8_mode, sys.warnoptions)",
    )  # fmt: skip
    assert done.stdout == "1 1 ['error']\n", done.stderr


def test_loadstone_in_an_archive_traces(sandbox: Sandbox) -> None:
    """A loadstone that is imported from a zip archive traces a program, and leaves nothing behind."""
    sandbox.write({"app.py": "import dep\nprint('ran')\n", "tmp/here.txt": ""})
    source = Path(loadstone.__file__ or "").parent
    with zipfile.ZipFile(sandbox.root / "lib.zip", "w") as archive:
        for file in source.rglob("*.*"):
            if file.suffix != ".pyc":
                archive.write(file, Path("loadstone") / file.relative_to(source))
    sandbox.write(MODULES)
    start = "import sys; sys.path.insert(0, 'lib.zip'); from loadstone.__main__ import main; sys.exit(main())"
    variables = {"TMPDIR": str(sandbox.root / "tmp"), "TEMP": str(sandbox.root / "tmp")}
    done = sandbox.python("-c", start, "trace", "-o", "trace.json", "app.py", measured=False, **variables)
    assert (done.returncode, done.stdout, done.stderr) == (0, "ran\n", "")
    trace = Trace.from_json((sandbox.root / "trace.json").read_text())
    assert {"dep", "sub"} <= {record.name for record in trace.imports}
    assert os.listdir(sandbox.root / "tmp") == ["here.txt"]


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("t.speedscope.json", '{"$schema":"https://www.speedscope.app'),
        ("t.chrome.json", '{"traceEvents":['),
        ("T.JSON", '{\n  "python"'),
        ("t.html", "<!doctype html>"),
        ("t.txt", "Imports\n"),
    ],
)
def test_the_name_of_the_file_says_how_it_is_written(sandbox: Sandbox, name: str, start: str) -> None:
    """Its end says in which format the report is."""
    sandbox.write(MODULES)
    done = sandbox.python("-m", "loadstone", "trace", "-o", name, "-c", "import dep")
    assert (done.returncode, done.stderr) == (0, "")
    assert (sandbox.root / name).read_text(encoding="utf-8").startswith(start)


def test_what_was_recorded_before_is_reported(sandbox: Sandbox) -> None:
    """--from runs nothing: it reads a trace as JSON, or a log of -X importtime, and --compare does so too."""
    sandbox.write(MODULES)
    log = sandbox.python("-X", "importtime", "-c", "import dep").stderr
    (sandbox.root / "log").write_text(log)
    sandbox.python("-m", "loadstone", "trace", "-o", "old.json", "-c", "import dep")
    for name in ("log", "old.json"):
        done = sandbox.python("-m", "loadstone", "trace", "--from", name)
        assert (done.returncode, done.stdout) == (0, "")
        assert "dep" in done.stderr
    done = sandbox.python("-m", "loadstone", "trace", "--compare", "log", "--from", "log")
    assert "nothing has changed beyond the noise" in done.stderr
    done = sandbox.python("-m", "loadstone", "trace", "--from", "absent")
    assert done.returncode == 2
    assert "argument --from: cannot read 'absent'" in done.stderr
