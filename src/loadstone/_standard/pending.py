"""Lazy imports (PEP 810) inside an isolated system: what they put off, and load later, is the system's own.

The interpreter's lazy objects look into `sys.modules`, and it keeps one table for the whole process: where a
package lacks an attribute that a lazy import anywhere has named as its submodule, that is imported for it,
whichever system the package is of.
"""

from __future__ import annotations

import _thread
import builtins
import sys
from types import FunctionType, ModuleType

from .._core.frames import hidden, trim
from .._core.loading import MISSING
from .._core.pending import is_put_off
from .._core.statement import absolute_name, package_of
from .._core.versions import HAS_LAZY_IMPORTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import CodeType, FrameType
    from typing import Any

    from .._core.system import ImportSystem

    Place = tuple[str, int, str]

__all__ = ["OwnPending"]

_sys: Any = sys
_LONGEST_PREFIX = 3  # of an instruction: EXTENDED_ARG


def _instruction(frame: FrameType) -> int:
    """The instruction that `frame` is at."""
    return frame.f_code.co_code[frame.f_lasti]


def _instructions() -> list[int]:
    """The instructions that call `__import__`, ask the module for a name, and anything for an attribute."""
    met = []

    class Probe:
        def __getattr__(self, name: str) -> None:
            met.append(_instruction(sys._getframe(1)))

    def probe(*arguments: object) -> Probe:
        met.append(_instruction(sys._getframe(1)))
        return Probe()

    # In a function, no import is lazy.
    scope: dict[str, Any] = {"__builtins__": {"__import__": probe}}
    exec("def ask():\n from a import b\n import c\n c.d", scope)
    scope["ask"]()
    return met


if HAS_LAZY_IMPORTS:
    _STATEMENT, _LISTED, _, _ATTRIBUTE = _instructions()


