"""Installing hooks: where they stand, how they are taken away, and what is said of them."""

from __future__ import annotations

import copy
import gc
import json.decoder  # a module that is loaded already
import pkgutil
import sys
import threading
from collections.abc import Callable
from importlib import metadata
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING, Any

import pytest

import loadstone
from loadstone.framework import finder as finder_module
from loadstone.framework.chain import Switchboard

if TYPE_CHECKING:
    from ..conftest import Sandbox


class Plain(loadstone.Finder):
    """A finder that knows nothing, but remembers what it was asked."""

    def __init__(self, *names: str) -> None:
        self.asked: list[str] = []
        if names:
            self.names = names

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        self.asked.append(fullname)


class Class:
    """A finder that is not instantiated."""

    @classmethod
    def find_spec(cls, fullname: str, path: Any = None, target: Any = None) -> Any:
        return None


class Watch(loadstone.Interceptor):
    """An interceptor that notes what it sees."""

    changes_modules = False

    def __init__(self, names: Any = None, log: list[Any] | None = None) -> None:
        super().__init__(names)
        self.log = [] if log is None else log

    def intercept(self, spec: Any) -> Any:
        self.log.append((self, spec.name))


@pytest.fixture(autouse=True)
def modules(sandbox: Sandbox) -> None:
    """Modules to import, in a sandbox."""
    sandbox.write({"mod.py": "x = 1\n", "pkg/__init__.py": "", "pkg/sub.py": ""}, on_path=True)


def flat() -> list[Any]:
    """The finders in the order they are asked."""
    finders: list[Any] = []
    for finder in sys.meta_path:
        finders += finder.finders if isinstance(finder, Switchboard) else [finder]
    return finders


def test_default_places() -> None:
    """A finder and a path hook go last, one bound to names first, an interceptor in front of that too."""
    before = list(sys.meta_path)
    finder, watch, bound = Plain(), Watch(), Plain("only.*")
    for hook in (finder, watch, bound):
        loadstone.install(hook)

    def path_hook(entry: str) -> Any:
        raise ImportError(entry)

    loadstone.install(path_hook)
    assert flat() == [watch, bound, *before, finder]
    assert sys.path_hooks[-1] is path_hook
    assert [handle.hook for handle in loadstone.hooks()] == [watch, bound, finder, path_hook]


@pytest.mark.parametrize("patterns", [(), ("x",)])
@pytest.mark.parametrize("others", [(), ("x",)])
def test_places(patterns: tuple[str, ...], others: tuple[str, ...]) -> None:
    """First, last, before and after another put a finder there, be they bound to names or not."""
    before = list(sys.meta_path)
    names = ["other", "first", "last", "ahead", "behind"]
    other, first, last, ahead, behind = (Plain(*(others if name == "other" else patterns)) for name in names)
    loadstone.install(other, last=True)
    loadstone.install(first, first=True)
    loadstone.install(last, last=True)
    loadstone.install(ahead, before=other)
    loadstone.install(behind, after=other)
    middle = Plain(*patterns)
    loadstone.install(middle, after=PathFinder)
    at = before.index(PathFinder) + 1
    assert flat() == [first, *before[:at], middle, *before[at:], ahead, other, behind, last]
    for handle in loadstone.hooks():
        handle.uninstall()
    assert sys.meta_path == before


def test_path_hooks_have_places_too() -> None:
    """Path hooks go next to each other, and path entries are looked at anew."""

    def one(entry: str) -> Any:
        raise ImportError(entry)

    def two(entry: str) -> Any:
        raise ImportError(entry)

    old = list(sys.path_hooks)
    sys.path_importer_cache["/some/entry"] = None
    with loadstone.install(one, first=True) as handle, loadstone.install(two, after=one):
        assert "/some/entry" not in sys.path_importer_cache
        assert sys.path_hooks == [one, two, *old]
        assert "path hook at sys.path_hooks[0]" in repr(handle)
        assert handle.overtaken_by == []
    assert sys.path_hooks == old


