"""Cached bytecode: what is valid, what is stale, and what becomes of it."""

from __future__ import annotations

import marshal
import os
import sys
import warnings
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from loadstone._core.versions import WARNS_OF_OLD_NAMES

from .caches import HEADER, MAGIC, OLD, compiled, hash_pyc, put, run, timestamp_pyc, uint32
from .libraries import Library

if TYPE_CHECKING:
    from ..conftest import Sandbox

SOURCE = b"x = 'source'\n"


@pytest.fixture
def file(sandbox: Sandbox) -> Path:
    """A source file."""
    return sandbox.write({"mod.py": SOURCE}) / "mod.py"


def value(library: Library, file: Path) -> Any:
    """What the module in `file` sets x to, by a new loader."""
    return run(library.loader(file).get_code("mod"))


def test_compiled_source_is_cached(library: Library, file: Path) -> None:
    """What is compiled is written to the cache: a header with the source's time and size, then the code."""
    code = library.loader(file).get_code("mod")
    assert run(code) == "source"
    assert code.co_filename == str(file)
    cache = Path(library.util.cache_from_source(file))
    data = cache.read_bytes()
    facts = file.stat()
    assert data[:HEADER] == MAGIC + uint32(0) + uint32(facts.st_mtime) + uint32(facts.st_size)
    assert marshal.loads(data[HEADER:]) == code
    assert os.listdir(cache.parent) == [cache.name]


def test_valid_bytecode_is_used(library: Library, file: Path) -> None:
    """With a valid cache the source is not compiled, nor is the cache written again."""
    cache = put(file, timestamp_pyc(file))
    os.utime(cache, OLD)
    assert value(library, file) == "cached"
    assert cache.stat().st_mtime == OLD[0]


def test_the_file_name_is_put_right(library: Library, file: Path) -> None:
    """Code from a cache that was made elsewhere gets the file name of its source, inner functions too."""
    inner = "def x(): return lambda: 1\n"
    put(file, timestamp_pyc(file, compiled(inner)))
    code = library.loader(file).get_code("mod")
    function = run(code)
    names = {code.co_filename, function.__code__.co_filename, function().__code__.co_filename}
    assert names == {str(file)}


@pytest.mark.parametrize("change", ["older", "newer", "size", "both"])
def test_stale_timestamps(library: Library, file: Path, change: str) -> None:
    """Another modification time, older or newer, or another size makes a cache stale: it is replaced."""
    facts = file.stat()
    mtime = facts.st_mtime + {"older": -10, "newer": 10, "both": 5}.get(change, 0)
    size = facts.st_size + (change in ("size", "both"))
    cache = put(file, timestamp_pyc(file, mtime=mtime, size=size))
    assert value(library, file) == "source"
    assert cache.read_bytes()[:HEADER] == timestamp_pyc(file)[:HEADER]
    assert run(marshal.loads(cache.read_bytes()[HEADER:])) == "source"


@pytest.mark.parametrize("mtime", [0, 1, -1, 2**31, 2**32 + 7, 1e9 + 0.75])
def test_times_of_every_size(library: Library, file: Path, mtime: float) -> None:
    """The modification time counts in whole seconds, modulo 2 to the 32nd."""
    try:
        os.utime(file, (mtime, mtime))
    except OverflowError:
        pytest.skip("not a time here")
    put(file, timestamp_pyc(file))
    assert value(library, file) == "cached"
    put(file, timestamp_pyc(file, mtime=file.stat().st_mtime + 1))
    assert value(library, file) == "source"
    assert value(library, file) == "source"


@pytest.mark.parametrize("checked", [True, False])
def test_hash_based_bytecode(library: Library, file: Path, checked: bool) -> None:
    """A hash-based cache is valid while the source has its hash, or always if it is not to be checked."""
    put(file, hash_pyc(SOURCE, checked=checked))
    os.utime(file, OLD)
    assert value(library, file) == "cached"
    cache = put(file, hash_pyc(b"other source", checked=checked))
    assert value(library, file) == ("source" if checked else "cached")
    if checked:
        assert cache.read_bytes()[:HEADER] == hash_pyc(SOURCE, checked=True)[:HEADER]


