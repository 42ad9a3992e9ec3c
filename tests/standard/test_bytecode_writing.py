"""Writing bytecode: in one step, with the source's permissions, on disks that refuse."""

from __future__ import annotations

import errno
import os
import py_compile
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .caches import HEADER, put, run, timestamp_pyc
from .libraries import Library, both, unprivileged

if TYPE_CHECKING:
    from ..conftest import Sandbox

SOURCE = "x = 'source'\n"
LARGE = SOURCE + "".join(f"v{number} = 'text number {number}'\n" for number in range(5000))


def caches(folder: Path) -> list[str]:
    """What is in the folder of caches."""
    directory = folder / "__pycache__"
    return sorted(os.listdir(directory)) if directory.is_dir() else []


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
@pytest.mark.parametrize("mode", [0o644, 0o600, 0o444, 0o755, 0o666, 0o400])
def test_permissions(library: Library, sandbox: Sandbox, mode: int, umask: int) -> None:
    """A cache has its source's permissions, writable by its owner, not executable, less the umask."""
    file = sandbox.write({"mod.py": SOURCE}) / "mod.py"
    file.chmod(mode)
    old = os.umask(umask)
    try:
        library.loader(file).get_code("mod")
    finally:
        os.umask(old)
    cache = Path(library.util.cache_from_source(file))
    assert cache.stat().st_mode & 0o777 == (mode | 0o200) & 0o666 & ~umask


def test_a_cache_is_replaced(library: Library, sandbox: Sandbox) -> None:
    """A stale cache is replaced by a new file: who has it open keeps the old one."""
    file = sandbox.write({"mod.py": SOURCE}) / "mod.py"
    stale = timestamp_pyc(file, mtime=5)
    cache = put(file, stale)
    with open(cache, "rb") as opened:
        library.loader(file).get_code("mod")
        assert opened.read() == stale
    assert cache.read_bytes() != stale
    assert caches(sandbox.root) == [cache.name]


@pytest.mark.parametrize("kind", ["timestamp", "hash"])
def test_the_bytes_are_those_of_importlib(sandbox: Sandbox, kind: str) -> None:
    """What is written is the same to the byte, whoever writes it: caches can be compared by content."""
    file = sandbox.write({"mod.py": LARGE + "def f(a, b=1): return a, b, 'text', 2.5\n"}) / "mod.py"
    mode = py_compile.PycInvalidationMode[{"timestamp": "TIMESTAMP", "hash": "CHECKED_HASH"}[kind]]
    expected = Path(py_compile.compile(str(file), doraise=True, invalidation_mode=mode) or "").read_bytes()

    def written(library: Library) -> bytes:
        cache = Path(library.util.cache_from_source(file))
        # A stale cache of the same kind, which is replaced by one of that kind.
        stale = bytearray(expected)
        stale[8] ^= 1
        cache.write_bytes(stale)
        library.loader(file).get_code("mod")
        return cache.read_bytes()

    theirs, ours = both(written)
    assert ours == theirs
    assert len(ours[1]) == len(expected)


def test_a_cache_that_is_a_link(library: Library, sandbox: Sandbox) -> None:
    """A link in the cache's place is replaced; what it leads to is left alone."""
    file = sandbox.write({"mod.py": SOURCE, "precious": "text"}) / "mod.py"
    cache = Path(library.util.cache_from_source(file))
    cache.parent.mkdir()
    cache.symlink_to(sandbox.root / "precious")
    library.loader(file).get_code("mod")
    assert not cache.is_symlink()
    assert (sandbox.root / "precious").read_text() == "text"


@pytest.mark.parametrize("where", ["folder", "cache folder", "cache"])
def test_read_only_places(library: Library, open_folder: Path, where: str) -> None:
    """Where nothing may be written, the module is compiled, and nothing is left behind."""
    file = open_folder / "mod.py"
    file.write_text(SOURCE)
    directory = open_folder / "__pycache__"
    if where != "folder":
        directory.mkdir()
    if where == "cache":
        put(file, timestamp_pyc(file, mtime=5)).chmod(0o444)
    (open_folder if where == "folder" else directory).chmod(0o555)
    before = caches(open_folder)
    with unprivileged():
        assert run(library.loader(file).get_code("mod")) == "source"
    assert caches(open_folder) == before