def test_handles(sandbox: Sandbox) -> None:
    """A handle undoes what it stands for, once, in a `with` block too, and says what and where."""
    finder = Plain()
    with finder.install() as handle:
        assert handle.active
        assert handle.hook is finder
        assert handle.kind == "finder"
        assert repr(handle) == f"<Handle 'Plain': finder at sys.meta_path[{len(sys.meta_path) - 1}]>"
        with pytest.raises(ModuleNotFoundError):
            loadstone.import_module("nothing")
        assert finder.asked == ["nothing"]
        sys.meta_path.remove(finder)
        assert repr(handle) == "<Handle 'Plain': finder, no longer on sys.meta_path>"
    assert not handle.active
    assert repr(handle) == "<Handle 'Plain': finder, uninstalled>"
    handle.uninstall()
    assert loadstone.hooks() == []


def test_names_of_hooks() -> None:
    """Hooks are named by their class, with a number if need be, or as told; no two have the same name."""
    one = loadstone.install(Plain())
    two = loadstone.install(Plain())
    three = loadstone.install(Plain(), name="mine")
    four = loadstone.install(Class)
    assert [handle.name for handle in (one, two, three, four)] == ["Plain", "Plain 2", "mine", "Class"]
    with pytest.raises(ValueError, match=r"a hook 'mine' is installed already: <.*Plain object"):
        loadstone.install(Plain(), name="mine")
    with pytest.raises(ValueError, match="is installed already, as 'mine'"):
        loadstone.install(three.hook)
    assert len(loadstone.hooks()) == 4


@pytest.mark.parametrize(
    ("hook", "options", "error", "message"),
    [
        (3, {}, TypeError, r"a hook is a finder \(with find_spec\) or a path hook \(a callable\), not 3"),
        (Plain(), {"first": True, "last": True}, ValueError, "give one of them"),
        (Plain(), {"first": True, "before": PathFinder}, ValueError, "give one of them"),
        (Plain(), {"before": "nobody"}, ValueError, "'nobody' is not on sys.meta_path"),
        (Plain("x"), {"after": "nobody"}, ValueError, "'nobody' is not on sys.meta_path"),
        (print, {"after": "nobody"}, ValueError, "'nobody' is not there"),
        (Plain(""), {}, ValueError, "must start with a name"),
        (Plain(3), {}, TypeError, "must be str, not int"),  # type: ignore[arg-type]
        (Plain("a..b"), {}, ValueError, "must be names joined by dots, not 'a..b'"),
        (Plain("a b"), {}, ValueError, "must be names joined by dots, not 'a b'"),
        (Plain, {}, TypeError, r"find_spec of the class Plain is for its instances: .* Plain\("),
        (Watch, {}, TypeError, r"find_spec of the class Interceptor|Watch is for its instances"),
        (Plain(), {"name": 3}, TypeError, "name must be str, not int"),
    ],
    ids=str,
)
def test_what_cannot_be_installed(hook: Any, options: Any, error: type[Exception], message: str) -> None:
    """What is no hook, and a place that is none, are refused; the chain stays as it was."""
    before = list(sys.meta_path), list(sys.path_hooks)
    with pytest.raises(error, match=message):
        loadstone.install(hook, **options)
    assert (sys.meta_path, sys.path_hooks) == before
    assert loadstone.hooks() == []


def test_bound_finders_are_asked_for_their_names_only() -> None:
    """A finder that is bound to names is asked for those, among many others at the cost of one look-up."""
    finders = [Plain(f"mod{number}", f"mod{number}.*") for number in range(100)]
    for finder in finders:
        loadstone.install(finder)
    assert sum(type(finder) is Switchboard for finder in sys.meta_path) == 1
    for name in ("mod7", "other"):
        assert loadstone.find_spec(name) is None
    assert [finder.asked for finder in finders if finder.asked] == [["mod7"]]
    assert repr(sys.meta_path[0]) == "<Switchboard of 100 finders>"
    forgot = []
    finders[3].invalidate_caches = lambda: forgot.append(3)  # type: ignore[method-assign]
    loadstone.invalidate_caches()
    assert forgot == [3]


@pytest.mark.parametrize("names", ["only", ["only"], ("only", "others.*")])
def test_names_may_be_one_pattern(names: Any) -> None:
    """A finder's `names` may be one pattern or several, given by itself or to `install`, which goes first."""
    own, given = Plain(), Plain("else")
    own.names = names
    handles = [loadstone.install(own), loadstone.install(given, names=names)]
    for name in ("only", "not.only", "o", "else"):
        with pytest.raises(ModuleNotFoundError):
            loadstone.import_module(name)
    assert (own.asked, given.asked) == (["only"], ["only"])
    assert [handle.names for handle in handles] == [("only",) if names != ("only", "others.*") else names] * 2
    assert "finder for 'only'" in repr(handles[0])


