"""Transforms: text and trees, stacking, the cache, loaders of all kinds, and what goes wrong."""

from __future__ import annotations

import ast
import gc
import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import linecache
import os
import py_compile
import runpy
import sys
import textwrap
import threading
import traceback
import types
import weakref
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest

import loadstone
from loadstone.machinery import SourceFileLoader
from loadstone.util import LazyLoader, cache_from_source, source_from_cache

from ..pythons import cached

if TYPE_CHECKING:
    from ..conftest import Sandbox

MODULE = """\
# a comment
def answer():
    return 1


def fail():
    raise LookupError(answer())
"""


class Replace(loadstone.Transform):
    """Replaces text by other text, and says what it has seen."""

    changes_modules = False

    def __init__(
        self, names: Any = ("mod", "pkg", "pkg.*"), old: str = "return 1", new: str = "return 2"
    ) -> None:
        super().__init__(names)
        self.old, self.new = old, new
        self.options = f"{old!r} to {new!r}"
        self.seen: list[str] = []

    def transform_source(self, text: str, spec: Any) -> str:
        self.seen.append(spec.name)
        return text.replace(self.old, self.new)


class Add(loadstone.Transform):
    """Adds a number to each integer in the tree."""

    changes_modules = False

    def __init__(self, names: Any = ("mod", "pkg", "pkg.*"), number: int = 10) -> None:
        super().__init__(names)
        self.number = number
        self.options = str(number)
        self.seen: list[str] = []

    def transform_ast(self, tree: ast.Module, spec: Any) -> ast.Module:
        self.seen.append(spec.name)
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and type(node.value) is int:
                node.value += self.number
        return tree


