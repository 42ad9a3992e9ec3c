"""Threads that import: each module is executed once, nobody gets half a module, and nobody waits for ever.

LOADSTONE_THREAD_ROUNDS sets how often the big test is played, LOADSTONE_THREAD_SEED repeats a game.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import loadstone
from loadstone._core.versions import WAITS_FOR_PARENTS

if TYPE_CHECKING:
    from ..conftest import Sandbox

ROUNDS = int(os.environ.get("LOADSTONE_THREAD_ROUNDS", "5"))
SEED = int(os.environ.get("LOADSTONE_THREAD_SEED", str(int(time.time()))))
PATIENCE = 20
SYSTEMS = ("live", "takeover", "isolated")


FAILING_ONCE = """
sys.stage.log.append(1)
if len(sys.stage.log) == 1:
    sys.stage.event('inside').set()
    sys.stage.wait('go')
    1 / 0
done = True
"""


class Stage:
    """Threads, and events by which the modules they import wait for each other."""

    def __init__(self, system: str, sandbox: Sandbox) -> None:
        self.system = system
        self.sandbox = sandbox
        self.events: dict[str, threading.Event] = {}
        self.log: list[str] = []
        self.isolated = loadstone.ImportSystem.isolated([sandbox.root])
        self.importer = self.isolated.import_module if system == "isolated" else loadstone.import_module

    def event(self, name: str) -> threading.Event:
        """The event of that name; modules reach it as `sys.stage.event(name)`."""
        return self.events.setdefault(name, threading.Event())

    def wait(self, name: str) -> None:
        """Wait for an event, but not for ever."""
        assert self.event(name).wait(PATIENCE), name

    def write(self, files: dict[str, str]) -> None:
        """Write modules that are found in this system."""
        self.sandbox.write({name: f"import sys\n{source}" for name, source in files.items()})
        self.sandbox.on_path()

    def statement(self, name: str) -> Any:
        """Import by an import statement."""
        if self.system == "isolated":
            return self.isolated.__import__(name, fromlist=("x",))
        return __import__(name, fromlist=["x"])

    def start(self, function: Callable[..., Any], *arguments: Any) -> Callable[[], Any]:
        """Start a thread; what is returned waits for it and gives its result, or raises what it raised."""
        result: list[Any] = []

        def run() -> None:
            try:
                result[:] = [function(*arguments), None]
            except BaseException as error:
                traceback.print_exc()  # for who reads about the test that failed
                result[:] = [None, error]

        thread = threading.Thread(target=run, daemon=True)
        thread.start()

        def finish() -> Any:
            thread.join(PATIENCE)
            assert not thread.is_alive(), "the thread hangs"
            if result[1] is not None:
                raise result[1]
            return result[0]

        return finish


@pytest.fixture(params=SYSTEMS)
def stage(request: pytest.FixtureRequest, sandbox: Sandbox) -> Any:
    """Threads in each kind of import system."""
    sys.dont_write_bytecode = True
    stage = sys.stage = Stage(request.param, sandbox)  # type: ignore[attr-defined]
    handle = loadstone.takeover() if request.param == "takeover" else None
    try:
        yield stage
    finally:
        del sys.stage  # type: ignore[attr-defined]
        if handle:
            handle.uninstall()


def pause() -> None:
    """Let the other thread run into its wait."""
    time.sleep(0.05)


@pytest.mark.parametrize("first", ["import_module", "statement"])
@pytest.mark.parametrize("second", ["import_module", "statement"])
def test_one_executes_and_the_other_waits(stage: Stage, first: str, second: str) -> None:
    """A module that two threads import, by whatever means, is executed once, and both get it finished."""
    body = "sys.stage.log.append(1); sys.stage.event('inside').set(); sys.stage.wait('go'); done = True"
    stage.write({"slow.py": body})
    verbs = {"import_module": stage.importer, "statement": stage.statement}
    one = stage.start(lambda: verbs[first]("slow").done)
    stage.wait("inside")
    two = stage.start(lambda: verbs[second]("slow").done)
    pause()
    stage.event("go").set()
    assert one() is True
    assert two() is True
    assert stage.log == [1]


@pytest.mark.parametrize("verb", ["import_module", "statement"])
def test_waiter_imports_anew_what_has_failed(stage: Stage, verb: str) -> None:
    """Where a module fails in one thread, another that was waiting for it executes it again."""
    if verb == "statement" and stage.system != "isolated":
        pytest.skip("the interpreter's own statement hands over the module that has failed")
    stage.write({"fails.py": FAILING_ONCE})
    one = stage.start(stage.importer, "fails")
    stage.wait("inside")
    importer = stage.importer if verb == "import_module" else stage.statement
    two = stage.start(lambda: importer("fails").done)
    pause()
    stage.event("go").set()
    with pytest.raises(ZeroDivisionError):
        one()
    assert two() is True
    assert stage.log == [1, 1]


@pytest.mark.parametrize("statement", ["import {}", "import loadstone; loadstone.import_module('{}')"])
def test_two_threads_in_one_circle(stage: Stage, statement: str) -> None:
    """Two threads that import two modules which import each other get both, executed once each."""
    for name, other in (("one", "two"), ("two", "one")):
        meet = f"sys.stage.log.append('{name}'); sys.stage.event('{name}').set(); sys.stage.wait('{other}')"
        after = f"other = sys.modules.get('{other}')\ndone = True"
        stage.write({f"{name}.py": f"{meet}\n{statement.format(other)}\n{after}"})
    results = [stage.start(lambda name=name: stage.importer(name).done) for name in ("one", "two")]
    assert [finish() for finish in results] == [True, True]
    assert sorted(stage.log) == ["one", "two"]


def test_package_that_imports_what_another_thread_imports(stage: Stage) -> None:
    """A package may import a submodule that another thread is importing, which waits for the package."""

    class Slow(loadstone.machinery.SourceFileLoader):
        def create_module(self, spec: Any) -> None:
            stage.event("creating").set()
            stage.wait("go")

    class Finder:
        def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
            if name != "pack":
                return None
            file = str(stage.sandbox.root / "pack" / "__init__.py")
            return loadstone.util.spec_from_file_location(name, file, loader=Slow(name, file))

    stage.write(
        {
            "pack/__init__.py": "sys.stage.log.append('pack'); sys.stage.importer('pack.sub'); done = True",
            "pack/sub.py": "sys.stage.log.append('sub'); done = True",
        }
    )
    chain = stage.isolated.meta_path if stage.system == "isolated" else sys.meta_path
    chain.insert(0, Finder())
    one = stage.start(lambda: stage.importer("pack").done)
    stage.wait("creating")
    two = stage.start(lambda: stage.importer("pack.sub").done)
    pause()
    stage.event("go").set()
    assert one() is True
    assert two() is True
    assert sorted(stage.log) == ["pack", "sub"]


@pytest.mark.skipif(WAITS_FOR_PARENTS, reason="the submodule would wait for the package, and that for it")
def test_package_that_finishes_while_its_submodule_does(sandbox: Sandbox) -> None:
    """A package that is moved to the end of `modules` when it is finished is not missing in between."""

    class Modules(dict[str, Any]):
        def pop(self, name: str, *default: Any) -> Any:
            found = super().pop(name, *default)
            if name == "pack":
                stage.event("popped").set()
                stage.event("done").wait(0.2)
            return found

    stage = sys.stage = Stage("isolated", sandbox)  # type: ignore[attr-defined]
    stage.isolated.modules = Modules()
    try:
        stage.write(
            {
                "pack/__init__.py": "sys.stage.event('package').set(); sys.stage.wait('submodule')",
                "pack/sub.py": "sys.stage.event('submodule').set(); sys.stage.wait('popped')",
            }
        )
        one = stage.start(stage.importer, "pack")
        stage.wait("package")
        two = stage.start(stage.importer, "pack.sub")
        assert two().__name__ == "pack.sub"
        stage.event("done").set()
        assert one().sub is two()
    finally:
        del sys.stage  # type: ignore[attr-defined]


LATE = {
    "path": "__path__ = [*__path__, __path__[0] + '/extra']",
    "modules": "import types; sys.modules['pack.mod'] = types.ModuleType('pack.mod')",
    "grandparent": "",
}


@pytest.mark.parametrize("late", LATE)
def test_submodule_that_its_package_makes_findable_late(stage: Stage, late: str) -> None:
    """A submodule is looked for when its package is finished, where the interpreter waits for that."""
    waits = "sys.stage.event('inside').set(); sys.stage.wait('go')\n"
    stage.write(
        {
            "pack/__init__.py": waits + LATE[late] + "\nfinished = True",
            "pack/extra/mod.py": "",
            "pack/inner/__init__.py": "",
            "pack/inner/mod.py": "finished = sys.stage.importer('pack').finished",
        }
    )
    wanted = "pack.inner.mod" if late == "grandparent" else "pack.mod"
    one = stage.start(stage.importer, "pack")
    stage.wait("inside")
    two = stage.start(stage.importer, wanted)
    pause()
    stage.event("go").set()
    one()
    if WAITS_FOR_PARENTS or late == "grandparent":
        assert two().__name__ == wanted
    else:
        with pytest.raises(ModuleNotFoundError, match=wanted):
            two()


def test_finders_are_asked_by_one_thread_at_a_time(stage: Stage) -> None:
    """While a finder is asked for one module, no other thread asks it."""
    inside: list[str] = []
    most: list[int] = []

    class Finder:
        def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
            if name.startswith("thing"):
                inside.append(name)
                time.sleep(0.005)
                most.append(len(inside))
                inside.remove(name)

    chain = stage.isolated.meta_path if stage.system == "isolated" else sys.meta_path
    chain.insert(0, Finder())

    def missing(name: str) -> None:
        with pytest.raises(ModuleNotFoundError):
            stage.importer(name)

    for finish in [stage.start(missing, f"thing{i}") for i in range(8)]:
        finish()
    assert set(most) == {1}


def test_reloading_in_two_threads(stage: Stage) -> None:
    """Threads that reload a module at the same time take turns in executing it."""
    reload = stage.isolated.reload if stage.system == "isolated" else loadstone.reload
    stage.write(
        {"mod.py": "sys.stage.log.append('in'); import time; time.sleep(0.002); sys.stage.log.append('out')"}
    )
    module = stage.importer("mod")
    for finish in [stage.start(reload, module) for _ in range(8)]:
        assert finish() is module
    assert stage.log == ["in", "out"] * (len(stage.log) // 2)


@pytest.mark.parametrize("system", ["live", "takeover"])
def test_many_threads(sandbox: Sandbox, system: str) -> None:
    """32 threads import 200 modules that import each other: each is executed once, none hangs."""
    program = str(Path(__file__).with_name("many_threads.py"))
    source = os.path.dirname(os.path.dirname(loadstone.__file__))
    done = sandbox.python(
        program,
        system,
        str(ROUNDS),
        str(SEED),
        PYTHONPATH=source,
        timeout=60 + 60 * ROUNDS,
        measured=False,
    )
    assert done.returncode == 0, f"seed {SEED}\n{done.stdout}{done.stderr}"
