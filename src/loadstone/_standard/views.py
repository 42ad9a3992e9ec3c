"""What modules of an isolated system see of the shared modules that know an import system by themselves."""

from __future__ import annotations

import sys
from _thread import get_ident
from types import FunctionType, ModuleType

from .._core.spec import module_from_spec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from .._core.system import ImportSystem

__all__ = ["Views"]

_LOADSTONE = __name__.partition(".")[0]


class Views:
    """What modules of an isolated system import in the place of the few that know a system by themselves."""

    def __init__(self, system: ImportSystem) -> None:
        self._system = system
        self.made: dict[str, ModuleType] = {}
        self.making: dict[tuple[int, str], ModuleType] = {}

    def __call__(self, module: Any) -> Any:
        """The view of a shared module that has one, or else the module itself."""
        name = getattr(module, "__name__", None)
        if not isinstance(name, str) or name not in _KINDS:
            return module
        if sys.modules.get(name) != module:
            return module
        view = self.made.get(name) or self.making.get((get_ident(), name))
        return view or self.made.setdefault(name, _KINDS[name](module, self._system))


class _TypeOfViews(type):
    """The type of types of views, which pass for `types.ModuleType`: many write `type(sys)` for that."""

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any) -> Any:
        if namespace.get("__module__") != __name__:
            plain = tuple(ModuleType if isinstance(base, _TypeOfViews) else base for base in bases)
            return type(name, plain, namespace, **options)
        return super().__new__(cls, name, bases, namespace, **options)

    def __call__(cls, *arguments: Any, **options: Any) -> Any:
        return ModuleType(*arguments, **options)

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, ModuleType)


class _View(ModuleType, metaclass=_TypeOfViews):
    """A module as code in another system sees it: all that the view does not have is looked up in it."""

    @classmethod
    def of(cls, module: ModuleType, system: ImportSystem, **own: Any) -> ModuleType:
        """The view of a module, with attributes of its own."""
        self: ModuleType = ModuleType.__new__(cls)
        ModuleType.__init__(self, module.__name__, module.__doc__)
        namespace = {name: getattr(module, name) for name in _IMPORT_ATTRIBUTES if hasattr(module, name)}
        self.__dict__.update(namespace, _module=module, _system=system, **own)
        return self

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._module, name)
        present = self._system.present
        return present(value) if isinstance(value, ModuleType) and present is not None else value

    def __dir__(self) -> list[str]:
        return dir(self._module)


_IMPORT_ATTRIBUTES = ("__file__", "__loader__", "__package__", "__path__", "__spec__")


