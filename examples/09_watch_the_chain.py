"""A finder that only watches: it stands first in the chain, notes each name, and finds nothing."""

import sys

import loadstone
from loadstone.abc import MetaPathFinder


class Watcher(MetaPathFinder):
    def __init__(self):
        self.names = []

    def find_spec(self, fullname, path=None, target=None):
        self.names.append(fullname)


watcher = Watcher()
sys.meta_path.insert(0, watcher)
try:
    loadstone.import_module("wsgiref.headers")
    import wsgiref.util  # a plain statement is watched too
finally:
    sys.meta_path.remove(watcher)

for name in watcher.names:
    if name.startswith("wsgiref"):
        print(name)
print(wsgiref.util.__name__, "was found by the rest of the chain")
