"""Patch a library when it is imported, without importing it: the program pays for it only if it uses it."""

import sys

import loadstone


@loadstone.when_imported("plistlib")
def count_dumps(plistlib):
    """Count what anybody writes."""
    dumps = plistlib.dumps

    def counted(value, *args, **kwargs):
        counts[type(value).__name__] = counts.get(type(value).__name__, 0) + 1
        return dumps(value, *args, **kwargs)

    plistlib.dumps = counted
    print("patched", plistlib.__name__)


counts = {}
print("imported yet:", "plistlib" in sys.modules)

import plistlib  # noqa: E402

text = plistlib.dumps({"cups": 2})
plistlib.dumps([1, 2])
print(plistlib.loads(text), counts)

count_dumps.hook.uninstall()
print("hooks left:", loadstone.hooks())