@pytest.mark.parametrize("attribute", [[], lambda: ["mod"], 3, ["mod"]], ids=repr)
def test_what_others_call_names(attribute: Any) -> None:
    """What a finder of somebody else has as `names`, or as other attributes of ours, says nothing to us."""

    class Vendors:
        def __init__(self) -> None:
            self.asked: list[str] = []
            self.names = self.changes_modules = self.adds_portions = attribute

        def path_hook(self, entry: str) -> Any:
            raise ImportError(entry)

        def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> None:
            self.asked.append(fullname)

    finder = Vendors()
    sys.path_hooks.append(finder.path_hook)
    with loadstone.install(finder) as handle:
        assert sys.meta_path[-1] is finder
        assert handle.names is None
        assert loadstone.find_spec("nothing") is None
    assert finder.asked == ["nothing"]
    assert sys.path_hooks.pop() == finder.path_hook
    with loadstone.install(finder, names="mod", last=True):
        assert loadstone.find_spec("nothing") is loadstone.find_spec("pkg.nothing") is None
    assert finder.asked == ["nothing"]


def test_hundreds_of_bound_hooks() -> None:
    """What a search and an installation cost, in calls, is the same beside four hundred bound hooks."""

    def calls(act: Callable[[], object]) -> int:
        count = 0

        def note(frame: Any, event: str, argument: Any) -> None:
            nonlocal count
            count += event in ("call", "c_call")

        sys.setprofile(note)
        try:
            act()
        finally:
            sys.setprofile(None)
        return count

    def search() -> None:
        loadstone.find_spec("other")

    def install() -> None:
        with loadstone.install(Watch(["mod", "mod.*", "mo*d"])):
            search()

    install()
    costs = []
    for number in (1, 100):
        patterns = [f"mod{1000 + index}{end}" for index in range(number) for end in ("", ".*", "*", "?")]
        handles = [loadstone.install(Watch(pattern)) for pattern in patterns]
        costs.append((calls(search), calls(install)))
        assert (handles[0].name, handles[-1].name) == ("Watch", f"Watch {len(patterns)}")
        for handle in handles:
            handle.uninstall()
    assert costs[0] == costs[1]


def test_what_a_path_hook_is_not_bound_to() -> None:
    """A path hook is not bound to names, and a loader class is none."""
    with pytest.raises(TypeError, match="names bind a finder"):
        loadstone.install(lambda entry: None, names="x")  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="the class Loader is a loader: install a finder"):
        loadstone.install(loadstone.Loader)  # type: ignore[call-overload]
    assert loadstone.hooks() == []


def test_labels_are_not_used_again() -> None:
    """The path entries of a finder that is gone are never another's, and a copy is another finder."""
    labels = set()
    finder = Plain()
    for _ in range(50):
        labels.add(finder.label)
        assert finder.label == finder.label
        finder = copy.copy(finder)
        assert finder.label not in labels
        labels.add(finder.label)
        finder = Plain()
    assert len(labels) == 100
    with pytest.raises(ImportError, match="only path entries of"):
        finder.path_hook(f"{labels.pop()}/pkg")
    kept = len(finder_module._labels)
    del finder
    gc.collect()
    assert len(finder_module._labels) <= kept


def test_a_class_for_its_instance() -> None:
    """A class is refused where its author has written methods of the instances; a class method will do."""

    class Sources(loadstone.SourceFinder):
        def get_source(self, fullname: str) -> str | None:
            return None

    class Packages(Sources):
        @classmethod
        def get_source(cls, fullname: str) -> str | None:
            return "" if fullname == "of_class" else None

    class Lists(Packages):
        def list_modules(self, package: str = "") -> Any:
            return ()

    for kind, method in ((Sources, "get_source"), (Lists, "list_modules")):
        with pytest.raises(TypeError, match=rf"{method} of the class .*{kind.__name__} is for its instances"):
            loadstone.install(kind)
    assert loadstone.hooks() == []
    with loadstone.install(Packages):
        assert loadstone.import_module("of_class").__spec__ is not None


