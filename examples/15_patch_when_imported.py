"""Patch a library when it is imported, without importing it: the program pays for it only if it uses it."""

import sys

import loadstone


@loadstone.when_imported("configparser")
def count_reads(configparser):
    """Count what is read by any parser that anybody makes."""
    parser = configparser.RawConfigParser
    read_string = parser.read_string

    def counted(self, *args, **kwargs):
        counts[type(self).__name__] = counts.get(type(self).__name__, 0) + 1
        return read_string(self, *args, **kwargs)

    parser.read_string = counted
    print("patched", configparser.__name__)


counts = {}
print("imported yet:", "configparser" in sys.modules)

import configparser  # noqa: E402

parser = configparser.ConfigParser()
parser.read_string("[tea]\ncups = 2\n")
parser.read_string("[tea]\nmilk = yes\n")
print(dict(parser["tea"]), counts)

count_reads.hook.uninstall()
print("hooks left:", loadstone.hooks())
