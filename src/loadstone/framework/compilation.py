"""A module on its way from source to bytecode, through every loader that has a change of its own to make."""

from __future__ import annotations

import ast
import builtins
from types import FunctionType
from typing import Any

from .._core.compiler import call_source_to_code
from .._core.frames import call_with_frames_removed, hidden
from .anatomy import COMPILERS, next_method, plain
from .lookups import global_names, with_globals
from .recipe import Recipe, text_of, with_ends

__all__ = ["Compilation"]


class Compilation:
    """One call of a transforming loader's `source_to_code`.

    A loader with a change of its own gets the changed tree. One that takes no tree gets the source, and the
    tree where it parses that; so its own change comes on top of those of the transforms.
    """

    def __init__(self, recipe: Recipe, loader: Any, data: Any, path: Any, arguments: Any, gates: int) -> None:
        """Of `data` (source or a tree) by `loader`, with so many gates; `arguments` pass on as they are."""
        self.recipe = recipe
        self.loader = loader
        self.path = path
        self.positional: tuple[Any, ...]
        self.named: dict[str, Any]
        self.positional, self.named = arguments
        self.gates = gates
        self.passed: int = 0
        """The gates that it has passed."""
        self.source = data
        self.tree: Any = None
        self.handed: bool = False
        """Whether the changed tree is in what has been given away."""
        self.reached: bool = False
        """Whether the loader that is acting has got as far as parsing or compiling."""
        self.lost: bool = False
        """Whether a loader has had to start again from source that another one had changed already."""

    @hidden
    def parse(self, source: Any) -> Any:
        """The tree of `source`, which may be one. Raises what compiling that raises."""
        if isinstance(source, ast.AST):
            return source
        with self.recipe.aside(self.recipe.transforms):
            return call_with_frames_removed(
                compile, source, self.path, "exec", ast.PyCF_ONLY_AST, dont_inherit=True
            )

    @hidden
    def arrive(self, data: Any) -> Any:
        """The changed tree for what a loader compiles: a tree, or source that it may have changed."""
        self.reached = True
        if isinstance(data, ast.AST):
            if not self.handed:
                data = self.recipe.change_tree(data)
        elif self.tree is not None and (data is self.source or text_of(data) == text_of(self.source)):
            data = self.tree
        else:
            self.lost = self.passed > 0
            data = self.recipe.change_tree(self.parse(data))
        self.handed = True
        return data

    @hidden
    def run(self, method: tuple[type, Any], *, is_changed: bool) -> Any:
        """The code, by the loader whose method it is; of source that text transforms have changed, or not."""
        try:
            tree = self.parse(self.source)
        except SyntaxError:
            if method[0] in COMPILERS:
                raise
            # Another language, for all we know: the loader makes Python of it.
        except ValueError as error:
            if not is_changed:
                self.recipe.passing = error
            raise
        else:
            self.tree = self.recipe.change_tree(tree)
        return self.pass_on(method)

    @hidden
    def pass_gate(self, data: Any) -> Any:
        """Have the next of the joined loaders compile what the one before it makes of the tree."""
        self.tree = with_ends(self.arrive(data))
        self.passed += 1
        return self.pass_on(next_method(type(self.loader).joins[self.passed]))

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
        function = plain(method)
        if owner in COMPILERS or not isinstance(function, FunctionType):
            return method
        known = function.__globals__
        meanings: dict[str, object] = {}
        for name in global_names(function.__code__):
            value = known.get(name, getattr(builtins, name, None))
            if value is compile:
                meanings[name] = self._compile
            elif isinstance(value, FunctionType) and value in COMPILERS.values():
                meanings[name] = self._compiler(value)
        if not meanings:
            return method
        watched = with_globals(function, meanings)
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
        if self.passed < self.gates:
            return self.pass_gate(tree)
        return call_with_frames_removed(compile, tree, filename, mode, flags, True, **options)

    def _compiler(self, compiler: Any) -> Any:
        @hidden
        def compile_tree(loader: Any, data: Any, path: Any, *positional: Any, **named: Any) -> Any:
            """A loader's plain `source_to_code`, on the changed tree."""
            tree = self.arrive(data)
            if self.passed < self.gates:
                return self.pass_gate(tree)
            return compiler(loader, tree, path, *positional, **named)

        return compile_tree
