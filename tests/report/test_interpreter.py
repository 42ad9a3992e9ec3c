"""Which Python is examined, and that it is examined as it is: loadstone is no part of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from typing import TYPE_CHECKING

import attr
import attrs
import pytest
import typing_extensions

import loadstone
from loadstone.report import interpreter
from loadstone.report.died import Died
from loadstone.report.examination import ask, started
from loadstone.report.interpreter import Interpreter, NoInterpreter, chosen

if TYPE_CHECKING:
    from ..conftest import Sandbox

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="the environments here are laid out as on POSIX"),
    pytest.mark.usefixtures("unmeasured"),
]

SCRIPT = "import sys\nfrom loadstone.__main__ import main\nsys.exit(main())\n"
VARIABLES = ("VIRTUAL_ENV", "CONDA_PREFIX", "CONDA_DEFAULT_ENV", "UV_PROJECT_ENVIRONMENT", "PYTHONPATH")


@pytest.fixture(autouse=True)
def no_environment(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """No environment is active; there is a script as pip makes it, and the sandbox is where it is started."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    sandbox.write({"bin/loadstone": SCRIPT})
    monkeypatch.chdir(sandbox.root)


def environment(sandbox: Sandbox, name: str, files: dict[str, str] | None = None) -> Path:
    """A virtual environment without anything but `files` in its site-packages."""
    prefix = sandbox.root / name
    venv.create(prefix, symlinks=True)
    sandbox.write({f"{packages(prefix)}/{file}": text for file, text in (files or {}).items()})
    return prefix


def packages(prefix: Path) -> str:
    """Its site-packages."""
    return sysconfig.get_path(
        "purelib", "venv" if sys.version_info >= (3, 11) else "posix_prefix", {"base": str(prefix)}
    )


