"""A module on its way from source to bytecode, through every loader that has a change of its own to make."""

from __future__ import annotations

import ast
import builtins
import importlib.abc
from _frozen_importlib_external import SourceLoader as _TheirSourceLoader
from types import CodeType, FunctionType
from typing import Any

from .. import abc
from .._core.compiler import call_source_to_code
from .._core.frames import call_with_frames_removed, hidden
from .._standard.source import SourceLoader
from .recipe import Recipe, text_of

__all__ = ["Compilation", "compiler_class", "next_method"]


def _plain(method: Any) -> Any:
    return method.__func__ if isinstance(method, staticmethod) else method


COMPILERS: dict[type, Any] = {
    kind: _plain(vars(kind)["source_to_code"])
    for kind in (_TheirSourceLoader, SourceLoader, importlib.abc.InspectLoader, abc.InspectLoader)
}
"""The classes whose `source_to_code` compiles and changes nothing."""


def compiler_class(kind: type) -> type | None:
    """The class in the line of `kind` whose `source_to_code` only compiles, or None."""
    for parent in kind.__mro__:
        method = _plain(vars(parent).get("source_to_code"))
        if method is not None and method is COMPILERS.get(parent):
            return parent
    return None


def next_method(kind: type, place: type | None = None) -> tuple[type, Any]:
    """The first class in the line of `kind`, or after `place` in it, with `source_to_code`; and that."""
    line = kind.__mro__
    after = line if place is None else line[line.index(place) + 1 :]
    owner = next(parent for parent in after if "source_to_code" in vars(parent))
    return owner, vars(owner)["source_to_code"]


class Compilation:
    """One call of a transforming loader's `source_to_code`.

    A loader with a change of its own gets the changed tree. One that takes no tree gets the source, and the
    tree where it parses that; so its own change comes on top of those of the transforms.
    """

    def __init__(
        self, recipe: Recipe, loader: Any, data: Any, path: Any, arguments: Any, joined: bool
    ) -> None:
        """Of `data` (source or a tree) by `loader`, two joined maybe; `arguments` pass on as they are."""
        self.recipe = recipe
        self.loader = loader
        self.path = path
        self.positional, self.named = arguments
        self.joined = joined
        self.second = False
        self.source = data
        self.tree: Any = None
        self.handed = False
        """Whether the changed tree is in what has been given away."""
        self.reached = False
        """Whether the loader that is acting has got as far as parsing or compiling."""
        self.lost = False
        """Whether a loader has had to start again from source that another one had changed already."""

    def parse(self, source: Any) -> Any:
        """The tree of `source`, which may be one. Raises what compiling that raises."""
        if isinstance(source, ast.AST):
            return source
        with self.recipe.aside(self.recipe.transforms):
            return call_with_frames_removed(
                compile, source, self.path, "exec", ast.PyCF_ONLY_AST, dont_inherit=True
            )

    def arrive(self, data: Any) -> Any:
        """The changed tree for what a loader compiles: a tree, or source that it may have changed."""
        self.reached = True
        if isinstance(data, ast.AST):
            if not self.handed:
                data = self.recipe.change_tree(data)
        elif self.tree is not None and (data is self.source or text_of(data) == text_of(self.source)):
            data = self.tree
        else:
            self.lost = self.second
            data = self.recipe.change_tree(self.parse(data))
        self.handed = True
        return data

    @hidden
    def run(self, method: tuple[type, Any]) -> Any:
        """The code, by the loader whose method it is."""
        try:
            tree = self.parse(self.source)
        except SyntaxError:
            if method[0] in COMPILERS:
                raise
            # Another language, for all we know: the loader makes Python of it.
        else:
            self.tree = self.recipe.change_tree(tree)
        return self.pass_on(method)

    @hidden
    def pass_gate(self, data: Any) -> Any:
        """Have the second of two joined loaders compile what the first makes of the tree."""
        self.tree = self.arrive(data)
        self.second = True
        return self.pass_on(next_method(type(self.loader).made_for))

    @hidden
    def pass_on(self, method: tuple[type, Any]) -> Any:
        """Have a loader compile the tree."""
        owner, function = method
        call = self._watched(function, owner).__get__(self.loader, type(self.loader))
        if self.tree is None:
            return call_source_to_code(call, self.source, self.path, *self.positional, **self.named)
        self.handed, self.reached = True, False
        try:
            return call_source_to_code(call, self.tree, self.path, *self.positional, **self.named)
        except (TypeError, AttributeError):
            # Refused, if it was not even looked at.
            if self.reached or owner in COMPILERS or isinstance(self.source, ast.AST):
                raise
            self.handed = False
        return call_source_to_code(call, self.source, self.path, *self.positional, **self.named)

    def _watched(self, method: Any, owner: type) -> Any:
        """A loader's `source_to_code`, which meets this compilation where it would parse or compile."""
        function = _plain(method)
        if owner in COMPILERS or not isinstance(function, FunctionType):
            return method
        known = function.__globals__
        stand_ins = {}
        for name in _names(function.__code__):
            value = known.get(name, getattr(builtins, name, None))
            if value is compile:
                stand_ins[name] = self._compile
            elif isinstance(value, FunctionType) and value in COMPILERS.values():
                stand_ins[name] = self._compiler(value)
        if not stand_ins:
            return method
        watched = FunctionType(
            function.__code__,
            {**known, **stand_ins},
            function.__name__,
            function.__defaults__,
            function.__closure__,
        )
        watched.__kwdefaults__ = function.__kwdefaults__
        return staticmethod(watched) if isinstance(method, staticmethod) else watched

    @hidden
    def _compile(
        self, source: Any, filename: Any, mode: str, flags: int = 0, dont_inherit: bool = True, **options: Any
    ) -> Any:
        """`compile`, for the module that is being compiled: for anything else as it is."""
        if mode != "exec" or filename != self.path:
            return compile(source, filename, mode, flags, True, **options)
        tree = self.arrive(source)
        if flags & ast.PyCF_ONLY_AST:
            return tree
        if self.joined and not self.second:
            return self.pass_gate(tree)
        return call_with_frames_removed(compile, tree, filename, mode, flags, True, **options)

    def _compiler(self, compiler: Any) -> Any:
        @hidden
        def compile_tree(loader: Any, data: Any, path: Any, *positional: Any, **named: Any) -> Any:
            """A loader's plain `source_to_code`, on the changed tree."""
            tree = self.arrive(data)
            if self.joined and not self.second:
                return self.pass_gate(tree)
            return compiler(loader, tree, path, *positional, **named)

        return compile_tree


def _names(code: CodeType) -> set[str]:
    """The names that a function and the functions in it look up."""
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= _names(constant)
    return names
