"""Ask where modules come from, without importing them."""

import sys
from pathlib import Path

import loadstone


def describe(name):
    spec = loadstone.find_spec(name)
    if spec is None:
        return "not found"
    if spec.has_location:
        kind = "package" if spec.submodule_search_locations else "module"
        return f"{kind} in {Path(spec.origin).name}"
    return str(spec.origin)


for name in "sys", "colorsys", "wsgiref", "wsgiref.util", "no_such_module":
    print(f"{name}: {describe(name)}")

print("colorsys imported:", "colorsys" in sys.modules)
print("wsgiref imported, to find what is in it:", "wsgiref" in sys.modules)
