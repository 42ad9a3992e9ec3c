"""`python -m loadstone run`: a program behaves as under python itself."""

from __future__ import annotations

import argparse
import os
import py_compile
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from loadstone import program

if TYPE_CHECKING:
    from ..conftest import Sandbox

MODES = pytest.mark.parametrize("options", [[], ["--takeover"]], ids=["plain", "takeover"])


def same(sandbox: Sandbox, options: list[str], *arguments: str, python: tuple[str, ...] = ()) -> str:
    """Run a program by python and by loadstone, compare all that can be seen, and return its output."""
    theirs = sandbox.python(*python, *arguments)
    ours = sandbox.python(*python, "-m", "loadstone", "run", *options, *arguments)
    assert ours.stderr == theirs.stderr
    assert ours.stdout == theirs.stdout
    assert ours.returncode == theirs.returncode
    return ours.stdout


MODULES = "import sys\nprint(*sorted(sys.modules))\n"
PYTHONS = pytest.mark.parametrize(
    "python", [(), ("-W", "error"), ("-I",), ("-X", "dev"), ("-X", "lazy_imports=all")], ids=" ".join
)


@MODES
@PYTHONS
@pytest.mark.parametrize("arguments", [["prog.py"], ["-m", "prog"], ["app"], ["-c", MODULES]], ids=" ".join)
def test_modules_that_are_loaded(
    sandbox: Sandbox, options: list[str], arguments: list[str], python: tuple[str, ...]
) -> None:
    """A program finds in `sys.modules` what python has loaded for it, and the engine if that is in charge."""
    if python == ("-I",) and arguments[0] == "-m":
        python = ()  # it would not find the module
    sandbox.write({"prog.py": MODULES, "app/__main__.py": MODULES})
    theirs = {*sandbox.python(*python, *arguments).stdout.split()}
    script = "import sys\nfrom loadstone.__main__ import main\nsys.exit(main())\n"
    sandbox.write({"bin/loadstone": f"import argparse, inspect\n{script}"})
    for command in (["-m", "loadstone"], ["bin/loadstone"]):
        ours = {*sandbox.python(*python, *command, "run", *options, *arguments).stdout.split()}
        own = {name for name in ours if name.partition(".")[0] == "loadstone"}
        assert ours - own == theirs
        assert ("loadstone._standard.takeover" in own) == bool(options)
        assert options or not own


@MODES
@pytest.mark.usefixtures("unmeasured")
def test_modules_that_are_the_programs_own(sandbox: Sandbox, options: list[str]) -> None:
    """A program's files hide the standard library's from it as under python, whatever loadstone imports."""
    hidden = ("argparse", "gettext", "shutil", "signal", "tokenize", "typing")
    sandbox.write({f"own/{name}.py": "own = True\n" for name in hidden})
    imports = "".join(f"import {name}\nprint({name}.own)\n" for name in hidden)
    sandbox.write({"own/prog.py": f"{imports}raise KeyboardInterrupt\n"})
    assert same(sandbox, options, "own/prog.py").split() == ["True"] * len(hidden)


@MODES
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_what_is_left_to_do_after_an_interrupt(sandbox: Sandbox, options: list[str], unbuffered: str) -> None:
    """Output is written, threads are waited for and exit functions called before the signal ends it all."""
    sandbox.write(
        {
            "prog.py": "import atexit, threading, time\natexit.register(print, 'at exit')\nprint('begun')\n"
            "def work():\n    time.sleep(.1)\n    print('worked')\n"
            "threading.Thread(target=work).start()\nraise KeyboardInterrupt\n"
        }
    )
    with mock.patch.dict(os.environ, PYTHONUNBUFFERED=unbuffered):
        assert same(sandbox, options, "prog.py") == "begun\nworked\nat exit\n"


