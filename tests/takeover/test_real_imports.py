"""Real packages imported with loadstone in charge, each in a fresh interpreter."""

from __future__ import annotations

import importlib.util
import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ..conftest import Sandbox

STANDARD = [
    "asyncio", "concurrent.futures.process", "ctypes", "curses", "dbm.dumb", "decimal",
    "email.mime.multipart", "encodings.idna", "html.parser", "http.server", "idlelib.run",
    "importlib.resources",
    "lib2to3.refactor", "logging.config", "multiprocessing.managers", "pydoc", "sqlite3", "ssl", "tkinter",
    "tomllib", "turtledemo", "unittest.mock", "urllib.request", "wsgiref.simple_server",
    "xml.sax.expatreader",
    "xmlrpc.client", "zoneinfo",
]  # fmt: skip

PROGRAM = """
import sys, warnings
before = dict(sys.modules)
import _frozen_importlib as interpreter
import loadstone
handle = loadstone.takeover()
own = dict(sys.modules)
foreign = []
load = interpreter._load_unlocked
interpreter._load_unlocked = lambda spec: foreign.append(spec.name) or load(spec)
warnings.simplefilter("ignore")
missing = []
for name in sys.argv[1:]:
    try:
        __import__(name)
    except ImportError as error:
        missing.append(name)
known = {id(module) for module in own.values()}
new = {name: module for name, module in sys.modules.items() if id(module) not in known}
handle.uninstall()
interpreter._load_unlocked = load
import json
print(json.dumps({"missing": missing, "foreign": foreign, "count": len(new)}))
"""


def imported(sandbox: Sandbox, *names: str) -> tuple[list[str], list[str], int]:
    """Import `names` under a takeover: which are missing, which the interpreter has loaded, and how many."""
    done = sandbox.python("-c", PROGRAM, *names)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    report = json.loads(done.stdout.splitlines()[-1])
    return report["missing"], report["foreign"], report["count"]


def test_standard_library(sandbox: Sandbox) -> None:
    """What imports without loadstone imports with it, and the interpreter's engine loads no module."""
    available = []
    for name in STANDARD:
        done = sandbox.python("-W", "ignore", "-c", f"import {name}") if name in OPTIONAL else None
        if done is None or done.returncode == 0:
            available.append(name)
    missing, foreign, count = imported(sandbox, *available)
    assert missing == []
    assert foreign == []
    assert count > 150


OPTIONAL = {"curses", "idlelib.run", "lib2to3.refactor", "tkinter", "tomllib", "turtledemo"}


@pytest.mark.parametrize(
    "names", [["hypothesis.strategies"], ["pytest", "_pytest.pytester"], ["attr", "attrs"]], ids=str
)
def test_third_party_packages(sandbox: Sandbox, names: list[str]) -> None:
    """Real packages of many modules are imported, none by the interpreter's engine."""
    for name in names:
        assert importlib.util.find_spec(name.partition(".")[0]), "the tests need these packages anyway"
    missing, foreign, count = imported(sandbox, *names)
    assert missing == []
    assert foreign == []
    assert count > 15


def test_a_whole_program(sandbox: Sandbox) -> None:
    """A program with threads, subprocesses, tests and dynamic imports runs as it does without loadstone."""
    sandbox.write(
        {
            "prog.py": """
                import asyncio, concurrent.futures, importlib, json, subprocess, sys, unittest

                class Test(unittest.TestCase):
                    def test_it(self):
                        import string
                        self.assertEqual(string.capwords("a b"), "A B")

                def work(number):
                    import statistics
                    return statistics.mean([number, 3 * number])

                async def main():
                    import base64
                    return base64.b64encode(b"x").decode()

                if __name__ == "__main__":
                    with concurrent.futures.ThreadPoolExecutor(4) as pool:
                        print(list(pool.map(work, range(5))))
                    print(asyncio.run(main()))
                    print(importlib.import_module("json.tool").__name__)
                    print(subprocess.check_output([sys.executable, "-c", "print(1)"]))
                    suite = unittest.defaultTestLoader.loadTestsFromTestCase(Test)
                    print(unittest.TextTestRunner(stream=open("/dev/null", "w")).run(suite).wasSuccessful())
            """,
            "with_loadstone.py": """
                import loadstone, runpy
                loadstone.takeover()
                runpy.run_path("prog.py", run_name="__main__")
            """,
        }
    )
    plain, ours = sandbox.python("prog.py"), sandbox.python("with_loadstone.py")
    assert plain.returncode == 0, plain.stderr
    assert (ours.stdout, ours.stderr, ours.returncode) == (plain.stdout, plain.stderr, 0)


def test_shutdown(sandbox: Sandbox) -> None:
    """Imports at shutdown, in `atexit` functions and finalizers, do no harm."""
    program = (
        "import loadstone\nloadstone.takeover()\nimport atexit\n"
        "@atexit.register\ndef last():\n    import colorsys\n    print(colorsys.__name__)\n"
        "class C:\n    def __del__(self):\n"
        "        try:\n            import quopri\n        except ImportError:\n            pass\n"
        "import sys\nsys.kept = C()\n"
    )
    done = sandbox.python("-c", program)
    assert (done.stdout, done.stderr, done.returncode) == ("colorsys\n", "", 0)