@pytest.fixture(autouse=True)
def modules(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module and a package, in a sandbox where bytecode is cached."""
    sys.dont_write_bytecode = False
    sys.pycache_prefix = None
    sandbox.write(
        {"mod.py": MODULE, "pkg/__init__.py": "x = 1", "pkg/sub.py": MODULE, "pkg/__main__.py": "print(1)"},
        on_path=True,
    )


def fresh(name: str = "mod") -> Any:
    """The module, imported anew by a plain import."""
    sys.modules.pop(name, None)
    return importlib.import_module(name)


def caches(sandbox: Sandbox) -> set[str]:
    """The names of the cache files."""
    return {file.name for file in (sandbox.root / "__pycache__").glob("*")}


@pytest.mark.parametrize("load", [importlib.import_module, loadstone.import_module])
def test_text_and_tree_are_changed_on_the_way_to_bytecode(load: Any) -> None:
    """`transform_source` sees the text, `transform_ast` the tree of what that made, by either import."""

    class Both(Replace, Add):
        def __init__(self) -> None:
            Replace.__init__(self)
            self.number = 40

        transform_ast = Add.transform_ast

    both = Both()
    with loadstone.install(both):
        assert load("mod").answer() == 42
    assert both.seen == ["mod", "mod"]


def test_only_what_applies_is_changed() -> None:
    """Modules outside of `names`, and those that `applies_to` does not want, are imported as they are."""

    class Choosy(Add):
        def applies_to(self, spec: Any) -> bool:
            return bool(spec.name == "pkg.sub")

    choosy = Choosy("pkg.*")
    with loadstone.install(choosy):
        assert loadstone.import_module("pkg.sub").answer() == 11
        assert (fresh("pkg").x, fresh().answer()) == (1, 1)
    assert choosy.seen == ["pkg.sub"]


def test_one_that_overrides_nothing_changes_nothing() -> None:
    """A transform without methods of its own leaves the module as it is."""
    with loadstone.install(loadstone.Transform("mod")):
        assert fresh().answer() == 1


def test_the_nearest_to_the_front_acts_last() -> None:
    """Several transforms on one module act from the back of the chain to its front, and share a loader."""
    one, two = Replace(new="return 2"), Replace(old="return 2", new="return 3")
    with loadstone.install(one):
        kind = type(fresh().__loader__)
        with loadstone.install(two):
            module = fresh()
            assert module.answer() == 3
            assert type(module.__loader__) is kind
    with loadstone.install(two), loadstone.install(one):
        assert fresh().answer() == 2


def test_the_loader_stays_the_one_that_was_found(sandbox: Sandbox) -> None:
    """The loader is of the class that the chain has found, equal where that is, and says what it said."""
    with loadstone.install(Add()):
        module = fresh()
        again = importlib.util.find_spec("pkg")
        other = importlib.util.find_spec("pkg")
    loader = module.__loader__
    assert isinstance(loader, importlib.machinery.SourceFileLoader)
    assert loader is module.__spec__.loader
    assert loader.get_filename("mod") == module.__file__ == str(sandbox.root / "mod.py")
    assert again == other
    assert hash(again.loader) == hash(other.loader)  # type: ignore[union-attr]
    assert again.loader != importlib.machinery.SourceFileLoader("pkg", again.origin)  # type: ignore[union-attr]


def test_lines_and_source_are_those_of_the_file() -> None:
    """Tracebacks and `inspect.getsource` show the file, though other text was compiled."""
    with loadstone.install(Replace(old="return 1", new="return 7")), loadstone.install(Add()):
        module = fresh()
    with pytest.raises(LookupError) as caught:
        module.fail()
    assert caught.value.args == (17,)
    assert inspect.getsource(module.answer) == "def answer():\n    return 1\n"
    assert inspect.getsource(module) == module.__loader__.get_source("mod") == MODULE
    frame = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert (frame.lineno, frame.line) == (7, "raise LookupError(answer())")
    linecache.checkcache(module.__file__)
    assert linecache.getline(module.__file__, 3) == "    return 1\n"


def test_what_is_not_overridden_may_be_called() -> None:
    """The methods of the base class give back what they are given."""

    class Polite(Add):
        def transform_source(self, text: str, spec: Any) -> str:
            return super().transform_source(text, spec)

        def transform_ast(self, tree: ast.Module, spec: Any) -> ast.Module:
            return loadstone.Transform.transform_ast(self, tree, spec)

    with loadstone.install(Polite()):
        assert fresh().answer() == 1


def test_new_nodes_need_no_line_numbers() -> None:
    """Nodes that a transform has made get the line of the node they are in."""

    class Name(loadstone.Transform):
        def transform_ast(self, tree: ast.Module, spec: Any) -> ast.Module:
            name = ast.Name("origin", ast.Store())
            tree.body.append(ast.Assign([name], ast.Constant(spec.origin)))
            return tree

    with loadstone.install(Name("mod")):
        module = fresh()
    assert module.origin == module.__file__


def test_new_nodes_need_no_end() -> None:
    """A node that says only where it starts ends there, as for the compiler, not where the module does."""

    class Raise(loadstone.Transform):
        def transform_ast(self, tree: ast.Module, spec: Any) -> ast.Module:
            error = ast.Name("LookupError", ast.Load())
            tree.body.append(ast.Raise(error, None, lineno=6, col_offset=4))
            return tree

    with loadstone.install(Raise("mod")), pytest.raises(LookupError) as caught:
        fresh()
    assert traceback.extract_tb(caught.value.__traceback__)[-1].lineno == 6


def test_run_as_a_script(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """`runpy`, as `python -m` does, runs the changed code; under ``__main__`` in a process of its own too."""
    with loadstone.install(Add()):
        runpy.run_module("pkg")
    assert capsys.readouterr().out == "11\n"
    sandbox.write(
        {
            "hook.py": """
            import loadstone, runpy, sys
            class Two(loadstone.Transform):
                def transform_source(self, text, spec):
                    return text.replace("1", "2")
            loadstone.install(Two("pkg.*"))
            sys.argv[1:] = []
            runpy.run_module("pkg", run_name="__main__", alter_sys=True)
            """
        }
    )
    assert sandbox.python("hook.py").stdout == "2\n"


def test_reload_transforms_again(sandbox: Sandbox) -> None:
    """`importlib.reload` picks up changes, and the transform acts on them."""
    with loadstone.install(Add()):
        module = fresh()
        sandbox.write({"mod.py": "def answer():\n    return 100 # longer\n"})
        assert importlib.reload(module).answer() == 110
    assert importlib.reload(module).answer() == 100


@pytest.mark.parametrize("finders", ["theirs", "ours"])
def test_bytecode_has_a_name_of_its_own(sandbox: Sandbox, finders: str) -> None:
    """The plain cache is neither read nor written; the module tells its own, and uses it (jaxtyping #329)."""
    if finders == "ours":
        sys.path_importer_cache[str(sandbox.root)] = loadstone.machinery.FileFinder(
            str(sandbox.root), (SourceFileLoader, [".py"])
        )
    plain = cache_from_source(str(sandbox.root / "mod.py"))
    fresh()
    before = Path(plain).read_bytes()
    stamp = os.stat(plain).st_mtime_ns
    add = Add()
    with loadstone.install(add):
        module = fresh()
        assert (module.answer(), fresh().answer()) == (11, 11)
    assert add.seen == ["mod"]
    assert cached(module) != plain
    assert source_from_cache(cached(module)) == module.__file__
    assert caches(sandbox) == {Path(plain).name, Path(cached(module)).name}
    assert (Path(plain).read_bytes(), os.stat(plain).st_mtime_ns) == (before, stamp)
    assert fresh().answer() == 1
    assert cached(fresh()) == plain


def test_the_plain_cache_is_not_made(sandbox: Sandbox) -> None:
    """What is imported through a transform only has no plain cache."""
    with loadstone.install(Add()):
        module = fresh()
    assert caches(sandbox) == {Path(cached(module)).name}


def test_version_options_order_and_class_make_the_recipe(sandbox: Sandbox) -> None:
    """Another version, options, order or class compile anew; going back uses what is there (pytest #1671)."""

    class Other(Add):
        pass

    class Newer(Add):
        version = "2"

    Newer.__qualname__ = Add.__qualname__
    recipes: list[list[Any]] = [
        [Add()],
        [Add(number=20)],
        [Other()],
        [Newer()],
        [Add(), Replace()],
        [Replace(), Add()],
    ]
    for _ in range(2):
        for recipe in recipes:
            handles = [loadstone.install(transform) for transform in recipe]
            assert fresh().answer() > 10
            for handle in handles:
                handle.uninstall()
    assert len(caches(sandbox)) == len(recipes)
    assert [transform.seen for recipe in recipes for transform in recipe] == [["mod"]] * 8


def test_the_suffix_is_part_of_the_recipe(sandbox: Sandbox) -> None:
    """Two sources that differ in their suffix only do not share a cache."""
    sandbox.write({"other/mod.txt": "x = 1", "other/mod.py": "x = 1"})
    folder = str(sandbox.root / "other")
    cached = set()
    for suffix in (".txt", ".py"):
        finder = importlib.machinery.FileFinder(folder, (importlib.machinery.SourceFileLoader, [suffix]))
        sys.path_importer_cache[folder] = finder
        sys.path.insert(0, folder)
        with loadstone.install(Add()):
            module = fresh()
        assert module.x == 11
        cached.add(Path(module.__spec__.cached).name)
    assert cached == {file.name for file in Path(folder, "__pycache__").iterdir()}
    assert len(cached) == 2


@pytest.mark.parametrize("options", [["-O"], ["-OO"], ["-X", "pycache_prefix=cache"]])
def test_the_interpreters_own_choices_stay(sandbox: Sandbox, options: list[str]) -> None:
    """The optimization level and `pycache_prefix` are in the path of the cache as ever."""
    program = """
    import sys
    sys.dont_write_bytecode = False
    import os, loadstone
    class Two(loadstone.Transform):
        def transform_source(self, text, spec):
            return text.replace("1", "2")
    loadstone.install(Two("mod"))
    import mod
    assert mod.answer() == 2
    print(mod.__spec__.cached, os.path.exists(mod.__spec__.cached))
    """
    sandbox.write({"program.py": program})
    path, exists = sandbox.python(*options, "program.py").stdout.split()
    assert exists == "True"
    level = options[0].count("O")
    assert f".opt-{level or ''}loadstone" in path
    assert path.startswith("cache/") == (options[0] == "-X")
    assert sandbox.python(*options, "program.py").stdout.split() == [path, exists]


def test_nothing_is_cached_where_python_caches_nothing(sandbox: Sandbox, monkeypatch: Any) -> None:
    """Without a cache tag, or if bytecode is not to be written, nothing is."""
    with loadstone.install(Add()):
        sys.dont_write_bytecode = True
        assert fresh().answer() == 11
        sys.dont_write_bytecode = False
        monkeypatch.setattr(sys.implementation, "cache_tag", None)
        module = fresh()
        assert module.answer() == 11
        assert module.__spec__.cached is None
    assert caches(sandbox) == set()


def test_data_is_read_as_ever(sandbox: Sandbox) -> None:
    """The loader's `get_data` reads any file but its own cache as it is."""
    sandbox.write({"pkg/data.pyc": b"plain"})
    with loadstone.install(Add()):
        loader: Any = fresh("pkg").__loader__
    assert loader.get_data(str(sandbox.root / "pkg" / "data.pyc")) == b"plain"


@pytest.mark.parametrize(
    "head", ["# coding: latin-1\n", "#!x\n# -*- coding: latin-1 -*-\n", "\n\n", "x = 1\n"]
)
@pytest.mark.parametrize("tree", [False, True])
def test_text_in_any_encoding(sandbox: Sandbox, head: str, tree: bool) -> None:
    """The transform sees decoded text, and may put any character in, whatever encoding was declared."""
    encoding = "latin-1" if "coding" in head else "utf-8"
    sandbox.write({"mod.py": f"{head}y = 'é # coding: ascii'\n".encode(encoding)})
    with loadstone.install(Replace(old="é", new="é→")):
        if tree:
            loadstone.install(Add())
        assert fresh().y == "é→ # coding: ascii"
    for handle in loadstone.hooks():
        handle.uninstall()


def test_source_with_windows_line_ends_and_no_text(sandbox: Sandbox) -> None:
    """Line ends are translated as Python does; an empty module is changed too."""
    sandbox.write({"mod.py": b"x = 1\r\ny = 1\r\n", "pkg/__init__.py": b""})
    seen = []

    class See(loadstone.Transform):
        def transform_source(self, text: str, spec: Any) -> str:
            seen.append(text)
            return text or "made = True"

    with loadstone.install(See(["mod", "pkg"])):
        assert fresh().y == 1
        assert fresh("pkg").made
    assert seen == ["x = 1\ny = 1\n", ""]


class Text(importlib.abc.InspectLoader):
    """A loader by importlib's base class: it has text only."""

    def get_source(self, fullname: str) -> str:
        return MODULE


class OwnText(loadstone.Loader):
    """The same by loadstone's."""

    def get_source(self, fullname: str) -> str:
        return MODULE


class OldText(loadstone.abc.SourceLoader):
    """Data without a file."""

    def get_filename(self, fullname: str) -> str:
        return "<data>"

    def get_data(self, path: str) -> bytes:
        return MODULE.encode()


class TheirText(importlib.abc.SourceLoader):
    """The same by importlib's."""

    def get_filename(self, fullname: str) -> str:
        return "<data>"

    def get_data(self, path: str) -> bytes:
        if path != "<data>":
            raise OSError
        return MODULE.encode()


class Maker(loadstone.Finder):
    """A finder of `mod` alone, by a loader given."""

    names = ("mod",)

    def __init__(self, loader: Any, origin: str | None = None) -> None:
        self.loader = loader
        self.origin = origin

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        return self.spec(fullname, self.loader, location=self.origin, is_package=False)


def load_by(loader: Any, *transforms: Any, origin: str | None = None) -> Any:
    """The module `mod`, loaded by `loader` through the transforms."""
    handles = [
        loadstone.install(hook) for hook in (Maker(loader, origin), *(transforms or (Replace(), Add())))
    ]
    try:
        return fresh()
    finally:
        for handle in handles:
            handle.uninstall()


@pytest.mark.parametrize("kind", [Text, OwnText, OldText, TheirText])
def test_loaders_of_text_are_negotiated_with(kind: Any) -> None:
    """Loaders made of importlib's and loadstone's base classes have a seam; the one found is not changed."""
    loader = kind()
    module = load_by(loader)
    assert module.answer() == 12
    assert isinstance(module.__loader__, kind)
    assert module.__loader__ is not loader
    assert type(loader) is kind
    assert vars(loader) == {}
    assert load_by(loader, Replace()).answer() == 2
    assert fresh().answer() == 1


def test_finders_of_the_framework_are_negotiated_with() -> None:
    """What a `SourceFinder` and a `TreeFinder` find is changed, and its source is shown as it was."""

    class Source(loadstone.SourceFinder):
        def get_source(self, fullname: str) -> str | None:
            return MODULE if fullname == "mod" else None

    tree = loadstone.TreeFinder(loadstone.MemoryTree({"mod.py": MODULE}))
    for finder in (Source(), tree):
        with (
            loadstone.install(finder, first=True),
            loadstone.install(Replace()),
            loadstone.install(Add()),
        ):
            module = fresh()
            assert module.answer() == 12
            assert inspect.getsource(module.answer) == "def answer():\n    return 1\n"


@pytest.mark.parametrize("compiled", [False, True])
def test_modules_in_zip_files(sandbox: Sandbox, compiled: bool) -> None:
    """`zipimport` compiles by itself, but gives its source: that is changed, even if there is bytecode."""
    archive = sandbox.root / "modules.zip"
    (sandbox.root / "mod.py").unlink()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("mod.py", MODULE)
        file.writestr("zipped/__init__.py", "from . import sub")
        file.writestr("zipped/sub.py", "x = 1")
    if compiled:
        with zipfile.PyZipFile(str(archive), "a") as pyzip:
            sandbox.write({"bare.py": "x = 1"})
            pyzip.writepy(str(sandbox.root / "bare.py"))
            (sandbox.root / "bare.py").unlink()
    sys.path.insert(0, str(archive))
    with loadstone.install(Replace(None)), loadstone.install(Add(["mod", "zipped.*", "bare"])):
        module = fresh()
        assert module.answer() == 12
        assert module.__file__ == f"{archive}/mod.py"
        assert inspect.getsource(module.answer) == "def answer():\n    return 1\n"
        assert (fresh("zipped.sub").x, fresh("zipped").__path__) == (11, [f"{archive}/zipped"])
        if compiled:
            assert fresh("bare").x == 1
    assert module.__loader__.get_code("zipped").co_filename == f"{archive}/zipped/__init__.py"
    assert fresh().answer() == 1


def test_what_has_no_source_passes_intact(sandbox: Sandbox) -> None:
    """Built-in, frozen, extension and bytecode-only modules and namespace packages pass without a word."""
    sandbox.write({"space/x.txt": ""})
    py_compile.compile(
        str(sandbox.root / "pkg/__init__.py"), cfile=str(sandbox.root / "bare.pyc"), doraise=True
    )
    names = ["_sqlite3", "_bisect", "__phello__", "space", "bare"]
    with loadstone.install(Add(names)):
        for name in names:
            spec = importlib.util.find_spec(name)
            if spec is not None:
                assert not hasattr(spec.loader, "_loadstone_recipe")
        assert fresh("space").__file__ is None
        assert fresh("bare").x == 1


def test_loaders_that_know_no_source_pass_intact() -> None:
    """A loader of modules that are not of source, or whose source cannot be had, is left as it is."""

    class Made(loadstone.Loader):
        def exec_module(self, module: Any) -> None:
            module.answer = lambda: 5

    class Shy(Text):
        def get_source(self, fullname: str) -> str:
            raise ImportError

        exec_module = Made.exec_module  # type: ignore[assignment]

    class Bare(importlib.abc.Loader):
        exec_module = Made.exec_module  # type: ignore[assignment]

        def create_module(self, spec: Any) -> None:
            return None

    for loader in (Made(), Shy(), Bare()):
        assert load_by(loader).answer() == 5


class Stubborn(importlib.abc.Loader):
    """Compiles the file by itself."""

    def create_module(self, spec: Any) -> None:
        return None

    def exec_module(self, module: Any) -> None:
        exec(compile(Path(module.__file__).read_text(), module.__file__, "exec"), module.__dict__)


class Frozen(Stubborn):
    """One that cannot be copied."""

    def __copy__(self) -> Any:
        raise TypeError("cannot be copied")

    def get_code(self, fullname: str) -> Any:
        raise ImportError

    def get_source(self, fullname: str) -> str:
        return MODULE


class Own(importlib.machinery.SourceFileLoader):
    """Has a seam, and does not use it."""

    exec_module = Stubborn.exec_module


class OwnCode(SourceFileLoader):
    """Has a seam, and does not use it."""

    def get_code(self, fullname: str) -> Any:
        return compile(self.get_data(self.path), self.path, "exec")


@pytest.mark.parametrize("kind", [Stubborn, Frozen, Own, OwnCode])
def test_a_loader_without_a_seam_is_named(sandbox: Sandbox, kind: Any) -> None:
    """A loader that lets no transform in gives a warning with its name, the module's and what to do."""
    origin = str(sandbox.root / "mod.py")
    loader = kind("mod", origin) if issubclass(kind, importlib.machinery.SourceFileLoader) else kind()
    with pytest.warns(
        RuntimeWarning, match=rf"\.{kind.__name__} has no seam .* 'mod' .*applies_to"
    ) as caught:
        module = load_by(loader, Add(), origin=origin)
    assert module.answer() == 1
    assert len(caught) == 1


def test_a_class_as_a_loader_is_named(sandbox: Sandbox) -> None:
    """A loader that is a class, and not an instance, cannot be copied: it is named."""

    class Static:
        @staticmethod
        def create_module(spec: Any) -> None:
            return None

        @staticmethod
        def exec_module(module: Any) -> None:
            module.answer = lambda: 5

    with pytest.warns(RuntimeWarning, match="has no seam"):
        assert load_by(Static, origin=str(sandbox.root / "mod.py")).answer() == 5


class Doubling(SourceFileLoader):
    """A loader with a change of its own, which takes a tree."""

    def source_to_code(self, data: Any, path: Any, *name: Any, _optimize: int = -1) -> Any:
        tree = compile(data, path, "exec", ast.PyCF_ONLY_AST)
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and type(node.value) is int:
                node.value *= 2
        return super().source_to_code(tree, path, *name, _optimize=_optimize)


class BytesDoubling(importlib.machinery.SourceFileLoader):
    """The same by a loader that takes only bytes, and compiles by itself, within a function of its own."""

    def source_to_code(self, data: Any, path: Any, *name: Any, **options: Any) -> Any:
        text = data.decode()
        assert eval(compile("1", path, "eval")) == 1

        def parse() -> Any:
            return compile(text, path, "exec", flags=ast.PyCF_ONLY_AST)

        tree = parse()
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and type(node.value) is int:
                node.value *= 2
        return compile(tree, path, "exec", dont_inherit=True)


class TextDoubling(importlib.machinery.SourceFileLoader):
    """One that changes text, and leaves the rest to its parent."""

    def source_to_code(self, data: Any, path: Any, *name: Any, **options: Any) -> Any:
        return super().source_to_code(data.replace(b"return ", b"return 2 *"), path, *name, **options)


class PassingDoubling(importlib.machinery.SourceFileLoader):
    """One that looks at the source, and leaves all to its parent."""

    def source_to_code(self, data: Any, path: Any, *name: Any, **options: Any) -> Any:
        assert data.startswith(b"#")
        return super().source_to_code(bytes(data), path, *name, **options)


class LateDoubling(importlib.machinery.SourceFileLoader):
    """One that parses its own way, and gives its parent a tree."""

    def source_to_code(self, data: Any, path: Any, *name: Any, **options: Any) -> Any:
        tree = ast.parse(data.replace(b"return ", b"return 2 *"))
        return super().source_to_code(tree, path, *name, **options)


class StaticDoubling(importlib.machinery.SourceFileLoader):
    """One whose method is static, as typeguard's."""

    @staticmethod
    def source_to_code(data: Any, path: Any, *name: Any, **options: Any) -> Any:
        return compile(data.replace(b"return ", b"return 2 *"), path, "exec")


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        (Doubling, 24),
        (BytesDoubling, 24),
        (TextDoubling, 144),
        (PassingDoubling, 12),
        (LateDoubling, 144),
        (StaticDoubling, 144),
    ],
)
def test_other_peoples_loaders_keep_their_change(sandbox: Sandbox, kind: Any, answer: int) -> None:
    """A loader with a change of its own makes it as well, whether it takes a tree or not."""
    path = str(sandbox.root / "mod.py")
    transforms = Replace(), Add()
    for _ in range(2):
        module = load_by(kind("mod", path), *transforms, origin=path)
        assert module.answer() == answer
    assert transforms[0].seen == ["mod"]
    assert set(transforms[1].seen) == {"mod"}
    assert inspect.getsource(module.answer) == "def answer():\n    return 1\n"