@MODES
def test_import_that_is_missing(sandbox: Sandbox, options: list[str]) -> None:
    """What fails under python for want of an import fails here too, a submodule of what is loaded as well."""
    for first in ("", "import importlib\n", "import concurrent, xml\n"):
        for used in (
            "argparse.Action",
            "importlib.util",
            "importlib.machinery",
            "concurrent.futures",
            "re.A",
        ):
            same(sandbox, options, "-c", f"{first}print({used} is not None)")


def test_modules_of_a_caller(sandbox: Sandbox) -> None:
    """Where a program or a debugger runs the command, it keeps what it has imported."""
    sandbox.write({"prog.py": "import sys\nprint('json' in sys.modules, 'loadstone' in sys.modules)\n"})
    call = "import json\nfrom loadstone.__main__ import main\ndef start():\n    main(['run', 'prog.py'])\n"
    sandbox.write({"start.py": call})
    assert sandbox.python("-c", "import start\nstart.start()").stdout == "True True\n"
    sandbox.write({"prog.py": "import sys\nprint('cProfile' in sys.modules, 'pstats' in sys.modules)\n"})
    command = ("cProfile", "-o", "out.prof", "-m", "loadstone", "run", "prog.py")
    plain = sandbox.python("-m", "cProfile", "-o", "out.prof", "prog.py")
    assert sandbox.python("-m", *command).stdout == plain.stdout


@MODES
def test_hooks_that_were_there_at_the_start(sandbox: Sandbox, options: list[str]) -> None:
    """A hook of loadstone's that `site` has installed acts on the program's imports, and is known to it."""
    hook = "import loadstone\nloadstone.when_imported('other', lambda module: print('hook'))\n"
    program = "import other, loadstone\nprint(len(loadstone.hooks()))\n"
    sandbox.write({"site/sitecustomize.py": hook, "prog.py": program, "other.py": ""})
    path = str(sandbox.root / "site")
    done = sandbox.python("-m", "loadstone", "run", *options, "prog.py", PYTHONPATH=path)
    assert (done.stdout, done.stderr) == ("hook\n1\n", "")


ABOUT = """
'''The program.'''
import sys
main = sys.modules["__main__"]
print(__name__, __doc__, __package__, globals() is vars(main))
print(globals().get("__file__"), globals().get("__cached__"))
print(sys.argv, sys.path[0])
print(type(__loader__), getattr(__loader__, "name", None), __loader__ in sys.meta_path)
print(list(vars(main)), globals().get("__annotations__"))
spec = __spec__
print(spec and (spec.name, spec.origin, spec.parent, spec.submodule_search_locations, type(spec).__name__))
print(__builtins__ is sys.modules["builtins"], type(main).__name__)
try:
    print(other.x)
except NameError as error:
    print(error)
import other
print(other.x)
"""


@MODES
def test_script(sandbox: Sandbox, options: list[str]) -> None:
    """A script sees its name, file, arguments, path and `__main__` as under python."""
    sandbox.write({"prog.py": ABOUT, "other.py": "x = 1\n", "sub/prog.py": ABOUT, "sub/other.py": "x = 2\n"})
    for script in (
        "prog.py",
        "./prog.py",
        "sub/prog.py",
        str(sandbox.root / "sub/prog.py"),
        "sub/../prog.py",
    ):
        out = same(sandbox, options, script, "one", "-m", "--takeover", "-h", "", "ü")
        assert "['" + script + "', 'one', '-m', '--takeover', '-h', '', 'ü']" in out
    (sandbox.root / "link.py").symlink_to("sub/prog.py")
    assert same(sandbox, options, "link.py").endswith("2\n")


