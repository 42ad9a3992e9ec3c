"""Files of machine code: for which system and processor they are, and what is in them, by their headers."""

from __future__ import annotations

import mmap
import os
import re
import struct
import sys
from functools import lru_cache

__all__ = ["Machine", "init_functions", "machines_of", "names", "own_machines"]

Machine = tuple[str, str]
"""The format of the file, and the processor."""

_ELF = {
    3: "x86 (32-bit)",
    8: "mips",
    21: "ppc64",
    22: "s390x",
    40: "arm (32-bit)",
    62: "x86_64",
    183: "aarch64",
    243: "riscv",
    258: "loongarch",
}
_MACH = {7: "x86 (32-bit)", 0x01000007: "x86_64", 12: "arm (32-bit)", 0x0100000C: "arm64"}
_PE = {0x14C: "x86 (32-bit)", 0x8664: "x86_64", 0xAA64: "arm64", 0x1C4: "arm (32-bit)"}
_INIT = re.compile(rb"\0(?:PyInit_|PyModExport_)([A-Za-z0-9_]+)\0")
_OLD_INIT = re.compile(rb"\0init([A-Za-z0-9_]+)\0")


def machines_of(file: str) -> tuple[Machine, ...]:
    """What a file of machine code is for: of several processors, if it has code for several.

    Empty for what is no such file. Raises OSError for what cannot be read.
    """
    with open(file, "rb") as stream:
        head = stream.read(4096)
        if head.startswith(b"\x7fELF") and len(head) >= 20:
            order = ">" if head[5] == 2 else "<"
            machine = struct.unpack_from(f"{order}H", head, 18)[0]
            return (("ELF", _ELF.get(machine, f"processor {machine}")),)
        if head[:4] in (b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe") and len(head) >= 8:
            return (("Mach-O", _mach(struct.unpack_from("<I", head, 4)[0])),)
        if head[:4] == b"\xca\xfe\xba\xbe" and len(head) >= 8:
            number = min(struct.unpack_from(">I", head, 4)[0], (len(head) - 8) // 20, 20)
            kinds = [struct.unpack_from(">I", head, 8 + 20 * place)[0] for place in range(number)]
            return tuple(("Mach-O", _mach(kind)) for kind in kinds)
        if head[:2] == b"MZ" and len(head) >= 64:
            stream.seek(struct.unpack_from("<I", head, 60)[0])
            signature = stream.read(6)
            if signature[:4] == b"PE\0\0" and len(signature) == 6:
                machine = struct.unpack_from("<H", signature, 4)[0]
                return (("PE", _PE.get(machine, f"processor {machine:#x}")),)
    return ()


def _mach(kind: int) -> str:
    return _MACH.get(kind, f"processor {kind:#x}")


@lru_cache(1)
def own_machines() -> tuple[Machine, ...]:
    """What this Python itself is for; empty if that cannot be told."""
    try:
        return machines_of(os.path.realpath(sys.executable)) if sys.executable else ()
    except OSError:
        return ()


def names(file: str, text: str) -> bool:
    """Whether a file has `text` as one of its strings, as those have that need a library of that name."""
    wanted = b"\0" + os.fsencode(text) + b"\0"
    try:
        with open(file, "rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return content.find(wanted) >= 0
    except (OSError, ValueError):  # an empty file cannot be mapped
        return False


def init_functions(file: str) -> tuple[list[str], list[str]] | None:
    """The modules for which a file has the function that makes them: those of Python 3, and of Python 2.

    None for what cannot be read.
    """
    try:
        with open(file, "rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return _found(_INIT, content), _found(_OLD_INIT, content)
    except (OSError, ValueError):
        return None


def _found(pattern: re.Pattern[bytes], content: mmap.mmap) -> list[str]:
    return list(dict.fromkeys(match[1].decode("ascii") for match in pattern.finditer(content)))
