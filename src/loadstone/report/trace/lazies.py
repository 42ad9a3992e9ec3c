"""The lazy imports that modules hold, on Python 3.15 and newer: which is being resolved, which never were.

Read off the modules themselves, where a lazy import stands until it is used: no hook could be as invisible.
Runs inside the program that is traced, as the recorder does.
"""

from __future__ import annotations

import sys
from _frozen_importlib import BuiltinImporter

from ..._core.versions import HAS_LAZY_IMPORTS
from .importer import IMPORTS_ATTRIBUTE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import CodeType, FrameType
    from typing import Any

    Key = tuple[str, str | None]
    Declared = tuple[str | None, str | None, str, str | None, str | None, int | None]

__all__ = ["Lazies", "standing"]


def _builtin(name: str) -> Any:
    """A built-in module that `sys.modules` does not get to know: its import is the program's."""
    spec: Any = BuiltinImporter.find_spec(name)
    module: Any = BuiltinImporter.create_module(spec)
    BuiltinImporter.exec_module(module)
    return module


def _instruction(one: str, other: str, of: Any = lambda code: code) -> int:
    """The instruction of which two pieces of code have another argument: so no list of all is needed."""
    here, there = (of(compile(text, "", "exec")).co_code for text in (one, other))
    place = next(place for place, pair in enumerate(zip(here, there, strict=True)) if pair[0] != pair[1])
    return int(here[place - 1])


if HAS_LAZY_IMPORTS:
    _LAZY = _builtin("_types").LazyImportType
    _referents = _builtin("gc").get_referents
    _STATEMENT = _instruction("import a", "lazy import a")
    _OF_OWN_NAMES = {
        _instruction("a; a", "a; b"),
        _instruction("lambda: (a, a)", "lambda: (a, b)", lambda code: code.co_consts[0]),
    }

_sys: Any = sys
_MODULE = type(sys)
_CODE = type(_builtin.__code__)
_namespace: Any = vars(_MODULE)["__dict__"]


