"""Lazy imports (PEP 810) inside an isolated system: what they put off, and load later, is the system's own.

The interpreter's lazy objects look into `sys.modules`, and it keeps one table for the whole process: where a
package lacks an attribute that a lazy import anywhere has named as its submodule, that is imported for it,
whichever system the package is of.
"""

from __future__ import annotations

import _imp
import _thread
import builtins
import sys
from types import FunctionType, ModuleType

from .._core.frames import hidden, trim
from .._core.locks import acquire_lock, release_lock
from .._core.statement import absolute_name, package_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import CodeType
    from typing import Any

    from .._core.system import ImportSystem

__all__ = ["OwnPending"]

_sys: Any = sys
_interpreter: Any = _imp


class OwnPending:
    """The pending names of one isolated system."""

    def __init__(self, system: ImportSystem, names: set[str]) -> None:
        """Of `system`, which knows the names as its `sys.lazy_modules`."""
        self.system = system
        self.names = names
        self._package = type("module", (_Package,), {"_pending": self, "__module__": ModuleType.__module__})

    def adopt(self, module: ModuleType) -> None:
        """Have a package look for what it lacks among the names of this system."""
        if type(module) is ModuleType and "__path__" in module.__dict__:
            module.__class__ = self._package

    def arrived(self, module: ModuleType, name: str) -> None:
        """Strike the name off."""
        self.names.discard(name)

    def submodule(self, name: str) -> ModuleType | None:
        """The module `name`, imported now if it is pending; None if it is not, or does not exist."""
        if name not in self.names:
            return None
        try:
            return self.system.import_module(name)
        except ModuleNotFoundError as error:
            if error.name != name:
                raise
            return None

    @hidden
    def lazy_import(
        self,
        name: str,
        globals: Mapping[str, object] | None = None,
        locals: Mapping[str, object] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        """The `__lazy_import__` of the system: what the `lazy import` statement calls.

        Returns a lazy object of the interpreter's own kind, or what gives one for each name of a `fromlist`.
        Where `sys.set_lazy_imports_filter` wants it eager, the module is imported. Raises SyntaxError outside
        of a module's own code, and what `__import__` raises for names that are none.
        """
        frame = sys._getframe(1)
        if frame.f_globals is not frame.f_locals:
            raise SyntaxError("'lazy import' is only allowed at module level")
        namespace = globals or {}
        full_name = absolute_name(name, package_of(namespace) if level else None, level)
        decides = _sys.get_lazy_imports_filter()
        wanted = tuple(fromlist) if fromlist else None
        if decides is not None and not decides(namespace.get("__name__"), full_name, wanted):
            return self.system.__import__(name, globals, locals, fromlist, level)
        place = (frame.f_code.co_filename, frame.f_lineno)
        if wanted:
            return _Names(self, full_name, place)
        top = full_name.partition(".")[0]
        return self.put_off(full_name, hidden(lambda: self.system.import_module(top)), place)

    def put_off(self, name: str, load: Callable[[], Any], place: tuple[str, int]) -> Any:
        """A lazy object called `name` that becomes what `load` returns; `place` is where it is declared."""

        @hidden
        def resolve(*arguments: object) -> Any:
            try:
                value = load()
                return value if self.system.present is None else self.system.present(value)
            except BaseException as exception:
                trim(exception)
                raise

        lazy = _lazy_object(name, {**(self.system.builtins or {}), "__import__": resolve}, place)
        self.names.update(known for known in _with_parents(name) if known not in self.system.modules)
        return lazy


class _Names:
    """What `lazy from` asks for the names that it binds."""

    def __init__(self, pending: OwnPending, module: str, place: tuple[str, int]) -> None:
        self._pending = pending
        self._module = module
        self._place = place

    def __getattr__(self, name: str) -> Any:
        system = self._pending.system
        module = system.modules.get(self._module)
        if name in getattr(module, "__dict__", ()):
            return getattr(module, name)
        code = _FROM.replace(co_names=(self._module, name))
        load = hidden(FunctionType(code, {"__builtins__": system.builtins}))
        return self._pending.put_off(f"{self._module}.{name}", load, self._place)


# In a function, a `from` import is never lazy. Its names are put in, and need not be identifiers.
_FROM: CodeType = compile("def load():\n from a import b\n return b", __file__, "exec").co_consts[0]
# Only the code of a module makes a lazy object: this is such code, to be put where the statement is.
_DECLARE = compile("declared = declare(*arguments)", "", "exec")


def _lazy_object(name: str, own_builtins: dict[str, Any], place: tuple[str, int]) -> Any:
    """The interpreter's lazy object for `name`, which asks the `__import__` of `own_builtins` later.

    In the interpreter's own table it leaves no trace.
    """
    file_name, line = place
    code = _DECLARE.replace(co_filename=file_name, co_firstlineno=line)
    acquire_lock()
    try:
        names = set(_with_parents(name))
        live = {known for known in set(_sys.lazy_modules) if not names.isdisjoint(_with_parents(known))}
        with _Unfiltered():
            lazy = _declare(code, name, own_builtins)
            for known in names:
                _interpreter._set_lazy_attributes(sys, known)
            # What the live system had put off under these names has gone with them.
            for known in live:
                _declare(_DECLARE, known, vars(builtins))
    finally:
        release_lock()
    return lazy


def _declare(code: CodeType, name: str, own_builtins: dict[str, Any]) -> Any:
    scope = {"__name__": __name__, "__builtins__": own_builtins}
    namespace: dict[str, Any] = {
        "declare": builtins.__lazy_import__,  # type: ignore[attr-defined,unused-ignore]
        "arguments": (name, scope, scope, None, 0),
    }
    exec(code, namespace)
    return namespace["declared"]


class _Unfiltered:
    """Within it, the filter of lazy imports, which has been asked, is not asked by this thread again."""

    def __enter__(self) -> None:
        mine, decides = _thread.get_ident(), _sys.get_lazy_imports_filter()

        def passes(*arguments: Any) -> bool:
            return _thread.get_ident() == mine or bool(decides(*arguments))

        self._decides, self._passes = decides, passes
        if decides is not None:
            _sys.set_lazy_imports_filter(passes)

    def __exit__(self, *exception: object) -> None:
        # Unless another thread has set one meanwhile.
        if _sys.get_lazy_imports_filter() is self._passes:
            _sys.set_lazy_imports_filter(self._decides)


def _with_parents(name: str) -> Iterator[str]:
    while name:
        yield name
        name = name.rpartition(".")[0]


class _Package(ModuleType):
    """A package of an isolated system: what it lacks is looked for in that system only."""

    _pending: OwnPending

    def __getattribute__(self, attribute: str) -> Any:
        namespace = object.__getattribute__(self, "__dict__")
        # A lazy object is the interpreter's to resolve, as is all that is there.
        if attribute in namespace or hasattr(ModuleType, attribute):
            return super().__getattribute__(attribute)
        name = namespace.get("__name__")
        module = object.__getattribute__(self, "_pending").submodule(f"{name}.{attribute}")
        if module is not None:
            return module
        if "__getattr__" in namespace:
            return namespace["__getattr__"](attribute)
        spec: Any = namespace.get("__spec__")
        if getattr(spec, "_initializing", False):
            what = f"partially initialized module {name!r} from {spec.origin!r}"
            why = " (most likely due to a circular import)"
        else:
            what, why = f"module {name!r}", ""
        raise AttributeError(f"{what} has no attribute {attribute!r}{why}", name=attribute, obj=self)