@MODES
def test_module(sandbox: Sandbox, options: list[str]) -> None:
    """-m runs a module, a package by its `__main__`, and submodules after their packages."""
    sandbox.write(
        {
            "prog.py": ABOUT, "other.py": "x = 1\n", "pkg/__init__.py": "print('pkg first', __name__)\n",
            "pkg/__main__.py": ABOUT + "from . import sub\n", "pkg/sub.py": ABOUT, "bare/__main__.py": ABOUT,
            "bare/mod.py": ABOUT,
        }
    )  # fmt: skip
    for module in ("prog", "pkg", "pkg.sub", "pkg.__main__", "bare", "bare.mod"):
        out = same(sandbox, options, "-m", module, "one", "-c", "--takeover")
        assert same(sandbox, options, f"-m{module}", "one", "-c", "--takeover") == out
        assert "'one', '-c', '--takeover']" in out


@MODES
def test_command(sandbox: Sandbox, options: list[str]) -> None:
    """-c runs code with its arguments."""
    sandbox.write({"other.py": "x = 1\n"})
    program = (
        "import sys, other; print(__name__, sys.argv, repr(sys.path[0]), other.x, '__file__' in globals())"
    )
    same(sandbox, options, "-c", program, "one", "-m", "x")
    same(sandbox, options, "-c", "")
    same(sandbox, options, "-c", "print(__package__, __spec__, __doc__)\nimport sys\nsys.exit(3)")
    same(sandbox, options, "-c", "1 / 0")
    same(sandbox, options, "-c", "x = (")
    same(sandbox, options, "-cimport sys; print(sys.argv, __loader__)", "-c", "-m")


@MODES
@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_folders_and_archives(sandbox: Sandbox, options: list[str], kind: str) -> None:
    """A folder or archive with `__main__` runs, and is first on the path."""
    if kind == "folder":
        sandbox.write({"app/__main__.py": ABOUT, "app/other.py": "x = 1\n"})
    else:
        with zipfile.ZipFile(sandbox.root / "app", "w") as file:
            file.writestr("__main__.py", ABOUT)
            file.writestr("other.py", "x = 1\n")
    assert same(sandbox, options, "app", "one", "two").endswith("1\n")
    assert same(sandbox, options, str(sandbox.root / "app")).endswith("1\n")


@MODES
@pytest.mark.parametrize(
    "code",
    ["sys.exit()", "sys.exit(0)", "sys.exit(3)", "sys.exit('message')", "sys.exit(None)", "sys.exit(True)",
     "sys.exit((1, 2))", "raise SystemExit", "raise SystemExit(256 + 7)", "sys.exit(-1)", "exit(4)",
     "import os; os._exit(5)", "sys.exit(sys)"],
)  # fmt: skip
def test_exit_codes(sandbox: Sandbox, options: list[str], code: str) -> None:
    """A program's exit status, and what it says on the way, are python's."""
    sandbox.write({"prog.py": f"import sys\n{code}\n"})
    theirs = sandbox.python("prog.py")
    ours = sandbox.python("-m", "loadstone", "run", *options, "prog.py")
    assert ours.returncode == theirs.returncode
    assert ours.stderr == theirs.stderr


FAILURES = {
    "error": "def f():\n    raise ValueError('no')\nf()\n",
    "chain": "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise KeyError('x') from error\n",
    "context": "try:\n    1 / 0\nexcept ZeroDivisionError:\n    undefined\n",
    "import": "import nothing_of_this_name\n",
    "imported": "import failing\n",
    "imported from": "from failing import x\n",
    "imported in a package": "import package.sub\n",
    "syntax": "x = 1\ny = (\n",
    "syntax imported": "import broken\n",
    "indentation": "if 1:\nx\n",
    "assertion": "assert False, 'message'\n",
    "recursion": "def f(n):\n    return f(n + 1) if n < 3 else undefined\nf(0)\n",
    "own class": "class E(Exception):\n    pass\nraise E('x')\n",
    "own hook": "import sys\nsys.excepthook = lambda *a: print('hooked', a[0].__name__, a[1].args)\n1 / 0\n",
    "thread": "import threading\nt = threading.Thread(target=lambda: 1 / 0, name='T')\nt.start()\nt.join()\n",
    "generator": "raise GeneratorExit('x')\n",
    "base": "raise BaseException('x')\n",
    "no hook": "import sys\ndel sys.excepthook\n1 / 0\n",
    "failing hook": "import sys\nsys.excepthook = lambda *a: undefined\n1 / 0\n",
    "exiting hook": "import sys\nsys.excepthook = lambda *a: sys.exit(5)\n1 / 0\n",
}