class Lazies:
    """The lazy imports that are declared from when this is made.

    One of them is told as the module that declares it, the name it is bound to, the module that it imports,
    what of that (None: the module itself), the file, and the number of the code that holds the statement.
    None is what is not known. `emit_code` gets the number, the module and the code, without its constants.
    """

    def __init__(self, emit_code: Callable[[int, str | None, CodeType], object]) -> None:
        self._emit_code = emit_code
        self._codes: dict[tuple[str, int], int] = {}
        self._numbers = iter(range(1 << 62))
        self._before = {(holder, bound) for holder, bound, _ in _pending(list(sys.modules))}
        self._names_before = set(_sys.lazy_modules)
        self.steps: set[str] = set()
        """What is imported, or will be, for those of dotted names that have been used."""
        self._begun: dict[str, Declared] = {}
        self._looked_at: set[str] = set()
        self._places: dict[Key, list[tuple[str, str]]] = {}

    def behind(self, fullname: str, call: FrameType, running: set[str]) -> Declared | None:
        """The lazy import by which `fullname` is imported; None if it is not lazy.

        `running` has the names of the modules that are being executed.
        """
        if call.f_code.co_name == "__import__":
            return self._resolved(call, running)
        if call.f_code.co_name != IMPORTS_ATTRIBUTE:
            return None
        # It may have been looked for because it stands in a fromlist.
        package, _, last = fullname.rpartition(".")
        lists = call.f_back
        outer = lists and lists.f_back
        if lists and outer and outer.f_code.co_name == "__import__" and _is_hidden(lists):
            given = outer.f_locals
            found = self._resolved(outer, running)
            if found or (last in given["fromlist"] and (given["level"] or given["name"] == package)):
                return found
        return self._begun_with(fullname) or self._in_part(fullname) or _unknown(fullname)

    def _resolved(self, call: FrameType, running: set[str]) -> Declared | None:
        """The lazy import that a call of `__import__` resolves; None if that does not."""
        given = call.f_locals
        name, names = given["name"], given["fromlist"]
        caller = call.f_back
        while caller is not None and caller.f_code.co_name == "__import__" and _is_hidden(caller):
            caller = caller.f_back  # that of another trace, or of one within a takeover
        if caller is None or type(name) is not str or given["level"]:
            return None
        instruction = caller.f_code.co_code[caller.f_lasti]
        if instruction == _STATEMENT:
            return None
        if names is None:
            key = name, None
        elif type(names) is tuple and len(names) == 1:
            key = name, names[0]
        else:
            return None  # an explicit call
        own = caller.f_globals
        if instruction in _OF_OWN_NAMES:  # what the name stands for may be lazy again, in its own module
            found = self._in(own, key) or self._elsewhere(key, own, running) or self._in_part(name)
        else:
            found = self._begun_with(name) or self._elsewhere(key, own, running) or self._in(own, key)
            found = found or self._in_part(name)
        if found is None:  # another is bound to its name, or no module holds it
            names = [each for each in list(_sys.lazy_modules) if f"{each}.".startswith(f"{name}.")]
            return _unknown(*key) if name in names else _unknown(min(names)) if names else None
        return found

    def begin(self, call: FrameType, running: set[str]) -> bool:
        """Whether a call of `__import__` resolves a lazy import of a dotted name, at its first use.

        The interpreter imports the first package then, and the others as attributes of that, once asked for.
        """
        declared = self._resolved(call, running)
        if declared is None:
            return False
        name: str = call.f_locals["name"]
        if declared[1] not in (None, name.partition(".")[0]):
            return False  # by `import a.b as c`: all of them
        if name in self._begun:
            return declared is not self._begun[name]  # which has had its first use: an attribute is wanted
        self._begun[name] = declared
        top = name.partition(".")[0]
        for each in [name, *_sys.lazy_modules]:
            while each.partition(".")[0] == top:
                self.steps.add(each)
                each = each.rpartition(".")[0]
        return True

    def unused(self) -> Iterator[tuple[Declared, bool]]:
        """Those that nobody has used, and whether the module is there all the same.

        Of two that are bound to one name, as `a.b` and `a.c` are, a module holds the last. Of the others, and
        of what has been used for its first package only, the interpreter knows the names.
        """
        held = set()
        for holder, bound, value in _pending(list(sys.modules)):
            held.add(_meant(value)[0])
            if (holder, bound) not in self._before:
                declared = self._told(holder, bound, value)
                yield declared, declared[2] in sys.modules
        for name in sorted(_sys.lazy_modules - self._names_before - held):
            if "." in name:
                yield _unknown(name), name in sys.modules

    def _begun_with(self, name: str) -> Declared | None:
        """One of `name`, or of something in it, of which the first package has been imported."""
        if name in self.steps:
            for each in list(self._begun):
                if f"{each}.".startswith(f"{name}."):
                    return self._begun[each]
        return None

    def _in_part(self, name: str) -> Declared | None:
        """One of `name`, or of something in it, that still waits to be used itself."""
        for holder, bound, value in _pending(list(sys.modules)):
            module, attribute = _meant(value)
            if f"{module}.{attribute or ''}.".startswith(f"{name}."):
                return self._told(holder, bound, value)
        return None

    def _in(self, space: dict[str, Any], key: Key) -> Declared | None:
        """One that is used by its name."""
        for bound, value in _held(space):
            if _meant(value) == key:
                return self._told(space.get("__name__"), bound, value)
        return None

    def _elsewhere(self, key: Key, own: dict[str, Any], running: set[str]) -> Declared | None:
        """One that is used through the module that holds it; each module is looked through once."""
        done, unfinished = self._looked_at, {"__main__", *running}
        names = [name for name in list(sys.modules) if name not in done or name in unfinished]
        for holder, bound, value in _pending(names):
            places = self._places.setdefault(_meant(value), [])
            if (holder, bound) not in places:
                places.append((holder, bound))
        done.update(name for name in names if name not in unfinished)
        for holder, bound in self._places.get(key, ()):
            space = _space(holder)
            value = space.get(bound)
            if type(value) is _LAZY and space is not own and _meant(value) == key:
                return self._told(holder, bound, value)
        return None

    def _told(self, holder: Any, bound: Any, value: Any) -> Declared:
        code = next((each for each in _referents(value) if type(each) is _CODE), None)
        names = (holder if type(holder) is str else None, bound, *_meant(value))
        if code is None:
            return (*names, None, None)
        key = code.co_filename, hash((code.co_code, code.co_names, code.co_linetable))
        number = self._codes.get(key)
        if number is None:
            number = self._codes[key] = next(self._numbers)
            self._emit_code(number, names[0], code.replace(co_consts=(None,) * len(code.co_consts)))
        return (*names, code.co_filename, number)


def _unknown(name: str, attribute: str | None = None) -> Declared:
    return None, None, name, attribute, None, None


def standing() -> list[tuple[str, str, str, str | None]]:
    """Every lazy import that stands unused in a loaded module; they are only looked at.

    Each as the module that holds it, the name it is bound to, the module that it imports, and what of that.
    """
    if not HAS_LAZY_IMPORTS:
        return []
    return [(holder, bound, *_meant(value)) for holder, bound, value in _pending(list(sys.modules))]


def _pending(names: Iterable[str]) -> Iterator[tuple[str, str, Any]]:
    """Every lazy import that stands in a module of these: the module's name, its own, and itself."""
    seen = set()
    for name in names:
        space = _space(name)
        if id(space) not in seen:
            seen.add(id(space))
            for bound, value in _held(space):
                yield name, bound, value


def _is_hidden(frame: FrameType) -> bool:
    return "importlib" in frame.f_code.co_filename


def _space(name: str) -> dict[str, Any]:
    """The names in a module; without asking the module, which may be loaded by that."""
    module = sys.modules.get(name)
    return _namespace.__get__(module) if issubclass(type(module), _MODULE) else {}


def _held(space: dict[str, Any]) -> list[tuple[str, Any]]:
    if _LAZY not in map(type, list(space.values())):  # most often; a third of the time of what follows
        return []
    return [(bound, value) for bound, value in list(space.items()) if type(value) is _LAZY]


def _meant(value: Any) -> Key:
    """What a lazy import imports, as `__import__` will be told: a module, and what of it."""
    attribute = None
    while True:
        text, names, inner = "", None, None
        for each in _referents(value):
            kind = type(each)
            if kind is str:
                text = each
            elif kind is tuple:
                names = each
            elif kind is _LAZY:
                inner = each  # the import that the attribute is one of
        if inner is None:
            return text, attribute if names else None  # without: `import a.b as c`
        attribute = attribute or text
        value = inner
