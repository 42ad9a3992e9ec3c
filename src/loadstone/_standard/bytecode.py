"""What is in a .pyc file (PEP 3147, PEP 552) and how source is decoded: pure functions."""

from __future__ import annotations

import marshal
import sys
from _imp import _fix_co_filename as set_file_name  # type: ignore[attr-defined]
from _imp import source_hash as _source_hash

from .._core.frames import QUIET, hidden, verbose
from .._core.versions import ENDS_LAST_LINE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType

    from typing_extensions import Buffer

__all__ = [
    "CODE",
    "HASH_BASED",
    "HEADER_SIZE",
    "MAGIC_NUMBER",
    "TIMESTAMP_BASED",
    "checked_flags",
    "code_from",
    "decode_source",
    "hash_pyc",
    "same_hash",
    "same_source",
    "set_file_name",
    "source_hash",
    "timestamp_header",
    "timestamp_pyc",
]


def _magic_number() -> bytes:
    from _frozen_importlib_external import MAGIC_NUMBER

    return bytes(MAGIC_NUMBER)


MAGIC_NUMBER = _magic_number()
"""What the .pyc files of the running Python start with: a fact of the interpreter, as importlib tells it."""

HEADER_SIZE = 16
HASH_BASED = 0b01
CHECK_SOURCE = 0b10

TIMESTAMP_BASED = MAGIC_NUMBER + bytes(4)
_RAW_MAGIC_NUMBER = int.from_bytes(MAGIC_NUMBER, "little")
CODE = type(_magic_number.__code__)


def _uint32(number: float) -> bytes:
    return (int(number) & 0xFFFFFFFF).to_bytes(4, "little")


def source_hash(source_bytes: Buffer) -> bytes:
    """The 8 bytes that stand for `source_bytes` in hash-based .pyc files (PEP 552). Thread-safe."""
    return _source_hash(_RAW_MAGIC_NUMBER, source_bytes)


def decode_source(source_bytes: Buffer) -> str:
    """The text of source code, by its declared encoding (PEP 263), with newlines translated to ``\\n``.

    Same promise as `importlib.util.decode_source`. Raises SyntaxError for an encoding that is unknown or
    in conflict with a byte order mark, UnicodeDecodeError for bytes that it cannot hold. Thread-safe.
    """
    import io
    import tokenize

    stream = io.BytesIO(memoryview(source_bytes))
    encoding, _ = tokenize.detect_encoding(stream.readline)
    text = stream.getvalue().decode(encoding)
    return io.IncrementalNewlineDecoder(None, True).decode(text, final=ENDS_LAST_LINE)


@hidden
def checked_flags(data: bytes, name: str, path: str) -> int:
    """The flags of a .pyc's header, once it is known to be one for this Python.

    Raises ImportError (with `name` and `path`) for a magic number or flags that are not known, EOFError
    for data that ends within the header.
    """
    if data[:4] != MAGIC_NUMBER:
        message = f"bad magic number in {name!r}: {data[:4]!r}"
        verbose("{}", message)
        raise ImportError(message, name=name, path=path)
    if len(data) < HEADER_SIZE:
        message = f"reached EOF while reading pyc header of {name!r}"
        verbose("{}", message)
        raise EOFError(message)
    flags = int.from_bytes(data[4:8], "little")
    if flags & ~(HASH_BASED | CHECK_SOURCE):
        raise ImportError(f"invalid flags {flags!r} in {name!r}", name=name, path=path)
    return flags


def timestamp_header(mtime: float, size: int) -> bytes:
    """The header of a .pyc for a source file modified at `mtime` (seconds) of `size` bytes."""
    return TIMESTAMP_BASED + _uint32(mtime) + _uint32(size)


def same_source(data: bytes, mtime: float, size: int | None) -> bool:
    """Whether a timestamp-based .pyc was made from source of this `mtime` and, if it is known, `size`."""
    return data[8:12] == _uint32(mtime) and (size is None or data[12:16] == _uint32(size))


def same_hash(data: bytes, source: Buffer) -> bool:
    """Whether a hash-based .pyc was made from this source."""
    return data[8:16] == source_hash(source)


@hidden
def code_from(data: bytes, name: str, path: str, source_path: str | None = None) -> CodeType:
    """The code object in the .pyc file at `path` with the contents `data`, its file name `source_path`.

    Raises ImportError if there is something else in it; EOFError, ValueError or TypeError if it is cut
    off or damaged.
    """
    code = marshal.loads(memoryview(data)[HEADER_SIZE:])
    if type(code) is not CODE:
        raise ImportError(f"Non-code object in {path!r}", name=name, path=path)
    if sys.flags is not QUIET:
        verbose("code object from {!r}", path)
    if source_path is not None:
        set_file_name(code, source_path)
    return code


def timestamp_pyc(code: CodeType, mtime: float, size: int) -> bytearray:
    """The contents of a .pyc for source of this `mtime` (seconds) and `size` (bytes)."""
    data = bytearray(timestamp_header(mtime, size))
    data += _dumped(code)
    return data


def hash_pyc(code: CodeType, digest: bytes, *, check_source: bool) -> bytearray:
    """The contents of a .pyc for source with this `digest`, which says whether to check it (PEP 552)."""
    data = bytearray(MAGIC_NUMBER)
    data += _uint32(HASH_BASED | CHECK_SOURCE if check_source else HASH_BASED)
    data += digest
    data += _dumped(code)
    return data


def _dumped(code: CodeType) -> bytes:
    # What has more than one reference is marked as such: this second one makes the bytes those of importlib.
    held = [code]
    return marshal.dumps(held[0])
