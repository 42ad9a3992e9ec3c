"""Tools that reach deep into imports do the same under takeover, whether it comes before them or after."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from loadstone._core.versions import HAS_DEBUG_OVERRIDE

from .conftest import need

if TYPE_CHECKING:
    from .conftest import Programs

TAKEOVER = "import loadstone; loadstone.takeover()"
WHEN = ("never", "before", "after")


def told(programs: Programs, tool: str, program: str, **options: Any) -> Any:
    """What the program tells once the tool is set up: the same without takeover, before it and after."""
    start = "import json\ndef tell(thing):\n    print(json.dumps(thing))\n"
    lines = {"never": [tool], "before": [TAKEOVER, tool], "after": [tool, TAKEOVER]}
    answers = [programs("\n".join([start, *lines[when], program]), **options) for when in WHEN]
    assert answers[0] == answers[1] == answers[2]
    return answers[0]


def run(programs: Programs, *program: str, options: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """The program's output, as python runs it; by loadstone, with takeover and without, it is the same."""
    commands: list[list[str]] = [[], *([*["-m", "loadstone", "run"], *more] for more in ([], ["--takeover"]))]
    plain, ours, taken_over = [
        programs.sandbox.python(*options, *command, *program, timeout=120) for command in commands
    ]
    for done in (ours, taken_over):
        assert (done.returncode, done.stdout, done.stderr) == (plain.returncode, plain.stdout, plain.stderr)
    return plain


HY = """
(import helper)
(require macros [twice])
(defn answer [] (twice helper.value))
"""
MACROS = "(defmacro twice [form] `(* 2 ~form))\n"


def test_hy(programs: Programs) -> None:
    """Hy's change to importlib's loaders compiles its modules and macros, and leaves Python's alone."""
    need("hy")
    programs.sandbox.write(
        {"mod.hy": HY, "macros.hy": MACROS, "helper.py": "value = 21\n", "pkg/__init__.hy": ""}
    )
    for _ in range(2):  # the second time from the cache
        answer = told(
            programs,
            "import hy",
            "import mod, pkg, runpy\n"
            "tell([mod.answer(), mod.__file__, pkg.__file__, runpy.run_module('mod')['answer']()])",
            warnings="ignore",
        )
        root = programs.sandbox.root
        assert answer == [42, str(root / "mod.hy"), str(root / "pkg/__init__.hy"), 42]
    programs.sandbox.write({"prog.hy": "(require macros [twice])\n(print (twice 4))\n"})
    assert run(programs, "-m", "hy", "prog.hy").stdout == "8\n"


def test_mcpyrate(programs: Programs) -> None:
    """mcpyrate's expander replaces the compilation of importlib's loader; macros of modules are expanded."""
    need("mcpyrate")
    programs.sandbox.write(
        {
            "mymacros.py": "from mcpyrate.quotes import macros, q, a\n"
            "def double(tree, *, syntax, **options):\n    return q[a[tree] * 2]\n",
            "user.py": "from mymacros import macros, double\nx = double[20 + 1]\n",
        }
    )
    for _ in range(2):
        assert told(programs, "import mcpyrate.activate", "import user\ntell(user.x)") == 42


GEVENT = """
import threading, sys
import gevent, wave, colorsys
seen = []
def work():
    import mod
    seen.append(mod.value)
greenlets = [gevent.spawn(work) for _ in range(3)]
thread = threading.Thread(target=work)
thread.start(); thread.join()
gevent.joinall(greenlets, timeout=30)
sys.modules.pop("mod")
work()
tell([seen, type(thread._started).__module__, [each.successful() for each in greenlets]])
"""


def test_gevent(programs: Programs) -> None:
    """Once gevent has patched everything, greenlets that meet in the import of a module all get it, whole."""
    need("gevent")
    programs.sandbox.write({"mod.py": "import time\ntime.sleep(0.05)\nvalue = 42\n"})
    patch = "from gevent import monkey; monkey.patch_all()"
    answer = told(programs, patch, GEVENT, warnings="ignore")
    assert (answer[0], answer[2]) == ([42] * 5, [True] * 3)


