"""Tracebacks show no engine frame, and warnings blame the importer."""

from __future__ import annotations

import os
import sys
import traceback
import warnings
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

import loadstone
from loadstone._core import frames

if TYPE_CHECKING:
    from ..conftest import Sandbox

FILES = {
    "failing.py": "def fail():\n    1 / 0\nfail()",
    "nested.py": "import loadstone\nloadstone.import_module('failing')",
    "stated.py": "import failing",
    "wrong.py": "a = = 1",
    "pkg/__init__.py": "from . import sub",
    "pkg/sub.py": "from loadstone import import_module\nimport_module('.more', __package__)",
    "pkg/more.py": "import failing",
    "lacking.py": "import nowhere_to_be_found",
    "fine.py": "x = 1",
    "gone.py": "import sys\ndel sys.modules[__name__]",
    "old.py": "import warnings\ndef use():\n    warnings.warn('old', DeprecationWarning, stacklevel=2)\n"
              "warnings.warn('do not', DeprecationWarning, stacklevel=2)",
    "older.py": "from loadstone import import_module\nimport_module('old')\n",
}  # fmt: skip

KEEPS_ONE = sys.version_info < (3, 11)
"""On Python 3.10 the frame of the function that raises again stays: that of the verb."""

VERBS = {"import_module", "__import__", "reload", "find_spec"}


def shown(error: BaseException) -> list[str]:
    """The frames of a traceback after the test's own, as file and function; engine frames fail the test.

    Except on Python 3.10, where one frame for each verb that was called may stay.
    """
    found = []
    for frame in traceback.extract_tb(error.__traceback__)[1:]:
        if os.path.dirname(loadstone.__file__) in frame.filename or "importlib" in frame.filename:
            assert KEEPS_ONE, f"{frame.filename}:{frame.lineno} {frame.name}"
            assert frame.name in VERBS
        else:
            found.append(f"{os.path.basename(frame.filename)}:{frame.name}")
    return found


FAILURES = [
    ("failing", ["failing.py:<module>", "failing.py:fail"]),
    ("nested", ["nested.py:<module>", "failing.py:<module>", "failing.py:fail"]),
    ("stated", ["stated.py:<module>", "failing.py:<module>", "failing.py:fail"]),
    ("wrong", []),
    (
        "pkg",
        [
            "__init__.py:<module>",
            "sub.py:<module>",
            "more.py:<module>",
            "failing.py:<module>",
            "failing.py:fail",
        ],
    ),
    ("lacking", ["lacking.py:<module>"]),
    ("nowhere", []),
    ("fine.missing", []),
    ("nowhere.to.be.found", []),
]


@pytest.mark.parametrize("name", [name for name, _ in FAILURES])
@pytest.mark.parametrize("way", ["import_module", "__import__", "takeover", "method", "isolated"])
def test_tracebacks_of_imports(sandbox: Sandbox, way: str, name: str) -> None:
    """The traceback of a failing import shows the modules' own frames only."""
    sandbox.write(FILES, on_path=True)

    def load() -> None:
        if way == "takeover":
            with loadstone.takeover():
                __import__(name)
        elif way == "method":
            loadstone.live.import_module(name)
        elif way == "isolated":
            loadstone.ImportSystem.isolated([sandbox.root]).import_module(name)
        else:
            getattr(loadstone, way)(name)

    with pytest.raises((ImportError, SyntaxError, ZeroDivisionError)) as caught:
        load()
    assert shown(caught.value)[1:] == dict(FAILURES)[name]


def test_tracebacks_of_reload(sandbox: Sandbox) -> None:
    """The traceback of a failing reload shows the module's own frames only."""
    sandbox.write({"fine.py": "x = 1"}, on_path=True)
    sys.dont_write_bytecode = True
    module = loadstone.import_module("fine")
    for source, expected in (("1 // 0\n#", ["fine.py:<module>"]), ("a = = 1 # longer", [])):
        sandbox.write({"fine.py": source})
        with pytest.raises((ZeroDivisionError, SyntaxError)) as caught:
            loadstone.reload(module)
        assert shown(caught.value) == expected


