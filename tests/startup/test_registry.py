"""The registry: what is kept for an environment, and that nothing of it is lost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import loadstone.startup
from loadstone._core.versions import IGNORES_IMPORT_LINES
from loadstone.startup import Registry, StartupError, StartupHook
from loadstone.startup.registry import start_files

if TYPE_CHECKING:
    from ..conftest import Sandbox

REGISTRY = "loadstone-startup.txt"
FILES = [REGISTRY, *start_files()]


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """A registry in a directory of its own."""
    directory = tmp_path / "site"
    directory.mkdir()
    return Registry(directory)


def files(registry: Registry) -> list[str]:
    """The names of the files in the registry's directory."""
    return sorted(os.listdir(registry.directory))


def distribution(sandbox: Sandbox, name: str, *lines: str) -> None:
    """Write the metadata of a distribution with these entry points."""
    sandbox.write(
        {
            f"lib/{name}-1.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n",
            f"lib/{name}-1.dist-info/entry_points.txt": "\n".join(["[loadstone.startup]", *lines, ""]),
        }
    )


def test_hooks_are_kept_in_the_order_in_which_they_were_added(registry: Registry) -> None:
    """What is added is read back by another registry of the directory, equal and in order."""
    hooks = [
        StartupHook("second", "pkg.mod:call"),
        StartupHook("first", "pkg:Class.method", ("json", "pkg.*", "a?c", "*"), enabled=False),
        StartupHook("größe", "päckchen:rufe"),
    ]
    for hook in hooks:
        registry.add(hook)
    assert Registry(registry.directory).hooks() == hooks
    assert files(registry) == sorted(FILES)
    assert repr(registry) == f"Registry({registry.directory!r})"


def test_a_second_hook_of_one_name_is_refused(registry: Registry) -> None:
    """Adding a hook under a name that is taken is an error; with `replace` it takes the other's place."""
    first, other = (StartupHook(name, "pkg:call") for name in ("a", "b"))
    registry.add(first)
    registry.add(other)
    with pytest.raises(StartupError, match=r"a already, pkg:call"):
        registry.add(StartupHook("a", "new:call"))
    assert registry.hooks() == [first, other]
    registry.add(StartupHook("a", "new:call"), replace=True)
    assert registry.hooks() == [StartupHook("a", "new:call"), other]


@pytest.mark.parametrize("name", ["", "two words", "tab\tbed", "line\n", "-option", "#comment", 3, "\0"])
def test_a_name_is_one_word(name: Any) -> None:
    """A name that could not stand in a command or a line is refused, and the message has it."""
    with pytest.raises(StartupError, match="name of a start-up hook") as caught:
        StartupHook(name, "pkg:call")
    assert repr(name) in str(caught.value)


@pytest.mark.parametrize(
    "reference",
    ["", "pkg", "pkg.mod", "pkg:", ":call", "pkg:call()", "p kg:call", ".pkg:call", "a:b:c", None],
)
def test_a_reference_is_a_module_and_a_callable(reference: Any) -> None:
    """A reference that is not pkg.mod:callable is refused, and the message has it."""
    with pytest.raises(StartupError, match=r"pkg\.mod:callable") as caught:
        StartupHook("name", reference)
    assert repr(reference) in str(caught.value)


@pytest.mark.parametrize("pattern", ["", ".relative", "a..b", "a b", "a.", "a-b", "\t", 3])
def test_a_pattern_can_match_a_name(pattern: Any) -> None:
    """A pattern that no module's name could match is refused, and the message has it."""
    with pytest.raises(StartupError, match="pattern of module names") as caught:
        StartupHook("name", "pkg:call", (pattern,))
    assert repr(pattern) in str(caught.value)


@pytest.mark.parametrize("verb", ["remove", "enable", "disable"])
def test_a_hook_that_is_not_there_is_an_error(registry: Registry, verb: str) -> None:
    """Naming a hook that is not there is an error that says which ones are, and changes nothing."""
    registry.add(StartupHook("there", "pkg:call"))
    with pytest.raises(StartupError, match=r"no start-up hook missing .*there are there"):
        getattr(registry, verb)("missing")
    assert [hook.name for hook in registry.hooks()] == ["there"]


def test_a_hook_is_disabled_and_enabled(registry: Registry) -> None:
    """A disabled hook stays in its place with all it has, and is enabled again."""
    hook = StartupHook("a", "pkg:call", ("json",))
    registry.add(hook)
    registry.add(StartupHook("b", "pkg:call"))
    registry.disable("a")
    assert [(each.name, each.enabled) for each in registry.hooks()] == [("a", False), ("b", True)]
    registry.enable("a")
    assert registry.hooks()[0] == hook