class OwnPending:
    """The pending names of one isolated system."""

    def __init__(self, system: ImportSystem, names: set[str]) -> None:
        """Of `system`, which knows the names as its `sys.lazy_modules`."""
        self.system = system
        self.names = names
        self._places: dict[str, Place | None] = {}
        self._package = _package_class(self)

    def adopt(self, module: ModuleType) -> None:
        """Have a package look for what it lacks among the names of this system."""
        if type(module) is ModuleType and "__path__" in module.__dict__:
            module.__class__ = self._package

    def arrived(self, module: ModuleType, name: str) -> None:
        """Strike the name off."""
        self.names.discard(name)
        self._places.pop(name, None)

    @hidden
    def submodule(self, name: str, *, must_be: bool) -> Any:
        """The module `name`, imported now, if a lazy import has named it; MISSING if none has.

        What `import` has named and `must_be` there fails as that import. Of what may be no module, one that
        is not found is MISSING.
        """
        place = self._places.get(name, MISSING)
        if place is MISSING:
            return MISSING
        if place is not None and must_be:
            return self._put_off(name, hidden(lambda: self._leaf(name)), place).resolve()
        try:
            return self._leaf(name)
        except ModuleNotFoundError as error:
            if error.name != name:
                raise
            return MISSING

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

        Returns a lazy object of the interpreter's own kind, or for the statement what gives one for each name
        that it binds. Where `sys.set_lazy_imports_filter` wants it eager, the module is imported. Raises
        SyntaxError outside of a module's own code, and what `__import__` raises for names that are none.
        """
        try:
            frame = sys._getframe(1)
            namespace = frame.f_globals if globals is None else globals
            if not isinstance(name, str):
                raise TypeError(f"module name must be a string, got {type(name).__name__}")
            full_name = absolute_name(name, package_of(namespace) if level > 0 else None, level)
            if frame.f_globals is not frame.f_locals:
                raise SyntaxError("'lazy import' is only allowed at module level")
            decides = _sys.get_lazy_imports_filter()
            if decides is not None and not decides(namespace.get("__name__"), full_name, fromlist or None):
                return self.system.__import__(name, globals, locals, fromlist, level)
            return self._declare(full_name, fromlist, frame)
        except BaseException as exception:
            trim(exception)
            raise

    def _declare(self, name: str, fromlist: Sequence[str] | None, frame: FrameType) -> Any:
        code, place = frame.f_code.co_code, (frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name)
        is_statement = _instruction(frame) == _STATEMENT
        if fromlist:
            self._note(name, None)
            if is_statement:
                return _Listed(self, name, place)
            for item in fromlist:
                self._note(f"{name}.{item}", None)
            return self._put_off(name, hidden(lambda: self._leaf(name)), place)
        self._note(name, place)
        top, _, rest = name.partition(".")
        start = frame.f_lasti + 2
        if is_statement and rest and _LISTED in code[start : start + 2 * _LONGEST_PREFIX + 1 : 2]:
            return _Renamed(self, name, place)
        return self._put_off(name, hidden(lambda: self._top(top, name)), place)

    @hidden
    def _top(self, top: str, name: str) -> ModuleType:
        """The package `top`; the rest of `name` is imported at need, or now if `top` does not know how."""
        module = self.system.import_module(top)
        if type(module) is not self._package:
            self.system.import_module(name)
        return module

    @hidden
    def _leaf(self, name: str) -> ModuleType:
        """The module `name` itself."""
        return self.system.import_module(name)

    @hidden
    def _listed(self, module: str, name: str) -> Any:
        """What `from module import name` binds."""
        consts = tuple((name,) if const == ("b",) else const for const in _FROM.co_consts)
        code = _FROM.replace(co_names=(module, name), co_consts=consts)
        value = hidden(FunctionType(code, {"__builtins__": self.system.builtins}))()
        self.names.discard(f"{module}.{name}")
        return value

    def _note(self, name: str, place: Place | None) -> None:
        """Have `name` be pending, and imported at need by the packages around it.

        `place` is None for what is named by `from`: that may be no module at all.
        """
        modules = self.system.modules
        if modules.get(name) is None:
            self.names.add(name)
        while "." in name:
            if place is None:
                self._places.setdefault(name, None)
            else:
                self._places[name] = place
            name = name.rpartition(".")[0]

    def _put_off(self, name: str, load: Callable[[], Any], place: Place) -> Any:
        """A lazy object called `name` that becomes what `load` returns; `place` is where it is declared."""

        @hidden
        def resolve() -> Any:
            value = load()
            return value if self.system.present is None else self.system.present(value)

        return _lazy_object(name, _OwnBuiltins(name, resolve), place)


class _Listed:
    """What `lazy from` asks for the names that it binds."""

    def __init__(self, pending: OwnPending, module: str, place: Place) -> None:
        self._own = pending, module, place

    def __getattribute__(self, name: str) -> Any:
        pending, module, place = object.__getattribute__(self, "_own")
        there = pending.system.modules.get(module)
        if isinstance(there, ModuleType) and not _is_initializing(there):
            value = there.__dict__.get(name, MISSING)
            if value is not MISSING and not is_put_off(value):
                view = pending.system.present(there)
                return pending.system.present(value) if view is there else getattr(view, name)
        pending._note(f"{module}.{name}", None)
        return pending._put_off(f"{module}.{name}", hidden(lambda: pending._listed(module, name)), place)


class _Renamed:
    """What `lazy import a.b.c as name` asks for ``b``, and that for ``c``."""

    def __init__(self, pending: OwnPending, module: str, place: Place) -> None:
        self._own = pending, module, place, module.split(".")[:0:-1]

    def __getattribute__(self, name: str) -> Any:
        pending, module, place, parts = object.__getattribute__(self, "_own")
        parts.pop()
        if parts:
            return self
        return pending._put_off(module, hidden(lambda: pending._leaf(module)), place)


class _OwnBuiltins(dict):  # type: ignore[type-arg]
    """The builtins of a lazy object, which asks them for an `__import__` to call."""

    def __init__(self, name: str, resolve: Callable[[], Any]) -> None:
        self._resolve = name, resolve

    def __getitem__(self, key: str) -> Any:
        if key != "__import__":
            raise KeyError(key)
        return _Import(*self._resolve)


class _Import:
    """What a lazy object calls, and lets go of once it has struck its name off the live system's.

    There the name is put back, if it was pending there too.
    """

    def __init__(self, name: str, resolve: Callable[[], Any]) -> None:
        self._name = name
        self._call = resolve
        self._is_known = False

    @hidden
    def __call__(self, *arguments: object) -> Any:
        try:
            value = self._call()
        except BaseException as exception:
            trim(exception)
            raise
        self._is_known = self._name in _live_names()
        return _Found(value) if "." in self._name else value

    def __del__(self) -> None:
        if self._is_known:
            _live_names().add(self._name)


def _live_names() -> set[str]:
    names = _sys.lazy_modules
    return names if isinstance(names, set) else set()


class _Found:
    """Has a value as its every attribute."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __getattribute__(self, name: str) -> Any:
        return object.__getattribute__(self, "_value")