METADATA = """
import sys, importlib
sys.path[:0] = ["site", "zipped-3.0.egg"]
def of(name):
    one = metadata.distribution(name)
    return [one.version, one.requires, [[each.name, each.group] for each in one.entry_points],
            sorted(str(each) for each in one.files or ())]
names = [one.metadata["Name"] for one in metadata.distributions()]
before = len(list(metadata.distributions(path=["later"])))
import os
os.makedirs("later/late-1.0.dist-info", exist_ok=True)
open("later/late-1.0.dist-info/METADATA", "w").write("Metadata-Version: 2.1\\nName: late\\nVersion: 1.0\\n")
importlib.invalidate_caches()
late = [one.version for one in metadata.distributions(name="late", path=["later"])]
try:
    metadata.distribution("no-such-distribution")
except metadata.PackageNotFoundError as error:
    missing = error.name
import shutil; shutil.rmtree("later")
tell(dict(
    repeated=sorted({name for name in names if names.count(name) > 1}), count=len(names),
    before=before, late=late, missing=missing, one=of("one"), zipped=metadata.version("zipped"),
    by_module=metadata.packages_distributions().get("one_module"),
    module=[finder.__module__ for finder in sys.meta_path if hasattr(finder, "find_distributions")],
))
"""


@pytest.mark.parametrize("name", ["importlib_metadata", "importlib.metadata"])
def test_importlib_metadata(programs: Programs, name: str) -> None:
    """The backport takes the place of the standard library's search: each distribution is there once."""
    need(name)
    info = "site/one-1.5.dist-info"
    programs.sandbox.write(
        {
            "site/one_module.py": "",
            f"{info}/METADATA": "Metadata-Version: 2.1\nName: one\nVersion: 1.5\nRequires-Dist: other\n",
            f"{info}/entry_points.txt": "[console_scripts]\nrun-one = one_module:main\n",
            f"{info}/top_level.txt": "one_module\n",
            f"{info}/RECORD": f"one_module.py,,\n{info.partition('/')[2]}/METADATA,,\n",
        }
    )
    with zipfile.ZipFile(programs.sandbox.root / "zipped-3.0.egg", "w") as archive:
        archive.writestr("EGG-INFO/PKG-INFO", "Metadata-Version: 2.1\nName: zipped\nVersion: 3.0\n")
    answer = told(programs, f"import {name} as metadata", METADATA, warnings="ignore")
    assert answer["repeated"] == []
    assert answer["one"] == [
        "1.5",
        ["other"],
        [["run-one", "console_scripts"]],
        ["one-1.5.dist-info/METADATA", "one_module.py"],
    ]
    assert (answer["zipped"], answer["by_module"]) == ("3.0", ["one"])
    assert (answer["before"], answer["late"], answer["missing"]) == (0, ["1.0"], "no-such-distribution")


TINY = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "tiny"
version = "1.0"
[project.scripts]
tiny = "tiny:main"
[tool.setuptools]
py-modules = ["tiny"]
"""


def use_pip(which: str, python: Path, site: Path) -> None:
    """Put a pip into the environment, in front of the one that it sees outside."""
    outer = site / "outer.pth"
    hidden = outer.rename(site / "outer")
    commands = [["ensurepip", "--default-pip"]]
    # Up to Python 3.11 it comes with a setuptools, too old to build wheels by itself.
    commands.append(["pip", "uninstall", "--yes", "setuptools"])
    if which != "bundled":
        commands.append(["pip", "--disable-pip-version-check", "install", f"pip=={which}"])
    for command in commands:
        subprocess.run([python, "-m", *command], check=True, capture_output=True, timeout=300)
    hidden.rename(outer)


# These had a copy of distlib that asks for exact types of loaders wherever scripts are written.
OLD = pytest.mark.skipif(
    sys.version_info >= (3, 15), reason="its typing_extensions asks for what typing no longer has"
)


@pytest.mark.parametrize(
    "which", ["installed", "bundled", pytest.param("24.1", marks=OLD), pytest.param("24.2", marks=OLD)]
)
def test_pip_install(programs: Programs, environment: Path, which: str) -> None:
    """pip builds a project, installs it with its command, and takes it away again, as it does by itself."""
    programs.sandbox.write(
        {"project/pyproject.toml": TINY, "project/tiny.py": "def main():\n    print('tiny')\n"}
    )
    (site,) = environment.parent.parent.rglob("site-packages")
    if which != "installed":
        use_pip(which, environment, site)
    command = environment.with_name("tiny.exe" if sys.platform == "win32" else "tiny")

    def pip(how: tuple[str, ...], *words: str) -> str:
        """What pip writes in the environment."""
        done = subprocess.run(
            [environment, *how, "-m", "pip", "--disable-pip-version-check", *words],
            cwd=programs.sandbox.root,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return done.stdout

    told = []
    for how in (), ("-m", "loadstone", "run", "--takeover"):
        if which[0] == "2":
            assert pip(how, "--version").startswith(f"pip {which} ")
        pip(how, "install", "--no-index", "--no-build-isolation", "--quiet", "./project")
        done = subprocess.run([command], capture_output=True, text=True, timeout=60, check=True)
        told.append([done.stdout, pip(how, "show", "-f", "tiny"), pip(how, "list", "--format=json")])
        told[-1].append(pip(how, "uninstall", "--yes", "tiny"))
        assert not (site / "tiny.py").exists()
    assert told[0] == told[1]
    assert told[0][0] == "tiny\n"


def test_the_registry_of_distlib(programs: Programs) -> None:
    """distlib, which pip has with it, looks for resources by the exact type of the loader."""
    need("pip._vendor.distlib.resources")
    program = """
