"""Bytecode files made by hand."""

from __future__ import annotations

import importlib.util
import marshal
import os
from pathlib import Path
from types import CodeType
from typing import Any

MAGIC = importlib.util.MAGIC_NUMBER
HEADER = 16
OLD = (1_000_000_000, 1_000_000_000)


def uint32(number: float) -> bytes:
    """A number as it stands in a header."""
    return (int(number) & 0xFFFFFFFF).to_bytes(4, "little")


def compiled(source: str = "x = 'cached'\n") -> CodeType:
    """A code object that is not that of the file."""
    code: CodeType = compile(source, "elsewhere.py", "exec")
    return code


def timestamp_pyc(
    file: Path, body: Any = None, *, mtime: float | None = None, size: int | None = None
) -> bytes:
    """A timestamp-based .pyc for the source `file`, with the code `body`."""
    facts = os.stat(file)
    header = (
        MAGIC
        + uint32(0)
        + uint32(facts.st_mtime if mtime is None else mtime)
        + uint32(facts.st_size if size is None else size)
    )
    return header + (body if isinstance(body, bytes) else marshal.dumps(body or compiled()))


def hash_pyc(source: bytes, body: Any = None, *, checked: bool) -> bytes:
    """A hash-based .pyc for the source, with the code `body`."""
    header = MAGIC + uint32(0b11 if checked else 0b01) + importlib.util.source_hash(source)
    return header + (body if isinstance(body, bytes) else marshal.dumps(body or compiled()))


def put(file: Path, data: bytes) -> Path:
    """Write `data` as the cached bytecode of the source `file`, and return where."""
    cache = Path(importlib.util.cache_from_source(file))
    cache.parent.mkdir(exist_ok=True)
    cache.write_bytes(data)
    return cache


def run(code: CodeType) -> Any:
    """What `code` sets x to."""
    namespace: dict[str, Any] = {}
    exec(code, namespace)
    return namespace["x"]
