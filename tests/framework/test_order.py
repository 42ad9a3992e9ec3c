"""The order in which hooks act, whoever came first; and searches while hooks come and go."""

from __future__ import annotations

import importlib.util
import sys
import threading
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from typing import TYPE_CHECKING, Any

import pytest

import loadstone

if TYPE_CHECKING:
    from ..conftest import Sandbox


class Note(loadstone.Interceptor):
    """Notes what it acts on."""

    changes_modules = False

    def __init__(self, *names: str) -> None:
        super().__init__(names or None)
        self.log: list[str] = []

    def intercept(self, spec: Any) -> Any:
        self.log.append(spec.name)


class Stranger:
    """A finder of somebody else's that finds `mod` and nothing else, by the path finder."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != "mod":
            return None
        return importlib.machinery.PathFinder.find_spec(name, path)


class AsksAll:
    """A finder that asks the whole chain, and not twice at once."""

    def __init__(self) -> None:
        self.busy = False

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if self.busy or name != "mod":
            return None
        self.busy = True
        try:
            return importlib.util.find_spec(name)
        finally:
            self.busy = False


@pytest.fixture(autouse=True)
def modules(sandbox: Sandbox) -> None:
    """A module to import."""
    sandbox.write({"mod.py": "x = 1\n"}, on_path=True)


PUTS: dict[str, Callable[[Any], None]] = {
    "insert": lambda finder: sys.meta_path.insert(0, finder),
    "slice": lambda finder: sys.meta_path.__setitem__(slice(0, 0), [finder]),
    "whole": lambda finder: sys.meta_path.__setitem__(slice(None), [finder, *sys.meta_path]),
    "sum": lambda finder: setattr(sys, "meta_path", [finder] + sys.meta_path),  # noqa: RUF005
}


@pytest.mark.parametrize("put", PUTS)
@pytest.mark.parametrize("names", [(), ("mod",)])
@pytest.mark.parametrize("kind", [Stranger, AsksAll])
def test_an_interceptor_acts_on_what_a_later_finder_finds(
    put: str, names: tuple[str, ...], kind: type
) -> None:
    """Whoever is put at the front after an interceptor is asked by it, which acts once; nothing warns."""
    before, content = sys.meta_path, list(sys.meta_path)
    note, stranger = Note(*names), kind()
    handle = loadstone.install(note)
    PUTS[put](stranger)
    assert list(sys.meta_path).index(stranger) == 1
    assert sys.meta_path[1] is stranger
    assert handle.overtaken_by == []
    __import__("mod")
    assert note.log.count("mod") == 1
    sys.meta_path.remove(stranger)
    handle.uninstall()
    assert list(sys.meta_path) == content
    assert type(sys.meta_path) is list
    if put != "sum":
        assert sys.meta_path is before


def test_a_list_that_is_put_in_the_place_of_the_chain_is_in_order_again() -> None:
    """Where another list has taken the chain's place, interceptors are in front as soon as one is asked."""
    note = Note()
    with loadstone.install(note):
        sys.meta_path = [Stranger(), *sys.meta_path]
        assert importlib.util.find_spec("no_such_module") is None
        assert sys.meta_path[0] is note
        __import__("mod")
        assert note.log == ["mod"]


def test_what_was_put_first_is_taken_off_first() -> None:
    """Who inserts at the front and takes the first off again gets back what was inserted."""
    note = Note()
    with loadstone.install(note):
        one, two = Stranger(), Stranger()
        sys.meta_path.insert(0, one)
        sys.meta_path.insert(0, two)
        assert sys.meta_path.pop(0) is two
        del sys.meta_path[0]
        assert not any(type(finder) is Stranger for finder in sys.meta_path)
        assert sys.meta_path[0] is note
        assert sys.meta_path.pop(0) is note
        sys.meta_path.insert(-1, one)
        assert sys.meta_path[-2] is one


def test_explicit_places_stay() -> None:
    """A finder that is to stand before an interceptor does, and an interceptor after a finder too."""
    note, ahead, behind, stranger = Note(), Stranger(), Note(), Stranger()
    loadstone.install(note)
    loadstone.install(ahead, before=note)
    sys.meta_path.insert(0, stranger)
    assert list(sys.meta_path)[:3] == [ahead, note, stranger]
    handle = loadstone.install(behind, after=stranger)
    assert list(sys.meta_path)[3] is behind
    late = Stranger()
    sys.meta_path.insert(0, late)
    assert handle.overtaken_by == [late]


def test_the_list_that_others_hold_is_still_heard() -> None:
    """What is done to the list from before the first hook takes effect, and that list is back in the end."""
    held, hooks = sys.meta_path, sys.path_hooks
    content, stranger = list(held), Stranger()
    gone = held[0]
    note = Note()
    with loadstone.install(note):
        assert isinstance(sys.meta_path, list)
        held.insert(0, stranger)  # type: ignore[arg-type]
        held.remove(gone)
        assert list(sys.meta_path) == [note, stranger, *content[1:]]
        __import__("mod")
        assert note.log == ["mod"]
        held.append(gone)
        held.insert(1, last := Stranger())  # type: ignore[arg-type]
        assert list(sys.meta_path) == [note, stranger, last, *content[1:], gone]
    assert sys.meta_path is held
    assert sys.path_hooks is hooks
    assert held == [stranger, last, *content[1:], gone]


