"""Trees of universal-pathlib: over HTTP and in memory."""

from __future__ import annotations

import importlib
import importlib.resources
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
import upath

import loadstone
from loadstone import TreeFinder
from loadstone.testing.state import restored

from ..protocols import questions
from ..protocols.limits import limited
from ..protocols.ways import Ask, behind, on_path, write

if TYPE_CHECKING:
    from pathlib import Path

    from ..conftest import Sandbox


def write_to(root: Any) -> Any:
    """The files of the matrix, in another file system."""
    for name, content in questions.FILES.items():
        file = root.joinpath(*name.split("/"))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


@contextmanager
def by_memory(folder: Path) -> Iterator[Ask]:
    """A file system in memory."""
    with loadstone.install(TreeFinder(write_to(upath.UPath(f"memory:/{folder}")))):
        yield questions.answers


@contextmanager
def by_directory(folder: Path) -> Iterator[Ask]:
    """The file system on disk, by its UPath."""
    with loadstone.install(TreeFinder(upath.UPath(f"file://{write(folder)}"))):
        yield questions.answers


WAYS = {
    "file system in memory": by_memory,
    "file system on disk": by_directory,
    "file system in memory, transformed": behind("transformed", by_memory),
    "file system in memory, wrapped for good": behind("wrapped for good", by_memory),
}


@pytest.mark.parametrize("topic", questions.TOPICS)
@pytest.mark.parametrize("way", WAYS)
def test_the_matrix(sandbox: Sandbox, way: str, topic: str) -> None:
    """Modules in a file system of universal-pathlib answer as those of a directory do."""
    with restored(), on_path(sandbox.root / "truth") as ask:
        right = ask(topic)
    with restored(), WAYS[way](sandbox.root / "files") as ask:
        seen = ask(topic)
    other = {name: (right[name], seen[name]) for name in right if seen[name] != right[name]}
    assert other.keys() == limited(way, topic), other


def test_a_tree_on_the_network(sandbox: Sandbox) -> None:
    """What is at an address, or in another file system, is importable from there."""
    sandbox.write(
        {"web/wpkg/__init__.py": "from . import mod\n", "web/wpkg/mod.py": "x = 8\n", "web/wpkg/d.txt": "d"}
    )

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(sandbox.root / "web")))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        with loadstone.install(TreeFinder(upath.UPath(f"http://127.0.0.1:{server.server_port}/"))):
            module = importlib.import_module("wpkg")
            assert module.mod.x == 8
            assert module.__file__ == f"http://127.0.0.1:{server.server_port}/wpkg/__init__.py"
            assert importlib.resources.files("wpkg").joinpath("d.txt").read_text() == "d"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    root = upath.UPath("memory://loadstone-tree")
    (root / "mpkg").mkdir(parents=True)
    (root / "mpkg" / "__init__.py").write_text("x = 9\n")
    (root / "mpkg" / "d.txt").write_text("d")
    with loadstone.install(TreeFinder(root)):
        assert importlib.import_module("mpkg").x == 9
        assert importlib.resources.files("mpkg").joinpath("d.txt").read_text() == "d"
        assert [name for name, _ in TreeFinder(root).list_modules()] == ["mpkg"]