def script(sandbox: Sandbox, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the script `loadstone` from the environment of the tests."""
    return sandbox.python("bin/loadstone", *words, **env)


def first(result: subprocess.CompletedProcess[str]) -> str:
    """The first line that it says."""
    assert result.stdout, result.stderr
    return result.stdout.splitlines()[0]


def asked(python: Path, why: str) -> str:
    """What says that a Python of this version is asked."""
    return f"asked: Python {sys.version.split()[0]}, {python} ({why})"


def test_a_python_can_be_named(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its file, the folder of its environment, its name on PATH or its version; the first line says so."""
    prefix = environment(sandbox, "other", {"wanted.py": ""})
    python = prefix / "bin" / "python"
    version = "{}.{}".format(*sys.version_info)
    if not (prefix / "bin" / f"python{version}").exists():
        (prefix / "bin" / f"python{version}").symlink_to("python")
    (prefix / "bin" / "pythonic").symlink_to("python")
    monkeypatch.setenv("PATH", str(prefix / "bin"), prepend=os.pathsep)
    for named, name in (
        (str(python), "python"),
        ("other", "python"),
        ("other/bin/python", "python"),
        ("pythonic", "pythonic"),
        (version, f"python{version}"),
    ):
        result = sandbox.python("-m", "loadstone", "explain", "--python", named, "wanted")
        assert result.returncode == 0, result.stderr
        assert first(result) == asked(prefix / "bin" / name, "named by --python")
        assert f"found: {packages(prefix)}/wanted.py" in result.stdout
    assert sandbox.python("-m", "loadstone", "explain", "wanted").returncode == 1


def test_the_active_environment_is_examined(sandbox: Sandbox) -> None:
    """The script examines it, not the environment that loadstone is in; the first line says so."""
    prefix = environment(sandbox, "active", {"wanted.py": ""})
    environment(sandbox, ".venv")
    python = prefix / "bin" / "python"
    for name in "VIRTUAL_ENV", "CONDA_PREFIX":
        result = script(sandbox, "explain", "wanted", **{name: str(prefix)})
        assert result.returncode == 0
        assert first(result) == asked(python, f"of the active environment, {name}")
    result = script(sandbox, "explain", "wanted", CONDA_PREFIX=str(prefix), CONDA_DEFAULT_ENV="base")
    assert first(result) == asked(sandbox.root / ".venv" / "bin" / "python", "of the project's .venv")


def test_the_environment_of_the_project_is_examined(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where none is active, that is the `.venv` in the working directory or above it."""
    prefix = environment(sandbox, ".venv", {"wanted.py": ""})
    (sandbox.root / "src" / "deep").mkdir(parents=True)
    result = script(sandbox, "explain", "--json", "wanted")
    assert json.loads(result.stdout)["executable"] == str(prefix / "bin" / "python")
    os.chdir("src/deep")
    assert chosen() == Interpreter(str(prefix / "bin" / "python"), "of the project's .venv", False)
    monkeypatch.setenv("UV_PROJECT_ENVIRONMENT", "env")
    other = environment(sandbox, "env")
    assert chosen().executable == str(other / "bin" / "python")
    sandbox.root.chmod(0o777)
    assert chosen().is_own, "anybody could have put it there"
    os.chdir("../..")
    assert chosen().executable == str(other / "bin" / "python")


def test_what_python_m_was_started_with_is_examined(sandbox: Sandbox) -> None:
    """The user has named it; that another environment is active or in the project is said first."""
    prefix = environment(sandbox, ".venv", {"wanted.py": ""})
    result = sandbox.python("-m", "loadstone", "explain", "wanted")
    assert result.returncode == 1
    hint = f"ask it with --python {prefix / 'bin' / 'python'}"
    assert first(result) == f"this is not the Python of {prefix}: {hint}"
    result = sandbox.python("-m", "loadstone", "doctor", "--only", "LS100", VIRTUAL_ENV=str(prefix))
    assert first(result) == f"this is not the Python of the active environment, VIRTUAL_ENV: {hint}"
    result = sandbox.python("-m", "loadstone", "explain", "json", VIRTUAL_ENV=sys.prefix)
    assert first(result) == "json"


def test_loadstone_in_the_project_examines_itself(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment in the project that has loadstone is the project's, whatever it is called."""
    environment(sandbox, ".venv")
    monkeypatch.setattr(sys, "prefix", str(sandbox.root / "env"))
    assert chosen().is_own
    monkeypatch.setattr(sys, "prefix", str(sandbox.root.parent / "env"))
    assert not chosen().is_own
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    assert chosen() == Interpreter.own()


@pytest.mark.parametrize("mark", ["uv-receipt.toml", "pipx_metadata.json", ""])
def test_a_tool_examines_what_is_on_path(sandbox: Sandbox, mark: str) -> None:
    """In an environment that was made for a tool, loadstone examines the Python on PATH, not its own."""
    on_path = environment(sandbox, "on-path", {"wanted.py": ""})
    # One of uv's cache is known by where it is.
    tool = environment(sandbox, "tool" if mark else "archive-v0/Ab12")
    homes = {Path(str(module.__file__)).parent for module in (typing_extensions,)}
    homes |= {Path(str(module.__file__)).parent.parent for module in (loadstone, attr, attrs)}
    sandbox.write({f"{packages(tool)}/its.pth": "".join(f"{home}\n" for home in sorted(homes))})
    if mark:
        sandbox.write({f"{tool}/{mark}": ""})
    path = os.pathsep.join([str(tool / "bin"), str(on_path / "bin"), os.environ["PATH"]])
    command = [tool / "bin" / "python", "bin/loadstone", "explain", "wanted"]
    env = {**os.environ, "PATH": path}
    result = subprocess.run(command, cwd=sandbox.root, env=env, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert first(result) == asked(on_path / "bin" / "python", "first on PATH")
    assert f"found: {packages(on_path)}/wanted.py" in result.stdout


def test_where_nothing_else_is_to_be_expected(sandbox: Sandbox) -> None:
    """The script examines the environment that it is in, and nothing is said of that first."""
    result = script(sandbox, "explain", "json")
    assert first(result) == "json"
    sandbox.write({".venv/pyvenv.cfg": "home = /usr/bin\n"})
    assert first(script(sandbox, "explain", "json")) == "json", "it has no Python"


def test_loadstone_is_no_part_of_what_is_examined(sandbox: Sandbox) -> None:
    """Neither its code nor what it needs is found there, on its path, among its modules, or in the way."""
    program = """
        import json, sys
        import attr
        print(attr.mine, *sorted(name for name in sys.modules if name.partition(".")[0] == "loadstone"))
        homes = [entry for entry in sys.path if entry in {homes!r}]
        print(homes, [entry for entry in sys.path_importer_cache if entry in {homes!r}])
        print(sys.meta_path, sys.argv)
        """
    homes = [str(Path(str(module.__file__)).parent.parent) for module in (loadstone, attr)]
    prefix = environment(sandbox, "other", {"attr.py": "mine = 'mine'"})
    sandbox.write({"program.py": program.replace("{homes!r}", repr(homes))})
    command = ["-m", "loadstone", "explain", "--python", "other"]
    result = sandbox.python(*command, "--load", "program")
    assert result.returncode == 0, result.stdout
    plain = subprocess.run(
        [prefix / "bin" / "python", "-c", "import sys; print(sys.meta_path)"],
        capture_output=True,
        text=True,
        check=True,
    )
    finders = plain.stdout.strip()
    assert result.stderr.splitlines() == ["mine", "[] []", f"{finders} ['']"]
    result = sandbox.python(*command, "attrs", "loadstone", "loadstone.report", "typing_extensions", "--json")
    assert [each["found"] for each in json.loads(result.stdout)] == [False] * 4
    result = sandbox.python("-m", "loadstone", "doctor", "--python", "other", "--import", "program")
    assert result.stderr.startswith("mine\n")
    assert "attr.py" not in result.stdout


def test_what_the_environment_has_imported_at_its_start_stays(sandbox: Sandbox) -> None:
    """A package that a start-up file imports is the environment's own, although loadstone has another."""
    started_with = "import sys; import attr; sys.started = attr"
    environment(sandbox, "other", {"attr.py": "", "start.pth": f"{started_with}\n"})
    sandbox.write({"program.py": "import sys, attr\nassert attr is sys.started\n"})
    command = ["-m", "loadstone", "explain", "--python", "other", "--load", "program"]
    assert sandbox.python(*command).returncode == 0


def test_doctor_examines_another_python(sandbox: Sandbox) -> None:
    """Its findings are those of the environment that is named."""
    environment(sandbox, "other", {"lost.pth": "/no/such/place\n"})
    command = ["-m", "loadstone", "doctor", "--only", "LS122", "--json"]
    result = sandbox.python(*command, "--python", "other")
    assert result.returncode == 1, result.stdout
    diagnosis = json.loads(result.stdout)
    assert diagnosis["prefix"] == str(sandbox.root / "other")
    assert [finding["code"] for finding in diagnosis["findings"]] == ["LS122"]


def test_trace_runs_a_program_by_another_python(sandbox: Sandbox) -> None:
    """The program has what its own environment has; which Python runs it is said on standard error."""
    prefix = environment(sandbox, ".venv", {"wanted.py": "print('run')"})
    code = "import sys, wanted; print(sys.prefix)"
    result = script(sandbox, "trace", "-o", "trace.json", "-c", code)
    assert (result.returncode, result.stdout) == (0, f"run\n{prefix}\n"), result.stderr
    said = asked(prefix / "bin" / "python", "of the project's .venv")
    assert result.stderr.splitlines()[0] == f"loadstone: {said}"
    trace = json.loads((sandbox.root / "trace.json").read_text(encoding="utf-8"))
    assert [each["name"] for each in trace["imports"]] == ["wanted"]
    assert trace["python"] == sys.version.split()[0]
    for program, status in ("import sys; sys.exit(7)", 7), ("import os; os.kill(os.getpid(), 15)", -15):
        assert script(sandbox, "trace", "-c", program).returncode == status
    result = script(sandbox, "trace", "--python", "no-such", "-c", "pass")
    assert (result.returncode, result.stdout) == (2, "")
    assert "no Python to run the program: no-such: it is not on PATH" in result.stderr


FAKES = {
    "old": (
        "printf '3.8.20\\n/usr/bin/python3.8'",
        "it is Python 3.8.20, which is too old: 3.10 is the oldest",
    ),
    "silent": ("exit 0", "it ended with the status 0 and did not answer as a Python does"),
    "fails": (
        "echo out of order >&2; exit 4",
        "it ended with the status 4 and did not answer .*: out of order",
    ),
    "killed": ("kill -9 $$", "it died of SIGKILL and did not answer"),
}


@pytest.mark.parametrize("fake", FAKES)
def test_a_python_that_cannot_be_examined(sandbox: Sandbox, fake: str) -> None:
    """One that is too old or does not start is told, with what it says itself; status 2."""
    program, reason = FAKES[fake]
    sandbox.write({fake: f"#!/bin/sh\n{program}\n"})
    (sandbox.root / fake).chmod(0o755)
    with pytest.raises(NoInterpreter, match=reason) as caught:
        started(chosen(f"./{fake}"))
    assert caught.value.path == str(sandbox.root / fake)
    for command in ["explain", "json"], ["doctor"]:
        result = sandbox.python("-m", "loadstone", *command, "--python", f"./{fake}")
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr.startswith(f"loadstone: no Python to examine: {sandbox.root}/{fake}: it ")


def test_what_is_no_python(sandbox: Sandbox) -> None:
    """What is not there, is no program, or leads nowhere is told so."""
    (sandbox.root / "link").symlink_to("nowhere")
    (sandbox.root / "env" / "bin").mkdir(parents=True)
    (sandbox.root / "env" / "bin" / "python").symlink_to("/no/such/python")
    sandbox.write({"text": "", "lost": "#!/no/such/program\n"})
    (sandbox.root / "lost").chmod(0o755)
    for named, reason in (
        ("no-such-name", "it is not on PATH"),
        ("3.4", "it is not on PATH, as python3.4"),
        ("no/such/file", "it is not there"),
        (".", "there is no Python in this folder"),
        ("./text", "it is a file that cannot be executed"),
        ("./link", "it is a link to nowhere, which is not there"),
        ("env", "it is a link to /no/such/python, which is not there"),
        ("./lost", "it cannot be started: what it needs to run is not there"),
    ):
        with pytest.raises(NoInterpreter) as caught:
            started(chosen(named))
        assert caught.value.reason == reason


def test_the_environment_of_the_project_is_broken(sandbox: Sandbox) -> None:
    """One whose Python has gone is told, and is not passed over for another; what to do is said."""
    (sandbox.root / ".venv" / "bin").mkdir(parents=True)
    (sandbox.root / ".venv" / "bin" / "python").symlink_to("/no/such/python")
    sandbox.write({".venv/pyvenv.cfg": "home = /no/such\n"})
    result = script(sandbox, "explain", "json")
    assert (result.returncode, result.stdout) == (2, "")
    assert (
        "it is a link to /no/such/python, which is not there; it is the one of the project's .venv: make"
        in (result.stderr)
    )


@pytest.mark.parametrize(
    ("code", "how", "line"),
    [
        ("import os\nos.abort()", "died of SIGABRT", 2),
        ("import os\nos._exit(3)", "ended with the status 3", 0),
    ],
)
def test_a_process_that_dies(sandbox: Sandbox, code: str, how: str, line: int) -> None:
    """LS255: what is executed may end the process; explain and doctor tell which module, and go on."""
    sandbox.write({"pkg/__init__.py": "", "pkg/dies.py": code, "pkg/fine.py": ""})
    result = sandbox.python("-m", "loadstone", "explain", "--load", "--json", "pkg.dies", "pkg.fine")
    assert result.returncode == 1, result.stderr
    dies, fine = json.loads(result.stdout)
    assert fine["found"]
    assert dies["verdict"]["what"] == f"found, but fails: the interpreter {how}"
    (cause,) = dies["causes"]
    where = f" at {sandbox.root}/pkg/dies.py, line {line}" if line else ""
    assert (cause["code"], cause["evidence"]) == (
        "LS255",
        f"the interpreter {how} while it executed pkg.dies{where}",
    )
    result = sandbox.python("-m", "loadstone", "doctor", "--import", "pkg.dies", "--only", "LS146")
    assert result.returncode == 1
    assert f"the interpreter {how}" in result.stdout


def test_a_process_that_dies_of_a_parent(sandbox: Sandbox) -> None:
    """LS255: then the module itself is not found."""
    sandbox.write({"pkg/__init__.py": "import os\nos._exit(0)", "pkg/sub.py": ""})
    result = sandbox.python("-m", "loadstone", "explain", "--load", "pkg.sub")
    assert result.returncode == 1
    assert "the interpreter ended with the status 0 while it executed pkg\n" in result.stdout


def test_a_python_in_which_nothing_can_be_examined(sandbox: Sandbox) -> None:
    """One that starts, and ends before it answers, is told so; status 1."""
    ends = "import os, sys\nif len(sys.orig_argv) > 4: print('no more', flush=True); os._exit(5)\n"
    environment(sandbox, "other", {"start.pth": "import ends\n", "ends.py": ends})
    for command in ["explain", "json"], ["doctor"]:
        result = sandbox.python("-m", "loadstone", *command, "--python", "other")
        assert result.returncode == 1
        said = "loadstone: nothing could be examined: the interpreter ended with the status 5; "
        assert result.stderr.splitlines()[-1] == f"{said}what it said itself stands above"
        assert "no more" in (result.stdout if command[0] == "explain" else result.stderr)


def test_a_process_that_dies_for_no_module(sandbox: Sandbox) -> None:
    """A question that is not answered is an exception of its own."""
    with pytest.raises(Died, match="the interpreter ended with the status 1") as caught:
        ask(started(Interpreter.own()), "loadstone.report.explain.asked", "no_such_function")
    assert caught.value.module is None


@pytest.mark.parametrize("to_both", [True, False])
def test_an_interrupt_reaches_what_is_examined(sandbox: Sandbox, to_both: bool) -> None:
    """Ctrl-C goes to both processes, or a signal to one: what was asked so far is shown, and status 130."""
    hanging = """
        import sys, time
        class Hanging:
            def find_spec(self, name, path=None, target=None):
                if name == "wanted":
                    print("hanging", file=sys.stderr, flush=True)
                    for _ in range(12000):  # a signal just before a sleep would not end that
                        time.sleep(0.05)
        sys.meta_path.append(Hanging())
        """
    sandbox.write({"start/sitecustomize.py": hanging})
    process = subprocess.Popen(
        [sys.executable, "-m", "loadstone", "explain", "wanted"],
        cwd=sandbox.root,
        env={**os.environ, "PYTHONPATH": str(sandbox.root / "start")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None
    try:
        assert process.stderr.readline() == "hanging\n"
        if to_both:
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert errors == "loadstone: interrupted\n"
    assert "interrupted while it was with sitecustomize.Hanging" in output


def test_what_is_executed_writes_to_standard_error(sandbox: Sandbox) -> None:
    """What is executed writes to standard error, whatever way it takes."""
    noisy = "import os, sys\nprint('one')\nos.write(1, b'two\\n')\nos.system('echo three')\n"
    sandbox.write({"noisy.py": noisy})
    result = sandbox.python("-m", "loadstone", "explain", "--load", "--json", "noisy")
    assert json.loads(result.stdout)["found"]
    assert sorted(result.stderr.split()) == ["one", "three", "two"]


def test_the_search_of_a_script(sandbox: Sandbox) -> None:
    """--script searches from the folder of the script, as python does; else it is the working directory."""
    sandbox.write({"tools/build.py": "import helpers", "tools/helpers.py": "", "link.py": ""})
    (sandbox.root / "link.py").unlink()
    (sandbox.root / "link.py").symlink_to("tools/build.py")
    assert sandbox.python("-m", "loadstone", "explain", "helpers").returncode == 1
    for file in "tools/build.py", "link.py":
        result = sandbox.python("-m", "loadstone", "explain", "--script", file, "helpers")
        assert result.returncode == 0
        assert f"found: {sandbox.root}/tools/helpers.py" in result.stdout
        note = f"sys.path[0] is the folder of the script, as for python {file}: {sandbox.root}/tools"
        assert note in result.stdout
    sandbox.write({"app/__main__.py": "", "app/helpers.py": ""})
    result = sandbox.python("-m", "loadstone", "explain", "--script", "app", "helpers")
    assert f"found: {sandbox.root}/app/helpers.py" in result.stdout
    result = sandbox.python("-m", "loadstone", "explain", "--script", "no-such.py", "helpers")
    assert (result.returncode, result.stderr) == (2, "loadstone: there is no script no-such.py\n")


def test_a_script_that_finds_another_module_is_told(sandbox: Sandbox) -> None:
    """One in a folder here that imports the name, and has a module of the name beside it; nothing else is."""
    sandbox.write({"wanted.py": "", "tools/wanted/__init__.py": "", "tools/build.py": "from wanted import x"})
    for folder in "pkg", ".hidden", "env", "other", "empty":
        sandbox.write({f"{folder}/wanted.py": "import json", f"{folder}/run.py": "import wanted"})
    sandbox.write({"pkg/__init__.py": "", "env/pyvenv.cfg": "", "other/run.py": "import wanted_too"})
    (sandbox.root / "empty" / "wanted.py").unlink()
    result = sandbox.python("-m", "loadstone", "explain", "wanted")
    notes = [line for line in result.stdout.splitlines() if line.startswith("python ")]
    script = "tools/build.py"
    found = f"{sandbox.root}/tools/wanted/__init__.py"
    assert notes == [f"python {script} finds {found} instead, in its own folder: ask with --script {script}"]
    assert "--script" not in sandbox.python("-m", "loadstone", "explain", "json").stdout
    result = sandbox.python("-m", "loadstone", "explain", "--script", script, "wanted")
    assert f"found: {found}" in result.stdout


def test_the_search_of_a_module_that_is_run(sandbox: Sandbox) -> None:
    """With -m, relative names are those in the module, be it a package or not."""
    sandbox.write(
        {"pkg/__init__.py": "made = 1", "pkg/tool.py": "", "pkg/helpers.py": "import pkg\npkg.made"}
    )
    for module in "pkg.tool", "pkg":
        for load in [], ["--load"]:
            result = sandbox.python("-m", "loadstone", "explain", *load, "-m", module, ".helpers")
            assert result.returncode == 0, result.stderr
            assert f"found: {sandbox.root}/pkg/helpers.py" in result.stdout
            assert f"as for python -m {module}: {sandbox.root}" in result.stdout
    result = sandbox.python("-m", "loadstone", "explain", "-m", "pkg.tool", "..helpers")
    assert (result.returncode, result.stdout) == (2, "")
    assert "beyond top-level package" in result.stderr
    result = sandbox.python("-m", "loadstone", "explain", "--script", "pkg/tool.py", ".helpers")
    assert (result.returncode, result.stdout) == (2, "")


def test_the_tools_that_make_environments_are_known(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without any Python on PATH, a tool examines its own."""
    sandbox.write({"pipx/venvs/loadstone/bin/other": ""})
    monkeypatch.setattr(sys, "prefix", str(sandbox.root / "pipx" / "venvs" / "loadstone"))
    monkeypatch.setenv("PATH", str(sandbox.root / "pipx" / "venvs" / "loadstone" / "bin"))
    assert interpreter.chosen() == Interpreter.own()
