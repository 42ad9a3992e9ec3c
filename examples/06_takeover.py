"""Takeover: every import statement runs on loadstone, until that is undone."""

import builtins

import loadstone
from loadstone.machinery import SourceFileLoader

before = builtins.__import__

with loadstone.takeover() as handle:
    import colorsys

    print(handle)
    print("the statement calls:", builtins.__import__ is loadstone.__import__)
    print("colorsys was loaded by loadstone:", isinstance(colorsys.__loader__, SourceFileLoader))

print(handle)
print("the interpreter is as it was:", builtins.__import__ is before)