def test_with_the_last_hook_the_files_go(registry: Registry) -> None:
    """Removing the last hook leaves nothing behind."""
    registry.add(StartupHook("a", "pkg:call"))
    registry.add(StartupHook("b", "pkg:call"))
    registry.remove("a")
    assert registry.is_on
    registry.remove("b")
    assert files(registry) == []
    assert not registry.is_on


def test_on_stays_on_without_hooks(registry: Registry) -> None:
    """After `on` the start-up file is there, with or without hooks, until `off`."""
    registry.on()
    assert registry.is_on
    registry.add(StartupHook("a", "pkg:call"))
    registry.remove("a")
    assert registry.is_on
    registry.off()
    assert files(registry) == []
    registry.off()


def test_off_keeps_the_hooks(registry: Registry) -> None:
    """`off` takes the start-up file away and keeps the hooks; `on` brings it back, `disable` does not."""
    registry.add(StartupHook("a", "pkg:call"))
    registry.off()
    assert files(registry) == [REGISTRY]
    registry.disable("a")
    assert not registry.is_on
    registry.on()
    assert [hook.name for hook in registry.hooks()] == ["a"]
    assert registry.is_on


@pytest.mark.parametrize("damage", [b"what is this\n", b"a\tpkg\ton\t-\t\n", b"\xff\xfe\n"])
def test_a_damaged_registry_is_named_and_left_alone(registry: Registry, damage: bytes) -> None:
    """A registry that cannot be read is an error which names the file, and is not written over."""
    registry.add(StartupHook("a", "pkg:call"))
    file = Path(registry.directory, REGISTRY)
    file.write_bytes(file.read_bytes() + damage)
    before = file.read_bytes()
    with pytest.raises(StartupError, match=REGISTRY):
        registry.add(StartupHook("b", "pkg:call"))
    with pytest.raises(StartupError, match="cannot read"):
        registry.hooks()
    assert file.read_bytes() == before


