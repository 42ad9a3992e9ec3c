"""Trees of universal-pathlib: over HTTP and in memory."""

from __future__ import annotations

import importlib
import importlib.resources
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import upath

import loadstone
from loadstone import TreeFinder

if TYPE_CHECKING:
    from ..conftest import Sandbox


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
