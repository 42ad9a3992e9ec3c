"""A transform that adds tracing: every function of a package says when it is called."""

import ast
import sys
import tempfile
from pathlib import Path

import loadstone

SHOP = """\
from .prices import price


def total(*items):
    return sum(price(item) for item in items)
"""
PRICES = """\
def price(item):
    return {"apple": 3, "pear": 4}[item]
"""


class Tracing(loadstone.Transform):
    """Puts a line that prints the call at the start of every function."""

    version = "1"

    def __init__(self, names, indent):
        super().__init__(names)
        self.indent = indent
        self.options = f"indent={indent}"

    def transform_ast(self, tree, spec):
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                name = f"{spec.name}.{node.name}"
                call = ast.parse(f"print({self.indent * ' '!r} + {name!r}, locals())").body[0]
                for part in ast.walk(call):
                    ast.copy_location(part, node)
                node.body.insert(0, call)
        return tree


with tempfile.TemporaryDirectory() as folder:
    package = Path(folder, "shop")
    package.mkdir()
    (package / "__init__.py").write_text(SHOP)
    (package / "prices.py").write_text(PRICES)
    sys.path.insert(0, folder)

    with loadstone.install(Tracing(["shop", "shop.*"], indent=2)):
        import shop
    print("total:", shop.total("apple", "pear"))
    print("cached apart:", "loadstone" in Path(shop.__spec__.cached).name)

    for name in ("shop", "shop.prices"):
        del sys.modules[name]
    import shop

    print("without it:", shop.total("apple", "pear"))
    sys.path.remove(folder)
