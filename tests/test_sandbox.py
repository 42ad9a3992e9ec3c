"""The `sandbox` fixture, which the other tests lean on."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

INNER = """
import builtins, os, sys

LISTS = ("argv", "meta_path", "path", "path_hooks")

def state():
    lists = [(id(getattr(sys, name)), list(getattr(sys, name))) for name in LISTS]
    cache = id(sys.path_importer_cache), dict(sys.path_importer_cache)
    values = builtins.__import__, sys.dont_write_bytecode, sys.pycache_prefix, os.getcwd()
    return lists, cache, values, id(sys.modules), sys.modules["json"]

import json
before = []

def test_spoil(sandbox):
    before.append(state())
    sandbox.write({"fresh/__init__.py": "", "fresh/leaf.py": "x = 1"}, on_path=True)
    import fresh.leaf
    os.chdir(sandbox.root)
    sys.dont_write_bytecode = not sys.dont_write_bytecode
    sys.pycache_prefix = "elsewhere"
    for name in LISTS:
        setattr(sys, name, [*getattr(sys, name), str(sandbox.root)])
    sys.path_hooks[0:0] = [repr]
    sys.path_importer_cache = {}
    del sys.modules["json"]
    sys.modules = dict(sys.modules)
    builtins.__import__ = lambda *args: None

def test_restored():
    assert [state()] == before
    assert not {"fresh", "fresh.leaf"} & sys.modules.keys()
"""


def test_everything_is_put_back(sandbox: Any) -> None:
    """Whatever a test does to the import state, the next one finds it as it was, object by object."""
    sandbox.write({"test_inner.py": INNER, "pytest.ini": "[pytest]\n"})
    shutil.copy(Path(__file__).with_name("conftest.py"), sandbox.root)
    done = sandbox.python("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_inner.py")
    assert "2 passed" in done.stdout, done.stdout


def test_python_runs_in_the_root(sandbox: Any) -> None:
    """`sandbox.python` runs the Python of the tests, in the sandbox's directory."""
    sandbox.write({"leaf.py": "import sys; print(sys.version)"})
    assert sandbox.python("leaf.py").stdout.strip() == sys.version