@MODES
@pytest.mark.parametrize("source", FAILURES.values(), ids=FAILURES.keys())
def test_uncaught_exceptions(sandbox: Sandbox, options: list[str], source: str) -> None:
    """What python writes about an uncaught exception, loadstone writes to the letter."""
    sandbox.write(
        {
            "prog.py": source, "failing.py": "def f():\n    1 / 0\nf()\n", "broken.py": "x = (\n",
            "package/__init__.py": "", "package/sub.py": "from . import other\n",
            "package/other.py": "undefined\n",
        }
    )  # fmt: skip
    same(sandbox, options, "prog.py")
    same(sandbox, options, "-m", "prog")


@MODES
@pytest.mark.parametrize("source", [b"# coding: nonsense\nx = 1\n", b"x = '\xff'\n", b"\xef\xbb\xbfprint(1)"])
def test_odd_source(sandbox: Sandbox, options: list[str], source: bytes) -> None:
    """Source that is no text is a SyntaxError as under python, if in the words of those who import it."""
    sandbox.write({"prog.py": source})
    theirs = sandbox.python("prog.py")
    ours = sandbox.python("-m", "loadstone", "run", *options, "prog.py")
    assert (ours.returncode, ours.stdout) == (theirs.returncode, theirs.stdout)
    kinds = [done.stderr.splitlines()[-1].partition(":")[0] if done.stderr else "" for done in (ours, theirs)]
    assert len({*kinds, "ValueError", "SyntaxError"}) <= 2 or kinds[0] == kinds[1]


@MODES
def test_no_program(sandbox: Sandbox, options: list[str]) -> None:
    """A program that is missing or cannot be run is told in python's words."""
    sandbox.write(
        {
            "folder/x.py": "",
            "pkg/__init__.py": "",
            "mod.py": "",
            "bad/__init__.py": "1 / 0\n",
            "bad/__main__.py": "",
            "a.zip": "",
        }
    )
    with zipfile.ZipFile(sandbox.root / "empty.zip", "w"):
        pass
    for arguments in (
        ["nothing.py"], ["nowhere/nothing.py"], ["folder"], ["empty.zip"], ["-m", "nothing_of_this_name"],
        ["-m", "pkg"], ["-m", "mod.x"], ["-m", "pkg.nothing"], ["-m", "nothing.x"], ["-m", "folder"],
        ["-m", "sys"], ["-m", "mod.py"], ["-m", ".mod"],
    ):  # fmt: skip
        theirs = sandbox.python(*arguments)
        ours = sandbox.python("-m", "loadstone", "run", *options, *arguments)
        assert ours.stdout == theirs.stdout == ""
        assert ours.stderr == theirs.stderr, arguments
        assert ours.returncode != 0


def test_package_that_fails(sandbox: Sandbox) -> None:
    """A package that raises before its `__main__` can be found is reported with its traceback's error."""
    sandbox.write({"bad/__init__.py": "1 / 0\n", "bad/__main__.py": ""})
    done = sandbox.python("-m", "loadstone", "run", "-m", "bad")
    assert done.returncode == 1
    assert done.stderr.endswith("ZeroDivisionError: division by zero\n")