_compile = importlib.machinery.SourceFileLoader.source_to_code


class Translating(importlib.machinery.SourceFileLoader):
    """One for another language, which calls the standard loader's method by a name, as Hy's does."""

    def source_to_code(self, data: Any, path: Any, *name: Any, **options: Any) -> Any:
        function, number = data.decode().removeprefix("let ").split(" be ")
        return _compile(self, ast.parse(f"def {function}():\n    return {number}"), path, *name, **options)  # type: ignore[call-arg]


@pytest.mark.parametrize("plain", [True, False])
def test_modules_in_another_language_are_transformed(sandbox: Sandbox, plain: bool) -> None:
    """Text transforms see the text as it is, tree transforms the tree that the loader makes of it."""
    sandbox.write({"mod.py": "let answer be 1"})
    path = str(sandbox.root / "mod.py")
    transforms = Replace(old="be 1", new="be 3"), Add()
    loader: Any = Translating("mod", path)
    if not plain:
        path_hook_loader(sandbox, Translating)
        loader = Tripling("mod", path)
    assert load_by(loader, *transforms, origin=path).answer() == (13 if plain else 39)
    assert transforms[1].seen == ["mod"]


def test_a_change_of_the_tree_that_is_lost_is_told(sandbox: Sandbox) -> None:
    """Where a loader takes no tree and shows none, a warning says so, and nothing is cached."""
    secret = types.SimpleNamespace(compile=compile)

    class Secret(importlib.machinery.SourceFileLoader):
        def source_to_code(self, data: Any, path: Any, *name: Any, **options: Any) -> Any:
            return secret.compile(data.decode(), path, "exec")

    path = str(sandbox.root / "mod.py")
    for _ in range(2):
        with pytest.warns(RuntimeWarning, match=r"Secret compiles 'mod' by itself.*transform_source"):
            assert load_by(Secret("mod", path), Replace(), Add(), origin=path).answer() == 2
    assert load_by(Secret("mod", path), Replace(), origin=path).answer() == 2

    class OwnSecret(SourceFileLoader):
        source_to_code = Secret.source_to_code

    with pytest.warns(RuntimeWarning, match="OwnSecret compiles"):
        assert load_by(OwnSecret("mod", path), Add(), origin=path).answer() == 1
    assert len(caches(sandbox)) == 1