def _is_initializing(module: ModuleType) -> bool:
    return bool(getattr(module.__dict__.get("__spec__"), "_initializing", False))


# In a function, a `from` import is never lazy. Its names are put in, and need not be identifiers.
_FROM: CodeType = compile("def load():\n from a import b\n return b", __file__, "exec").co_consts[0]
# Only the code of a module makes a lazy object: this is such code, to be put where the statement is.
_DECLARE = compile("declared = declare(*arguments)", "", "exec")
_PROJECT = compile("from a import b as declared", "", "exec")


def _lazy_object(name: str, own_builtins: _OwnBuiltins, place: Place) -> Any:
    """The interpreter's lazy object for `name`, which asks `own_builtins` later.

    In the interpreter's own table it leaves no trace: one for a top-level name does not touch what packages
    import at need, and what is taken from that by name is called by its full name, but leaves no name.
    """
    file_name, line, where = place
    top, _, rest = name.partition(".")
    scope = {"__name__": __name__, "__builtins__": own_builtins}
    declare = builtins.__lazy_import__  # type: ignore[attr-defined,unused-ignore]
    namespace: dict[str, Any] = {"declare": declare, "arguments": (top, scope, scope, None, 0)}
    is_known = top in _live_names()
    with _Unfiltered():
        exec(_DECLARE.replace(co_filename=file_name, co_firstlineno=line, co_name=where), namespace)
    if not is_known:
        _live_names().discard(top)
    lazy = namespace["declared"]
    if not rest:
        return lazy
    names = ("a", rest, "declared")
    code = _PROJECT.replace(co_names=names, co_filename=file_name, co_firstlineno=line, co_name=where)
    projects = dict.fromkeys(("__import__", "__lazy_import__"), lambda *arguments: lazy)
    exec(code, namespace := {"__builtins__": projects})
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


def _package_class(pending: OwnPending) -> type[ModuleType]:
    """The class of the packages of one isolated system: what they lack is looked for in that system only."""

    @hidden
    def get(self: ModuleType, attribute: str) -> Any:
        namespace = object.__getattribute__(self, "__dict__")
        # A lazy object is the interpreter's to resolve, as is all that is there.
        if attribute in namespace or hasattr(ModuleType, attribute):
            return ModuleType.__getattribute__(self, attribute)
        try:
            full_name = f"{namespace.get('__name__')}.{attribute}"
            # The frame asks for it in so many words, not whether it is there.
            must_be = "__getattr__" not in namespace and _instruction(sys._getframe(1)) == _ATTRIBUTE
            module = pending.submodule(full_name, must_be=must_be)
            if module is not MISSING:
                return module
            if not _live_has_put_off(full_name):
                # Nothing of the live system is in the way of what else there is, and of the error.
                return ModuleType.__getattribute__(self, attribute)
            if "__getattr__" in namespace:
                return namespace["__getattr__"](attribute)
            message = f"module {namespace.get('__name__')!r} has no attribute {attribute!r}"
            raise AttributeError(message, name=attribute, obj=self)
        except BaseException as exception:
            trim(exception)
            raise

    return type("module", (ModuleType,), {"__getattribute__": get, "__module__": ModuleType.__module__})


def _live_has_put_off(name: str) -> bool:
    return any(f"{known}.".startswith(f"{name}.") for known in list(_live_names()))
