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
        (packages / "pkg" / f"{name}.py").write_text("raise AssertionError('executed')")
    monkeypatch.syspath_prepend(packages)
    return tmp_path


def startup(*words: str) -> int:
    """The exit status of a command."""
    return main(["startup", *words])


def test_the_commands_do_what_the_registry_does(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each command changes the environment's registry, says nothing and succeeds."""
    assert startup("add", "b", "pkg:call") == 0
    assert startup("add", "a", "pkg.mod:call", "--for", "json", "pkg.*", "--for", "re") == 0
    assert startup("disable", "b") == 0
    hooks = [
        StartupHook("b", "pkg:call", enabled=False),
        StartupHook("a", "pkg.mod:call", ("json", "pkg.*", "re")),
    ]
    assert Registry().hooks() == hooks
    assert startup("add", "a", "pkg:other", "--replace") == 0
    assert startup("enable", "b") == 0
    assert Registry().hooks() == [StartupHook("b", "pkg:call"), StartupHook("a", "pkg:other")]
    assert startup("off") == 0
    assert not Registry().is_on
    assert startup("on") == 0
    assert Registry().is_on
    for name in ("a", "b"):
        assert startup("remove", name) == 0
    assert startup("off") == 0
    assert list(site.iterdir()) == []
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["absent", "absent.mod", "pkg.absent", "pkg.mod.absent"])
def test_a_hook_that_is_not_found_is_told_when_it_is_added(
    site: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """`add` takes a hook whose module is not there yet, and says in one line what that will come to."""
    assert startup("add", "a", f"{name}:call") == 0
    assert Registry().hooks() == [StartupHook("a", f"{name}:call")]
    output, errors = capsys.readouterr()
    assert output == ""
    assert errors.startswith(f"loadstone: warning: no module {name} is found here")
    assert errors.count("\n") == 1


def test_list(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`list` shows a table, or that there is nothing to show."""
    assert startup("list") == 0
    assert capsys.readouterr().out == f"no start-up hooks in {site}\n"
    startup("on")
    assert startup("list") == 0
    assert capsys.readouterr().out == f"no start-up hooks in {site}, but the start-up file is there\n"
    startup("add", "a", "pkg:call")
    startup("off")
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
        ("add a other:call", "a"),
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
