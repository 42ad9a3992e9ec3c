"""A function that finds something else under some of its global names, and is otherwise the one it was."""

from __future__ import annotations

import dis
from collections.abc import Mapping
from opcode import opmap
from types import CodeType, FunctionType

__all__ = ["global_names", "with_globals"]

_UNIT = 2  # bytes of an instruction and its argument
_ARGUMENT = 0xFF

# Whether a function that is about to be called stands on the stack with a NULL, and which comes first, is
# different from version to version: so the running one is looked at.
_CALL = [
    instruction.opname
    for instruction in dis.get_instructions((lambda function: function()).__code__)
    if instruction.opname.startswith(("LOAD_FAST", "PUSH_NULL"))
]
_HAS_NULL = "PUSH_NULL" in _CALL
_NULL_IS_FIRST = _CALL[0] == "PUSH_NULL"


def global_names(code: CodeType) -> set[str]:
    """The names that a function and the functions in it look up, as globals or as attributes."""
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= global_names(constant)
    return names


def with_globals(function: FunctionType, meanings: Mapping[str, object]) -> FunctionType:
    """A function like `function`, in which and in whose inner functions those global names have `meanings`.

    Its namespace is that of `function`, so what it writes there is there for everybody, and so is what
    others write for it. On Python 3.10, a name keeps its meaning where a function has over 255 constants.
    """
    # Another namespace would not do for that, and another code can: it has the objects as constants.
    made = FunctionType(
        _replaced(function.__code__, meanings),
        function.__globals__,
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    made.__kwdefaults__ = function.__kwdefaults__
    made.__qualname__ = function.__qualname__
    made.__dict__.update(function.__dict__)
    return made


def _replaced(code: CodeType, meanings: Mapping[str, object]) -> CodeType:
    constants = [
        _replaced(constant, meanings) if isinstance(constant, CodeType) else constant
        for constant in code.co_consts
    ]
    places: dict[str, int] = {}
    instructions = bytearray(code.co_code)
    begin = None  # of the instruction, with what extends its argument
    found = list(dis.get_instructions(code))
    for number, instruction in enumerate(found):
        if begin is None:
            begin = instruction.offset
        if instruction.opname == "EXTENDED_ARG":
            continue
        name = instruction.argval
        if instruction.opname == "LOAD_GLOBAL" and name in meanings:
            end = found[number + 1].offset  # a function never ends in this one; caches may follow it
            place = places.setdefault(name, len(constants))
            if place == len(constants):
                constants.append(meanings[name])
            has_null = _HAS_NULL and bool((instruction.arg or 0) & 1)
            load = _load_constant(place, has_null)
            # No jump leads into the room of an instruction and its caches, so it may be used anew as a whole.
            if len(load) <= end - begin:
                load += bytes([opmap["NOP"], 0]) * ((end - begin - len(load)) // _UNIT)
                instructions[begin:end] = load
        begin = None
    return code.replace(co_code=bytes(instructions), co_consts=tuple(constants))


def _load_constant(place: int, has_null: bool) -> bytes:
    null = bytes([opmap["PUSH_NULL"], 0]) if has_null else b""
    load = bytes([opmap["LOAD_CONST"], place & _ARGUMENT])
    while place > _ARGUMENT:
        place >>= 8
        load = bytes([opmap["EXTENDED_ARG"], place & _ARGUMENT]) + load
    return null + load if _NULL_IS_FIRST else load + null
