"""Configuration as modules: INI files and JSON templates, each by a loader of its own, in one tree."""

import configparser
import json
import string
import sys

import loadstone
from loadstone.machinery import SourceFileLoader


class IniLoader(SourceFileLoader):
    """Makes a module of an INI file: its sections are dicts."""

    def source_to_code(self, data, path, fullname=None, *, _optimize=-1):
        parser = configparser.ConfigParser()
        parser.read_string(bytes(data).decode(), source=path)
        lines = [f"{section} = {dict(parser[section])!r}" for section in parser.sections()]
        return super().source_to_code("\n".join(lines), path, fullname, _optimize=_optimize)


class TemplateLoader(SourceFileLoader):
    """Makes a module of a JSON template: $names in it are filled in."""

    def source_to_code(self, data, path, fullname=None, *, _optimize=-1):
        text = string.Template(bytes(data).decode()).substitute(platform=sys.implementation.name, cores=4)
        lines = [f"{name} = {value!r}" for name, value in json.loads(text).items()]
        return super().source_to_code("\n".join(lines), path, fullname, _optimize=_optimize)


tree = loadstone.MemoryTree(
    {
        "config/__init__.py": "from . import database, workers\n",
        "config/database.ini": "[primary]\nhost = db1\nport = 5432\n\n[replica]\nhost = db2\nport = 5433\n",
        "config/workers.json.tmpl": '{"count": $cores, "name": "$platform-worker"}',
    }
)
finder = loadstone.TreeFinder(
    tree, (SourceFileLoader, [".py"]), (IniLoader, [".ini"]), (TemplateLoader, [".json.tmpl"])
)

with loadstone.install(finder):
    import config

    print(config.database.primary["host"], config.database.replica["port"])
    print(config.workers.count, config.workers.name)

    tree["config/workers.json.tmpl"] = '{"count": ${cores}0, "name": "many"}'
    loadstone.reload(config.workers)
    print(config.workers.count, config.workers.name)

    tree["config/cache.ini"] = "[memory]\nsize = 64\n"
    loadstone.invalidate_caches()
    from config import cache

    print(cache.memory)
