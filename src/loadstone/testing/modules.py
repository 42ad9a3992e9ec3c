"""Checks of modules as they are imported: their attributes, reload, failure, threads."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import threading
import traceback
from contextlib import suppress
from types import ModuleType
from typing import Any

from .._core.versions import SETS_CACHED
from .check import check
from .outcome import NotApplicable, Unmet
from .subject import Subject

_THREADS = 4


@check("LS601", "each module that is found can be imported", source="language reference, 5.4 Loading")
def imports_work(subject: Subject) -> None:
    """Importing is what the importer is for; the checks after this one look at what can be imported."""
    for name in subject.specs:
        subject.load(name)


@check("LS602", "__name__ is the name of the module", source="language reference, 5.4.4")
def name_is_set(subject: Subject) -> None:
    """What the module defines is found again by it, when it is pickled for example."""
    for name, module in subject.modules.items():
        found = getattr(module, "__name__", None)
        if found != name:
            raise Unmet(f"{name!r} has the __name__ {found!r}")


@check("LS603", "__spec__ is the spec of the module", source="PEP 451; language reference, 5.4.4")
def spec_is_set(subject: Subject) -> None:
    """importlib.util.find_spec answers with it, reload and runpy start from it."""
    for name, module in subject.modules.items():
        spec = getattr(module, "__spec__", None)
        if getattr(spec, "name", None) != name:
            raise Unmet(f"{name!r} has the __spec__ {spec!r}")


def _placed_specs(subject: Subject) -> list[tuple[str, ModuleType, Any]]:
    """Name, module and spec of the modules that have one."""
    return [
        (name, module, module.__spec__)
        for name, module in subject.modules.items()
        if getattr(module, "__spec__", None) is not None
    ]


@check("LS604", "__loader__ is the loader of the spec", source="language reference, 5.4.4; PEP 451")
def loader_is_set(subject: Subject) -> None:
    """Older tools ask __loader__ for source and data, newer ones the spec: both must get the same answers."""
    for name, module, spec in _placed_specs(subject):
        loader = getattr(module, "__loader__", None)
        if spec.loader is not None and loader is not spec.loader:
            raise Unmet(f"{name!r} has the __loader__ {loader!r}, and its spec has {spec.loader!r}")


@check(
    "LS605",
    "__package__, where it is set, is the parent of the spec",
    source="PEP 366; language reference, 5.4.4",
)
def package_is_set(subject: Subject) -> None:
    """Relative imports start from it; where it is wrong, they find other modules, or warn."""
    for name, module, spec in _placed_specs(subject):
        package = getattr(module, "__package__", None)
        if package != spec.parent and (package is not None or SETS_CACHED):
            raise Unmet(f"{name!r} has the __package__ {package!r}, and its spec's parent is {spec.parent!r}")


@check("LS606", "__file__ is the location of the spec", source="PEP 451; language reference, 5.4.4")
def file_is_set(subject: Subject) -> None:
    """Where the spec says that there is a location, programs look for their files beside __file__."""
    for name, module, spec in _placed_specs(subject):
        file = getattr(module, "__file__", None)
        if file != spec.origin if spec.has_location else not isinstance(file, (str, type(None))):
            where = f"the location {spec.origin!r}" if spec.has_location else "no location"
            raise Unmet(f"{name!r} has the __file__ {file!r}, and its spec has {where}")


@check(
    "LS607",
    "__cached__ is what the spec has as cached, up to Python 3.14",
    source="PEP 3147; language reference, 5.4.4",
)
def cached_is_set(subject: Subject) -> None:
    """Tools that measure, clean or ship bytecode look there."""
    if not SETS_CACHED:
        raise NotApplicable("modules have no __cached__ any more")
    for name, module, spec in _placed_specs(subject):
        cached = getattr(module, "__cached__", None)
        if spec.has_location and cached != spec.cached:
            raise Unmet(f"{name!r} has the __cached__ {cached!r}, and its spec has {spec.cached!r}")


@check("LS608", "packages have __path__, and only they", source="language reference, 5.4.5 module.__path__")
def path_is_set(subject: Subject) -> None:
    """It is what makes a module a package, and where its submodules are looked for."""
    for name, module, spec in _placed_specs(subject):
        path = getattr(module, "__path__", None)
        locations = spec.submodule_search_locations
        if (path is None) != (locations is None):
            raise Unmet(
                f"{name!r} has the __path__ {path!r}, and its spec the search locations {locations!r}"
            )


@check(
    "LS609", "a submodule becomes an attribute of its package", source="language reference, 5.4.2 Submodules"
)
def children_are_bound(subject: Subject) -> None:
    """After import a.b, what is written is a.b.c; a package that refuses it loses its submodules."""
    children = [name for name in subject.modules if "." in name]
    if not children:
        raise NotApplicable("finds has no submodules")
    for name in children:
        parent, _, tail = name.rpartition(".")
        package = sys.modules[parent]
        # Whatever the package has done with the name: once it is executed, importing sets it.
        vars(package).pop(tail, None)
        del sys.modules[name]
        module = subject.load(name)
        if vars(package).get(tail) is not module:
            raise Unmet(f"{name!r} was imported, and {parent!r} has no attribute {tail!r} that is it")


@check(
    "LS610",
    "importing what is not there raises ModuleNotFoundError with its name",
    source="language reference, 5.3 Searching; importlib documentation",
    after=["LS308"],
)
def missing_modules_are_told(subject: Subject) -> None:
    """Optional imports are written with except ImportError, and those that are careful compare the name."""
    missing = [name for name in subject.misses if subject.ask(name) is None]
    missing += [f"{name}.loadstone_kit_missing" for name in subject.packages]
    for name in missing:
        try:
            subject.load(name)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{name}.".startswith(f"{error.name}."):
                raise Unmet(f"importing {name!r} raised an error with the name {error.name!r}") from error
        except Exception as error:
            raise Unmet(f"importing {name!r} raised {type(error).__name__}: {error}") from error
        else:
            raise Unmet(f"{name!r} was imported")


@check(
    "LS611",
    "reload keeps the module object and what was added to its namespace",
    source="importlib.reload",
)
def reload_keeps_the_namespace(subject: Subject) -> None:
    """Others hold the module; what it has put aside for its next execution is to be there."""
    for name, module in subject.modules.items():
        vars(module)["loadstone_kit_addition"] = 1
        if importlib.reload(module) is not module or sys.modules.get(name) is not module:
            raise Unmet(f"reloading {name!r} made another module")
        if "loadstone_kit_addition" not in vars(module):
            raise Unmet(f"reloading {name!r} lost a name that was added to it")


@check("LS612", "reload executes what the module now is", source="importlib.reload; PEP 451")
def reload_executes_anew(subject: Subject) -> None:
    """Interactive work and servers under development reload a module because it has changed."""
    name = subject.add_module("kit612", "value = 1\n")
    module: Any = subject.load(name)
    module.value = None
    subject.add_module("kit612", "value = 1 + 1  # now changed\n")
    importlib.reload(module)
    if module.value != 2:
        raise Unmet(f"{name!r} was changed and reloaded, and has the value {module.value!r} from before")


@check(
    "LS613",
    "a module whose reload fails stays in sys.modules",
    source="importlib.reload; language reference, 5.4 Loading",
)
def failed_reload_keeps_the_module(subject: Subject) -> None:
    """The old one goes on working, and those who have it can try again."""
    name = subject.add_module("kit613", "value = 1\n")
    module = subject.load(name)
    subject.add_module("kit613", "value = 1\nraise ValueError('on purpose')\n")
    try:
        importlib.reload(module)
    except Exception as error:
        if sys.modules.get(name) is not module:
            text = f"{type(error).__name__}: {error}"
            raise Unmet(f"{name!r} is no longer in sys.modules after its reload raised {text}") from error
    else:
        raise NotApplicable("what is changed is not executed by reload")


@check(
    "LS614",
    "a module that fails leaves sys.modules as it was",
    source="language reference, 5.4 Loading",
)
def failure_leaves_nothing(subject: Subject) -> None:
    """Only the failing module is taken out; its package and what it has imported stay, nothing is added."""
    name = subject.add_module("kit614", "raise ValueError('on purpose')\n")
    if "." in name:
        subject.load(name.rpartition(".")[0])
    before = dict(sys.modules)
    with suppress(Exception):
        subject.load(name)
    added = {
        other
        for other in sys.modules.keys() - before.keys()
        # The importer may have imported something for itself.
        if f"{other}.".startswith(f"{name.partition('.')[0]}.")
        or getattr(sys.modules[other], "__name__", None) == name
    }
    for other in sorted(added | (before.keys() - sys.modules.keys())):
        where = "is in sys.modules after" if other in sys.modules else "has left sys.modules when"
        raise Unmet(f"{other!r} {where} the import of {name!r} failed")


@check(
    "LS615",
    "the error that a module raises comes out as it is, with the module's file in its traceback",
    source="language reference, 5.4 Loading: exceptions raised by exec_module are propagated",
)
def errors_pass(subject: Subject) -> None:
    """Callers catch the module's own exceptions, and people look for the line that raised them."""
    name = subject.add_module("kit615", "value = 1\nraise LookupError('on purpose')\n")
    spec: Any = importlib.util.find_spec(name)
    try:
        subject.load(name)
    except Exception as error:
        if type(error) is not LookupError or error.args != ("on purpose",):
            text = f"{type(error).__name__}: {error}"
            raise Unmet(f"a module raised LookupError: on purpose, and its import {text}") from error
        files = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
        if spec.has_location and spec.origin not in files:
            raise Unmet(f"{spec.origin!r} raised an error, and is not in its traceback") from error
    else:
        raise Unmet(f"{name!r} raises an error when it is executed, and its import did not")


