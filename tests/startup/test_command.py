"""`python -m loadstone startup`, in this process."""

from __future__ import annotations

import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

from loadstone.__main__ import main
from loadstone.startup import Registry, StartupHook


@pytest.fixture
def site(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The site-packages directory that the commands work on, and a package on the path."""
    paths: Callable[..., str] = sysconfig.get_path
    monkeypatch.setattr(
        sysconfig, "get_path", lambda name, *rest: str(tmp_path) if name == "purelib" else paths(name, *rest)
    )
    packages = tmp_path_factory.mktemp("packages")
    (packages / "pkg").mkdir()
    for name in ("__init__", "mod"):
        (packages / "pkg" / f"{name}.py").write_text(
            "print('noise')\ndef call(): raise SystemExit\nvalue = 3\n"
        )
    (packages / "broken.py").write_text("raise ValueError('two\\nlines')\n")
    (packages / "ends.py").write_text("import os\nos._exit(7)\n")
    monkeypatch.setenv("PYTHONPATH", str(packages))
    return tmp_path


def startup(*words: str) -> int:
    """The exit status of a command."""
    return main(["startup", *words])


def test_the_commands_do_what_the_registry_does(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each command changes the environment's registry, says what it did in a line, and succeeds."""
    assert startup("add", "b", "pkg:call") == 0
    assert startup("add", "a", "pkg.mod:call", "--for", "json", "pkg.*", "--for", "re") == 0
    assert startup("disable", "b") == 0
    hooks = [
        StartupHook("b", "pkg:call", enabled=False),
        StartupHook("a", "pkg.mod:call", ("json", "pkg.*", "re")),
    ]
    assert Registry().hooks() == hooks
    assert startup("add", "a", "pkg:call", "--replace") == 0
    assert startup("enable", "b") == 0
    assert Registry().hooks() == [StartupHook("b", "pkg:call"), StartupHook("a", "pkg:call")]
    assert startup("off") == 0
    assert not Registry().is_on
    assert startup("on") == 0
    assert Registry().is_on
    for name in ("a", "b"):
        assert startup("remove", name) == 0
    assert startup("off") == 0
    assert list(site.iterdir()) == []
    output, errors = capsys.readouterr()
    assert errors == ""
    called = "is called whenever Python starts in"
    waits = "called before the first import of json or pkg.* or re"
    assert output.splitlines() == [
        f"added start-up hook b: pkg:call {called} {site}",
        f"added start-up hook a: pkg.mod:call {called.replace('called', waits)} {site}",
        f"disabled start-up hook b in {site}",
        f"added start-up hook a: pkg:call {called} {site}",
        f"enabled start-up hook b in {site}",
        f"start-up hooks are kept, and not called, when Python starts in {site}",
        f"start-up hooks are called when Python starts in {site}",
        f"removed start-up hook a in {site}",
        f"removed start-up hook b in {site}",
        f"start-up hooks are kept, and not called, when Python starts in {site}",
    ]


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        ("absent:call", "ModuleNotFoundError: No module named 'absent'"),
        ("pkg.absent:call", "ModuleNotFoundError: No module named 'pkg.absent'"),
        ("pkg.mod.absent:call", "ModuleNotFoundError: No module named 'pkg.mod.absent'"),
        ("pkg.mod:absent", "AttributeError: module 'pkg.mod' has no attribute 'absent'"),
        ("pkg.mod:call.absent", "AttributeError: 'function' object has no attribute 'absent'"),
        ("pkg.mod:value", "TypeError: int object is not callable"),
        ("broken:call", "ValueError: two lines"),
        ("ends:call", "the interpreter that tried it ended with status 7"),
    ],
)
def test_a_hook_that_cannot_be_had_is_refused_unless_unchecked(
    site: Path, reference: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """`add` looks a hook up in a fresh interpreter, without calling it, and writes nothing if that fails."""
    assert startup("add", "a", reference) == 1
    output, errors = capsys.readouterr()
    assert output == ""
    assert errors.startswith(f"loadstone: start-up hook a is not added: {reference} cannot be had")
    assert reason in errors
    assert errors.count("\n") == 1
    assert list(site.iterdir()) == []
    assert startup("add", "a", reference, "--unchecked") == 0
    assert Registry().hooks() == [StartupHook("a", reference)]


def test_the_working_directory_is_nowhere_for_a_hook(
    site: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module that lies in the working directory only would not be found when Python starts elsewhere."""
    monkeypatch.chdir(tmp_path_factory.mktemp("here"))
    Path("lying.py").write_text("def call(): ...\n")
    assert startup("add", "a", "lying:call") == 1


def test_list(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`list` shows a table, or that there is nothing to show."""
    assert startup("list") == 0
    assert capsys.readouterr().out == f"no start-up hooks in {site}\n"
    startup("on")
    capsys.readouterr()
    assert startup("list") == 0
    assert capsys.readouterr().out == f"no start-up hooks in {site}, but the start-up file is there\n"
    startup("add", "a", "pkg:call")
    startup("off")
    capsys.readouterr()
    assert startup("list") == 0
    assert capsys.readouterr().out.splitlines() == [
        "NAME  REFERENCE  FOR  STATE    SOURCE",
        "a     pkg:call   -    enabled  by hand",
        "start-up hooks are off: python -m loadstone startup on",
    ]


def test_sync_without_changes(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`sync` says so when nothing has changed."""
    assert startup("sync") == 0
    assert capsys.readouterr().out == "nothing has changed\n"


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("add a pkg.mod:call", "a"),
        ("add c nonsense", "'nonsense'"),
        ("add -- -c pkg:call", "'-c'"),
        ("add c pkg:call --for .x", "'.x'"),
        ("remove missing", "missing"),
        ("disable missing", "missing"),
        ("enable missing", "missing"),
    ],
)
def test_errors(site: Path, words: str, named: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be done is one line on stderr that names it, and exit status 1."""
    startup("add", "a", "pkg:call")
    capsys.readouterr()
    assert startup(*words.split()) == 1
    output, errors = capsys.readouterr()
    assert output == ""
    assert errors.startswith("loadstone: ")
    assert errors.count("\n") == 1
    assert named in errors
    assert Registry().hooks() == [StartupHook("a", "pkg:call")]


def test_a_directory_that_cannot_be_written_to(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the environment cannot be written to, the message says where, and the exit status is 1."""
    site.rmdir()
    assert startup("add", "a", "pkg:call") == 1
    assert capsys.readouterr().err.startswith(f"loadstone: cannot write to {site}: ")


@pytest.mark.parametrize("words", ["", "nonsense", "add a", "remove"])
def test_a_wrong_command_line(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A command line that makes no sense is answered with the usage and exit status 2."""
    with pytest.raises(SystemExit) as caught:
        startup(*words.split())
    assert caught.value.code == 2
    assert "usage: loadstone startup" in capsys.readouterr().err