@pytest.mark.parametrize("obstacle", ["file", "dangling link", "loop", "device"])
def test_obstacles(library: Library, sandbox: Sandbox, obstacle: str) -> None:
    """Where the folder of caches cannot be made, the module is compiled all the same."""
    file = sandbox.write({"mod.py": SOURCE}) / "mod.py"
    directory = sandbox.root / "__pycache__"
    if obstacle == "file":
        directory.touch()
    else:
        aim = {"dangling link": "/nowhere/at/all", "loop": "__pycache__", "device": "/dev/null"}[obstacle]
        directory.symlink_to(aim)
    assert run(library.loader(file).get_code("mod")) == "source"


def test_missing_folders_are_made(library: Library, sandbox: Sandbox) -> None:
    """`set_data` makes the folders that are missing."""
    path = sandbox.root / "a/b/c/file"
    library.loader("mod.py").set_data(str(path), b"data")
    assert path.read_bytes() == b"data"
    library.loader("mod.py").set_data(str(path), memoryview(b"other"))
    assert path.read_bytes() == b"other"
    assert os.listdir(path.parent) == ["file"]


def test_set_data_gives_up_silently(library: Library, sandbox: Sandbox) -> None:
    """`set_data` does nothing where folders cannot be made or the file cannot be written."""
    sandbox.write({"file": ""})
    for path in ("file/x", "file/x/y", "/dev/null/x", "a" * 300, f"{'b' * 300}/x"):
        library.loader("mod.py").set_data(str(sandbox.root / path), b"data")
    assert os.listdir(sandbox.root) == ["file"]


DRAFTS = """
import os, sys
def vanish(event, arguments):
    if event == "os.rename" and "__pycache__" in arguments[0]:
        os.unlink(arguments[0])
sys.addaudithook(vanish)
sys.path.insert(0, "")
import mod
print(mod.x)
"""


def test_drafts_that_vanish(sandbox: Sandbox) -> None:
    """Where the draft of a cache is removed before it gets its name, the import works without a cache."""
    sandbox.write({"mod.py": SOURCE})
    done = sandbox.python("-c", Library("loadstone").prelude + DRAFTS)
    assert (done.stdout, done.stderr) == ("source\n", "")
    assert caches(sandbox.root) == []


def test_source_that_is_no_file(library: Library, sandbox: Sandbox) -> None:
    """The cache of source that is no file of its own gets the usual permissions."""

    class Own(library.machinery.SourceFileLoader):  # type: ignore[misc,name-defined]
        def get_data(self, path: str) -> bytes:
            if path.endswith(".py"):
                return SOURCE.encode()
            return bytes(super().get_data(path))

        def path_stats(self, path: str) -> dict[str, int]:
            return {"mtime": 1, "size": len(SOURCE)}

    file = sandbox.root / "mod.py"
    old = os.umask(0o022)
    try:
        assert run(Own("mod", str(file)).get_code("mod")) == "source"
    finally:
        os.umask(old)
    cache = Path(library.util.cache_from_source(file))
    assert cache.stat().st_mode & 0o777 == 0o644
    assert run(Own("mod", str(file)).get_code("mod")) == "source"


def test_set_data_of_junk(sandbox: Sandbox) -> None:
    """What is no data raises, and leaves no file behind."""
    with pytest.raises(TypeError):
        Library("loadstone").loader("mod.py").set_data(str(sandbox.root / "file"), "text")
    assert os.listdir(sandbox.root) == []


FULL = """
import resource, signal, sys
sys.path.insert(0, "")
{prepare}
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
import mod
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
print(mod.x)
"""


def test_limit_of_file_size(sandbox: Sandbox) -> None:
    """Where a file cannot grow to its size, nothing is cached and nothing left behind; the import works."""
    sandbox.write({"mod.py": LARGE})
    program = Library("loadstone").prelude + FULL.format(prepare="")
    done = sandbox.python("-c", program)
    assert (done.stdout, done.stderr) == ("source\n", "")
    assert caches(sandbox.root) == []


def test_killed_while_writing(sandbox: Sandbox, unmeasured: None) -> None:
    """A process that is killed in the middle of writing leaves no half cache in the cache's place."""
    sandbox.write({"mod.py": LARGE})
    prepare = (
        "signal.signal(signal.SIGXFSZ, signal.SIG_DFL)\nresource.setrlimit(resource.RLIMIT_CORE, (0, 0))"
    )
    library = Library("loadstone")
    # The kernel kills the process when a write reaches the limit.
    done = sandbox.python("-c", library.prelude + FULL.format(prepare=prepare))
    assert done.returncode < 0
    assert done.stdout == ""
    name = Path(library.util.cache_from_source(sandbox.root / "mod.py")).name
    assert name not in caches(sandbox.root)
    done = sandbox.python(
        "-c", library.prelude + "import sys\nsys.path.insert(0, '')\nimport mod\nprint(mod.x)"
    )
    assert (done.stdout, done.stderr) == ("source\n", "")
    assert name in caches(sandbox.root)


