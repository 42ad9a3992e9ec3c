"""Start-up in fresh virtual environments: real interpreters, started in every way there is."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipapp
from pathlib import Path

import pytest

import loadstone
from loadstone.startup import Registry, StartupHook
from loadstone.startup.registry import start_files

from .conftest import Environment

TOO_DEAR = {
    "argparse",
    "attr",
    "attrs",
    "collections",
    "contextlib",
    "enum",
    "fnmatch",
    "functools",
    "importlib.util",
    "json",
    "pickle",
    "re",
    "threading",
    "typing",
    "typing_extensions",
}


@pytest.fixture
def greeted(environment: Environment) -> Environment:
    """An environment in which every interpreter says hello."""
    environment.startup("add", "greeting", "hooks:hello")
    return environment


def test_a_hook_is_there_in_every_later_interpreter(environment: Environment) -> None:
    """What the command line adds, disables, enables and removes takes effect in the next interpreter."""
    assert environment.says("-c", "print('main')") == "main\n"
    environment.startup("add", "greeting", "hooks:hello")
    assert environment.says("-c", "print('main')") == "hello\nmain\n"
    environment.startup("disable", "greeting")
    assert environment.says("-c", "pass") == ""
    environment.startup("enable", "greeting")
    assert environment.says("-m", "this").startswith("hello\n")
    environment.startup("remove", "greeting")
    assert environment.says("-c", "pass") == ""
    assert [file.name for file in environment.site.iterdir() if "startup" in file.name] == []


def test_the_variable_rules_a_process_tree(greeted: Environment) -> None:
    """LOADSTONE_STARTUP=0 switches hooks off and a reference adds one, in children of children too."""
    tree = (
        "import subprocess, sys; sys.stdout.flush();"
        "subprocess.run([sys.executable, '-c', 'import subprocess, sys; sys.stdout.flush();"
        'subprocess.run([sys.executable, "-c", "pass"])\'])'
    )
    assert greeted.says("-c", tree, LOADSTONE_STARTUP="0") == ""
    assert greeted.says("-c", tree, LOADSTONE_STARTUP="hooks:bye") == "hello\nbye\n" * 3
    assert greeted.says("-c", "pass", LOADSTONE_STARTUP="hooks:bye,hooks:hello") == "hello\nbye\nhello\n"


@pytest.mark.parametrize(
    ("flag", "output"), [("-E", "hello\n"), ("-I", "hello\n"), ("-S", ""), ("-s", "hello\nbye\n")]
)
def test_flags(greeted: Environment, flag: str, output: str) -> None:
    """-E and -I ignore the variable but not the registry; with -S there are no hooks."""
    assert greeted.says(flag, "-c", "pass", LOADSTONE_STARTUP="hooks:bye") == output


@pytest.mark.parametrize("flag", ["-E", "-I"])
def test_flags_ignore_the_switch(greeted: Environment, flag: str) -> None:
    """Under -E and -I the variable does not switch hooks off either."""
    assert greeted.says(flag, "-c", "pass", LOADSTONE_STARTUP="0") == "hello\n"


def test_a_failing_hook_prints_one_line(environment: Environment) -> None:
    """Failing and missing hooks cost one line each that says how to disable them, and that works."""
    environment.startup("add", "bad", "hooks:fail")
    environment.run("-m", "loadstone", "startup", "add", "gone", "no_such_package.mod:call", "--unchecked")
    result = environment.run("-c", "print('main')")
    assert (result.returncode, result.stdout) == (0, "main\n")
    bad, gone = result.stderr.splitlines()
    assert bad == (
        "loadstone: start-up hook bad (hooks:fail) failed: ValueError: two lines "
        "(to disable it: python -m loadstone startup disable bad)"
    )
    assert gone == (
        "loadstone: start-up hook gone (no_such_package.mod:call) failed: ModuleNotFoundError: "
        "No module named 'no_such_package' (to disable it: python -m loadstone startup disable gone)"
    )
    for line in (bad, gone):
        environment.run(*line.partition("python ")[2].rstrip(")").split())
    assert environment.says("-c", "print('main')") == "main\n"


@pytest.mark.parametrize("left", ["nothing", "an empty directory", "its bytecode"])
def test_without_loadstone_python_starts_silently(greeted: Environment, left: str) -> None:
    """Once loadstone is uninstalled the start-up file does nothing and says nothing."""
    (greeted.site / "here.pth").write_text(f"{greeted.modules}\n")
    if left == "an empty directory":
        (greeted.site / "loadstone" / "startup").mkdir(parents=True)
    elif left == "its bytecode":
        (greeted.site / "loadstone" / "startup" / "__pycache__").mkdir(parents=True)
        (greeted.site / "loadstone" / "startup" / "__pycache__" / "run.cpython-311.pyc").write_bytes(b"")
    assert greeted.says("-W", "error", "-c", "print('main')") == "main\n"


def test_loadstone_in_site_packages(environment: Environment) -> None:
    """Where loadstone lies beside the start-up file hooks are called once, and the modules are its own."""
    assert loadstone.__file__ is not None
    shutil.copytree(Path(loadstone.__file__).parent, environment.site / "loadstone")
    environment.startup("add", "greeting", "hooks:hello")
    program = (
        "import loadstone.startup.run, sys; from loadstone.startup import run;"
        "print(run is sys.modules['loadstone.startup.run'], run.__file__, run.__spec__.name)"
    )
    expected = environment.site / "loadstone" / "startup" / "run.py"
    assert environment.says("-c", program) == f"hello\nTrue {expected} loadstone.startup.run\n"


@pytest.mark.parametrize("beside", [True, False])
def test_the_start_imports_nothing_dear(environment: Environment, beside: bool) -> None:
    """A start with hooks imports its own few modules, and nothing of weight."""
    assert loadstone.__file__ is not None
    program = "import sys; print(*sys.modules)"
    bare = set(environment.says("-c", program).split())
    if beside:
        shutil.copytree(Path(loadstone.__file__).parent, environment.site / "loadstone")
    environment.startup("add", "later", "hooks:hello", "--for", "absent", "absent.*")
    new = set(environment.says("-c", program).split()) - bare
    assert not new & TOO_DEAR
    own = {"loadstone.startup.run"}
    if not beside:
        own |= {"loadstone", "loadstone.startup"}
    assert new - {"encodings.utf_8_sig"} == own


def test_a_deferred_hook_waits_for_its_module(environment: Environment) -> None:
    """With --for, the hook's package is imported with the first module that matches."""
    environment.startup("add", "later", "hooks:hello", "--for", "colorsys", "wsgiref.*")
    program = "import sys; print('hooks' in sys.modules); import wsgiref; print('now'); import wsgiref.util"
    assert environment.says("-c", program) == "False\nnow\nhello\n"
    assert environment.says("-c", "pass") == ""


