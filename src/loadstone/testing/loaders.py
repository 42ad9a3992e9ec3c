"""Checks of loaders: creating and executing modules, and what a loader says of them when it is asked."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from importlib.util import module_from_spec
from types import CodeType
from typing import Any

from .._core.compiler import takes_name
from .check import check
from .outcome import NotApplicable, Unmet
from .subject import Subject

_UNKNOWN = "loadstone_kit_unknown"


def _asked(subject: Subject, *methods: str) -> list[tuple[str, Any, Any]]:
    """Name, spec and loader of the modules whose loader has the methods. Raises NotApplicable without any."""
    found = [
        (name, spec, spec.loader)
        for name, spec in subject.specs.items()
        if spec.loader is not None and all(hasattr(spec.loader, method) for method in methods)
    ]
    if not found:
        raise NotApplicable(f"no loader has {' and '.join(methods)}" if methods else "no module has a loader")
    return found


def _codes(code: CodeType) -> Iterator[CodeType]:
    """The code object and those in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _kind(value: object) -> str:
    return f"{type(value).__qualname__} {value!r:.60}"


@check(
    "LS501",
    "the loader executes modules by exec_module, with create_module beside it",
    source="PEP 451, how loading will work",
)
def has_exec_module(subject: Subject) -> None:
    """A loader that has only load_module does the import system's work itself, is warned about since Python
    3.6 and no longer called from 3.15 on. One with exec_module alone is refused with an ImportError."""
    for name, _, loader in _asked(subject):
        for method in ("exec_module", "create_module"):
            if not hasattr(loader, method):
                raise Unmet(f"the loader of {name!r} has no {method}: {loader!r}")


@check("LS502", "create_module leaves sys.modules alone", source="importlib.abc.Loader.create_module")
def create_module_enters_nothing(subject: Subject) -> None:
    """A module that is created need not be loaded ever; the import system enters it once it is to be."""
    for name, spec, loader in _asked(subject, "create_module"):
        before = sys.modules.get(name)
        loader.create_module(spec)
        if sys.modules.get(name) is not before:
            raise Unmet(f"create_module has changed what sys.modules has as {name!r}")


@check(
    "LS503",
    "create_module returns None or a module that takes what the import system sets on it",
    source="importlib.abc.Loader.create_module; language reference, 5.4.4",
)
def create_module_returns_a_module(subject: Subject) -> None:
    """The import system sets __name__, __spec__ and others, and says nothing where that fails."""
    for name, spec, _ in _asked(subject, "create_module", "exec_module"):
        module = module_from_spec(spec)
        for attribute, value in (("__name__", spec.name), ("__spec__", spec)):
            if getattr(module, attribute, None) != value:
                found = _kind(getattr(module, attribute, None))
                raise Unmet(f"{attribute} was set on what is created for {name!r}, and is {found}")


@check(
    "LS504",
    "exec_module executes in the namespace of the module that it is given",
    source="importlib.abc.Loader.exec_module",
)
def exec_module_fills_the_module_given(subject: Subject) -> None:
    """It may be another one than the one that sys.modules has under the name."""
    modules = subject.modules
    for name, spec, loader in _asked(subject, "create_module", "exec_module"):
        if name not in modules or spec.name != name:
            continue
        fresh = module_from_spec(spec)
        blank = set(vars(fresh))
        loader.exec_module(fresh)
        children = {other.rpartition(".")[2] for other in sys.modules if other.startswith(f"{name}.")}
        own = vars(modules[name]).keys() - blank - children
        if own and not own & vars(fresh).keys():
            raise Unmet(f"a second module {name!r} was given to exec_module, and has got none of its names")


@check(
    "LS505",
    "exec_module works for a module that is not in sys.modules, and does not enter it there",
    source="importlib documentation, importing a source file directly",
)
def exec_module_needs_no_entry(subject: Subject) -> None:
    """Tools execute modules without importing them: runners, tests of plugins, documentation."""
    name = subject.add_module("kit505", "value = 1\n")
    spec, loader = _spec_of(name)
    if not hasattr(loader, "exec_module"):
        raise NotApplicable("the loader has no exec_module")
    module = module_from_spec(spec)
    loader.exec_module(module)
    if name in sys.modules:
        raise Unmet(f"{name!r} is in sys.modules after exec_module")
    if getattr(module, "value", None) != 1:
        raise Unmet(f"{name!r} was executed, and does not have the name that it defines")


def _spec_of(name: str) -> tuple[Any, Any]:
    from importlib.util import find_spec

    spec: Any = find_spec(name)
    return spec, spec.loader