def test_an_error_of_the_loader_is_its_own(sandbox: Sandbox) -> None:
    """What a loader raises after it has seen the tree is not taken for a refusal."""
    calls = []

    class Clumsy(importlib.machinery.SourceFileLoader):
        def source_to_code(self, data: Any, path: Any, *name: Any, **options: Any) -> Any:
            calls.append(type(data))
            compile(data, path, "exec", ast.PyCF_ONLY_AST)
            raise TypeError("clumsy")

    path = str(sandbox.root / "mod.py")
    with pytest.raises(TypeError, match="clumsy"):
        load_by(Clumsy("mod", path), Add(), origin=path)
    assert calls == [ast.Module]


def test_a_loader_may_be_given_a_tree() -> None:
    """`source_to_code` of the loader changes a tree, as it changes source."""
    with loadstone.install(Replace()), loadstone.install(Add()):
        loader: Any = fresh().__loader__
    namespace: dict[str, Any] = {}
    exec(loader.source_to_code(ast.parse("x = 1"), "mod.py"), namespace)
    assert namespace["x"] == 11


def path_hook_loader(sandbox: Sandbox, kind: Any) -> None:
    """Have the sandbox's directory give loaders of this kind."""
    root = str(sandbox.root)
    sys.path_importer_cache[root] = importlib.machinery.FileFinder(root, (kind, [".py"]))