def test_a_failed_write_changes_nothing(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a file cannot be put in place, the registry is as it was and no temporary file stays."""
    registry.add(StartupHook("a", "pkg:call"))

    def full(source: str, target: str) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        with pytest.raises(StartupError, match="No space left"):
            registry.add(StartupHook("b", "pkg:call"))
    assert [hook.name for hook in registry.hooks()] == ["a"]
    assert files(registry) == sorted(FILES)


def test_a_directory_that_is_not_writable_is_named(tmp_path: Path) -> None:
    """Where nothing can be written, every change says where and why; reading works."""
    registry = Registry(tmp_path / "missing")
    for change in (
        lambda: registry.add(StartupHook("a", "pkg:call")),
        registry.on,
        registry.off,
        registry.sync,
    ):
        with pytest.raises(StartupError, match=r"cannot write to .*missing: No such file"):
            change()
    assert registry.hooks() == []


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_directory_is_named(registry: Registry) -> None:
    """In a directory without write permission, hooks are listed, and changes are refused."""
    registry.add(StartupHook("a", "pkg:call"))
    os.chmod(registry.directory, 0o555)
    try:
        with pytest.raises(StartupError, match=r"cannot write to .*Permission denied"):
            registry.remove("a")
        assert [hook.name for hook in registry.hooks()] == ["a"]
    finally:
        os.chmod(registry.directory, 0o755)


def test_concurrent_adds_lose_nothing(sandbox: Sandbox, registry: Registry) -> None:
    """Eight processes that add and remove hooks at once: what each has added is there, and no file more."""
    program = """
import sys
from loadstone.startup import Registry, StartupHook
registry = Registry(sys.argv[1])
for number in range(10):
    registry.add(StartupHook(f"{sys.argv[2]}-{number}", "pkg:call"))
    if number % 2:
        registry.remove(f"{sys.argv[2]}-{number}")
"""
    processes = [
        subprocess.Popen([sys.executable, "-c", program, registry.directory, f"p{number}"], cwd=sandbox.root)
        for number in range(8)
    ]
    assert [process.wait(timeout=120) for process in processes] == [0] * 8
    names = {hook.name for hook in registry.hooks()}
    assert names == {f"p{process}-{number}" for process in range(8) for number in range(0, 10, 2)}
    assert files(registry) == sorted(FILES)


def test_sync_follows_the_installed_distributions(sandbox: Sandbox, registry: Registry) -> None:
    """Entry points are added, changed and removed with their distributions; what was added by hand stays."""
    sandbox.on_path("lib")
    registry.add(StartupHook("mine", "own:call"))
    distribution(sandbox, "gadget", "zeta = gadget.mod:call", "alpha = gadget:Class.call [extra]")
    assert registry.sync() == [
        "added alpha (gadget:Class.call), of gadget",
        "added zeta (gadget.mod:call), of gadget",
    ]
    registry.disable("zeta")
    assert registry.sync() == []
    distribution(sandbox, "gadget", "zeta = gadget.new:call")
    assert registry.sync() == [
        "removed alpha (gadget:Class.call), of gadget",
        "changed zeta to gadget.new:call, of gadget",
    ]
    assert registry.hooks() == [
        StartupHook("mine", "own:call"),
        StartupHook("zeta", "gadget.new:call", enabled=False, source="gadget"),
    ]
    sandbox.write({"lib/gadget-1.dist-info/entry_points.txt": ""})
    registry.sync()
    assert registry.hooks() == [StartupHook("mine", "own:call")]


def test_sync_refuses_what_is_ambiguous_or_no_hook(sandbox: Sandbox, registry: Registry) -> None:
    """Two hooks of one name, and an entry point that is no hook, are named and nothing is changed."""
    sandbox.on_path("lib")
    registry.add(StartupHook("mine", "own:call"))
    distribution(sandbox, "gadget", "mine = gadget:call")
    with pytest.raises(StartupError, match=r"mine of gadget has the name of one added by hand, own:call"):
        registry.sync()
    distribution(sandbox, "gadget", "same = gadget:call")
    distribution(sandbox, "widget", "same = widget:call")
    with pytest.raises(StartupError, match=r"two start-up hooks of the name same: of \w+ and of \w+"):
        registry.sync()
    distribution(sandbox, "widget", "module = widget")
    with pytest.raises(
        StartupError, match=r"entry point module of widget: .*pkg\.mod:callable, not 'widget'"
    ):
        registry.sync()
    assert registry.hooks() == [StartupHook("mine", "own:call")]


def test_sync_takes_the_distribution_that_is_imported(sandbox: Sandbox, registry: Registry) -> None:
    """Of two copies of a distribution the first on the path counts; the current directory does not."""
    distribution(sandbox, "gadget", "hook = gadget.old:call")
    os.rename(sandbox.root / "lib", sandbox.root / "old")
    distribution(sandbox, "gadget", "hook = gadget.new:call")
    os.rename(sandbox.root / "lib", sandbox.root / "new")
    distribution(sandbox, "gadget", "hook = gadget.here:call")
    for directory in ("old", "new", "lib"):
        sandbox.on_path(directory)
    os.chdir(sandbox.root / "lib")
    assert registry.sync() == ["added hook (gadget.new:call), of gadget"]


def test_the_files_are_those_of_the_running_python(registry: Registry) -> None:
    """There is a .pth file, or from Python 3.18 on a .start file and the module that it names (PEP 829)."""
    registry.on()
    start = {"_loadstone_startup.py", "zz-loadstone-startup.start"}
    assert set(start_files(ignores_import_lines=True)) == start
    expected = start if IGNORES_IMPORT_LINES else {"zz-loadstone-startup.pth"}
    assert set(files(registry)) == {REGISTRY} | expected


@pytest.mark.parametrize("verb", ["on", "off", "remove"])
def test_start_up_files_of_another_python_go(registry: Registry, verb: str) -> None:
    """What a Python of another version has written into the same directory goes, its bytecode too."""
    registry.add(StartupHook("a", "pkg:call"))
    cache = Path(registry.directory, "__pycache__")
    cache.mkdir()
    own = [f"_loadstone_startup.cpython-{version}.pyc" for version in ("315", "316.opt-1")]
    for name in (*own, "_loadstone.cpython-315.pyc"):
        (cache / name).touch()
    for name in ("zz-loadstone-startup.pth", "zz-loadstone-startup.start", "_loadstone_startup.py"):
        Path(registry.directory, name).touch()
    registry.remove("a") if verb == "remove" else getattr(registry, verb)()
    expected = {"on": FILES, "off": [REGISTRY], "remove": []}[verb]
    assert files(registry) == sorted([*expected, "__pycache__"])
    kept = own if verb == "on" and IGNORES_IMPORT_LINES else []
    assert sorted(os.listdir(cache)) == sorted(["_loadstone.cpython-315.pyc", *kept])


def test_public_names_resolve_on_first_use() -> None:
    """Every public name is there, and listed; another one is an AttributeError that names it."""
    assert set(loadstone.startup.__all__) <= set(dir(loadstone.startup))
    for name in loadstone.startup.__all__:
        vars(loadstone.startup).pop(name, None)
        assert getattr(loadstone.startup, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        loadstone.startup.nothing  # noqa: B018
