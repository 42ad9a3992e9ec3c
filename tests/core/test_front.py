"""The front: `import_module` before the engine is there, and how the engine comes."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import loadstone

if TYPE_CHECKING:
    from ..conftest import Sandbox

SOURCE = Path(loadstone.__file__).parent

ASKED = """
import sys
import loadstone
front = loadstone.import_module
assert "loadstone._core.system" not in sys.modules
asked = []
class Finder:
    def find_spec(self, name, path=None, target=None):
        asked.append(name)
"""

ENDING = """
for name in ("missing", "..missing"):
    try:
        front(name, "a.b.c")
    except ModuleNotFoundError as error:
        print(error.name, error)
    except ImportError as error:
        print(error)
print(*asked)
"""

STATES = {
    "own finder": "sys.meta_path[:] = [Finder()]",
    "no path hooks": "sys.meta_path[:] = [Finder()]; sys.path_hooks.clear(); sys.path_importer_cache.clear()",
}


@pytest.mark.parametrize("state", STATES)
def test_engine_comes_whatever_the_chain(sandbox: Sandbox, state: str) -> None:
    """The first import that needs the engine asks the program's finders for the program's module only."""
    done = sandbox.python("-c", ASKED + STATES[state] + ENDING, measured=False)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "missing No module named 'missing'",
        "a No module named 'a'",
        "missing a",
    ]


def test_a_loaded_module_needs_no_engine(sandbox: Sandbox) -> None:
    """What is imported already is returned without the engine; a relative name brings it in, once."""
    program = (
        "import sys, json.decoder, loadstone\n"
        "assert loadstone.import_module('json.decoder') is json.decoder\n"
        "print([name for name in sys.modules if name.startswith('loadstone._core.s')])\n"
        "assert loadstone.import_module('...decoder', 'json.x.y') is json.decoder\n"
        "assert loadstone.import_module('...decoder', 'json.x.y') is json.decoder\n"
        "import loadstone._core.system as system, loadstone._core\n"
        "assert system is loadstone._core.system\n"
    )
    done = sandbox.python("-c", program)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_threads_bring_the_engine_in(sandbox: Sandbox) -> None:
    """Threads may need the engine for the first time at once, by different ways."""
    sandbox.write({f"mod{number}.py": "" for number in range(8)})
    program = (
        "import sys, threading\n"
        "sys.setswitchinterval(1e-6)\n"
        "import loadstone\n"
        "barrier, done = threading.Barrier(8), []\n"
        "def work(number):\n"
        "    barrier.wait()\n"
        "    if number % 2:\n"
        "        loadstone.live\n"
        "    loadstone.import_module(f'mod{number}')\n"
        "    done.append(number)\n"
        "threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]\n"
        "for thread in threads: thread.start()\n"
        "for thread in threads: thread.join()\n"
        "systems = {id(loadstone.live), id(sys.modules['loadstone._core.system'].live)}\n"
        "print(sorted(done), len(systems))\n"
    )
    for _ in range(5):
        done = sandbox.python("-c", program)
        assert (done.stdout, done.stderr) == ("[0, 1, 2, 3, 4, 5, 6, 7] 1\n", "")


@pytest.mark.parametrize("place", ["folder", "zip", "finder"])
def test_engine_from_elsewhere(sandbox: Sandbox, place: str) -> None:
    """The engine comes from where the package is: a folder, an archive, or a finder of somebody else's."""
    copy = sandbox.root / "there"
    shutil.copytree(SOURCE, copy / "loadstone", ignore=shutil.ignore_patterns("__pycache__"))
    aim, first = str(copy), ""
    if place == "zip":
        aim = str(sandbox.root / "there.zip")
        with zipfile.ZipFile(aim, "w") as archive:
            for file in copy.rglob("*"):
                archive.write(file, file.relative_to(copy))
        shutil.rmtree(copy)
    elif place == "finder":
        first = (
            "import os\nfrom importlib.util import spec_from_file_location as spec\n"
            "class Finder:\n"
            "    def find_spec(self, name, path=None, target=None):\n"
            "        where = f'{aim}/' + name.replace('.', '/')\n"
            "        for file in (where + '/__init__.py', where + '.py'):\n"
            "            if os.path.exists(file):\n"
            "                return spec(name, file)\n"
            "sys.meta_path.insert(0, Finder())\n"
        )
    program = (
        f"import sys\naim = {aim!r}\n{first or 'sys.path.insert(0, aim)'}\n"
        "import loadstone\n"
        "print(loadstone.import_module('colorsys').__name__)\n"
        "print(sys.modules['loadstone._core.system'].__file__.startswith(aim))\n"
    )
    done = sandbox.python("-I", "-c", program, measured=False)
    assert (done.stdout, done.stderr) == ("colorsys\nTrue\n", "")
