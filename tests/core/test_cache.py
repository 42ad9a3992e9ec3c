"""Where bytecode is cached, by table."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from loadstone._core import cache
from loadstone._core.versions import HAS_DEBUG_OVERRIDE

if TYPE_CHECKING:
    from ..conftest import Sandbox

TAG = sys.implementation.cache_tag
SOURCES = [
    "a.py", "/a.py", "//a.py", "dir/a.py", "dir//a.py", "/dir/sub/a.py", "./a.py", "../a.py", "a", "dir/a",
    "a.b.py", "dir.py/a", ".py", "dir/.py", ".", "..", "", "/", "dir/", "a.pyw", "a.txt",
    "/dir/../a.py", "\udc80/a.py",
    "a b.py",
    "./dir/./a.py", ".//a.py",
]  # fmt: skip
CACHES = [
    f"__pycache__/a.{TAG}.pyc", f"/x/__pycache__/a.{TAG}.pyc", f"/x/__pycache__/a.{TAG}.opt-1.pyc", "a.pyc",
    "/x/a.pyc", f"/x/__pycache__/a.b.{TAG}.opt-2.pyc", "__pycache__/a.pyc", "__pycache__/a",
    "__pycache__/a.other.pyc",
    f"__pycache__/a.{TAG}.1.pyc", f"__pycache__/a.{TAG}.opt-.pyc", f"__pycache__/a.{TAG}.opt-a-b.pyc",
    f"__pycache__/a.{TAG}.opt-x.pyc", f"/cache/x/a.{TAG}.pyc", f"/cache/a.{TAG}.pyc", f"/cached/a.{TAG}.pyc",
    f"relative/x/a.{TAG}.pyc", f"/x/__pycache__x/a.{TAG}.pyc", "", ".", "/",
]  # fmt: skip
PREFIXES = [None, "/cache", "/cache/", "relative", "", "/"]


def result(function: Any, *arguments: Any, **options: Any) -> Any:
    """What a call returns, or the exception it raises, in comparable form."""
    try:
        return function(*arguments, **options)
    except Exception as error:
        return type(error), str(error)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_cache_from_source(sandbox: Sandbox, prefix: str | None) -> None:
    """The cache path of every kind of source path is importlib's, with any prefix and optimisation."""
    sys.pycache_prefix = prefix
    for source in SOURCES:
        for optimization in (None, "", 0, 1, 2, "x", "opt-1", "a b", "ä", 1.5):
            arguments = {"path": source, "optimization": optimization}
            expected = result(importlib.util.cache_from_source, **arguments)
            found = result(cache.cache_from_source, **arguments)
            trips = isinstance(expected, tuple) and expected[0] is IndexError  # over a path like //a.py
            assert found == expected or (trips and isinstance(found, str)), arguments


@pytest.mark.parametrize("prefix", PREFIXES)
def test_source_from_cache(sandbox: Sandbox, prefix: str | None) -> None:
    """The source path of every kind of cache path is importlib's, or refused in the same words."""
    sys.pycache_prefix = prefix
    for path in CACHES:
        assert result(cache.source_from_cache, path) == result(importlib.util.source_from_cache, path), path


@pytest.mark.parametrize("path", [Path("/dir/a.py"), b"/dir/a.py", None, 5, object()], ids=repr)
def test_types_of_paths(path: Any) -> None:
    """Path-like objects are paths; what is none is refused with importlib's exception."""
    for ours, theirs in (
        (cache.cache_from_source, importlib.util.cache_from_source),
        (cache.source_from_cache, importlib.util.source_from_cache),
    ):
        expected, found = result(theirs, path), result(ours, path)
        assert found == expected or found[0] is expected[0]


@pytest.mark.skipif(not HAS_DEBUG_OVERRIDE, reason="the parameter is no more")
def test_debug_override() -> None:
    """The deprecated parameter warns at its caller's line, and means an optimisation level."""
    for override, optimization in ((True, ""), (False, 1)):
        with pytest.warns(DeprecationWarning, match="debug_override") as caught:
            found = cache.cache_from_source("a.py", override)
        assert found == cache.cache_from_source("a.py", optimization=optimization)
        assert caught[0].filename == __file__
    with (
        pytest.warns(DeprecationWarning, match="debug_override"),
        pytest.raises(TypeError, match="must be set to None"),
    ):
        cache.cache_from_source("a.py", True, optimization=1)


def test_no_cache_tag(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the interpreter has no cache tag there are no cache paths."""
    monkeypatch.setattr(sys.implementation, "cache_tag", None)
    with pytest.raises(NotImplementedError, match="cache_tag is None"):
        cache.cache_from_source("a.py")
    with pytest.raises(NotImplementedError, match="cache_tag is None"):
        cache.source_from_cache("__pycache__/a.x.pyc")
    assert cache.cached_path("a.py") is None
    assert cache.cached_path("a.pyc") == "a.pyc"


def test_cached_path() -> None:
    """Source has a cache path, bytecode is its own, nothing else has any."""
    assert cache.cached_path("/x/a.py") == f"/x/__pycache__/a.{TAG}.pyc"
    assert cache.cached_path("/a.pyc") == "/a.pyc"
    assert cache.cached_path("/a.so") is None


def test_drives_are_cut_off(sandbox: Sandbox) -> None:
    """A path with a drive letter is put under the prefix without it, as importlib does."""
    sys.pycache_prefix = "/cache"
    for path in ("c:/a.py", "/c:/a.py", "c:a.py"):
        assert cache.cache_from_source(path) == importlib.util.cache_from_source(path)


def test_absolute(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path is taken from the working directory of the moment; an absolute one stays."""
    monkeypatch.chdir(sandbox.root)
    assert cache.absolute("/a/b") == "/a/b"
    assert cache.absolute("a/b") == f"{sandbox.root}/a/b"
    assert (
        cache.absolute("./a") == f"{sandbox.root}/a" if sys.version_info >= (3, 12) else f"{sandbox.root}/./a"
    )