from pip._vendor.distlib.resources import finder
found = finder("pip._vendor.distlib")
tell([type(found).__name__, found.find("scripts.py").size > 0])
"""
    assert told(programs, "import pip", program, warnings="ignore") == ["ResourceFinder", True]


def test_flask_tells_a_missing_application_from_a_broken_one(programs: Programs) -> None:
    """Flask's command line goes by the frames of a traceback, and shows those of the application's error."""
    need("flask")
    programs.sandbox.write(
        {
            "good.py": "import flask\napp = flask.Flask(__name__)\n@app.route('/x')\ndef x(): return 'x'\n",
            "broken.py": "import no_such_module_here\n",
            "raises.py": "def f():\n    1 / 0\nf()\n",
        }
    )
    for name, words in {
        "good": "/x",
        "missing": "Could not import 'missing'",
        "broken": "While importing 'broken', an ImportError was raised",
        "raises": "ZeroDivisionError",
    }.items():
        done = run(programs, "-m", "flask", "--app", name, "routes")
        assert words in done.stdout + done.stderr


def test_flasks_page_of_an_error(programs: Programs) -> None:
    """The debugger's page about an import that fails within a request shows the application's frames only."""
    need("flask")
    programs.sandbox.write({"broken.py": "1 / 0\n"})
    program = """
import flask, io, re
from werkzeug.debug import DebuggedApplication
from werkzeug.test import Client
app = flask.Flask("app")
app.config["PROPAGATE_EXCEPTIONS"] = True
@app.route("/")
def index():
    import broken
page = Client(DebuggedApplication(app)).get("/", errors_stream=io.StringIO()).text
tell(re.findall(r'File <cite class="filename">"(.*?)"', page))
"""
    files = told(programs, "import flask", program, warnings="ignore")
    assert [Path(file).name for file in files][-2:] == ["program.py", "broken.py"]


@pytest.mark.skipif(
    not HAS_DEBUG_OVERRIDE, reason="jaxtyping calls cache_from_source as it was before Python 3.15"
)
def test_jaxtyping(programs: Programs) -> None:
    """jaxtyping's hook decorates the functions of a package with a type checker."""
    need("jaxtyping")
    programs.sandbox.write(
        {
            "typed/__init__.py": "from .sub import half\n",
            "typed/sub.py": "def half(number: int) -> int:\n    return number // 2\n",
        }
    )
    program = """
import typed
try:
    typed.half("text")
except Exception as error:
    refused = type(error).__module__.partition(".")[0]
tell([typed.half(4), refused, type(typed.__loader__).__name__])
"""
    for _ in range(2):
        hook = "import jaxtyping; jaxtyping.install_import_hook('typed', 'beartype.beartype')"
        answer = told(programs, hook, program, warnings="ignore")
        assert answer[:2] == [2, "jaxtyping"]


TESTS = """
import importlib, json
import helper

def test_it():
    number = 41
    assert number == helper.value

def test_import(tmp_path, monkeypatch):
    (tmp_path / "made.py").write_text("x = 1")
    monkeypatch.syspath_prepend(tmp_path)
    assert importlib.import_module("made").x == 1
"""


def test_pytest_with_warnings_as_errors(programs: Programs) -> None:
    """A run whose warnings are errors, in pytest and in Python, has the same outcome and rewrites asserts."""
    programs.sandbox.write(
        {
            "pytest.ini": "[pytest]\nfilterwarnings = error\npythonpath = .\n",
            "helper.py": "value = 42\n",
            "test_it.py": TESTS,
        }
    )
    outputs = []
    for command in ([], ["-m", "loadstone", "run"], ["-m", "loadstone", "run", "--takeover"]):
        done = programs.sandbox.python(
            "-W",
            "error",
            *command,
            "-m",
            "pytest",
            "-W",
            "error",
            "-p",
            "no:cacheprovider",
            "-q",
            timeout=120,
        )
        assert done.returncode == 1, done.stdout + done.stderr
        assert "assert 41 == 42" in done.stdout
        assert "1 failed, 1 passed" in done.stdout
        outputs.append(done.stderr)
    assert outputs == [""] * 3
