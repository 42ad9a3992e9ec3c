"""Cached bytecode by the command line: checks of hashes, optimisation, where and whether to cache."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .caches import MAGIC, hash_pyc, put, uint32
from .libraries import Library

if TYPE_CHECKING:
    from ..conftest import Sandbox

SOURCE = "x = 'source'\n"
PRINT = "import sys\nsys.path.insert(0, '')\nimport mod\nprint(mod.x)\n"


@pytest.fixture
def file(sandbox: Sandbox) -> Path:
    """A source file."""
    return sandbox.write({"mod.py": SOURCE}) / "mod.py"


def value(library: Library, sandbox: Sandbox, *options: str, **env: str) -> str:
    """What the module has, in a Python with these options."""
    done = sandbox.python(*options, "-c", library.prelude + PRINT, **env)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("option", "checked", "stale", "expected"),
    [
        ("always", True, True, "source"),
        ("always", False, True, "source"),
        ("always", False, False, "cached"),
        ("never", True, True, "cached"),
        ("never", False, True, "cached"),
        ("default", True, True, "source"),
        ("default", True, False, "cached"),
        ("default", False, True, "cached"),
    ],
)
def test_check_hash_based_pycs(
    library: Library, file: Path, sandbox: Sandbox, option: str, checked: bool, stale: bool, expected: str
) -> None:
    """The option says whether hashes are checked always, never, or as each file says."""
    cache = put(file, hash_pyc(b"other" if stale else SOURCE.encode(), checked=checked))
    before = cache.read_bytes()
    assert value(library, sandbox, "--check-hash-based-pycs", option) == expected
    after = cache.read_bytes()
    if expected == "source":
        assert after[:16] == hash_pyc(SOURCE.encode(), checked=checked)[:16]
    else:
        assert after == before


@pytest.mark.parametrize(
    ("option", "tag", "expected"),
    [("", "", "True 'text'"), ("-O", ".opt-1", "False 'text'"), ("-OO", ".opt-2", "False None")],
)
def test_optimisation(library: Library, sandbox: Sandbox, option: str, tag: str, expected: str) -> None:
    """-O and -OO compile without assertions and docstrings, each level with a cache of its own."""
    source = """
        def f():
            "text"
        try:
            assert False
            checks = False
        except AssertionError:
            checks = True
        x = f"{checks} {f.__doc__!r}"
    """
    file = sandbox.write({"mod.py": source}) / "mod.py"
    options = [option] if option else []
    for _ in range(2):
        assert value(library, sandbox, *options) == expected
        name = f"mod.{sys.implementation.cache_tag}{tag}.pyc"
        assert os.listdir(file.parent / "__pycache__") == [name]


def test_no_bytecode(library: Library, file: Path, sandbox: Sandbox) -> None:
    """-B and PYTHONDONTWRITEBYTECODE keep caches from being written."""
    assert value(library, sandbox, "-B") == "source"
    assert value(library, sandbox, PYTHONDONTWRITEBYTECODE="1") == "source"
    assert not (file.parent / "__pycache__").exists()


def test_prefix(library: Library, file: Path, sandbox: Sandbox) -> None:
    """-X pycache_prefix and PYTHONPYCACHEPREFIX put caches elsewhere, absolute or relative."""
    inside = str(file.parent).lstrip("/")
    name = f"mod.{sys.implementation.cache_tag}.pyc"
    assert value(library, sandbox, "-X", f"pycache_prefix={sandbox.root}/one") == "source"
    assert (sandbox.root / "one" / inside / name).exists()
    assert value(library, sandbox, PYTHONPYCACHEPREFIX="two") == "source"
    assert (sandbox.root / "two" / inside / name).exists()
    assert not (file.parent / "__pycache__").exists()


def test_verbose(library: Library, file: Path, sandbox: Sandbox) -> None:
    """Under -v it is reported which file the code came from, in importlib's words."""
    program = library.prelude + PRINT
    cache = library.util.cache_from_source(file)
    assert value(library, sandbox, "-B", "-X", "pycache_prefix=nowhere") == "source"
    lines = sandbox.python("-v", "-c", program).stderr.splitlines()
    assert f"# code object from {file}" in lines
    assert f"# created {cache!r}" in lines
    assert any(line.startswith("import 'mod' # <") and "SourceFileLoader object" in line for line in lines)
    lines = sandbox.python("-v", "-c", program).stderr.splitlines()
    assert f"# {cache} matches {file}" in lines
    assert f"# code object from {cache!r}" in lines
    Path(cache).write_bytes(b"\0\0\0\0")
    lines = sandbox.python("-v", "-c", program).stderr.splitlines()
    assert "# bad magic number in 'mod': b'\\x00\\x00\\x00\\x00'" in lines
    Path(cache).write_bytes(MAGIC)
    lines = sandbox.python("-v", "-c", program).stderr.splitlines()
    assert "# reached EOF while reading pyc header of 'mod'" in lines


def test_verbose_about_failures(library: Library, file: Path, sandbox: Sandbox) -> None:
    """Under -v it is reported that a cache could not be written."""
    (file.parent / "__pycache__").touch()
    lines = sandbox.python("-v", "-c", library.prelude + PRINT).stderr.splitlines()
    assert any(line.startswith("# could not create '") and "mod." in line for line in lines)


def test_verbose_about_damage(file: Path, sandbox: Sandbox) -> None:
    """Under -v loadstone reports that it compiles a damaged cache anew."""
    cache = put(file, MAGIC + uint32(0b01) + bytes(8) + b"\xe3" + b"\xff" * 50)
    done = sandbox.python("-v", "-c", Library("loadstone").prelude + PRINT)
    assert done.stdout == "source\n"
    assert any(
        line.startswith(f"# bytecode in {str(cache)!r} is damaged: ") for line in done.stderr.splitlines()
    )


def test_verbose_about_extensions(library: Library, sandbox: Sandbox) -> None:
    """Under -v the loading of extension modules is reported."""
    program = library.prelude + "import _testmultiphase\n"
    lines = sandbox.python("-v", "-c", program).stderr.splitlines()
    assert any(line.startswith("# extension module '_testmultiphase' loaded from '") for line in lines)
    assert any(line.startswith("# extension module '_testmultiphase' executed from '") for line in lines)
