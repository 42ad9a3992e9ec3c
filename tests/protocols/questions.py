"""Questions to the standard library about the modules of `FILES`, asked by code of whatever import system.

Each question is a function without arguments, under the standard module that answers it. What it returns is
made of str, numbers, lists and dicts; where the files are is written as ``ROOT``.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import linecache
import pickle
import pkgutil
import pydoc
import re
import runpy
import sys
import traceback
import typing
import warnings
from collections.abc import Callable
from importlib import metadata, resources
from typing import Any

MOD = '''\
"""A module.

With more to say.
"""

value = 7


# Said before the class.
class Thing:
    """A thing."""

    size: "Size" = 0

    def method(self):
        # inside
        return self.size

    class Inner:
        """Inside."""

        def deep(self): return 1


def add(a: int, b: "Size" = 1) -> int:
    """Add."""
    return a + b


def fail():
    raise ValueError("on purpose")


Size = int
'''

INFO = "protopkg-1.2.dist-info"

FILES: dict[str, str | bytes] = {
    "protopkg/__init__.py": '"""A package to ask about."""\n\nfrom . import mod\n\nflag = "package"\n',
    "protopkg/mod.py": MOD,
    "protopkg/__main__.py": "from . import mod\n\nran = [__name__, __package__, mod.value, __file__]\n",
    "protopkg/tool.py": "import sys\nfrom .mod import value\nran = [__name__, sys.argv[0], __spec__.name]\n",
    "protopkg/data.txt": "grüße\r\nund so\n",
    "protopkg/data.bin": b"\x00\xff\r\n",
    "protopkg/texts/inner.txt": "inner\n",
    "protopkg/texts/deep/er.txt": "deeper\n",
    "protopkg/sub/__init__.py": "",
    "protopkg/sub/leaf.py": "from ..mod import Thing\n\nclass Leaf(Thing):\n    pass\n",
    "protopkg/sub/leaf.txt": "leaf\n",
    "protospace/part.py": "where = __name__\n",
    "protospace/note.txt": "note\n",
    "protosingle.py": '"""One file."""\nvalue = 3\n',
    f"{INFO}/METADATA": "Metadata-Version: 2.1\nName: protopkg\nVersion: 1.2\nRequires-Dist: other>=1\n",
    f"{INFO}/RECORD": "protopkg/__init__.py,,\nprotopkg/data.txt,,\nprotosingle.py,,\n",
    f"{INFO}/entry_points.txt": "[proto.group]\nthing = protopkg.mod:Thing\n",
    f"{INFO}/top_level.txt": "protopkg\nprotosingle\n",
}

TOPICS: dict[str, dict[str, Callable[[], Any]]] = {}

Question = Callable[[], Any]


def about(topic: str) -> Callable[[Question], Question]:
    """Have a function be a question of the topic."""

    def add(question: Question) -> Question:
        TOPICS.setdefault(topic, {})[question.__name__] = question
        return question

    return add


def answers(topic: str) -> dict[str, Any]:
    """The answers to all questions of a topic, by question; an exception is an answer too."""
    return {name: _answer(question) for name, question in TOPICS[topic].items()}


def _answer(question: Question) -> Any:
    with warnings.catch_warnings():
        # Whether a function is deprecated is not asked here.
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            return _placeless(question())
        except Exception as error:
            return f"raises {type(error).__name__}"


_PLACE = re.compile(r"(?:<[^<>\n]*>|[^\s\"'(<])*[/\\](?=proto(pkg|space|single)\b)")


def _placeless(answer: Any) -> Any:
    if isinstance(answer, str):
        return _PLACE.sub("ROOT/", answer)
    if isinstance(answer, dict):
        return {_placeless(key): _placeless(value) for key, value in answer.items()}
    if isinstance(answer, (list, tuple, set, frozenset)):
        return [
            _placeless(each) for each in (sorted(answer) if isinstance(answer, (set, frozenset)) else answer)
        ]
    return answer


def module(name: str) -> Any:
    return importlib.import_module(name)


def here(names: Any) -> list[str]:
    """Those of the names that are of `FILES`."""
    return sorted({name for name in names if name.startswith("proto") and name != "protocols"})


# importlib itself


@about("importlib")
def attributes() -> Any:
    found = {}
    for name in ("protopkg", "protopkg.mod", "protopkg.sub.leaf", "protospace.part", "protosingle"):
        each = module(name)
        spec = each.__spec__
        found[name] = [
            *(
                each.__name__,
                each.__package__,
                each.__file__,
                each.__doc__,
                len(getattr(each, "__path__", [])),
            ),
            *(spec.name, spec.parent, spec.origin, spec.has_location, spec.loader is each.__loader__),
            spec.submodule_search_locations is not None,
        ]
    return found


@about("importlib")
def namespace() -> Any:
    each = module("protospace")
    return [getattr(each, "__file__", None), len(each.__path__), each.__spec__.origin, each.__spec__.parent]


@about("importlib")
def spec_without_import() -> Any:
    spec: Any = importlib.util.find_spec("protosingle")
    return [spec.name, spec.origin, spec.has_location, "protosingle" in sys.modules]


@about("importlib")
def spec_of_submodule() -> Any:
    spec: Any = importlib.util.find_spec("protopkg.sub.leaf")
    return [spec.name, spec.parent, "protopkg.sub" in sys.modules, "protopkg.sub.leaf" in sys.modules]


@about("importlib")
def spec_of_missing() -> Any:
    return [importlib.util.find_spec("protopkg.none"), importlib.util.find_spec("protonone")]


@about("importlib")
def missing() -> Any:
    found = []
    for name in ("protopkg.none", "protonone", "protospace.none", "protosingle.none", "protopkg.texts.inner"):
        try:
            module(name)
        except ModuleNotFoundError as error:
            found.append([error.name, str(error)])
    return found


@about("importlib")
def folder_of_data() -> Any:
    return [getattr(module("protopkg.texts"), "__file__", None), len(module("protopkg.texts").__path__)]


@about("importlib")
def made_by_hand() -> Any:
    spec: Any = importlib.util.find_spec("protopkg.sub.leaf")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return [made.Leaf().method(), made.Thing is module("protopkg.mod").Thing, made.__file__]


@about("importlib")
def relative() -> Any:
    return [importlib.import_module(".leaf", "protopkg.sub").__name__, module("protopkg.sub").leaf.__name__]


@about("importlib")
def reload() -> Any:
    each = module("protopkg.mod")
    each.value = 0
    again = importlib.reload(each)
    return [again is each, each.value, each.__spec__.name, importlib.reload(module("protopkg")).flag]


@about("importlib")
def caches() -> Any:
    importlib.invalidate_caches()
    return module("protopkg.sub.leaf").Leaf().size


@about("importlib")
def loader() -> Any:
    found = []
    for name in ("protopkg", "protopkg.mod"):
        loader = module(name).__loader__
        file = loader.get_filename(name)
        found += [loader.is_package(name), loader.get_source(name), file, loader.get_code(name).co_filename]
        found.append(loader.get_data(file).decode())
    return found


@about("importlib")
def code_runs() -> Any:
    loader = module("protosingle").__loader__
    namespace: dict[str, Any] = {}
    exec(loader.get_code("protosingle"), namespace)
    return namespace["value"]


@about("importlib")
def data_beside() -> Any:
    each = module("protopkg")
    return each.__loader__.get_data(each.__file__.replace("__init__.py", "data.txt")).decode()


@about("importlib")
def no_data_beside() -> Any:
    each = module("protopkg")
    try:
        each.__loader__.get_data(each.__file__.replace("__init__.py", "none.txt"))
    except OSError:
        return "OSError"


# importlib.resources


def files(where: Any = "protopkg") -> Any:
    return resources.files(where)


@about("importlib.resources")
def text() -> Any:
    return files().joinpath("data.txt").read_text(encoding="utf-8")


@about("importlib.resources")
def binary() -> Any:
    return list((files() / "data.bin").read_bytes())


@about("importlib.resources")
def opened() -> Any:
    # One after the other: a file of fsspec's in memory has one position for all who open it.
    found = []
    for arguments in ({"encoding": "utf-8"}, {"mode": "rb"}, {"mode": "r", "encoding": "latin-1"}):
        with (files() / "data.txt").open(**arguments) as file:
            found.append(list(file.read()))
    return found


@about("importlib.resources")
def lines_opened() -> Any:
    with (files() / "data.txt").open("r", encoding="utf-8", newline="") as file:
        return list(file)


@about("importlib.resources")
def errors_opened() -> Any:
    with (files() / "data.txt").open("r", encoding="ascii", errors="replace") as file:
        return file.read()


@about("importlib.resources")
def wrong_encoding() -> Any:
    return (files() / "data.txt").read_text(encoding="ascii")


@about("importlib.resources")
def names() -> Any:
    return sorted(each.name for each in files().iterdir() if each.name != "__pycache__")


@about("importlib.resources")
def names_deeper() -> Any:
    return sorted(each.name for each in (files() / "texts").iterdir())


@about("importlib.resources")
def names_in_a_file() -> Any:
    try:
        return list((files() / "data.txt").iterdir())
    except (NotADirectoryError, ValueError):
        return "refused"


@about("importlib.resources")
def kinds() -> Any:
    found = {}
    for path in ("data.txt", "texts", "texts/inner.txt", "texts/deep", "sub", "none", "texts/none", "mod.py"):
        node = files().joinpath(*path.split("/"))
        found[path] = [node.is_file(), node.is_dir(), node.name]
    return found


@about("importlib.resources")
def root() -> Any:
    return [files().name, files().is_dir(), files().is_file()]


@about("importlib.resources")
def several_parts() -> Any:
    return [
        files().joinpath("texts", "deep", "er.txt").read_text(encoding="utf-8"),
        (files() / "texts/deep/er.txt").read_text(encoding="utf-8"),
        files().joinpath("texts/deep").joinpath("er.txt").read_bytes().decode(),
        files().joinpath().name,
    ]


@about("importlib.resources")
def whole_tree() -> Any:
    def walk(node: Any, path: str) -> Any:
        for child in node.iterdir():
            if child.name == "__pycache__":
                continue
            if child.is_dir():
                yield from walk(child, f"{path}{child.name}/")
            else:
                yield path + child.name, child.read_bytes().decode("latin-1")

    return dict(sorted(walk(files(), "")))


@about("importlib.resources")
def not_there() -> Any:
    node = files() / "none.txt"
    found = []
    for action in (node.read_text, node.read_bytes, node.open, lambda: node.open("rb")):
        try:
            action()
        except FileNotFoundError:
            found.append("FileNotFoundError")
    return found


@about("importlib.resources")
def folder_read() -> Any:
    try:
        (files() / "texts").read_bytes()
    except OSError:
        return "OSError"


@about("importlib.resources")
def of_submodule() -> Any:
    return (files("protopkg.sub") / "leaf.txt").read_text(encoding="utf-8")


@about("importlib.resources")
def of_module_object() -> Any:
    return (files(module("protopkg")) / "texts" / "inner.txt").read_text(encoding="utf-8")


@about("importlib.resources")
def of_plain_module() -> Any:
    return (files(module("protopkg.mod")) / "data.bin").read_bytes() == FILES["protopkg/data.bin"]


@about("importlib.resources")
def of_namespace() -> Any:
    found = files("protospace")
    names = sorted(each.name for each in found.iterdir() if each.name != "__pycache__")
    return [names, (found / "note.txt").read_text(encoding="utf-8"), found.is_dir(), found.is_file()]


@about("importlib.resources")
def of_folder_of_data() -> Any:
    return (files("protopkg.texts") / "inner.txt").read_text(encoding="utf-8")


@about("importlib.resources")
def on_disk() -> Any:
    with resources.as_file(files() / "data.bin") as path:
        return [path.read_bytes() == FILES["protopkg/data.bin"], path.is_file(), path.suffix]


@about("importlib.resources")
def folder_on_disk() -> Any:
    with resources.as_file(files() / "texts") as path:
        return sorted(each.name for each in path.iterdir()), (path / "deep" / "er.txt").read_text()


@about("importlib.resources")
def missing_on_disk() -> Any:
    try:
        with resources.as_file(files() / "none.txt") as path:
            return path.read_bytes()
    except FileNotFoundError:
        return "FileNotFoundError"


def named(function: str, *arguments: Any, **options: Any) -> Any:
    """What a function by name and package says; some versions have them, some not."""
    call: Any = getattr(resources, function, None)
    if call is None:
        return "no such function"
    return call(*arguments, **options)


@about("importlib.resources")
def by_function() -> Any:
    return [
        named("read_text", "protopkg", "data.txt", encoding="utf-8"),
        named("read_text", "protopkg", "data.txt", encoding="ascii", errors="replace"),
        list(named("read_binary", "protopkg", "data.bin")),
    ]


@about("importlib.resources")
def are_resources() -> Any:
    return [named("is_resource", "protopkg", name) for name in ("data.txt", "texts", "none", "mod.py")]


@about("importlib.resources")
def contents() -> Any:
    return sorted(name for name in named("contents", "protopkg") if name != "__pycache__")


@about("importlib.resources")
def opened_by_function() -> Any:
    text, data = named("open_text", "protopkg.sub", "leaf.txt"), named("open_binary", "protopkg", "data.bin")
    with text, data:
        return [text.read(), list(data.read())]


@about("importlib.resources")
def path_by_function() -> Any:
    with named("path", "protopkg", "data.txt") as path:
        return path.read_text(encoding="utf-8")


@about("importlib.resources")
def missing_by_function() -> Any:
    found = []
    for function in ("read_text", "read_binary", "open_text", "open_binary"):
        try:
            named(function, "protopkg", "none.txt")
        except FileNotFoundError:
            found.append(function)
    return found


# what paths and zip archives have besides, and users of resources take for granted


@about("Traversable")
def exists() -> Any:
    paths = ("data.txt", "texts", "texts/inner.txt", "none", "texts/none")
    return [files().joinpath(*path.split("/")).exists() for path in paths] + [files().exists()]


@about("Traversable")
def suffixes() -> Any:
    node = files() / "data.txt"
    return [node.suffix, node.stem, node.suffixes, (files() / "texts").suffix]


@about("Traversable")
def parent() -> Any:
    node = files() / "texts" / "inner.txt"
    return [node.parent.name, (node.parent / "deep").is_dir(), (node.parent.parent / "data.txt").is_file()]


@about("Traversable")
def path_as_text() -> Any:
    return [str(files() / "data.txt"), str(files() / "texts" / "inner.txt")]


# importlib.metadata


@about("importlib.metadata")
def version() -> Any:
    return [metadata.version("protopkg"), metadata.version("Proto_Pkg".replace("_", ""))]


@about("importlib.metadata")
def fields() -> Any:
    found = metadata.metadata("protopkg")
    return [found["Name"], found["Version"], found.get_all("Requires-Dist"), metadata.requires("protopkg")]


@about("importlib.metadata")
def entry_points() -> Any:
    if sys.version_info < (3, 12):
        points = list(metadata.entry_points().get("proto.group", ()))
    else:
        points = list(metadata.entry_points(group="proto.group"))
    return [[each.name, each.value, each.load() is module("protopkg.mod").Thing] for each in points]


@about("importlib.metadata")
def installed_files() -> Any:
    found: Any = metadata.files("protopkg")
    return [str(each) for each in found]


@about("importlib.metadata")
def installed_file_read() -> Any:
    found: Any = metadata.files("protopkg")
    return [each.read_text(encoding="utf-8") for each in found if str(each).endswith("single.py")]


@about("importlib.metadata")
def located() -> Any:
    place: Any = metadata.distribution("protopkg").locate_file("protopkg/texts/inner.txt")
    return place.read_text(encoding="utf-8")


@about("importlib.metadata")
def other_texts() -> Any:
    found = metadata.distribution("protopkg")
    return [found.read_text("top_level.txt"), found.read_text("none.txt")]


@about("importlib.metadata")
def all_distributions() -> Any:
    return [each.version for each in metadata.distributions() if each.metadata["Name"] == "protopkg"]


@about("importlib.metadata")
def distributions_by_name() -> Any:
    return [each.version for each in metadata.distributions(name="protopkg")]


@about("importlib.metadata")
def distribution_of_module() -> Any:
    found = metadata.packages_distributions()
    return {name: found.get(name) for name in ("protopkg", "protosingle")}


@about("importlib.metadata")
def no_distribution() -> Any:
    try:
        metadata.version("protonone")
    except metadata.PackageNotFoundError as error:
        return error.name


# pkgutil


@about("pkgutil")
def listed() -> Any:
    found = pkgutil.iter_modules(module("protopkg").__path__, "protopkg.")
    return sorted([each.name, each.ispkg] for each in found)


@about("pkgutil")
def listed_below() -> Any:
    return [each.name for each in pkgutil.iter_modules(module("protopkg.sub").__path__)]


@about("pkgutil")
def listed_namespace() -> Any:
    return [each.name for each in pkgutil.iter_modules(module("protospace").__path__)]


@about("pkgutil")
def listed_at_top() -> Any:
    return here(each.name for each in pkgutil.iter_modules())


@about("pkgutil")
def listed_at_top_with_prefix() -> Any:
    return sorted(
        each.name for each in pkgutil.iter_modules(prefix="x.") if each.name.startswith("x.protopkg")
    )


@about("pkgutil")
def walked() -> Any:
    found = pkgutil.walk_packages(module("protopkg").__path__, "protopkg.")
    return sorted([each.name, each.ispkg] for each in found)


@about("pkgutil")
def finders_told() -> Any:
    found = {}
    for each in pkgutil.iter_modules(module("protopkg").__path__, "protopkg."):
        finder: Any = each.module_finder
        found[each.name] = finder.find_spec(each.name).origin
    return found


@about("pkgutil")
def data() -> Any:
    text: Any = pkgutil.get_data("protopkg", "texts/inner.txt")
    return text.decode()


@about("pkgutil")
def no_data() -> Any:
    try:
        return pkgutil.get_data("protopkg", "none.txt")
    except OSError:
        return "OSError"


@about("pkgutil")
def resolved() -> Any:
    thing = pkgutil.resolve_name("protopkg.mod:Thing.Inner")
    return [
        thing.__qualname__,
        pkgutil.resolve_name("protopkg.sub.leaf.Leaf") is module("protopkg.sub.leaf").Leaf,
    ]


@about("pkgutil")
def loaders() -> Any:
    if not hasattr(pkgutil, "get_loader"):
        return "no such function"
    return [
        *(pkgutil.get_loader("protopkg.mod").get_filename("protopkg.mod"), pkgutil.find_loader("protonone")),
        pkgutil.find_loader("protosingle").is_package("protosingle"),
    ]


@about("pkgutil")
def importers() -> Any:
    path = module("protopkg").__path__
    return [
        *(pkgutil.get_importer(path[0]) is not None, len(list(pkgutil.iter_importers("protopkg.mod")))),
        [pkgutil.get_importer(entry).find_spec("protopkg.mod").origin for entry in path],
    ]


# runpy


@about("runpy")
def package_run() -> Any:
    return runpy.run_module("protopkg", run_name="__main__")["ran"]


@about("runpy")
def module_run() -> Any:
    return runpy.run_module("protopkg.tool", run_name="__main__", alter_sys=True)["ran"]


@about("runpy")
def run_by_own_name() -> Any:
    found = runpy.run_module("protosingle")
    return [
        found["__name__"],
        found["__file__"],
        found["__package__"],
        found["value"],
        found["__spec__"].name,
    ]


@about("runpy")
def run_what_cannot() -> Any:
    found = []
    for name in ("protopkg.sub", "protospace", "protonone", "protopkg.none"):
        try:
            runpy.run_module(name)
        except ImportError as error:
            found.append(str(error))
    return found


# inspect, linecache, traceback


@about("inspect")
def sources() -> Any:
    mod = module("protopkg.mod")
    things = [
        mod,
        mod.add,
        mod.Thing,
        mod.Thing.method,
        mod.Thing.Inner,
        mod.Thing.Inner.deep,
        module("protopkg"),
    ]
    return [inspect.getsource(thing) for thing in things]


@about("inspect")
def source_lines() -> Any:
    mod = module("protopkg.mod")
    return [inspect.getsourcelines(thing)[1] for thing in (mod, mod.add, mod.Thing, mod.Thing.method)]


@about("inspect")
def source_files() -> Any:
    mod = module("protopkg.mod")
    found = [inspect.getsourcefile(thing) for thing in (mod, mod.add, mod.Thing)]
    return [*found, *[inspect.getfile(thing) for thing in (mod, mod.fail, mod.Thing, module("protopkg"))]]


@about("inspect")
def modules_of() -> Any:
    mod = module("protopkg.mod")
    found = [inspect.getmodule(thing) for thing in (mod.add, mod.Thing, mod, mod.fail.__code__)]
    return [each is mod for each in found]


@about("inspect")
def documentation() -> Any:
    mod = module("protopkg.mod")
    return [inspect.getdoc(mod), inspect.getdoc(mod.Thing.method), inspect.getcomments(mod.Thing)]


@about("inspect")
def signatures() -> Any:
    mod = module("protopkg.mod")
    return [str(inspect.signature(mod.add)), str(inspect.signature(mod.add, eval_str=True))]


@about("inspect")
def annotations() -> Any:
    thing = module("protopkg.mod").Thing
    return [str(inspect.get_annotations(thing, eval_str=True)), str(typing.get_type_hints(thing))]


@about("linecache")
def lines() -> Any:
    mod = module("protopkg.mod")
    linecache.clearcache()
    return [linecache.getline(mod.__file__, 7, vars(mod)), len(linecache.getlines(mod.__file__, vars(mod)))]


@about("linecache")
def lines_after_a_check() -> Any:
    mod = module("protopkg.mod")
    linecache.getlines(mod.__file__, vars(mod))
    linecache.checkcache(mod.__file__)
    linecache.checkcache()
    return linecache.getline(mod.__file__, 7, vars(mod))


@about("linecache")
def traces() -> Any:
    linecache.clearcache()
    try:
        module("protopkg.mod").fail()
    except ValueError as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        return [
            last.filename,
            last.lineno,
            last.line,
            "".join(traceback.format_exception(error)).splitlines()[-3:],
        ]


@about("linecache")
def promised_lines() -> Any:
    mod = module("protopkg.mod")
    linecache.clearcache()
    return [linecache.lazycache(mod.__file__, vars(mod)), linecache.getline(mod.__file__, 7)]


# pickle


@about("pickle")
def instances() -> Any:
    thing = module("protopkg.mod").Thing()
    thing.size = 5
    return [
        [type(again) is type(thing), again.size]
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
        for again in [pickle.loads(pickle.dumps(thing, protocol))]
    ]


@about("pickle")
def by_reference() -> Any:
    mod = module("protopkg.mod")
    things = [mod.Thing, mod.Thing.Inner, mod.add, module("protopkg.sub.leaf").Leaf, {"a": [mod.fail]}]
    return [pickle.loads(pickle.dumps(thing)) == thing for thing in things]


@about("pickle")
def names_stored() -> Any:
    mod = module("protopkg.mod")
    return [pickle.whichmodule(mod.add, "add"), pickle.dumps(mod.add, 0).splitlines()[0].decode()]


@about("pickle")
def loaded_afresh() -> Any:
    stored = pickle.dumps(module("protopkg.sub.leaf").Leaf())
    for name in [name for name in sys.modules if name.startswith("protopkg")]:
        del sys.modules[name]
    return [type(pickle.loads(stored)).__name__, "protopkg.sub.leaf" in sys.modules]


# pydoc


@about("pydoc")
def rendered() -> Any:
    return [pydoc.plain(pydoc.render_doc(name)) for name in ("protopkg.mod", "protopkg.mod.Thing")]


@about("pydoc")
def contents_rendered() -> Any:
    text = pydoc.plain(pydoc.render_doc("protopkg"))
    return text[text.index("PACKAGE CONTENTS") :]


@about("pydoc")
def as_page() -> Any:
    return pydoc.html.document(module("protosingle")).count("One file.")


@about("pydoc")
def found() -> Any:
    return [pydoc.locate("protopkg.mod.Thing.Inner").__qualname__, pydoc.locate("protonone")]  # type: ignore[union-attr]


@about("pydoc")
def not_imported_yet() -> Any:
    return [pydoc.safeimport("protosingle").value, pydoc.safeimport("protonone")]  # type: ignore[union-attr]


@about("pydoc")
def searched() -> Any:
    seen = []

    def callback(path: str | None, name: str, description: str | None) -> None:
        if name.startswith("protosingle"):
            seen.append([name, description])

    walk = pkgutil.walk_packages
    # Of all there is to be imported by a search, only what is asked about.
    pydoc.pkgutil.walk_packages = lambda **options: (  # type: ignore[attr-defined]
        each for each in pkgutil.iter_modules() if each.name == "protosingle"
    )
    try:
        pydoc.ModuleScanner().run(callback, "protosingle")
    finally:
        pydoc.pkgutil.walk_packages = walk  # type: ignore[attr-defined]
    return seen