WRITER = """
import os, sys, loadstone.machinery
loader = loadstone.machinery.SourceFileLoader("mod", sys.argv[1])
cache = loadstone.machinery.ModuleSpec("mod", loader, origin=sys.argv[1])
cache.has_location = True
print("ready", flush=True)
for number in range(int(sys.argv[2])):
    namespace = {}
    exec(loader.get_code("mod"), namespace)
    assert namespace["x"] == "source" and namespace["v4999"] == "text number 4999"
    try:
        os.unlink(cache.cached)
    except FileNotFoundError:
        pass
print("done")
"""


def test_killed_at_any_time(sandbox: Sandbox, unmeasured: None) -> None:
    """Whenever a writing process is killed, the cache is whole or not there."""
    file = sandbox.write({"mod.py": LARGE}) / "mod.py"
    cache = Path(Library("loadstone").util.cache_from_source(file))
    whole = len(timestamp_pyc(file, compile(LARGE, str(file), "exec")))
    for round_ in range(6):
        command = [sys.executable, "-c", WRITER, str(file), "1000000"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            with pytest.raises(subprocess.TimeoutExpired):
                child.wait(0.013 * round_)
            child.kill()
        if cache.exists():
            assert cache.stat().st_size == whole
        assert run(Library("loadstone").loader(file).get_code("mod")) == "source"
        cache.unlink()


def test_two_processes_write_the_same_cache(sandbox: Sandbox) -> None:
    """Processes that write, read and remove the same cache never see half of it."""
    file = sandbox.write({"mod.py": LARGE}) / "mod.py"
    command = [sys.executable, "-W", "error", "-c", WRITER, str(file), "25"]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    for child in children:
        assert child.communicate(timeout=60)[0] == "ready\ndone\n"
        assert child.returncode == 0
    assert caches(sandbox.root) == []


def test_two_threads_write_the_same_cache(library: Library, sandbox: Sandbox) -> None:
    """Threads that write the same cache leave one whole file."""
    file = sandbox.write({"mod.py": LARGE}) / "mod.py"
    errors: list[BaseException] = []

    def write() -> None:
        try:
            for _ in range(5):
                Path(library.util.cache_from_source(file)).unlink(missing_ok=True)
                assert run(library.loader(file).get_code("mod")) == "source"
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert run(library.loader(file).get_code("mod")) == "source"
    assert caches(sandbox.root) == [Path(library.util.cache_from_source(file)).name]


@pytest.fixture
def small_disk(sandbox: Sandbox) -> Iterator[Path]:
    """A disk of half a megabyte."""
    folder = sandbox.root / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=512k", "none", str(folder)]
    if os.geteuid() or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("mounting is not permitted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(file: Path) -> None:
    """Write to `file` until the disk is full."""
    with open(file, "wb", buffering=0) as opened:
        try:
            while True:
                opened.write(bytes(4096))
        except OSError as error:
            assert error.errno == errno.ENOSPC  # noqa: PT017


def test_full_disk(small_disk: Path) -> None:
    """On a full disk modules are compiled, no cache is left in part, and none of an earlier time is lost."""
    library = Library("loadstone")
    file = small_disk / "mod.py"
    file.write_text(SOURCE + "".join(f"v{number} = {number}.5\n" for number in range(1500)))
    whole = timestamp_pyc(file, compile(file.read_text(), str(file), "exec"))
    stale = put(file, timestamp_pyc(file, mtime=5))
    fill(small_disk / "filler")
    # Room for a page or two, less than the cache needs.
    os.truncate(small_disk / "filler", os.path.getsize(small_disk / "filler") - 8192)
    assert len(whole) > 8192
    before = stale.read_bytes()
    assert run(library.loader(file).get_code("mod")) == "source"
    assert stale.read_bytes() == before
    assert caches(small_disk) == [stale.name]
    (small_disk / "filler").unlink()
    assert run(library.loader(file).get_code("mod")) == "source"
    assert stale.read_bytes()[:HEADER] == whole[:HEADER]
    assert stale.stat().st_size == len(whole)