def test_a_loader_that_others_have_left_out_joins_many(sandbox: Sandbox) -> None:
    """Three finders that each put their own loader in all act, for a package that a fourth one leads to."""
    sandbox.write({"far/away/__init__.py": "words = ['file']\n"})
    file = str(sandbox.root / "far" / "away" / "__init__.py")

    def finder(word: str) -> Any:
        class Adding(SourceFileLoader):
            def source_to_code(self, data: Any, path: Any, fullname: Any = None, **options: Any) -> Any:  # type: ignore[override]
                import ast

                tree = data if isinstance(data, ast.AST) else compile(data, path, "exec", ast.PyCF_ONLY_AST)
                tree.body += ast.parse(f"words.append({word!r})").body  # type: ignore[attr-defined]
                return compile(tree, path, "exec", dont_inherit=True)

        class Finding:
            def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
                spec = importlib.machinery.PathFinder.find_spec(name, path) if name == "away" else None
                if spec is not None:
                    spec.loader = Adding(spec.name, str(spec.origin))
                return spec

        return Finding()

    class Leading:
        def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
            return importlib.util.spec_from_file_location(name, file) if name == "away" else None

    class Text(loadstone.Transform):
        def transform_source(self, text: str, spec: Any) -> str:
            return text.replace("file", "text")

    sys.meta_path.append(Leading())  # type: ignore[arg-type]
    loadstone.install(Text("away"))
    for word in ("one", "two", "three"):
        sys.meta_path.insert(0, finder(word))
    module = __import__("away")
    assert module.words[0] == "text"
    assert sorted(module.words[1:]) == ["one", "three", "two"]


COMING_AND_GOING = """
import importlib, importlib.util, sys, threading, time, pkgutil
import loadstone
if {takeover}:
    loadstone.takeover()
sys.setswitchinterval(1e-6)

class Passive:
    def find_spec(self, name, path=None, target=None):
        time.sleep(1e-6)  # whoever waits for the import lock gets it after this

class Last(Passive):
    def find_spec(self, name, path=None, target=None):
        if name.startswith("there_"):
            return importlib.util.spec_from_loader(name, self)
    def create_module(self, spec):
        return None
    def exec_module(self, module):
        pass

class Note(loadstone.Interceptor):
    changes_modules = False

class PathHook:
    def __call__(self, entry):
        raise ImportError(entry)

sys.meta_path += [Passive(), Passive(), Last()]
done, errors = threading.Event(), []

def come_and_go():
    try:
        while not done.is_set():
            with loadstone.install(Passive(), first=True), loadstone.install(Note()):
                with loadstone.install(PathHook(), first=True), loadstone.install(Note(["there_0"])):
                    pass
    except BaseException as error:
        errors.append(error)

def work(number):
    try:
        for turn in range(60):
            name = f"there_{{number}}_{{turn}}"
            if turn % 3 == 0:
                exec(f"import {{name}}")
            elif turn % 3 == 1:
                importlib.import_module(name)
            else:
                loadstone.import_module(name)
            del sys.modules[name]
            sys.path_importer_cache.pop(sys.path[0], None)
            name = f"file_{{number}}"
            sys.modules.pop(name, None)
            __import__(name)
            assert pkgutil.get_importer(sys.path[0]) is not None
    except BaseException as error:
        errors.append(error)

before = list(sys.meta_path), list(sys.path_hooks)
hooks = [threading.Thread(target=come_and_go) for _ in range(2)]
workers = [threading.Thread(target=work, args=(number,)) for number in range(4)]
for thread in hooks + workers:
    thread.start()
for thread in workers:
    thread.join()
done.set()
for thread in hooks:
    thread.join()
assert errors == [], errors
assert (sys.meta_path, sys.path_hooks) == before
assert type(sys.meta_path) is type(sys.path_hooks) is list
"""


@pytest.mark.parametrize("takeover", [False, True])
def test_no_search_loses_a_finder_while_hooks_come_and_go(sandbox: Sandbox, takeover: bool) -> None:
    """Threads import what is there, by statement and by call, while others install and uninstall."""
    sandbox.write({f"file_{number}.py": "" for number in range(4)})
    sandbox.write({"program.py": COMING_AND_GOING.format(takeover=takeover)})
    result = sandbox.python("program.py", measured=False)
    assert (result.returncode, result.stderr) == (0, "")


def test_a_search_in_progress_meets_every_finder() -> None:
    """A hook that is taken out while a finder is being asked costs that search none of those behind it."""
    asked, go = threading.Event(), threading.Event()

    class Slow:
        def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
            if name == "mod":
                asked.set()
                go.wait(10)

    class Passive(Slow):
        def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
            return None

    sys.meta_path[:] = [Slow(), Passive(), importlib.machinery.PathFinder]  # type: ignore[list-item]
    loadstone.install(Passive(), first=True)
    other = loadstone.install(Passive(), after=sys.meta_path[1])
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(importlib.util.find_spec("mod")))
    thread.start()
    assert asked.wait(10)
    # The search holds the import lock, which installing takes too: as others would, without it.
    chain = sys.meta_path
    del chain[0]
    chain.remove(other.hook)
    go.set()
    thread.join()
    assert found[0].name == "mod"