def test_tracebacks_of_failing_finders_and_loaders(sandbox: Sandbox) -> None:
    """The traceback of a finder or loader that fails shows its own frames only, whichever method fails."""
    ways = ["find_spec", "create_module", "exec_module"]

    class Failing:
        def __init__(self, way: str) -> None:
            self.way = way

        def _fail(self, way: str) -> None:
            if way == self.way:
                raise ZeroDivisionError

        def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
            if name != "anything":
                return None
            self._fail("find_spec")
            return loadstone.machinery.ModuleSpec(name, self)

        def create_module(self, spec: Any) -> None:
            self._fail("create_module")

        def exec_module(self, module: Any) -> None:
            self._fail("exec_module")

    for way in ways:
        sys.meta_path.insert(0, Failing(way))
        for verb in (loadstone.import_module, loadstone.__import__, loadstone.find_spec):
            if verb is loadstone.find_spec and way != "find_spec":
                continue
            with pytest.raises(ZeroDivisionError) as caught:
                verb("anything")
            assert shown(caught.value) == [f"test_frames.py:{way}", "test_frames.py:_fail"]
        del sys.meta_path[0]


def test_errors_of_the_engine_itself(sandbox: Sandbox) -> None:
    """An error other than ImportError that the engine itself raises keeps its frames, as in importlib."""
    sandbox.write(FILES, on_path=True)
    with pytest.raises(KeyError) as caught:
        loadstone.import_module("gone")
    names = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert names[-1] == "_load"


def test_verbose_keeps_all_frames(sandbox: Sandbox) -> None:
    """Under `python -v` tracebacks are whole."""
    sandbox.write(FILES)
    source = os.path.dirname(os.path.dirname(loadstone.__file__))
    program = "import sys, loadstone; sys.path.insert(0, '.'); {}loadstone.import_module('failing')"
    for before in ("", "t = loadstone.takeover(); "):
        done = sandbox.python("-v", "-c", program.format(before), PYTHONPATH=source)
        assert done.returncode == 1
        assert "in module_for" in done.stderr
        assert "in fail" in done.stderr


def test_warnings_of_a_module_blame_its_importer(sandbox: Sandbox) -> None:
    """`warnings.warn(stacklevel=2)` at the top of a module blames the line that imports it, however."""
    sandbox.write(FILES, on_path=True)
    namespace: dict[str, Any] = {}
    code = compile("\n\nimport old", "<importer>", "exec")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        loadstone.import_module("old")
        line = sys._getframe().f_lineno - 1
        loadstone.reload(sys.modules.pop("old") and loadstone.import_module("old"))
        del sys.modules["old"]
        with loadstone.takeover():
            exec(code, namespace)
        del sys.modules["old"]
        loadstone.import_module("older")
    places = [(os.path.basename(each.filename), each.lineno) for each in caught]
    here = os.path.basename(__file__)
    assert places == [(here, line), (here, line + 2), (here, line + 2), ("<importer>", 3), ("older.py", 2)]