def test_a_zip_application(greeted: Environment) -> None:
    """A zip application has the hooks of the environment that runs it, and may hold those that wait."""
    app = greeted.root / "app"
    app.mkdir()
    (app / "__main__.py").write_text("import colorsys; print('main')")
    (app / "inner.py").write_text("def hook(): print('inner')")
    zipapp.create_archive(app, greeted.root / "app.pyz")
    assert greeted.says("app.pyz") == "hello\nmain\n"
    greeted.startup("add", "inner", "inner:hook", "--for", "colorsys", "--unchecked")
    assert greeted.says("app.pyz") == "hello\ninner\nmain\n"
    result = greeted.run("app.pyz", LOADSTONE_STARTUP="inner:hook")
    assert result.stdout == "hello\ninner\nmain\n", "at start-up the archive is not yet on sys.path"
    assert result.stderr.count("\n") == 1
    assert "No module named 'inner'" in result.stderr


def test_hooks_belong_to_one_environment(greeted: Environment, tmp_path: Path) -> None:
    """Another virtual environment has none of the hooks of this one."""
    (tmp_path / "more").mkdir()
    other = Environment(tmp_path / "more")
    assert other.says("-c", "print('main')") == "main\n"
    assert other.startup("list") == f"no start-up hooks in {other.site}\n"


def test_modules_that_later_path_files_bring_are_found(environment: Environment) -> None:
    """A hook may lie in a directory that a .pth file brings whose name comes late in the alphabet."""
    (environment.root / "late").mkdir()
    (environment.root / "late" / "latecomer.py").write_text("def hook(): print('late')")
    (environment.site / "zlib-like.pth").write_text(f"{environment.root / 'late'}\n")
    environment.startup("add", "late", "latecomer:hook")
    assert environment.says("-c", "pass") == "late\n"