@check(
    "LS506",
    "a loader with get_code has get_source and is_package",
    source="importlib.abc.InspectLoader",
)
def inspection_is_complete(subject: Subject) -> None:
    """They are one protocol, PEP 302's for tools; linecache, inspect, pkgutil and debuggers rely on it."""
    for name, _, loader in _asked(subject, "get_code"):
        for method in ("get_source", "is_package"):
            if not hasattr(loader, method):
                raise Unmet(f"the loader of {name!r} has get_code, but no {method}: {loader!r}")


@check(
    "LS507",
    "get_filename says of a module what its spec has as location",
    source="importlib.abc.ExecutionLoader.get_filename",
)
def get_filename_agrees(subject: Subject) -> None:
    """Tools that have only the loader get the file from it; it is the one that becomes __file__."""
    for name, spec, loader in _asked(subject, "get_filename"):
        if spec.has_location:
            filename = loader.get_filename(name)
            if filename != spec.origin:
                raise Unmet(f"get_filename({name!r}) is {filename!r}, and the spec says {spec.origin!r}")


@check("LS508", "get_source returns text as str, or None", source="importlib.abc.InspectLoader.get_source")
def get_source_returns_str(subject: Subject) -> None:
    """What is in bytes is decoded by the loader, as it alone knows how; None says that there is no source."""
    for name, _, loader in _asked(subject, "get_source"):
        source = loader.get_source(name)
        if source is not None and not isinstance(source, str):
            raise Unmet(f"get_source({name!r}) returned {_kind(source)}")


@check("LS509", "get_code returns a code object, or None", source="importlib.abc.InspectLoader.get_code")
def get_code_returns_code(subject: Subject) -> None:
    """runpy, modulefinder and profilers take what it returns for the code that an import executes."""
    for name, _, loader in _asked(subject, "get_code"):
        code = loader.get_code(name)
        if code is not None and not isinstance(code, CodeType):
            raise Unmet(f"get_code({name!r}) returned {_kind(code)}")


def _code_of(subject: Subject) -> Iterator[tuple[str, Any, Any, CodeType]]:
    for name, spec, loader in _asked(subject, "get_code"):
        code = loader.get_code(name)
        if isinstance(code, CodeType):
            yield name, spec, loader, code


@check(
    "LS510",
    "code is compiled under the file name that the spec has",
    source="importlib.abc.InspectLoader.source_to_code; PEP 302",
)
def code_has_the_file_name(subject: Subject) -> None:
    """Tracebacks, debuggers and coverage take the file from the code, and compare it with __file__."""
    for name, spec, loader, code in _code_of(subject):
        if not spec.has_location or not hasattr(loader, "get_source") or loader.get_source(name) is None:
            continue
        for each in _codes(code):
            if each.co_filename != spec.origin:
                raise Unmet(
                    f"{each.co_name} of {name!r} has the file name {each.co_filename!r}, "
                    f"and the spec says {spec.origin!r}"
                )


@check(
    "LS511",
    "the line numbers of the code lie within the source",
    source="importlib.abc.InspectLoader: get_code and get_source are of one module",
)
def lines_lie_within_the_source(subject: Subject) -> None:
    """Otherwise tracebacks show no line, debuggers cannot stop at it, and coverage reports what is not."""
    for name, _, loader, code in _code_of(subject):
        source = loader.get_source(name) if hasattr(loader, "get_source") else None
        if not isinstance(source, str):
            continue
        last = max(len(source.splitlines()), 1)
        for each in _codes(code):
            for _, _, line in each.co_lines():
                if line is not None and line > last:
                    raise Unmet(
                        f"{each.co_name} of {name!r} has line {line}, and the source ends at line {last}"
                    )


@check(
    "LS512",
    "asking a loader about a module does not execute it",
    source="importlib.abc.InspectLoader; PEP 302, optional extensions to the importer protocol",
)
def asking_executes_nothing(subject: Subject) -> None:
    """Debuggers, documentation and type checkers ask about modules that are not to run."""
    methods = ("get_code", "get_source", "is_package", "get_filename")
    asked = _asked(subject)
    for name, _, loader in asked:
        if name in sys.modules:
            continue  # the parent of another, or imported by it
        for method in methods:
            if hasattr(loader, method):
                try:
                    getattr(loader, method)(name)
                except ImportError:
                    pass
                if name in sys.modules:
                    raise Unmet(f"{name!r} is in sys.modules after {method}")


