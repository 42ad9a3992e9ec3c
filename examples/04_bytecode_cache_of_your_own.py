"""A bytecode cache of your own: code that depends on more than its source is cached under its own name."""

import ast
import tempfile
from pathlib import Path

from loadstone.machinery import SourceFileLoader
from loadstone.util import module_from_spec, spec_from_file_location


class TenfoldLoader(SourceFileLoader):
    """Multiplies every integer in the source by ten, and says when it compiles."""

    def source_to_code(self, data, path, fullname=None, *, _optimize=-1):
        print("compiling", Path(path).name)
        tree = ast.parse(data)
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and type(node.value) is int:
                node.value *= 10
        return super().source_to_code(tree, path, fullname, _optimize=_optimize)

    def cache_path(self, source_path):
        plain = super().cache_path(source_path)
        return plain and plain.replace(".pyc", ".tenfold-1.pyc")


def load(path):
    spec = spec_from_file_location("prices", path, loader=TenfoldLoader("prices", path))
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


with tempfile.TemporaryDirectory() as folder:
    source = Path(folder, "prices.py")
    source.write_text("apple = 3\n")
    first = load(str(source))
    print("apple:", first.apple)
    second = load(str(source))
    print("apple:", second.apple, "(from the cache)")
    cached = Path(second.__spec__.cached)
    print("cached under a name of its own:", cached.exists(), cached.name.endswith(".tenfold-1.pyc"))