@check(
    "LS616",
    "a module sees what another, which imports it in turn, has defined so far",
    source="language reference, 5.4 Loading; importlib documentation, circular imports",
)
def circular_imports_work(subject: Subject) -> None:
    """The half-executed module is in sys.modules for that; it is the namespace that is being filled."""
    second = subject.add_module("kit616_b", "")
    first = subject.add_module("kit616_a", f"early = 1\nimport {second}\nlate = 2\n")
    subject.add_module("kit616_b", f"import sys\nseen = sorted(vars(sys.modules[{first!r}]))\n")
    subject.load(first)
    seen: Any = subject.load(second)
    if "early" not in seen.seen or "late" in seen.seen:
        raise Unmet("a module that is being executed is seen without the names that it has defined so far")


@check("LS617", "relative imports work in its modules", source="PEP 328; PEP 366")
def relative_imports_work(subject: Subject) -> None:
    """One dot leads to the module's package, and each further one to the package above."""
    subject.add_module("kit617/__init__", "")
    sibling = subject.add_module("kit617/one", "value = 1\n")
    above = subject.add_module("kit617_above", "value = 2\n")
    name = subject.add_module(
        "kit617/two",
        "from . import one\nfrom .one import value\n"
        + ("from ..kit617_above import value as far\n" if "." in above else "far = 2\n"),
    )
    module: Any = subject.load(name)
    if (module.one, module.value, module.far) != (sys.modules[sibling], 1, 2):
        raise Unmet(f"{name!r} has imported other modules than those that its dots lead to")