@check(
    "LS513",
    "is_package says of a module what its spec says",
    source="importlib.abc.InspectLoader.is_package",
)
def is_package_agrees(subject: Subject) -> None:
    """Where they differ, a tool that asks the loader builds a package without submodules, or the reverse."""
    for name, spec, loader in _asked(subject, "is_package"):
        answer = loader.is_package(name)
        if bool(answer) != (spec.submodule_search_locations is not None):
            raise Unmet(
                f"is_package({name!r}) is {answer!r}, and the spec has the search locations "
                f"{spec.submodule_search_locations!r}"
            )


@check(
    "LS514",
    "a loader raises ImportError when it is asked about a module that it does not know",
    source="importlib.abc.InspectLoader: ImportError is raised if the module cannot be found",
)
def unknown_modules_raise_import_error(subject: Subject) -> None:
    """Those who ask are prepared for ImportError; an answer is taken for the truth."""
    for name, _, loader in _asked(subject):
        for method in ("get_source", "get_code", "is_package", "get_filename"):
            if not hasattr(loader, method):
                continue
            if method in ("get_source", "get_code") and getattr(loader, method)(name) is None:
                continue  # it has none of any module
            try:
                answer = getattr(loader, method)(_UNKNOWN)
            except ImportError:
                continue
            except Exception as error:
                raise Unmet(f"{method}({_UNKNOWN!r}) raised {type(error).__name__}: {error}") from error
            raise Unmet(f"{method}({_UNKNOWN!r}) returned {_kind(answer)}")


@check(
    "LS515",
    "get_data raises OSError for what is not there",
    source="importlib.abc.ResourceLoader.get_data; PEP 302",
)
def missing_data_raise_os_error(subject: Subject) -> None:
    """Data may be optional: those who try and catch OSError must be told by that."""
    for name, spec, loader in _asked(subject, "get_data"):
        path = f"{spec.origin if spec.has_location else name}.{_UNKNOWN}"
        try:
            data = loader.get_data(path)
        except OSError:
            continue
        except Exception as error:
            raise Unmet(f"get_data({path!r}) raised {type(error).__name__}: {error}") from error
        raise Unmet(f"get_data({path!r}) returned {_kind(data)}")


@check("LS516", "get_data returns bytes", source="importlib.abc.ResourceLoader.get_data")
def data_are_bytes(subject: Subject) -> None:
    """Whether they are text, and in which encoding, only those know who ask."""
    seen = False
    for _, spec, loader in _asked(subject, "get_data"):
        if not spec.has_location:
            continue
        try:
            data = loader.get_data(spec.origin)
        except OSError:
            continue
        seen = True
        if not isinstance(data, bytes):
            raise Unmet(f"get_data({spec.origin!r}) returned {_kind(data)}")
    if not seen:
        raise NotApplicable("the loaders have no data at the locations of their modules")


@check(
    "LS517",
    "source_to_code compiles whatever compile() does, under the path that it is given",
    source="importlib.abc.InspectLoader.source_to_code",
)
def source_to_code_takes_all(subject: Subject) -> None:
    """Bytes, text and trees: that is how several tools that change source work on one module together."""
    for _, _, loader in _asked(subject, "source_to_code"):
        for data in (b"value = 1\n", "value = 1\n", ast.parse("value = 1\n")):
            try:
                code = loader.source_to_code(data, "kit517.py")
            except Exception as error:
                raise Unmet(
                    f"source_to_code of {type(data).__name__} raised {type(error).__name__}: {error}"
                ) from error
            if not isinstance(code, CodeType):
                raise Unmet(f"source_to_code of {type(data).__name__} returned {_kind(code)}")
            if code.co_filename != "kit517.py":
                raise Unmet(f"source_to_code was given the path 'kit517.py', and used {code.co_filename!r}")


@check(
    "LS518",
    "source_to_code takes the name of the module as its third argument",
    source="importlib.abc.InspectLoader.source_to_code; What's New in Python 3.15",
    after=["LS517"],
)
def source_to_code_takes_the_name(subject: Subject) -> None:
    """importlib passes it since Python 3.15: without such a parameter no module can be imported there."""
    for name, _, loader in _asked(subject, "source_to_code"):
        method = loader.source_to_code
        # Python's own takes what Python's own passes.
        is_own = str(getattr(method, "__module__", "")).startswith(("importlib.", "_frozen_importlib"))
        if not is_own and not takes_name(method):
            raise Unmet(f"source_to_code of the loader of {name!r} takes data and path only: {loader!r}")