class Tripling(importlib.machinery.SourceFileLoader):
    """As a finder on the meta path has it that replaces what the path finder has found."""

    def source_to_code(self, data: Any, path: Any, *name: Any, **options: Any) -> Any:
        tree = ast.parse(data) if isinstance(data, bytes) else data
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and type(node.value) is int:
                node.value *= 3
        return compile(tree, path, "exec", dont_inherit=True)


@pytest.mark.parametrize(
    ("below", "above", "answer"),
    [
        (BytesDoubling, Tripling, 66),
        (Doubling, Tripling, 66),
        (Doubling, BytesDoubling, 44),
        (PassingDoubling, Tripling, 33),
        (PassingDoubling, BytesDoubling, 22),
        (TextDoubling, Tripling, 36 * 33),
        (TextDoubling, BytesDoubling, 24 * 22),
        (LateDoubling, Tripling, 36 * 33),
    ],
)
def test_a_loader_that_was_replaced_acts_too(sandbox: Sandbox, below: Any, above: Any, answer: int) -> None:
    """Path hooks' loader for the file acts, though a finder replaced it (beartype #674, typeguard #230)."""
    path_hook_loader(sandbox, below)
    path = str(sandbox.root / "mod.py")
    module = load_by(above("mod", path), Add(), origin=path)
    assert isinstance(module.__loader__, below)
    assert isinstance(module.__loader__, above)
    assert module.answer() == answer


def test_a_replaced_loader_whose_change_is_lost_is_told(sandbox: Sandbox) -> None:
    """Where the loader that has replaced it starts again from source, a warning says so."""
    path_hook_loader(sandbox, BytesDoubling)
    path = str(sandbox.root / "mod.py")
    with pytest.warns(RuntimeWarning, match="changes to its tree are lost"):
        module = load_by(StaticDoubling("mod", path), Add(), origin=path)
    assert module.answer() == 12 * 11
    assert caches(sandbox) == set()


def test_what_a_finder_has_left_out_acts(sandbox: Sandbox) -> None:
    """Path hooks' loader acts where a finder gives a plain one, as editable installs do (beartype #556)."""
    path_hook_loader(sandbox, BytesDoubling)
    path = str(sandbox.root / "mod.py")
    module = load_by(importlib.machinery.SourceFileLoader("mod", path), Add(), origin=path)
    assert module.answer() == 22


