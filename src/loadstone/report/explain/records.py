"""What `explain` returns: records of who was asked for a module, what they answered, and what it means."""

from __future__ import annotations

import sys
from typing import Any

import attrs

from ...framework.kinds import kind_of
from ..catalogue import address_of
from .verdict import Verdict, verdict_of

__all__ = [
    "Answer",
    "AskedEntry",
    "Cause",
    "Change",
    "Explanation",
    "Imported",
    "Loading",
    "Miss",
    "Shadow",
    "SpecRecord",
    "Step",
    "Verdict",
    "called",
]


def called(thing: Any) -> str:
    """What a finder or loader is called: its class, or itself if it is one, and the loaders it wraps."""
    kind = kind_of(thing)
    home = kind.__module__
    if home in ("_frozen_importlib", "_frozen_importlib_external"):
        home = "importlib.machinery"
    name = f"{home}.{kind.__qualname__}"
    inner = None if isinstance(thing, type) else getattr(thing, "__dict__", {}).get("inner")
    return name if inner is None else f"{name} around {called(inner)}"


@attrs.frozen
class SpecRecord:
    """A spec as it was when a finder returned it; later changes to the spec itself do not show here."""

    name: str
    """The name of the module."""
    loader: str | None
    """The class of the loader, and of those it wraps; None for a portion of a namespace package."""
    origin: str | None
    """Where the module comes from: mostly a file."""
    has_location: bool
    """Whether the origin becomes `__file__`."""
    cached: str | None
    """Where the bytecode is kept."""
    search_locations: tuple[str, ...] | None
    """Where the submodules of a package are looked for; None for a module that is no package."""
    loader_state: str | None
    """The spec's `loader_state`, abbreviated."""

    @classmethod
    def of(cls, spec: Any) -> SpecRecord:
        """The record of a spec, or of what a finder returned for one."""
        loader = _get(spec, "loader")
        state = _get(spec, "loader_state")
        return cls(
            name=str(_get(spec, "name")),
            loader=None if loader is None else called(loader),
            origin=_text(_get(spec, "origin")),
            has_location=bool(_get(spec, "has_location")),
            cached=_text(_get(spec, "cached")),
            search_locations=_locations(spec),
            loader_state=None if state is None else _short(state),
        )

    @property
    def place(self) -> str:
        """Where the module is, in words: its origin, or the portions of a namespace package."""
        if self.origin is not None:
            return self.origin
        if self.search_locations is not None:
            return f"namespace package of {', '.join(self.search_locations) or 'nothing'}"
        return f"by {self.loader}"


def _get(spec: Any, name: str) -> Any:
    try:
        return getattr(spec, name, None)
    except Exception:
        return None


def _text(value: Any) -> str | None:
    return value if value is None or type(value) is str else _short(value)


def _short(value: Any) -> str:
    try:
        text = repr(value)
    except Exception as error:
        return f"<{called(value)} whose repr raises {type(error).__name__}>"
    return text if len(text) <= 200 else f"{text[:197]}..."


def _locations(spec: Any) -> tuple[str, ...] | None:
    locations = _get(spec, "submodule_search_locations")
    try:
        return None if locations is None else tuple(str(location) for location in locations)
    except Exception:  # a namespace package's path asks for its parent, which may not be there
        return ()


@attrs.frozen
class Miss:
    """Something that is nearly what was looked for."""

    path: str
    """The file or directory."""
    reason: str
    """Why it does not count."""
    code: str
    """The code of the cause that it is."""


@attrs.frozen
class AskedEntry:
    """One entry of a search path, and what it answered."""

    entry: str
    """The path entry, as it stands there."""
    finder: str | None
    """The class of the path entry finder; None if no path hook makes one for this entry."""
    spec: SpecRecord | None
    """What it answered."""
    seconds: float
    """How long it took to make or look up the path entry finder, and to ask it."""
    later: bool
    """Whether it was asked only for the sake of the explanation: the module had been found before."""
    error: str | None = None
    """What it raised."""
    misses: tuple[Miss, ...] = ()
    """What is nearly the module, in this entry."""


@attrs.frozen
class Answer:
    """One finder that was asked, and what it answered."""

    finder: str
    """The class of the finder."""
    name: str
    """The module that it was asked for."""
    spec: SpecRecord | None
    """What it answered: None for a module that it does not know."""
    seconds: float
    """How long it took, with those that it asked in turn."""
    later: bool
    """Whether it was asked only for the sake of the explanation: the module had been found before."""
    error: str | None = None
    """What it raised, or why it could not be asked."""
    finished: bool = True
    """False for the finder that was being asked when the search was interrupted."""
    entries: tuple[AskedEntry, ...] = ()
    """Of a path finder, the entries of the path."""
    nested: tuple[Answer, ...] = ()
    """Of an interceptor, the finders behind it, which it asked."""


