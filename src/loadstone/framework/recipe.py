"""Recipes: which transforms act on a module, in which order, and the name of the cache that follows."""

from __future__ import annotations

import _thread
import ast
import re
import sys

# What it takes to transform a module is imported before there is one to transform: it must not pass through.
import tokenize  # noqa: F401
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from importlib.machinery import ModuleSpec
from typing import Any

from .._core.cache import split
from .._core.frames import call_with_frames_removed, hidden
from .._standard.bytecode import decode_source

__all__ = ["Recipe", "level_of", "text_of", "with_ends"]

_LABEL = "loadstone"


class Recipe:
    """The transforms that act on the module of one spec, the first to act first. Two are equal if alike."""

    def __init__(self, spec: ModuleSpec, transforms: tuple[Any, ...], loader: str) -> None:
        """For the module of `spec`, to be loaded by loaders that are called `loader`."""
        self.spec = spec
        self.transforms = transforms
        self.loader = loader
        suffix = f".{split(spec.origin)[1].rpartition('.')[2]}" if spec.origin else ""
        parts = [part for transform in transforms for part in _identity(transform)]
        self.key: str = sha256("\0".join([suffix, loader, *parts]).encode()).hexdigest()[:16]
        self.inside: dict[int, str] = {}
        """The threads that are inside `get_code`, and what they found as the optimization level then."""
        self.levels: dict[int, tuple[str, ...]] = {}
        """What the joined loaders but the last put there, by thread."""
        self.compilations: dict[int, Any] = {}
        """What each thread is compiling."""
        self.used = False
        """Whether the loader has come by the transforms, or by the cache of what they made."""
        self.complete = True
        """Whether all transforms have acted: if not, nothing is to be cached."""
        self.passing: BaseException | None = None
        """An error on its way out that is not of what the transforms have made: it is left as it is."""

    @property
    def changes_trees(self) -> bool:
        """Whether one of the transforms needs the tree."""
        return any(_acts(transform, "transform_ast") for transform in self.transforms)

    @hidden
    def change_source(self, source: Any, path: Any) -> Any:
        """Source, bytes or str, after all changes to text; of the same type. `path` is for errors in it."""
        acting = [transform for transform in self.transforms if _acts(transform, "transform_source")]
        if not acting or isinstance(source, ast.AST):
            return source
        with self.aside(acting):
            try:
                text = text_of(source)
            except (SyntaxError, UnicodeDecodeError):
                # What is wrong with it is said as it would be without transforms, by what compiles it.
                call_with_frames_removed(compile, source, path, "exec", ast.PyCF_ONLY_AST, True)
                raise
        before = text
        for transform in acting:
            text = self._checked(transform, "transform_source", str, text)
            if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
                raise ValueError(
                    f"{type(transform).__qualname__}.transform_source() must return text that can be "
                    f"encoded, without surrogates ({self.spec.name!r})"
                )
        if text == before:
            return source
        return text if isinstance(source, str) else _encoded(text)

    @hidden
    def change_tree(self, tree: Any) -> Any:
        """The tree after all changes to trees, with a line number wherever one was left out."""
        for transform in self.transforms:
            if _acts(transform, "transform_ast"):
                tree = self._checked(transform, "transform_ast", ast.Module, tree)
        return ast.fix_missing_locations(with_ends(tree))

    @contextmanager
    def aside(self, transforms: Iterable[Any]) -> Iterator[None]:
        """Within it, as inside intercept(), what this thread imports passes by those transforms."""
        thread = _thread.get_ident()
        entered = [transform for transform in transforms if thread not in transform._inside]
        for transform in entered:
            transform._inside.add(thread)
        try:
            yield
        finally:
            for transform in entered:
                transform._inside.discard(thread)

    @hidden
    def _checked(self, transform: Any, method: str, kind: type, thing: Any) -> Any:
        with self.aside([transform]):
            try:
                # The interpreter cuts what is above such a call from tracebacks; the transform's frames stay.
                changed = call_with_frames_removed(getattr(transform, method), thing, self.spec)
            except BaseException as error:
                self.passing = error
                raise
        if not isinstance(changed, kind):
            wanted = "str" if kind is str else "an ast.Module"
            self.passing = TypeError(
                f"{type(transform).__qualname__}.{method}() must return {wanted}, "
                f"not {type(changed).__name__} ({self.spec.name!r})"
            )
            raise self.passing
        return changed

    def compile_error(self, error: Exception) -> Exception:
        """The error to be raised where compiling what the transforms have made raises `error`."""
        names = ", ".join(type(transform).__qualname__ for transform in self.transforms)
        kind = TypeError if isinstance(error, TypeError) else ValueError
        return kind(f"{self.spec.name!r}, as changed by {names}, cannot be compiled: {error}")

    def cache_path(self, plain: str, level: str = "") -> str:
        """Where bytecode made by this recipe is cached; `plain` is where that of the source as it is.

        The optimization level stays in the name; `level` is another one to put there.
        """
        tail = split(plain)[1]
        stem, dot, suffix = tail.rpartition(".")
        front, own = _split_level(stem)
        if level != own:
            own = level + own
        return f"{plain[: -len(tail)]}{front}.opt-{own}{_LABEL}{self.key}{dot}{suffix}"

    def tell_cached(self, path: str) -> None:
        """Have the module say where its bytecode is cached."""
        if self.spec.cached != path:
            self.spec.cached = path
            module: Any = sys.modules.get(self.spec.name)
            if getattr(module, "__spec__", None) is self.spec and hasattr(module, "__cached__"):
                module.__cached__ = path

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Recipe) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


def text_of(source: Any) -> str:
    """The text of source, which is str or bytes."""
    return source if isinstance(source, str) else decode_source(source)


def with_ends(tree: Any) -> Any:
    """The tree, with an end for each node that says only where it starts, as the compiler would take it.

    Where that is left to `ast.fix_missing_locations`, by us or by the next loader, such a node ends where the
    one around it does, which may be before its start: that is not compiled.
    """
    for node in ast.walk(tree):
        line = getattr(node, "lineno", None)
        if line is not None and getattr(node, "end_lineno", None) is None:
            node.end_lineno = line  # type: ignore[attr-defined]
            node.end_col_offset = getattr(node, "col_offset", 0)  # type: ignore[attr-defined]
    return tree


def level_of(path: str) -> str:
    """The optimization level in the name of a cache file; loaders put there what they are."""
    return _split_level(split(path)[1].rpartition(".")[0])[1]


def _split_level(stem: str) -> tuple[str, str]:
    front, mark, level = stem.rpartition(".opt-")
    return (front, level) if mark else (stem, "")


def _acts(transform: Any, method: str) -> bool:
    """Whether the transform has overridden the method."""
    return not getattr(getattr(type(transform), method), "does_nothing", False)


def _identity(transform: Any) -> tuple[str, str, str]:
    """What the code that a transform makes depends on, besides the source."""
    kind = type(transform)
    options = transform.options
    if not isinstance(options, str):
        raise TypeError(f"{kind.__qualname__}.options must be str, not {type(options).__name__}")
    return f"{kind.__module__}.{kind.__qualname__}", str(transform.version), options


def _encoded(text: str) -> bytes:
    """Text as bytes that are read as that text again, whatever encoding it declares."""
    lines = text.split("\n", 2)
    for index, line in enumerate(lines[:2]):
        declared = re.match(r"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", line)
        if declared:
            lines[index] = f"{line[: declared.start(1)]}utf-8{line[declared.end(1) :]}"
            break
        if not re.match(r"[ \t\f]*(?:#|$)", line):
            break
    return "\n".join(lines).encode()