def test_path_hooks_that_fail_are_not_heard(sandbox: Sandbox) -> None:
    """Asking for what was left out makes no import fail."""

    class Failing:
        def find_spec(self, fullname: str, target: Any = None) -> Any:
            raise OSError("gone")

    path = str(sandbox.root / "mod.py")
    sys.path_importer_cache[str(sandbox.root)] = Failing()  # type: ignore[assignment]
    assert load_by(SourceFileLoader("mod", path), Add(), origin=path).answer() == 11


@pytest.mark.parametrize("wrap", ["wrapped", "lazy", "their lazy", "proxy"])
def test_loaders_that_stand_in_for_others_are_looked_through(sandbox: Sandbox, wrap: str) -> None:
    """A wrapped or lazy loader behind the transform stays what it is; what it wraps is transformed."""

    class Proxy:
        def __init__(self, inner: Any) -> None:
            self._inner = inner

        @property
        def __wrapped__(self) -> Any:
            return self._inner

        @__wrapped__.setter
        def __wrapped__(self, inner: Any) -> None:
            self._inner = inner

        def __getattr__(self, name: str) -> Any:
            return getattr(self._inner, name)

    around: Any = {
        "wrapped": loadstone.WrappedLoader,
        "lazy": LazyLoader,
        "their lazy": importlib.util.LazyLoader,
        "proxy": Proxy,
    }[wrap]

    class Wrap(loadstone.Interceptor):
        changes_modules = False

        def intercept(self, spec: Any) -> Any:
            spec.loader = around(spec.loader)
            return spec

    with loadstone.install(Wrap("mod")), loadstone.install(Replace()), loadstone.install(Add()):
        assert fresh().answer() == 12
        spec = importlib.util.find_spec("pkg.sub")
        assert spec is not None
    with loadstone.install(Replace()), loadstone.install(Add()), loadstone.install(Wrap("mod")):
        assert fresh().answer() == 12
    stubborn = around(Stubborn())
    with pytest.warns(RuntimeWarning, match="has no seam"):
        assert load_by(stubborn, Add(), origin=str(sandbox.root / "mod.py")).answer() == 1
    with loadstone.install(Wrap("mod")), loadstone.install(Add("mod")):
        finder = Maker(Bare())
        with loadstone.install(finder, last=True):
            assert importlib.util.find_spec("mod") is not None


class Bare(importlib.abc.Loader):
    """A loader of nothing."""

    def create_module(self, spec: Any) -> None:
        return None

    def exec_module(self, module: Any) -> None:
        module.answer = lambda: 5


def test_a_wrapper_around_nothing_of_source_passes_intact() -> None:
    """A loader that stands in for one without source is left as it is."""
    assert load_by(loadstone.WrappedLoader(Bare())).answer() == 5


def test_what_a_transform_raises_passes_through() -> None:
    """The import fails with the transform's own error, leaves no module, and works when it does."""

    class Broken(Replace):
        broken = True

        def transform_source(self, text: str, spec: Any) -> str:
            if self.broken:
                raise OSError("broken")
            return text

    broken = Broken()
    with loadstone.install(broken):
        for load in (importlib.import_module, loadstone.import_module):
            with pytest.raises(OSError, match="broken"):
                load("pkg.sub")
            assert "pkg.sub" not in sys.modules
        broken.broken = False
        assert fresh("pkg.sub").answer() == 1


@pytest.mark.parametrize("thing", [None, b"x = 1", 1])
def test_text_that_is_none_is_refused(thing: Any) -> None:
    """TypeError names the transform, the module, what was expected and what was found."""

    class Nonsense(loadstone.Transform):
        def transform_source(self, text: str, spec: Any) -> Any:
            return thing

    message = rf"Nonsense\.transform_source\(\) must return str, not {type(thing).__name__} \('mod'\)"
    with loadstone.install(Nonsense("mod")), pytest.raises(TypeError, match=message):
        fresh()
    assert "mod" not in sys.modules


@pytest.mark.parametrize("thing", [None, "x = 1", ast.Expression(ast.Constant(1))])
def test_a_tree_that_is_none_is_refused(thing: Any) -> None:
    """TypeError names the transform, the module, what was expected and what was found."""

    class Nonsense(loadstone.Transform):
        def transform_ast(self, tree: ast.Module, spec: Any) -> Any:
            return thing

    name = type(thing).__name__
    message = rf"Nonsense\.transform_ast\(\) must return an ast\.Module, not {name} \('mod'\)"
    with loadstone.install(Nonsense("mod")), pytest.raises(TypeError, match=message):
        fresh()


def test_text_that_cannot_be_encoded_is_refused() -> None:
    """ValueError names the transform and the module."""

    class Broken(loadstone.Transform):
        def transform_source(self, text: str, spec: Any) -> str:
            return "x = '\ud800'"

    message = r"Broken\.transform_source\(\) must return text that can be encoded, .* \('mod'\)"
    with loadstone.install(Broken("mod")), pytest.raises(ValueError, match=message):
        fresh()
    assert "mod" not in sys.modules


def test_what_is_no_pattern_is_refused() -> None:
    """TypeError says what was expected."""
    with pytest.raises(TypeError, match="pattern of module names must be str, not int"):
        loadstone.Transform(3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="at least one pattern"):
        loadstone.lazy()


def test_a_tree_that_does_not_compile_is_refused() -> None:
    """The error of compiling names the transform and the module, and the transform is not asked twice."""
    seen = []

    class Bad(loadstone.Transform):
        def transform_ast(self, tree: ast.Module, spec: Any) -> ast.Module:
            seen.append(spec.name)
            tree.body.append(ast.Expr(ast.Name(5, ast.Load())))  # type: ignore[arg-type]
            return tree

    with loadstone.install(Bad("mod")), pytest.raises(TypeError, match=r"'mod', as changed by .*Bad, cannot"):
        fresh()
    assert seen == ["mod"]


@pytest.mark.parametrize("kind", [Replace, Add])
def test_bad_source_fails_as_ever(sandbox: Sandbox, kind: Any) -> None:
    """A syntax error points at the file's line; source that is not UTF-8 fails as it does without."""
    sandbox.write({"mod.py": "x = 1\ny = = 2\n", "pkg/sub.py": b"x = '\xff'\n"})
    with loadstone.install(kind()):
        with pytest.raises(SyntaxError) as caught:
            fresh()
        assert (caught.value.filename, caught.value.lineno) == (str(sandbox.root / "mod.py"), 2)
        with pytest.raises((SyntaxError, UnicodeDecodeError)):
            fresh("pkg.sub")
    assert not {"mod", "pkg.sub"} & sys.modules.keys()


