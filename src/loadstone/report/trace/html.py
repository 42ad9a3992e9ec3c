"""A trace as one HTML page that needs nothing else."""

from __future__ import annotations

import html
import json
from importlib.resources import files

from ..records import plain
from .records import Trace, document

__all__ = ["html_of"]

_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def html_of(trace: Trace) -> str:
    """The page: a flame chart and a table, with their data, style and script in it."""
    folder = files(__package__)
    page, style, script = (
        (folder / f"trace.{suffix}").read_text(encoding="utf-8") for suffix in ("html", "css", "js")
    )
    # In a script element, names and paths may hold anything but what could end it.
    data = json.dumps(plain(document(trace)), separators=(",", ":"), ensure_ascii=False).translate(_ESCAPES)
    title = " ".join(["Imports", "of", *trace.program] if trace.program else ["Imports"])
    title = html.escape(title)
    parts = {"{title}": title, "{style}": style.rstrip(), "{data}": data, "{script}": script.rstrip()}
    done = ""
    for mark, part in parts.items():  # in the order in which they stand
        before, _, page = page.partition(mark)
        done += before + part
    # Bytes of file names that are no characters have none here either.
    return (done + page).encode("utf-8", "replace").decode("utf-8")