@pytest.mark.parametrize("checked", [True, False])
def test_what_replaces_hash_based_bytecode(library: Library, file: Path, checked: bool) -> None:
    """A hash-based cache is replaced by one of its kind, if what is in it shows it at all."""
    cache = put(file, MAGIC + uint32(0b11 if checked else 0b01) + bytes(8) + marshal.dumps(compiled()))
    expected = hash_pyc(SOURCE, checked=checked)[:HEADER]
    assert value(library, file) == ("source" if checked else "cached")
    if checked:
        assert cache.read_bytes()[:HEADER] == expected
        assert value(library, file) == "source"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        MAGIC,
        MAGIC[:3],
        MAGIC + bytes(11),
        b"\0\0\0\0" + bytes(12),
        b"\xff\xff\r\n" + bytes(12) + marshal.dumps(compiled()),
        b"x = 'text'\n" * 5,
        MAGIC + uint32(0b100) + bytes(8) + marshal.dumps(compiled()),
        MAGIC + uint32(0xFFFFFFFF) + bytes(8) + marshal.dumps(compiled()),
        MAGIC + uint32(0b10) + bytes(8) + marshal.dumps(compiled()),
    ],
    ids=lambda data: data[:10].hex(),
)
def test_caches_with_bad_headers(library: Library, file: Path, data: bytes) -> None:
    """A cache that is empty, too short, of another Python or with unknown flags is replaced."""
    cache = put(file, data)
    assert value(library, file) == "source"
    assert cache.read_bytes()[:HEADER] == timestamp_pyc(file)[:HEADER]


@pytest.mark.parametrize("thing", [None, 3, "text", (), b"bytes"], ids=repr)
def test_caches_without_code(library: Library, file: Path, thing: object) -> None:
    """A valid cache in which something other than code is stored is an ImportError that names it."""
    cache = put(file, timestamp_pyc(file, marshal.dumps(thing)))
    with pytest.raises(ImportError, match="Non-code object in") as caught:
        library.loader(file).get_code("mod")
    assert caught.value.name == "mod"
    assert caught.value.path == str(cache)


@pytest.mark.parametrize("body", [b"", b"("])
def test_caches_with_nothing(library: Library, file: Path, body: bytes) -> None:
    """A valid cache that ends before any code is an EOFError."""
    cache = put(file, timestamp_pyc(file)[:HEADER] + body)
    with pytest.raises(EOFError):
        library.loader(file).get_code("mod")
    assert cache.exists()


@pytest.mark.parametrize("kind", ["timestamp", "checked", "unchecked"])
def test_caches_with_half_the_code(file: Path, sandbox: Sandbox, kind: str) -> None:
    """A valid cache whose code is cut off or damaged is replaced by loadstone."""
    whole = timestamp_pyc(file) if kind == "timestamp" else hash_pyc(SOURCE, checked=kind == "checked")
    library = Library("loadstone")
    for data in (whole[: HEADER + 1], whole[: HEADER + 30], whole[:-1], whole[: HEADER + 1] + b"\xff" * 50):
        cache = put(file, data)
        assert value(library, file) == "source"
        assert cache.read_bytes()[:HEADER] == whole[:HEADER]
        assert value(library, file) == "source"


def test_no_bytecode_is_written_if_so_asked(library: Library, file: Path) -> None:
    """With `sys.dont_write_bytecode` valid caches are read, none are written or replaced."""
    sys.dont_write_bytecode = True
    assert value(library, file) == "source"
    assert not (file.parent / "__pycache__").exists()
    cache = put(file, timestamp_pyc(file))
    assert value(library, file) == "cached"
    stale = timestamp_pyc(file, mtime=5)
    cache.write_bytes(stale)
    assert value(library, file) == "source"
    assert cache.read_bytes() == stale


def test_another_root_for_caches(library: Library, file: Path, sandbox: Sandbox) -> None:
    """With `sys.pycache_prefix` caches are below that folder, and those beside the source are not read."""
    put(file, timestamp_pyc(file))
    sys.pycache_prefix = str(sandbox.root / "caches/deep")
    assert value(library, file) == "source"
    cache = Path(library.util.cache_from_source(file))
    assert cache.is_relative_to(sandbox.root / "caches/deep")
    assert cache.read_bytes()[:HEADER] == timestamp_pyc(file)[:HEADER]
    cache.write_bytes(timestamp_pyc(file, compiled("x = 'prefixed'\n")))
    assert value(library, file) == "prefixed"