@MODES
def test_interrupt(sandbox: Sandbox, options: list[str]) -> None:
    """A program that is interrupted dies of SIGINT, after python's traceback."""
    sandbox.write({"prog.py": "import time\nprint('ready', flush=True)\ntime.sleep(60)\n"})
    results = []
    for command in (["prog.py"], ["-m", "loadstone", "run", *options, "prog.py"]):
        with subprocess.Popen(
            [sys.executable, *command],
            cwd=sandbox.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
        ) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            time.sleep(0.1)
            child.send_signal(signal.SIGINT)
            _, errors = child.communicate(timeout=30)
            results.append((child.returncode, errors))
    assert results[0] == results[1]
    assert results[1][0] == -signal.SIGINT


@MODES
def test_standard_modules(sandbox: Sandbox, options: list[str]) -> None:
    """Modules of the standard library run with their arguments."""
    sandbox.write(
        {
            "data.json": '{"b": [1, 2]}',
            "test_it.py": "import unittest\nclass T(unittest.TestCase):\n    def test(self): pass\n",
        }
    )
    same(sandbox, options, "-m", "json.tool", "--compact", "data.json")
    ours = sandbox.python("-m", "loadstone", "run", *options, "-m", "unittest", "test_it")
    assert ours.returncode == 0
    assert "Ran 1 test" in ours.stderr


@MODES
def test_standard_input(sandbox: Sandbox, options: list[str]) -> None:
    """A program reads its standard input."""
    sandbox.write({"prog.py": "print(input()[::-1])\n"})
    done = subprocess.run(
        [sys.executable, "-m", "loadstone", "run", *options, "prog.py"],
        cwd=sandbox.root, input="abc\n", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("cba\n", "")


@MODES
def test_pickling_from_main(sandbox: Sandbox, options: list[str]) -> None:
    """What the program itself defines can be pickled and found again."""
    source = (
        "import pickle, inspect, typing, dataclasses\n"
        "@dataclasses.dataclass\nclass C:\n    x: 'int'\n"
        "print(pickle.loads(pickle.dumps(C(1))).x, C.__module__, inspect.getsource(C).count('\\n'))\n"
        "print(typing.get_type_hints(C))\n"
    )
    sandbox.write({"prog.py": source})
    same(sandbox, options, "prog.py")
    same(sandbox, options, "-m", "prog")


@MODES
@pytest.mark.parametrize("method", ["spawn", "fork", "forkserver"])
def test_multiprocessing(sandbox: Sandbox, options: list[str], method: str) -> None:
    """Processes that the program starts find its functions, with any start method."""
    source = f"""
        import multiprocessing, sys, helper

        def square(number):
            return helper.double(number) * number // 2

        if __name__ == "__main__":
            multiprocessing.set_start_method({method!r})
            with multiprocessing.Pool(2) as pool:
                print(pool.map(square, range(5)), len(sys.argv))
    """
    sandbox.write(
        {"prog.py": source, "helper.py": "def double(n):\n    return 2 * n\n", "pkg/__init__.py": ""}
    )
    assert same(sandbox, options, "prog.py", "x") == "[0, 1, 4, 9, 16] 2\n"
    assert same(sandbox, options, "-m", "prog", "x") == "[0, 1, 4, 9, 16] 2\n"


def test_takeover_is_in_charge(sandbox: Sandbox) -> None:
    """With --takeover the program's imports are loadstone's, without it the interpreter's."""
    program = "import _frozen_importlib\nprint(_frozen_importlib._find_and_load.__module__)\n"
    sandbox.write({"prog.py": program})
    outputs = [
        sandbox.python("-m", "loadstone", "run", *options, "prog.py").stdout.strip()
        for options in ([], ["--takeover"])
    ]
    assert outputs[0] in ("_frozen_importlib", "importlib._bootstrap")
    assert outputs[1].startswith("loadstone.")


def test_options_of_python(sandbox: Sandbox) -> None:
    """Options of python itself hold for the program."""
    sandbox.write({"prog.py": "import sys\nassert not __debug__\nprint(sys.flags.optimize, sys.path[0])\n"})
    same(sandbox, ["--takeover"], "prog.py", python=("-O",))
    if sys.version_info >= (3, 11):
        program = "import sys\nprint(sys.path[0])\n"
        sandbox.write({"safe.py": program})
        same(sandbox, ["--takeover"], "safe.py", python=("-P",))


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ([], 2), (["nothing"], 2), (["run"], 2), (["run", "--takeover"], 2), (["run", "-m"], 2),
        (["run", "-c"], 2),
        (["run", "--nonsense", "x"], 2), (["--help"], 0), (["run", "--help"], 0),
    ],
    ids=str,
)  # fmt: skip
def test_command_line(sandbox: Sandbox, arguments: list[str], status: int) -> None:
    """A wrong command line is status 2 and says what is wrong; help is status 0."""
    done = sandbox.python("-m", "loadstone", *arguments)
    assert done.returncode == status
    text = done.stdout if status == 0 else done.stderr
    assert "usage: " in text
    assert "Traceback" not in done.stderr
    if arguments == ["run", "--help"]:
        assert "examples:" in text
        assert "--takeover" in text
    if arguments in (["run", "-m"], ["run", "-c"]):
        assert f"argument expected for the {arguments[1]} option" in text