def test_bound_finders_list_what_they_are_asked_for() -> None:
    """A bound finder lists and discovers what it would be asked for, and has all its distributions."""

    class Bound(loadstone.TreeFinder):
        names = ("boundpkg", "boundpkg.*")

    class Silent:
        names = ("silent",)

        def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
            return None

    files = {"boundpkg/__init__.py": "", "boundpkg/mod.py": "", "boundother.py": ""}
    info = {"boundpkg-1.5.dist-info/METADATA": "Name: boundpkg\nVersion: 1.5\n"}
    with loadstone.install(Bound(loadstone.MemoryTree({**files, **info}))), loadstone.install(Silent()):
        listed = [module.name for module in pkgutil.iter_modules() if module.name.startswith("bound")]
        prefixed = [module.name for module in pkgutil.iter_modules(prefix="x.") if "bound" in module.name]
        assert (listed, prefixed) == (["boundpkg"], ["x.boundpkg"])
        board: Any = next(finder for finder in sys.meta_path if type(finder) is Switchboard)
        assert [spec.name for spec in board.discover()] == ["boundpkg"]
        assert [spec.name for spec in board.discover(board.find_spec("boundpkg"))] == ["boundpkg.mod"]
        assert metadata.version("boundpkg") == "1.5"
    with pytest.raises(metadata.PackageNotFoundError):
        metadata.version("boundpkg")


def test_a_class_as_finder(sandbox: Sandbox) -> None:
    """A class may be the finder: its methods work on the class."""

    class Empty(loadstone.Loader):
        def get_source(self, fullname: str) -> str:
            return ""

    class Classy(loadstone.Finder):
        @classmethod
        def find_spec(cls, fullname: str, path: Any = None, target: Any = None) -> Any:  # type: ignore[override]
            if fullname == "classy":
                return cls.spec(fullname, Empty(), is_package=True)  # type: ignore[call-arg, arg-type, misc]
            return None

    with Classy.install(first=True):  # type: ignore[call-arg]
        module = loadstone.import_module("classy")
        assert module.__path__[0].startswith("test_a_class_as_finder.<locals>.Classy@")
        with pytest.raises(ModuleNotFoundError, match=r"No module named 'classy\.sub'"):
            loadstone.import_module("classy.sub")
        assert Classy.rest("mod").name == "mod"  # type: ignore[arg-type, call-arg, union-attr]


def test_late_interceptors_say_so() -> None:
    """Installing what changes modules that are loaded already warns, and names them."""

    class Late(Watch):
        changes_modules = True

        def __repr__(self) -> str:
            return "Late()"

    with pytest.warns(RuntimeWarning) as caught:
        loadstone.install(Late("json.*")).uninstall()
    assert len(caught) == 1
    assert str(caught[0].message).startswith(
        "Late() comes too late for modules that are loaded already: json.decoder, "
    )
    assert caught[0].filename == __file__

    class Choosy(Late):
        def applies_to(self, spec: Any) -> bool:
            return str(spec.name).startswith("json.deco")

    with pytest.warns(RuntimeWarning, match=r"loaded already: json\.decoder$"):
        loadstone.install(Choosy()).uninstall()
    loadstone.install(Late()).uninstall()  # of everything and all there is nothing to say
    loadstone.install(Late("not.there")).uninstall()
    assert json.decoder


def test_threads_install_and_uninstall() -> None:
    """Threads may install and uninstall at once; in the end the chain is what it was."""
    before = list(sys.meta_path)
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for round_ in range(20):
                with (
                    loadstone.install(Plain(f"x{number}")),
                    loadstone.install(Plain()),
                    loadstone.install(Watch()),
                ):
                    assert loadstone.find_spec(f"missing{round_}") is None
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sys.meta_path == before
    assert loadstone.hooks() == []


def test_without_attrs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where attrs is not installed, the framework says so, and everything else works."""
    monkeypatch.delitem(vars(loadstone), "Handle", raising=False)
    monkeypatch.setitem(sys.modules, "attrs", None)  # type: ignore[arg-type]
    with pytest.raises(AttributeError, match=r"loadstone\.Handle needs 'attrs', which is not installed"):
        assert loadstone.Handle
    assert __import__("loadstone", fromlist=["*"]) is loadstone
