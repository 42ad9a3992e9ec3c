"""Takeover: every import runs on loadstone, until that is undone; all that others look at stays."""

import builtins
import importlib.machinery

import loadstone

before = builtins.__import__

with loadstone.takeover() as handle:
    import colorsys

    graphlib = importlib.import_module("graphlib")
    print(handle)

for module in colorsys, graphlib:
    print(module.__name__, "has a loader of importlib's:", type(module.__loader__).__module__)
print("the statement calls the interpreter's function:", builtins.__import__ is before)
print(handle)
