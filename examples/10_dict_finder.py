"""Source by name: modules whose source is in a dict."""

import importlib
import inspect
import pkgutil
import traceback

import loadstone

SOURCES = {
    "shapes": "from .circle import area\n",
    "shapes.circle": "from math import pi\n\n\ndef area(radius):\n    return pi * radius**2\n",
    "shapes.broken": "def area():\n    raise NotImplementedError('no such shape')\n",
}


class DictFinder(loadstone.SourceFinder):
    """Finds what is in the dict."""

    def get_source(self, fullname):
        return SOURCES.get(fullname)

    def is_package(self, fullname):
        return any(name.startswith(f"{fullname}.") for name in SOURCES)

    def list_modules(self, package=""):
        for fullname in SOURCES:
            parent, _, name = fullname.rpartition(".")
            if parent == package:
                yield name, self.is_package(fullname)


with loadstone.install(DictFinder()):
    import shapes
    from shapes import broken

    print("area:", round(shapes.area(2), 2))
    print("modules:", [module.name for module in pkgutil.iter_modules(shapes.__path__)])
    print("source:", inspect.getsource(shapes.area).splitlines()[0])

    try:
        broken.area()
    except NotImplementedError as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        print(f"line {last.lineno}: {last.line}")

    SOURCES["shapes.circle"] = "def area(radius):\n    return 3 * radius**2\n"
    importlib.reload(shapes.circle)
    print("reloaded:", shapes.circle.area(2))