def test_warnings_of_functions_blame_their_callers(sandbox: Sandbox) -> None:
    """The functions of an imported module warn as any other."""
    sandbox.write(FILES, on_path=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        old = loadstone.import_module("old")
    with pytest.warns(DeprecationWarning, match="old") as caught:
        old.use()
    assert caught[0].filename == __file__


def test_hidden_functions_lead_to_their_file() -> None:
    """The file name of an engine function's code is marked, and still the file's when it is normalised."""
    from loadstone._core import loading

    for function in (loadstone.import_module, loadstone.live.__import__, loading.module_for):
        name = function.__code__.co_filename
        assert "importlib" in name
        assert "_bootstrap" in name
        assert os.path.normpath(name).startswith(os.path.dirname(loadstone.__file__))
        assert os.path.exists(os.path.normpath(name))


def test_hidden_returns_the_function() -> None:
    """Marking a function keeps the function; those of other packages are not marked at all."""

    def function() -> int:
        return 5

    assert frames.hidden(function) is function
    assert function.__code__.co_filename == __file__
    assert function() == 5


def test_trim_without_traceback() -> None:
    """An exception without traceback is left as it is."""
    error = ImportError("no")
    frames.trim(error)
    assert error.__traceback__ is None


def test_trim_own_takes_the_engine_off_the_top(monkeypatch: pytest.MonkeyPatch) -> None:
    """Engine frames at the top go, unless nothing else is left of an exception of the engine, or under -v."""

    source = "def engine(error):\n    1 / 0 if error is None else module_code(error)"
    namespace: dict[str, Any] = {}
    file = os.path.join(os.path.dirname(loadstone.__file__), "made_up.py")
    exec(compile(source, file, "exec"), namespace)
    engine = frames.hidden(namespace["engine"])

    def module_code(error: Exception) -> None:
        raise error

    namespace["module_code"] = module_code

    def caught(error: Exception | None) -> BaseException:
        try:
            engine(error)
        except Exception as exception:
            exception.__traceback__ = exception.__traceback__.tb_next  # type: ignore[union-attr]
            frames.trim_own(exception)
            return exception
        raise AssertionError

    def between(error: Exception | None) -> BaseException:
        """What is left of an error by way of the engine, code of a module, and the engine again."""

        def passing_on(first: Any) -> None:
            with monkeypatch.context() as patch:
                patch.setitem(namespace, "module_code", raising)
                engine(error)

        def raising(error: Exception) -> None:
            raise error

        raising.__code__ = raising.__code__.replace(co_name="module_code")
        passing_on.__code__ = passing_on.__code__.replace(co_name="module_code")
        with monkeypatch.context() as patch:
            patch.setitem(namespace, "module_code", passing_on)
            return caught(ValueError())

    def names(error: BaseException) -> list[str]:
        return [frame.name for frame in traceback.extract_tb(error.__traceback__)]

    assert names(caught(ValueError())) == ["module_code"]
    assert names(caught(None)) == ["engine"]
    assert names(between(ValueError())) == ["module_code", "module_code"]
    assert names(between(None)) == ["module_code", "engine"]
    monkeypatch.setattr(frames, "sys", SimpleNamespace(flags=SimpleNamespace(verbose=1)))
    assert names(caught(ValueError())) == ["engine", "module_code"]


def test_verbose_messages(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports go to stderr, marked as comments, and only if they were asked for."""
    frames.verbose("nothing {!r}", "said")
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(frames, "sys", SimpleNamespace(flags=SimpleNamespace(verbose=1), stderr=sys.stderr))
    frames.verbose("found {!r}", "it")
    frames.verbose("import {!r}", "it")
    frames.verbose("too much", verbosity=2)
    assert capsys.readouterr().err == "# found 'it'\nimport 'it'\n"


ENDLESS = """
import sys
import loadstone

class Endless:
    def find_spec(self, name, path=None, target=None):
        return loadstone.find_spec(name) if name == "endless" else None

sys.meta_path.insert(0, Endless())
found = set()
for limit in range(260, 300):
    sys.setrecursionlimit(limit)
    try:
        loadstone.find_spec("endless")
    except Exception as error:
        found.add(type(error))
sys.setrecursionlimit(1000)
print(found)
"""


def test_at_the_limit_of_recursion(sandbox: Sandbox) -> None:
    """Wherever a search that does not end comes to the limit, what is raised says so, and nothing else."""
    sandbox.write({"endless_search.py": ENDLESS})
    result = sandbox.python("endless_search.py")
    assert (result.stdout, result.stderr) == ("{<class 'RecursionError'>}\n", "")