class _SysView(_View):
    """`sys`, with the state of the system that looks at it."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._system.state if name in _STATE else self._module, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._system.state if name in _STATE else self._module, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self._module, name)


_STATE = frozenset({"modules", "meta_path", "path", "path_hooks", "path_importer_cache", "lazy_modules"})


class _WideSysView(_SysView):
    """`sys` for functions that look up where an object comes from: from shared modules and views, too."""

    def __getattr__(self, name: str) -> Any:
        if name == "modules":
            views: Any = self._system.present
            return {**sys.modules, **self._system.state.modules, **views.made}
        return super().__getattr__(name)


def _verbs(*names: str) -> Callable[[ModuleType, ImportSystem], Any]:
    """Views with verbs of the system that looks at them."""
    return lambda module, system: _View.of(module, system, **{name: getattr(system, name) for name in names})


def _util_view(module: Any, system: ImportSystem) -> ModuleType:
    """`importlib.util` or `loadstone.util`: modules that are made by it import from the system."""

    def own_module_from_spec(spec: Any) -> ModuleType:
        """As `importlib.util.module_from_spec`; the module belongs to the system of the caller."""
        made: ModuleType = module_from_spec(spec)
        if "__builtins__" not in vars(made):
            made.__dict__["__builtins__"] = system.builtins
            system.pending.adopt(made)
        return made

    return _View.of(module, system, find_spec=system.find_spec, module_from_spec=own_module_from_spec)


def _copied(module: Any, system: ImportSystem) -> ModuleType:
    """A module executed once more, with the builtins, and so the views, of the system.

    For modules that keep nothing, and whose classes are not asked for by others.
    """
    views: Any = system.present
    # Such modules import each other: while it is being made, this thread gets it as far as it is.
    key = get_ident(), module.__name__
    copy = views.making[key] = _View.of(module, system, __builtins__=system.builtins)
    try:
        exec(module.__spec__.loader.get_code(module.__name__), copy.__dict__)
    finally:
        del views.making[key]
    return copy


def _rebound(only: Iterable[str] = (), fresh: Iterable[str] = ()) -> Callable[[ModuleType, Any], ModuleType]:
    """Views whose functions (or `only` some) see the system's state as `sys`; all else is the module's.

    For modules whose classes are asked for by others. Of the tables named `fresh`, a view has its own.
    """

    def view_of(module: ModuleType, system: Any) -> ModuleType:
        view = _View.of(module, system)
        namespace = view.__dict__
        for name, value in list(vars(module).items()):
            if name not in namespace:
                namespace[name] = _presented(value, module, system)
        namespace.update({name: {} for name in fresh})
        namespace.update(sys=_WideSysView.of(sys, system), __builtins__=system.builtins)
        clones: dict[Any, FunctionType] = {}
        for name in only or list(namespace):
            function = namespace.get(name)
            if isinstance(function, FunctionType) and function.__globals__ is vars(module):
                clones[function] = namespace[name] = clone = FunctionType(
                    function.__code__, namespace, function.__name__, closure=function.__closure__
                )
                clone.__dict__.update(function.__dict__)
                clone.__doc__, clone.__qualname__ = function.__doc__, function.__qualname__
        for function, clone in clones.items():
            # Functions are values of parameters, too.
            defaults, named = function.__defaults__, function.__kwdefaults__
            clone.__defaults__ = defaults and tuple(_replaced(value, clones) for value in defaults)
            clone.__kwdefaults__ = named and {name: _replaced(value, clones) for name, value in named.items()}
        return view

    return view_of


def _replaced(value: Any, clones: dict[Any, FunctionType]) -> Any:
    return clones.get(value, value) if isinstance(value, FunctionType) else value


def _presented(value: Any, module: ModuleType, system: Any) -> Any:
    """What a view has for what its module has imported from elsewhere."""
    if isinstance(value, ModuleType):
        return system.present(value)
    if isinstance(value, FunctionType) and value.__module__ in _KINDS and value.__module__ != module.__name__:
        return getattr(system.present(sys.modules[value.__module__]), value.__name__, value)
    return value


def _pickle_view(module: Any, system: ImportSystem) -> ModuleType:
    """`pickle`, which stores and finds by name what modules of the system define.

    C code does it as ever, until it comes upon what only the system has: then the pure Python code does it
    all, which asks the system.
    """
    from io import BytesIO

    own: Any = _copied(module, system)

    class Elsewhere(Exception):
        """There is something to be stored that the live system does not have."""

    class Pickler(module.Pickler):  # type: ignore[misc]
        def reducer_override(self, obj: Any) -> Any:
            # The C code would look for it by importing its module in the live system.
            name: Any = getattr(obj, "__module__", None)
            own = system.modules.get(name) if isinstance(name, str) else None
            if own is not None and own is not sys.modules.get(name):
                raise Elsewhere
            return NotImplemented

    class Unpickler(module.Unpickler):  # type: ignore[misc]
        def find_class(self, module_name: str, name: str) -> Any:
            try:
                found: Any = system.import_module(module_name)
            except ModuleNotFoundError:
                return super().find_class(module_name, name)
            if sys.modules.get(module_name) is found:
                return super().find_class(module_name, name)
            for part in name.split("."):
                found = getattr(found, part)
            return found

    def dumps(obj: Any, *arguments: Any, **options: Any) -> Any:
        file = BytesIO()
        try:
            Pickler(file, *arguments, **options).dump(obj)
        except (Elsewhere, module.PicklingError):
            return own._dumps(obj, *arguments, **options)
        return file.getvalue()

    def dump(obj: Any, file: Any, *arguments: Any, **options: Any) -> None:
        file.write(dumps(obj, *arguments, **options))

    def load(file: Any, **options: Any) -> Any:
        return Unpickler(file, **options).load()

    def loads(data: Any, /, **options: Any) -> Any:
        return load(BytesIO(data), **options)

    own.__dict__.update(Pickler=own._Pickler, Unpickler=Unpickler)
    own.__dict__.update(dump=dump, dumps=dumps, load=load, loads=loads)
    return own  # type: ignore[no-any-return]


def _metadata_view(module: Any, system: ImportSystem) -> ModuleType:
    """`importlib.metadata`, which asks the chain and the path of the system; entry points load in it."""
    from copy import copy

    view: Any = _rebound()(module, system)
    kinds: dict[type, type] = {}

    class EntryPoint(module.EntryPoint):  # type: ignore[misc]
        def load(self) -> Any:
            found: Any = system.import_module(self.module)
            for name in filter(None, (self.attr or "").split(".")):
                found = getattr(found, name)
            return found

    def own_entry(point: Any) -> Any:
        own = EntryPoint(point.name, point.value, point.group)
        own.__dict__.update(vars(point))
        return own

    def own_distribution(found: Any) -> Any:
        """The distribution with entry points of the system, whatever class it is of."""
        own = copy(found)
        own.__class__ = kinds.get(type(found)) or kinds.setdefault(type(found), own_kind(type(found)))
        return own

    def own_kind(kind: Any) -> type:
        class Own(kind):  # type: ignore[misc]
            @property
            def entry_points(self) -> Any:
                found = super().entry_points
                return type(found)(map(own_entry, found))

        Own.__name__ = Own.__qualname__ = kind.__name__
        return Own

    class Context(module.DistributionFinder.Context):  # type: ignore[misc]
        @property
        def path(self) -> Any:
            return vars(self).get("path", system.path)

    class Type(type(module.Distribution)):  # type: ignore[misc]
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, module.Distribution)

    class Distribution(module.Distribution, metaclass=Type):  # type: ignore[misc]
        @classmethod
        def from_name(cls, name: str) -> Any:
            if not name:
                return super().from_name(name)
            for found in cls.discover(name=name):
                return found
            raise module.PackageNotFoundError(name)

        @classmethod
        def discover(cls, *, context: Any = None, **options: Any) -> Any:
            if context is not None and options:
                raise ValueError("cannot accept context and kwargs")
            context = context or Context(**options)
            for finder in system.meta_path:
                for found in getattr(finder, "find_distributions", lambda context: ())(context):
                    yield own_distribution(found)

    view.__dict__.update(Distribution=Distribution, EntryPoint=EntryPoint)
    return view  # type: ignore[no-any-return]


_KINDS: dict[str, Callable[[ModuleType, Any], Any]] = {
    "sys": _SysView.of,
    "annotationlib": _rebound(),
    "dataclasses": _rebound(),
    "importlib": _verbs("__import__", "import_module", "invalidate_caches", "reload"),
    "importlib.util": _util_view,
    "importlib.metadata": _metadata_view,
    "inspect": _rebound(fresh=["modulesbyfile", "_filesbymodname"]),
    "pickle": _pickle_view,
    "typing": _rebound(only=["get_type_hints"]),
    _LOADSTONE: _verbs("__import__", "find_spec", "import_module", "invalidate_caches", "reload"),
    f"{_LOADSTONE}.util": _util_view,
    **dict.fromkeys(
        [
            *("importlib.resources", "pkgutil", "pydoc", "runpy"),
            # What is in importlib.resources, as the Python versions have it.
            *("importlib._common", "importlib.resources._common"),
            *("importlib.resources._functional", "importlib.resources._legacy"),
        ],
        _copied,
    ),
}