def test_no_cache_tag(library: Library, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the interpreter has no cache tag, nothing is cached."""
    monkeypatch.setattr(sys.implementation, "cache_tag", None)
    assert value(library, file) == "source"
    assert os.listdir(file.parent) == ["mod.py"]
    assert library.util.spec_from_file_location("mod", str(file)).cached is None


def test_no_source(library: Library, file: Path) -> None:
    """A cache in `__pycache__` is of no use without the source."""
    put(file, timestamp_pyc(file))
    file.unlink()
    with pytest.raises(FileNotFoundError):
        library.loader(file).get_code("mod")
    assert library.finder(file.parent).find_spec("mod") is None


def test_a_directory_in_place_of_the_cache(library: Library, file: Path) -> None:
    """Where something that cannot be read or replaced stands in the cache's place, the source is compiled."""
    cache = Path(library.util.cache_from_source(file))
    cache.mkdir(parents=True)
    assert value(library, file) == "source"
    assert os.listdir(cache.parent) == [cache.name]


def test_loader_for_another_name(library: Library, file: Path) -> None:
    """A loader is for one module only."""
    loader = library.loader(file)
    for method in ("get_code", "get_filename", "is_package", "get_source", "get_resource_reader"):
        with pytest.raises(ImportError, match="loader for mod cannot handle other") as caught:
            getattr(loader, method)("other")
        assert caught.value.name == "other"


def test_large_modules(library: Library, sandbox: Sandbox) -> None:
    """Caches larger than one read are whole."""
    text = "x = 'source'\n" + "".join(f"v{number} = 'text number {number}'\n" for number in range(20_000))
    file = sandbox.write({"mod.py": text}) / "mod.py"
    first = library.loader(file).get_code("mod")
    assert library.loader(file).get_code("mod") == first
    size = os.path.getsize(library.util.cache_from_source(file))
    assert size > 1 << 18


@pytest.mark.parametrize("size", [(1 << 16) - 1, 1 << 16, (1 << 16) + 1])
def test_caches_at_the_size_of_one_read(library: Library, file: Path, size: int) -> None:
    """A cache that is read in just one piece, or in one and a bit, is whole."""
    text = "x = 'cached'; y = '{}'\n"
    empty = len(timestamp_pyc(file, compiled(text.format(""))))
    guess = compiled(text.format("y" * 60_000))
    fill = size - len(timestamp_pyc(file, guess)) + 60_000
    data = timestamp_pyc(file, compiled(text.format("y" * fill)))
    assert len(data) == size > empty
    put(file, data)
    assert value(library, file) == "cached"


class Memory:
    """A mixin for loaders that keep files in a dict."""

    files: dict[str, bytes]
    stats: Any

    def get_filename(self, fullname: str) -> str:
        return "/nowhere/mod.py"

    def get_data(self, path: str) -> bytes:
        try:
            return self.files[path]
        except KeyError:
            raise OSError(path) from None

    def path_stats(self, path: str) -> Any:
        if isinstance(self.stats, BaseException):
            raise self.stats
        return self.stats

    def set_data(self, path: str, data: Any) -> None:
        self.files[path] = bytes(data)


def memory(library: Library, stats: Any) -> Any:
    """A SourceLoader whose source and cache are in memory."""
    kind = type("Loader", (Memory, library.abc.SourceLoader), {})
    loader = kind()
    loader.files = {"/nowhere/mod.py": SOURCE}
    loader.stats = stats
    return loader


@pytest.mark.parametrize(
    "stats", [{"mtime": 5.5, "size": len(SOURCE)}, {"mtime": 5, "size": None}, {"mtime": 5}]
)
def test_facts_of_other_loaders(library: Library, stats: Any) -> None:
    """A loader tells its source's time, and its size or not."""
    if "size" not in stats and not library.is_loadstone:
        pytest.skip("importlib says that the size is optional, and raises KeyError")
    loader = memory(library, stats)
    cache = library.util.cache_from_source("/nowhere/mod.py")
    assert run(loader.get_code("mod")) == "source"
    assert loader.files[cache][:HEADER] == MAGIC + uint32(0) + uint32(5) + uint32(len(SOURCE))
    for size in (len(SOURCE), 99):
        loader.files[cache] = MAGIC + uint32(0) + uint32(5) + uint32(size) + marshal.dumps(compiled())
        knows = stats.get("size") is not None
        assert run(loader.get_code("mod")) == ("source" if knows and size == 99 else "cached")


@pytest.mark.parametrize("error", [OSError("no"), FileNotFoundError("no")])
def test_loaders_without_facts(library: Library, error: OSError) -> None:
    """Where the source's time is not to be had, no cache is read or written."""
    loader = memory(library, error)
    cache = library.util.cache_from_source("/nowhere/mod.py")
    loader.files[cache] = hash_pyc(SOURCE, checked=False)
    before = dict(loader.files)
    assert run(loader.get_code("mod")) == "source"
    assert loader.files == before


def test_loaders_that_cannot_write(library: Library) -> None:
    """NotImplementedError from `set_data` means that nothing is cached; other errors pass through."""
    loader = memory(library, {"mtime": 5})

    def refuse(path: str, data: Any) -> None:
        raise NotImplementedError

    loader.set_data = refuse
    assert run(loader.get_code("mod")) == "source"

    def fail(path: str, data: Any) -> None:
        raise OSError("disk on fire")

    loader.set_data = fail
    with pytest.raises(OSError, match="fire"):
        loader.get_code("mod")


def test_loaders_without_source(library: Library) -> None:
    """Where the source cannot be read, `get_code` raises OSError and `get_source` ImportError."""
    loader = memory(library, {"mtime": 5})
    loader.files.clear()
    with pytest.raises(OSError, match="nowhere"):
        loader.get_code("mod")
    with pytest.raises(ImportError, match=r"source not available through get_data\(\)") as caught:
        loader.get_source("mod")
    assert caught.value.name == "mod"
    assert isinstance(caught.value.__cause__, OSError)


def test_only_the_time(library: Library) -> None:
    """A loader may give `path_mtime` in place of `path_stats`."""
    kind = type(
        "Loader",
        (library.abc.SourceLoader,),
        {
            "get_filename": lambda self, fullname: "/nowhere/mod.py",
            "get_data": lambda self, path: SOURCE,
            "path_mtime": lambda self, path: 7,
        },
    )
    assert kind().path_stats("/nowhere/mod.py") == {"mtime": 7}
    assert run(kind().get_code("mod")) == "source"


def test_the_time_from_the_facts(library: Library) -> None:
    """A loader that gives `path_stats` has `path_mtime`; loaders of files have none."""
    loader = memory(library, {"mtime": 5.5})
    warned = [DeprecationWarning] if WARNS_OF_OLD_NAMES else []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert loader.path_mtime("/nowhere/mod.py") == 5
    assert [warning.category for warning in caught] == warned
    own = library.loader("/nowhere/mod.py")
    with pytest.raises(OSError, match=r"^$"):
        own.path_mtime("/nowhere/mod.py")
    with pytest.raises(OSError, match=r"^$"):
        super(library.machinery.SourceFileLoader, own).path_stats("/nowhere/mod.py")


@pytest.mark.parametrize("method", ["get_data", "path_stats", "get_filename"])
@pytest.mark.parametrize("place", ["class", "instance"])
def test_overridden_methods_are_asked(library: Library, file: Path, method: str, place: str) -> None:
    """What a subclass of SourceFileLoader, or one loader, has for a method is called, whatever is cached."""
    put(file, timestamp_pyc(file))
    base = library.machinery.SourceFileLoader
    calls = []

    def own(self: Any, *arguments: Any) -> Any:
        calls.append(arguments)
        return getattr(base, method)(self, *arguments)

    loader = type("Loader", (base,), {method: own} if place == "class" else {})("mod", str(file))
    if place == "instance":
        setattr(loader, method, partial(own, loader))
    assert run(loader.get_code("mod")) == "cached"
    assert calls


def test_source_to_code_decides(library: Library, file: Path) -> None:
    """A subclass may compile as it likes; the result is cached."""

    class Own(library.machinery.SourceFileLoader):  # type: ignore[misc,name-defined]
        def source_to_code(self, data: Any, path: Any, *name: Any, **options: Any) -> Any:
            assert data == SOURCE
            return super().source_to_code(b"x = 'own'\n", path, *name)

    assert run(Own("mod", str(file)).get_code("mod")) == "own"
    assert value(library, file) == "own"


def test_equal_loaders(library: Library, file: Path) -> None:
    """Loaders are equal, and hash alike, if their class, name and path are."""
    loader = library.loader(file)
    assert loader == library.loader(file)
    assert hash(loader) == hash(library.loader(file))
    assert loader != library.loader(file, "other")
    assert loader != library.machinery.SourcelessFileLoader("mod", str(file))
    assert loader != "text"
