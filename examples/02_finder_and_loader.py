"""A finder and a loader: modules whose source is in a dict take part in plain import statements."""

import sys

from loadstone.abc import InspectLoader, MetaPathFinder
from loadstone.util import spec_from_loader

SOURCES = {
    "greeting": "from greeting_words import hello\n\ndef greet(name):\n    return f'{hello}, {name}!'\n",
    "greeting_words": "hello = 'Good morning'\n",
}


class DictFinder(MetaPathFinder):
    def find_spec(self, fullname, path=None, target=None):
        return spec_from_loader(fullname, DictLoader(), origin="a dict") if fullname in SOURCES else None


class DictLoader(InspectLoader):
    def is_package(self, fullname):
        return False

    def get_source(self, fullname):
        return SOURCES[fullname]


sys.meta_path.append(DictFinder())

import greeting  # noqa: E402 - it can be found from here on

print(greeting.greet("world"))
print(greeting.__spec__.name, "comes from", greeting.__spec__.origin)
print("imported as well:", "greeting_words" in sys.modules)