def test_console_script(sandbox: Sandbox) -> None:
    """The function behind the `loadstone` command runs a program and returns its status."""
    sandbox.write({"prog.py": "import sys\nprint(sys.argv, sys.path[0])\n"})
    program = "import sys\nfrom loadstone.__main__ import main\nprint(main(['run', 'prog.py', 'x']))\n"
    done = sandbox.python("-c", program)
    assert done.stdout == f"['prog.py', 'x'] {sandbox.root}\n0\n"
    failing = sandbox.python("-c", "from loadstone.__main__ import main\nprint(main(['run', '-c', '1/0']))")
    assert failing.stdout == "1\n"


def test_isolated_python(sandbox: Sandbox) -> None:
    """Under -I the script's folder is not put on the path."""
    sandbox.write({"prog.py": "import sys\nprint(sys.argv, __name__)\n"})
    environment = {**os.environ}
    for options in ([], ["--takeover"]):
        done = subprocess.run(
            [sys.executable, "-I", "-m", "loadstone", "run", *options, "prog.py"],
            cwd=sandbox.root, capture_output=True, text=True, check=False, env=environment,
        )  # fmt: skip
        assert done.stdout == "['prog.py'] __main__\n", done.stderr
    assert Path(sandbox.root / "prog.py").exists()


@MODES
def test_bytecode(sandbox: Sandbox, options: list[str]) -> None:
    """A file of bytecode runs as a script, whatever it is called."""
    sandbox.write({"prog.py": ABOUT, "other.py": "x = 1\n"})
    for name in ("prog.pyc", "prog.bin"):
        py_compile.compile(str(sandbox.root / "prog.py"), str(sandbox.root / name))
        assert same(sandbox, options, name).endswith("1\n")


@pytest.mark.parametrize(
    "words",
    [["prog.py"], ["prog.py", "-m", "x"], ["prog.py", "--", "x"], ["-m", "x"], ["-m", "x", "-h"],
 ["-c", "pass", "--takeover"], ["-m", ""], ["-c", "-m"]],
    ids=" ".join,
)  # fmt: skip
def test_both_readers_of_a_command_line_agree(words: list[str]) -> None:
    """What names a program in a plain way is read without a parser, as that would read it."""
    parser = argparse.ArgumentParser()
    program.add_arguments(parser)
    at_once = program.read(words)
    assert at_once is not None
    assert vars(at_once) == vars(program.program_of(parser, parser.parse_args(words)))


@pytest.mark.parametrize(
    "words", [[], ["-m"], ["-c"], ["-x", "prog.py"], ["--", "prog.py"], ["-h"]], ids=" ".join
)
def test_what_else_is_left_to_the_parser(words: list[str]) -> None:
    """What is wrong, or asks for help, is not read without a parser."""
    assert program.read(words) is None
