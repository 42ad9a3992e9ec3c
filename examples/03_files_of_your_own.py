"""Files of your own kind: a path hook with a loader that makes modules of JSON files."""

import json
import sys
import tempfile
from pathlib import Path

import loadstone
from loadstone.machinery import FileFinder, SourceFileLoader


class JsonLoader(SourceFileLoader):
    """Makes a module of a JSON file: its keys become names."""

    def source_to_code(self, data, path, fullname=None, *, _optimize=-1):
        lines = [f"{name} = {value!r}" for name, value in json.loads(data).items()]
        return super().source_to_code("\n".join(lines), path, fullname, _optimize=_optimize)

    def cache_path(self, source_path):
        return None  # no bytecode is cached


with tempfile.TemporaryDirectory() as folder:
    Path(folder, "settings.json").write_text('{"host": "localhost", "port": 8080, "debug": false}')

    hook = FileFinder.path_hook((JsonLoader, [".json"]))
    sys.path_hooks.insert(0, hook)
    sys.path_importer_cache.pop(folder, None)
    sys.path.insert(0, folder)

    import settings

    print(settings.host, settings.port, settings.debug)
    print("loaded by", type(settings.__spec__.loader).__name__, "from", Path(settings.__file__).name)

    Path(folder, "settings.json").write_text('{"host": "example.org", "port": 443, "debug": false}')
    loadstone.reload(settings)
    print(settings.host, settings.port, settings.debug)