@check(
    "LS618",
    "modules that several threads import at once are each executed once, each in its own namespace",
    source="importlib documentation: import locks; Loader.exec_module",
)
def threads_may_import_at_once(subject: Subject) -> None:
    """The import system locks module by module: a loader is called by several threads at the same time."""
    runs: Any = []
    sys.modules["loadstone_kit_runs"] = runs
    names = [
        subject.add_module(
            f"kit618_{number}",
            f"import loadstone_kit_runs, time\nloadstone_kit_runs.append({number})\n"
            f"time.sleep(0.005)\nvalue = {number}\n",
        )
        for number in range(_THREADS)
    ]
    # Coverage tools look at a changed sys.path at the first new file, and drop what threads import meanwhile.
    with suppress(Exception):
        subject.load(subject.add_module("kit618", ""))
    start = threading.Barrier(_THREADS)
    errors: list[BaseException] = []

    def work(first: int) -> None:
        start.wait()
        for name in names[first:] + names[:first]:
            try:
                subject.load(name)
            except BaseException as error:
                errors.append(error)

    threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(_THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise Unmet(f"importing from {_THREADS} threads raised {errors[0]!r}")
    values = [getattr(sys.modules.get(name), "value", None) for name in names]
    if values != list(range(_THREADS)):
        raise Unmet(f"modules imported by several threads have got each other's names: {values}")
    if sorted(runs) != list(range(_THREADS)):
        raise Unmet(f"modules imported by {_THREADS} threads at once were executed more than once: {runs}")


@check(
    "LS619",
    "while a module is being executed, another thread can import",
    source="importlib documentation: import locks are per module since Python 3.3",
)
def no_lock_is_held(subject: Subject) -> None:
    """With a lock around all that the importer does, a module that waits for its own thread is a deadlock."""
    other = subject.add_module("kit619_b", "value = 1\n")
    name = subject.add_module(
        "kit619_a",
        "import importlib, threading\n"
        f"thread = threading.Thread(target=importlib.import_module, args=({other!r},), daemon=True)\n"
        "thread.start()\nthread.join(1)\nhangs = thread.is_alive()\n",
    )
    module: Any = subject.load(name)
    module.thread.join(5)
    if module.hangs:
        raise Unmet(f"{other!r} could not be imported by another thread while {name!r} was executed")


@check(
    "LS620",
    "a module that was deleted from sys.modules is imported anew",
    source="language reference, 5.3.1 The module cache",
)
def deleted_modules_are_made_anew(subject: Subject) -> None:
    """Tests rely on it: what the module was before is not to be seen."""
    seen = False
    for name, module, spec in _placed_specs(subject):
        get_source = getattr(spec.loader, "get_source", None)
        if get_source is None or get_source(name) is None or spec.submodule_search_locations is not None:
            continue
        seen = True
        vars(module)["loadstone_kit_addition"] = 1
        del sys.modules[name]
        if "loadstone_kit_addition" in vars(subject.load(name)):
            raise Unmet(f"{name!r} was deleted from sys.modules, and is again the module that it was")
    if not seen:
        raise NotApplicable("finds has no modules with source")


@check(
    "LS621",
    "text that is not ASCII is in the module what it is in its source",
    source="PEP 3120; importlib.util.decode_source",
)
def text_is_decoded(subject: Subject) -> None:
    """Source is UTF-8 unless it says otherwise, whatever the locale or the platform would have files be."""
    name = subject.add_module("kit621", "größe = 'Ω€漢😀'\n")
    module = subject.load(name)
    found = {key: value for key, value in vars(module).items() if not key.startswith("__")}
    if found.get("größe") != "Ω€漢😀":
        raise Unmet(f"größe = 'Ω€漢😀' has become {found!r:.200}")