def test_options_must_be_text() -> None:
    """Configuration without a stable text is refused, with the transform's name."""

    class Unstable(loadstone.Transform):
        options = {"a", "b"}  # type: ignore[assignment]  # noqa: RUF012

    with loadstone.install(Unstable("mod")), pytest.raises(TypeError, match=r"Unstable\.options must be str"):
        fresh()


def test_a_transform_may_import(sandbox: Sandbox) -> None:
    """While it works, a transform may import what it needs, even what it applies to."""
    sandbox.write({"helper.py": "import mod2\nvalue = 40", "mod2.py": "x = 1"})

    class Busy(Add):
        def transform_ast(self, tree: ast.Module, spec: Any) -> ast.Module:
            import helper

            self.number = helper.value
            return super().transform_ast(tree, spec)

    with loadstone.install(Busy("mod*")):
        assert fresh().answer() == 41


def test_threads_transform_at_once(sandbox: Sandbox) -> None:
    """Several threads import through one transform, each module once."""
    names = [f"many{number}" for number in range(20)]
    sandbox.write({f"{name}.py": MODULE for name in names})
    add = Add("many*")
    answers = []

    def work(offset: int) -> None:
        for name in names[offset:] + names[:offset]:
            answers.append(importlib.import_module(name).answer())

    with loadstone.install(add):
        threads = [threading.Thread(target=work, args=(offset,)) for offset in range(0, 20, 4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == [11] * 100
    assert sorted(add.seen) == sorted(names)


def test_a_module_that_runs_shows_no_frame_of_ours(sandbox: Sandbox) -> None:
    """An error that the module's own code raises has the module's frames only."""
    sandbox.write({"mod.py": "raise ZeroDivisionError\n"})
    path = str(sandbox.root / "mod.py")
    for finder in (None, Maker(Doubling("mod", path), path), Maker(BytesDoubling("mod", path), path)):
        handles = [loadstone.install(hook) for hook in (finder, Add()) if hook is not None]
        with pytest.raises(ZeroDivisionError) as caught:
            import mod  # noqa: F401
        frames = traceback.extract_tb(caught.value.__traceback__)
        files = [os.path.basename(frame.filename) for frame in frames]
        for handle in handles:
            handle.uninstall()
        assert "mod.py" in files
        if finder is None:
            assert files == [os.path.basename(__file__), "mod.py"]


class Tagged(importlib.machinery.SourceFileLoader):
    """One that has its name in that of the cache, while it executes, as typeguard's."""

    def exec_module(self, module: Any) -> None:
        def tagged(path: str) -> str:
            return cache_from_source(path, optimization="tagged1")

        with mock.patch("importlib._bootstrap_external.cache_from_source", tagged):
            super().exec_module(module)


def test_what_others_put_into_the_name_of_the_cache_stays(sandbox: Sandbox) -> None:
    """A loader that changes where bytecode is cached keeps its mark in the name, and the module tells it."""
    path = str(sandbox.root / "mod.py")
    add = Add()
    for _ in range(2):
        module = load_by(Tagged("mod", path), add, origin=path)
        assert module.answer() == 11
        assert "opt-tagged1loadstone" in cached(module)
        assert caches(sandbox) == {Path(cached(module)).name}
    assert add.seen == ["mod"]


@pytest.mark.parametrize("method", ["transform_source", "transform_ast"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_what_it_takes_to_transform_is_not_transformed(sandbox: Sandbox, method: str, encoding: str) -> None:
    """However little is loaded, the modules that transforming takes pass by all transforms."""
    program = f"""
        import loadstone

        seen = []

        class See(loadstone.Transform):
            def {method}(self, thing, spec):
                seen.append(spec.name)
                return thing

        loadstone.install(See())
        import mod
        print(seen, mod.x)
        """
    (sandbox.root / "mod.py").write_bytes(f"# coding: {encoding}\nx = 'größe'\n".encode(encoding))
    sandbox.write({"program.py": textwrap.dedent(program)})
    done = sandbox.python("-S", "-B", "program.py", PYTHONPATH=os.pathsep.join(sys.path), PYTHONUTF8="1")
    assert (done.stdout, done.stderr) == ("['mod'] größe\n", "")


def test_an_error_in_a_module_by_a_loader_of_its_own_kind(sandbox: Sandbox) -> None:
    """What a module raises passes through a loader that executes by itself, without frames of ours."""
    sandbox.write({"mod.py": "raise ZeroDivisionError\n"})
    path = str(sandbox.root / "mod.py")
    with pytest.raises(ZeroDivisionError) as caught:
        load_by(Tagged("mod", path), Add(), origin=path)
    files = [frame.filename for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert files[-1] == path
    assert not [file for file in files if file.startswith(os.path.dirname(loadstone.__file__))]


def test_one_that_is_twice_on_the_chain_acts_once() -> None:
    """A transform that also stands elsewhere on the chain is not applied twice."""
    add = Add()
    with loadstone.install(add):
        sys.meta_path.insert(0, add)
        assert fresh().answer() == 11
        sys.meta_path.remove(add)


def test_a_shared_spec_is_transformed_once() -> None:
    """A finder that gives the same spec again does not have the change made twice."""
    shared = importlib.util.find_spec("mod")

    class Sharing(loadstone.Finder):
        names = ("mod",)

        def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
            return shared

    with loadstone.install(Sharing()), loadstone.install(Add()):
        assert (fresh().answer(), fresh().answer()) == (11, 11)


class Untouched(loadstone.Transform):
    """Sees the text, and lets it be."""

    changes_modules = False

    def transform_source(self, text: str, spec: Any) -> str:
        return text


class Same(loadstone.Transform):
    """Sees the tree, and lets it be."""

    changes_modules = False

    def transform_ast(self, tree: ast.Module, spec: Any) -> ast.Module:
        return tree


def by_statement() -> None:
    import mod  # noqa: F401


def by_call() -> None:
    importlib.import_module("mod")


def frames_of(load: Any, error: type[BaseException]) -> list[str]:
    """The functions in the traceback of a failing import of ``mod``, after those of this file's own call."""
    sys.modules.pop("mod", None)
    with pytest.raises(error) as caught:
        load()
    frames = traceback.extract_tb(caught.value.__traceback__)
    return [f"{os.path.basename(frame.filename)}:{frame.name}" for frame in frames[1:]]


@pytest.mark.parametrize("taken", [False, True])
@pytest.mark.parametrize("load", [by_statement, by_call])
@pytest.mark.parametrize("transforms", [(Untouched,), (Same,), (Untouched, Same), (Same, Same, Untouched)])
@pytest.mark.parametrize("source", ["x = (\n", b"x = '\xff'\n", "def f():\n    return\nreturn\n", "\0"])
def test_what_is_no_python_fails_as_without_a_transform(
    sandbox: Sandbox, taken: bool, load: Any, transforms: Any, source: Any
) -> None:
    """The error of bad source is the same, to the frames of its traceback, however many transforms see it."""
    sandbox.write({"mod.py": source})

    def failure() -> tuple[list[str], str]:
        sys.modules.pop("mod", None)
        with pytest.raises((SyntaxError, ValueError)) as caught:
            load()
        frames = traceback.extract_tb(caught.value.__traceback__)
        # `importlib.import_module` of the interpreter leaves the frames of its import system in.
        files = [frame.filename for frame in frames if "<frozen importlib" not in frame.filename]
        return files, repr(caught.value)

    handles: Any = [loadstone.takeover()] if taken else []
    plain = failure()
    handles += [loadstone.install(transform("mod")) for transform in transforms]
    changed = failure()
    for handle in reversed(handles):
        handle.uninstall()
    assert changed == plain


class Failing(loadstone.Transform):
    """Raises what it is told to, from a function of its own."""

    changes_modules = False

    def __init__(self, error: type[BaseException], method: str) -> None:
        super().__init__("mod")
        self.error = error
        setattr(type(self), method, Failing.act)

    def act(self, thing: Any, spec: Any) -> Any:
        self.fail()

    def fail(self) -> None:
        raise self.error("mine")


@pytest.mark.parametrize("taken", [False, True])
@pytest.mark.parametrize("error", [SyntaxError, ZeroDivisionError, TypeError, ValueError, ImportError])
@pytest.mark.parametrize("method", ["transform_source", "transform_ast"])
@pytest.mark.parametrize("other", [None, Untouched, Same])
def test_an_error_of_a_transform_shows_its_frames(
    sandbox: Sandbox, taken: bool, error: type[BaseException], method: str, other: Any
) -> None:
    """What a transform raises has the frames of the transform, and none of the import system's."""
    kind = type("Kind", (Failing,), {})
    handles: Any = [loadstone.takeover()] if taken else []
    handles += [loadstone.install(kind(error, method))]
    if other is not None:
        handles += [loadstone.install(other("mod"))]
    shown = frames_of(by_statement, error)
    for handle in reversed(handles):
        handle.uninstall()
    here = os.path.basename(__file__)
    assert shown == [f"{here}:by_statement", f"{here}:act", f"{here}:fail"]


COUNTER = """
import importlib.machinery

compiled = 0
seen = []
parts = None

class Counting(importlib.machinery.SourceFileLoader):
    def source_to_code(self, data, path, *name, **options):
        global compiled, parts, added
        compiled += 1
        added = compiled
        look()
        def parse():
            global parts
            parts = 1
            return compile(data, path, "exec", dont_inherit=True)
        code = parse()
        del added
        return code

def look():
    seen.append((compiled, added))
"""


@pytest.mark.parametrize("transform", [Add, Replace])
def test_what_a_loader_writes_to_its_globals_is_kept(sandbox: Sandbox, transform: Any) -> None:
    """The namespace of a loader's method is the one it was written in: for it, its helpers and ever after."""
    vendor = types.ModuleType("vendor")
    exec(COUNTER, vendor.__dict__)
    path = str(sandbox.root / "mod.py")
    for number in (1, 2, 3):
        sandbox.write({"mod.py": f"def answer():\n    return 1\n# {'x' * number}"})
        expected = 11 if transform is Add else 2
        assert load_by(vendor.Counting("mod", path), transform(), origin=path).answer() == expected
    assert (vendor.compiled, vendor.parts, vendor.seen) == (3, 1, [(1, 1), (2, 2), (3, 3)])
    assert not hasattr(vendor, "added")
    assert vendor.Counting.source_to_code.__globals__ is vars(vendor)


def test_a_loader_that_is_patched_later_keeps_its_change(sandbox: Sandbox) -> None:
    """What a loader's methods are when a module is imported counts, not what they were before."""
    kind: Any = type("Vendor", (importlib.machinery.SourceFileLoader,), {})
    path = str(sandbox.root / "mod.py")
    first = load_by(kind("mod", path), Add(), origin=path)
    kind.source_to_code = vars(BytesDoubling)["source_to_code"]
    second = load_by(kind("mod", path), Add(), origin=path)
    kind.exec_module = Stubborn.exec_module
    with pytest.warns(RuntimeWarning, match="Vendor has no seam"):
        third = load_by(kind("mod", path), Add(), origin=path)
    assert (first.answer(), second.answer(), third.answer()) == (11, 22, 1)
    assert cached(first) != cached(second)


@pytest.mark.parametrize("kind", [importlib.machinery.SourceFileLoader, SourceFileLoader, Doubling])
@pytest.mark.parametrize("joined", [False, True])
def test_classes_of_loaders_are_collected(sandbox: Sandbox, kind: Any, joined: bool) -> None:
    """A class of loaders that a program makes goes when the program is done with it."""
    path = str(sandbox.root / "mod.py")

    def use() -> weakref.ref[Any]:
        made: Any = type("Made", (kind,), {})
        if joined:
            path_hook_loader(sandbox, type("Below", (BytesDoubling,), {}))
        assert load_by(made("mod", path), Add(), origin=path).answer() > 10
        del sys.modules["mod"]
        sys.path_importer_cache.pop(str(sandbox.root), None)
        return weakref.ref(made)

    dead = [use() for _ in range(3)]
    gc.collect()
    assert [each() for each in dead] == [None] * 3
