"""Damaged bytecode, property-based: flipped and cut bytes."""

from __future__ import annotations

import importlib.util
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import loadstone.machinery

from .caches import HEADER, hash_pyc, put, run, timestamp_pyc

if TYPE_CHECKING:
    from ..conftest import Sandbox

SOURCE = b"""
x = "source"

class C:
    "Text."
    def method(self, *args, key=None, **rest):
        return [item for item in args if item] or {1.5: (key, rest)}

async def f():
    try:
        yield 1
    finally:
        pass
"""
PROFILE = settings(
    max_examples=80,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
KINDS = ("timestamp", "checked", "unchecked")


@pytest.fixture(autouse=True)
def little_memory() -> Iterator[None]:
    """Lengths that are damaged into billions end in MemoryError, not in gigabytes."""
    limits = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, limits)


def pyc(file: Path, kind: str, source: bytes = SOURCE) -> bytes:
    """A cache of `source` with a valid header for `file`."""
    code = compile(source, str(file), "exec")
    return (
        timestamp_pyc(file, code)
        if kind == "timestamp"
        else hash_pyc(SOURCE, code, checked=kind == "checked")
    )


def load(file: Path) -> object:
    """What the module sets x to; or the kind of error that is allowed."""
    try:
        code = loadstone.machinery.SourceFileLoader("mod", str(file)).get_code("mod")
    except (ImportError, EOFError) as error:
        return type(error)
    return run(code)


@pytest.mark.parametrize("kind", KINDS)
def test_cut_bytecode(sandbox: Sandbox, kind: str) -> None:
    """Bytecode that ends anywhere is compiled anew, or is an EOFError."""
    file = sandbox.write({"mod.py": SOURCE}) / "mod.py"
    whole = pyc(file, kind)

    @PROFILE
    @given(st.integers(0, len(whole) - 1))
    def check(length: int) -> None:
        put(file, whole[:length])
        assert load(file) == (EOFError if length == HEADER else "source")

    check()


@pytest.mark.parametrize("kind", KINDS)
def test_changed_headers(sandbox: Sandbox, kind: str) -> None:
    """With any change to the header, stale code is not executed: other flags may only make it unchecked."""
    file = sandbox.write({"mod.py": SOURCE}) / "mod.py"
    stale = pyc(file, kind, b"x = 'stale'")

    @PROFILE
    @given(st.lists(st.tuples(st.integers(0, HEADER - 1), st.integers(1, 255)), min_size=1, max_size=4))
    def check(changes: list[tuple[int, int]]) -> None:
        data = bytearray(stale)
        for place, change in changes:
            data[place] ^= change
        put(file, bytes(data))
        found = load(file)
        unchecked = data[:8] == importlib.util.MAGIC_NUMBER + b"\1\0\0\0"
        assert found == "source" or data == stale or unchecked

    check()


@pytest.mark.parametrize("kind", KINDS)
def test_anything_for_bytecode(sandbox: Sandbox, kind: str) -> None:
    """Any bytes in a cache's place are compiled anew, or are an ImportError or EOFError."""
    file = sandbox.write({"mod.py": SOURCE}) / "mod.py"
    header = pyc(file, kind)[:HEADER]

    @PROFILE
    @given(st.one_of(st.binary(max_size=100), st.binary(max_size=100).map(lambda body: header + body)))
    def check(data: bytes) -> None:
        put(file, data)
        assert load(file) in ("source", ImportError, EOFError)

    check()


# What is unmarshalled from flipped bytes can crash the interpreter, with any loader: not in this process.
FLIPS = """
import random, resource, sys
from pathlib import Path
import {library}.machinery as machinery
file, cache, seed = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
whole = cache.read_bytes()
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, -1))
loader = machinery.SourceFileLoader("mod", str(file))
if seed == "again":
    loader.get_code("mod")
    sys.exit()
dice = random.Random(int(seed))
outcomes = set()
for _ in range(400):
    data = bytearray(whole)
    for _ in range(dice.randint(1, 3)):
        data[dice.randrange(16, len(data))] ^= dice.randint(1, 255)
    cache.write_bytes(data)
    try:
        loader.get_code("mod")
        outcomes.add("code")
    except Exception as error:
        outcomes.add(type(error).__name__)
cache.write_bytes(whole)
print(*sorted(outcomes))
"""


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_flipped_code(sandbox: Sandbox, seed: int) -> None:
    """Flipped bytes in the code give a code object, an ImportError or an EOFError.

    Where they crash the interpreter, they do so with importlib's loader too.
    """
    file = sandbox.write({"mod.py": SOURCE}) / "mod.py"
    cache = put(file, pyc(file, "unchecked"))
    arguments = [str(file), str(cache)]

    def child(library: str, seed: str) -> subprocess.CompletedProcess[str]:
        return sandbox.python("-c", FLIPS.format(library=library), *arguments, seed)

    done = child("loadstone", str(seed))
    if done.returncode < 0:
        assert child("importlib", "again").returncode < 0
        return
    assert done.returncode == 0, done.stderr
    assert "code" in done.stdout.split()
    assert set(done.stdout.split()) <= {"code", "ImportError", "EOFError"}


def test_flipped_bytecode_without_source(sandbox: Sandbox) -> None:
    """A bytecode file without source that is cut or of another Python raises ImportError or EOFError."""
    file = sandbox.write({"mod.py": SOURCE}) / "mod.py"
    whole = pyc(file, "timestamp")
    lone = sandbox.root / "lone.pyc"

    @PROFILE
    @given(st.integers(0, len(whole) - 1), st.integers(0, 255))
    def check(length: int, first: int) -> None:
        data = whole[:length]
        lone.write_bytes(data)
        loader = loadstone.machinery.SourcelessFileLoader("lone", str(lone))
        with pytest.raises((EOFError, ImportError, ValueError, TypeError)) as caught:
            loader.get_code("lone")
        assert caught.type in (ImportError, EOFError) or length > HEADER
        lone.write_bytes(bytes([first ^ whole[0] or 1]) + whole[1:])
        if first:
            with pytest.raises(ImportError, match="bad magic number in 'lone'"):
                loader.get_code("lone")

    check()