def test_list_shows_what_there_is(environment: Environment) -> None:
    """`list` shows name, reference, patterns, state and source, and says when the start-up file is gone."""
    info = environment.site / "gadget-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: gadget\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[loadstone.startup]\nbye = hooks:bye\n")
    environment.startup("add", "greeting", "hooks:hello", "--for", "here", "--for", "or", "a.*")
    assert environment.startup("sync") == "added bye (hooks:bye), of gadget\n"
    result = environment.run("-m", "loadstone", "startup", "disable", "bye", LOADSTONE_STARTUP="0")
    assert result.returncode == 0
    assert environment.says("-m", "loadstone", "startup", "list", LOADSTONE_STARTUP="0").splitlines() == [
        "NAME      REFERENCE    FOR          STATE     SOURCE",
        "greeting  hooks:hello  here or a.*  enabled   by hand",
        "bye       hooks:bye    -            disabled  gadget",
    ]
    environment.says("-m", "loadstone", "startup", "off", LOADSTONE_STARTUP="0")
    assert environment.startup("list").splitlines()[-1] == (
        "start-up hooks are off: python -m loadstone startup on"
    )
    shutil.rmtree(info)
    assert environment.startup("sync") == "removed bye (hooks:bye), of gadget\n"


def test_concurrent_commands_lose_nothing(environment: Environment) -> None:
    """Eight commands that add a hook at once: all eight are there."""
    arguments = [str(environment.executable), "-m", "loadstone", "startup", "add"]
    processes = [
        subprocess.Popen([*arguments, f"hook{number}", "hooks:bye"], stdout=subprocess.DEVNULL)
        for number in range(8)
    ]
    assert [process.wait(timeout=120) for process in processes] == [0] * 8
    assert environment.says("-c", "pass") == "bye\n" * 8


def test_the_start_up_file_is_one_line_for_site() -> None:
    """The .pth file is one line that site executes: it starts with import."""
    ((name, text),) = start_files(ignores_import_lines=False).items()
    assert name.endswith(".pth")
    assert text.startswith("import ")
    assert text.count("\n") == 1


def test_a_site_directory_of_another_place(environment: Environment) -> None:
    """A directory that is made a site directory later has its hooks called then, once."""
    other = environment.root / "other"
    other.mkdir()
    registry = Registry(other)
    registry.add(StartupHook("greeting", "hooks:hello"))
    program = f"import site; print('now'); site.addsitedir({str(other)!r}); site.addsitedir({str(other)!r})"
    assert environment.says("-c", program) == "now\nhello\n"
    registry.off()
    assert environment.says("-c", program) == "now\n"


@pytest.fixture
def started(greeted: Environment) -> Environment:
    """The same with the start-up files for a Python that ignores the lines of .pth files."""
    if sys.version_info < (3, 15):
        pytest.skip("site reads no .start files before Python 3.15 (PEP 829)")
    (greeted.site / "zz-loadstone-startup.pth").unlink()
    for name, text in start_files(ignores_import_lines=True).items():
        (greeted.site / name).write_text(text)
    return greeted


def test_a_start_file_starts_the_hooks(started: Environment) -> None:
    """The .start file names the function that calls the hooks, once."""
    for _ in range(2):  # without bytecode of the module that it names, and with it
        result = started.run("-v", "-c", "pass")
        assert result.stdout == "hello\n"
        assert "Executing entry point: _loadstone_startup:begin from" in result.stderr
    assert started.says("-W", "error", "-S", "-c", "pass") == ""


def test_a_start_file_stands_for_the_path_file_of_an_older_python(started: Environment) -> None:
    """A .pth file of ours, left in a directory by an older Python, is passed over."""
    (started.site / "zz-loadstone-startup.pth").write_text("import sys; print('old')\n")
    assert started.says("-c", "pass") == "hello\n"


def test_a_start_up_file_raises_no_warning(greeted: Environment) -> None:
    """Whatever the running Python thinks of the lines of .pth files, it says nothing of ours."""
    result = greeted.run("-X", "dev", "-W", "error", "-c", "pass")
    assert (result.stdout, result.stderr) == ("hello\n", "")


def test_nothing_of_a_start_file_stays(started: Environment) -> None:
    """With the last hook the module that the .start file names goes, and its bytecode."""
    assert started.says("-c", "pass", PYTHONDONTWRITEBYTECODE="", PYTHONPYCACHEPREFIX="") == "hello\n"
    assert list((started.site / "__pycache__").glob("_loadstone_startup.*")) != []
    assert started.startup("remove", "greeting").startswith("hello\nremoved start-up hook greeting")
    assert [str(file) for file in started.site.rglob("*") if "loadstone" in file.name] == []
