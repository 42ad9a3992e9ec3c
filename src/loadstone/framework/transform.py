"""Transform: a change to source text, or to its tree, on the way to bytecode."""

from __future__ import annotations

import ast
from importlib.machinery import ModuleSpec

from .._core.frames import hidden
from .interceptor import Interceptor
from .seam import add_transform, without_seam

__all__ = ["Transform"]


class Transform(Interceptor):
    """An interceptor that changes source before it is compiled: give it `transform_source`, `transform_ast`.

    Transforms stack, and get along with others' loaders: the loader that the rest of the chain has found
    stays in charge, and makes its own change to what the transforms have made. First comes the text, then
    the tree; among several transforms, the one nearest to the front of the chain acts last. What path hooks
    have for the same file, and a finder has left out, acts too.

    Bytecode is cached under a name that follows from the whole recipe: the transforms in their order, the
    name, `version` and `options` of each, and the suffix of the source. The plain cache is neither read nor
    written. Line numbers, `inspect.getsource` and the like are those of the file.

    Modules without source (built-in, frozen, extension modules, namespace packages) pass as they are. Where
    a loader compiles source by itself and lets no transform in, a RuntimeWarning names it, and the module
    is imported as it is. What a transform raises passes through, with its own frames in the traceback, and
    the import fails; source that is no Python fails as it does without. Thread-safe as far as what subclasses
    override is: several threads may be inside a transform at once, for different modules.
    """

    version: str = "1"
    """To be changed with what the transform does: what has been cached before is not used then."""

    options: str = ""
    """The configuration as text, which is the same in every run: what another one has cached is not used."""

    def transform_source(self, text: str, spec: ModuleSpec) -> str:
        """The text to be compiled in place of `text`, the source of the module of `spec`.

        It should keep its line breaks, which is where line numbers come from. Whatever else than a str is
        returned makes the import fail with TypeError.
        """
        return text

    def transform_ast(self, tree: ast.Module, spec: ModuleSpec) -> ast.Module:
        """The tree to be compiled in place of `tree`, which may be changed and returned.

        New nodes without a line number get that of the node they are in (`ast.fix_missing_locations`); those
        that say only where they start end there. Whatever else than an `ast.Module` is returned makes the
        import fail with TypeError.
        """
        return tree

    transform_source.does_nothing = True  # type: ignore[attr-defined]
    transform_ast.does_nothing = True  # type: ignore[attr-defined]

    @hidden
    def intercept(self, spec: ModuleSpec) -> ModuleSpec:
        """Have the loader of `spec` transform what it compiles.

        Raises TypeError if `options` is no str.
        """
        if not add_transform(spec, self):
            without_seam(spec, type(spec.loader))
        return spec