@attrs.frozen
class Change:
    """What an interceptor made of the answer that it got from the finders behind it."""

    finder: str
    """The class of the interceptor."""
    field: str
    """What it changed: a field of `SpecRecord`, or ``spec`` where it hid or replaced the whole answer."""
    before: object
    """As the finders behind it had it."""
    after: object
    """As it returned it; the same as before for another loader of the same class."""


@attrs.frozen
class Shadow:
    """What would be found, were the module not found before."""

    finder: str
    """The class of the finder that would answer."""
    entry: str | None
    """Of a path finder, the path entry."""
    spec: SpecRecord
    """The answer."""
    same_file: bool
    """Whether that is the file that was found: a tool has taken it over, or a path entry is listed twice."""


@attrs.frozen
class Imported:
    """What `sys.modules` has under the name of the module."""

    state: str
    """``imported``, ``initialising`` (in the middle of being executed) or ``None``: nobody can import it."""
    file: str | None
    """The module's `__file__`."""
    spec: SpecRecord | None
    """The module's `__spec__`; None if it has none."""
    agrees: bool
    """Whether a search finds the same module now: the same origin or, without one, the same portions."""


@attrs.frozen
class Loading:
    """How importing the module went, where that was asked for."""

    seconds: float
    """How long it took, with all that it imported."""
    error: str | None = None
    """The type and the message of the exception."""
    file: str | None = None
    """The file in which it was raised, without the import system's own."""
    line: int | None = None
    """The line there."""


@attrs.frozen
class Step:
    """The search for one module: a parent package, or the one that was asked about."""

    name: str
    """Its full name."""
    path: tuple[str, ...] | None
    """The parent's search path; None at top level, where that is `sys.path`."""
    imported: Imported | None
    """What `sys.modules` had under the name before; None if nothing."""
    asked: tuple[Answer, ...]
    """The finders asked, in order."""
    spec: SpecRecord | None
    """What the search found."""
    error: str | None
    """What ended the search: an exception of a finder."""
    changes: tuple[Change, ...] = ()
    """What interceptors changed, the innermost first."""
    shadows: tuple[Shadow, ...] = ()
    """What the later finders and path entries would have answered, in order."""
    loading: Loading | None = None
    """How importing it went, if it was imported."""
    pending: tuple[str, ...] | None = None
    """Where lazy imports of it stand that have not been used, as ``module.name``; None if it is not pending.

    Empty if that cannot be told. None too before Python 3.15, and for what is imported already.
    """

    @property
    def is_there(self) -> bool:
        """Whether an import would find the module: in `sys.modules`, or by the search."""
        if self.imported is not None:
            return self.imported.state != "None"
        return self.spec is not None


@attrs.frozen
class Cause:
    """What is likely wrong."""

    code: str
    """Its code in the catalogue: ``LS2..``."""
    title: str
    """What it is, in general."""
    evidence: str
    """What was seen: in the first line the sentence that says why, below it the particulars."""
    remedy: str
    """What to do about it."""
    proved: bool = True
    """Whether what was seen proves it; else it is only possible, and says so."""
    address: str = attrs.field(init=False)
    """Where more is told of the code: a page, or the command that shows it."""

    @address.default
    def _address(self) -> str:
        return address_of(self.code)


@attrs.frozen(repr=False)
class Explanation:
    """Why the import of a module does what it does. `str` of it is the explanation as text."""

    name: str
    """The full name of the module."""
    found: bool
    """Whether an import would find it, and did not fail if it was made."""
    parents: tuple[Step, ...]
    """The parent packages, the outermost first, as far as they were found."""
    module: Step | None
    """The module itself; None if a parent is missing or no package."""
    causes: tuple[Cause, ...]
    """What is likely wrong, the likeliest first."""
    interrupted: str | None = None
    """The finder that was being asked when the search was interrupted."""
    distribution: str | None = None
    """The distribution that has the module, and its version, if one beside it has the file on its list."""
    python: str = attrs.field(init=False, factory=lambda: sys.version.partition(" ")[0])
    """The version of the Python that was asked."""
    executable: str = attrs.field(init=False, factory=lambda: sys.executable or "")
    """The interpreter; empty where Python cannot tell."""
    verdict: Verdict = attrs.field(init=False, default=attrs.Factory(verdict_of, takes_self=True))
    """What it comes to, in three lines: what happens, why, and what to do."""

    @property
    def spec(self) -> SpecRecord | None:
        """The spec that the search found."""
        return None if self.module is None else self.module.spec

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.name!r}: {self.verdict.state}>"

    def __str__(self) -> str:
        return self.text()

    def text(self, *, verbose: bool = False) -> str:
        """The explanation as text; if `verbose`, with all that was seen, and whole paths."""
        from ..terminal import rendered
        from .page import page_of

        return rendered(page_of(self, verbose=verbose)).rstrip("\n")

    def _repr_html_(self) -> str:
        """The explanation in a notebook."""
        from ..notebook import html_of
        from .page import page_of

        return html_of(page_of(self))
