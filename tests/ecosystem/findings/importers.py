"""Importers of many people, each made by a function without arguments: what the kit is run over.

The working directory holds a folder ``site`` with ``kitone.py`` and the package ``kitpkg``, the same as
``site.zip``, and a notebook ``site/kitbook.ipynb``.
"""

import importlib.machinery
import os
import sys
import types
import zipimport

SITE = os.path.abspath("site")


def put_on_path():
    """Have the folder on the path, once."""
    if SITE not in sys.path:
        sys.path.append(SITE)


def memory_tree():
    import loadstone

    tree = loadstone.MemoryTree({})
    for folder, _, names in os.walk(SITE):
        for name in names:
            if name.endswith((".py", ".txt")):
                path = os.path.join(folder, name)
                with open(path, encoding="utf-8") as file:
                    tree[os.path.relpath(path, SITE).replace(os.sep, "/")] = file.read()
    finder = loadstone.TreeFinder(tree)
    finder.add = tree.__setitem__
    return finder


def folder_tree():
    import pathlib

    import loadstone

    finder = loadstone.TreeFinder(pathlib.Path(SITE))
    finder.add = add_file
    return finder


def source_finder():
    import loadstone

    class Sources(loadstone.SourceFinder):
        def __init__(self):
            self.files = {"kitone": "value = 1\n", "kitpkg": "", "kitpkg.mod": "def f():\n    return 1\n"}

        def get_source(self, fullname):
            return self.files.get(fullname)

        def is_package(self, fullname):
            return fullname == "kitpkg"

    return Sources()


def loadstone_path_finder():
    import loadstone

    put_on_path()
    return loadstone.machinery.PathFinder


def loadstone_path_hook():
    from loadstone import machinery

    return machinery.FileFinder.path_hook(
        (machinery.ExtensionFileLoader, machinery.EXTENSION_SUFFIXES),
        (machinery.SourceFileLoader, machinery.SOURCE_SUFFIXES),
    )


def path_finder():
    put_on_path()
    return importlib.machinery.PathFinder


def path_hook():
    from importlib import machinery

    return machinery.FileFinder.path_hook(
        (machinery.ExtensionFileLoader, machinery.EXTENSION_SUFFIXES),
        (machinery.SourceFileLoader, machinery.SOURCE_SUFFIXES),
    )


def builtin():
    return importlib.machinery.BuiltinImporter


def frozen():
    return importlib.machinery.FrozenImporter


def zip_hook():
    return zipimport.zipimporter


def setuptools_editable():
    from setuptools.command.editable_wheel import _finder_template

    mapping = {"kitone": f"{SITE}/kitone", "kitpkg": f"{SITE}/kitpkg"}
    module = types.ModuleType("__editable___kit_finder")
    exec(_finder_template("kit", mapping, {}), module.__dict__)
    return module._EditableFinder


def scikit_build_core_editable():
    from scikit_build_core.resources._editable_redirect import install

    files = {
        "kitone": f"{SITE}/kitone.py",
        "kitpkg": f"{SITE}/kitpkg/__init__.py",
        "kitpkg.mod": f"{SITE}/kitpkg/mod.py",
    }
    install(files, {}, known_directories={"kitpkg": [f"{SITE}/kitpkg"]}, known_packages=["kitpkg"])
    return sys.meta_path[0]


def six_moves():
    import six

    return six._importer


def pytest_rewriting():
    from _pytest.assertion import install_importhook
    from _pytest.config import get_config

    put_on_path()
    hook = install_importhook(get_config())
    hook.mark_rewrite("kitone", "kitpkg")
    return hook


def typeguard_hook():
    from typeguard import install_import_hook

    put_on_path()
    install_import_hook(["kitone", "kitpkg"])
    return sys.meta_path[0]


def importnb_notebooks():
    import importnb

    importnb.Notebook().__enter__()
    return next(hook for hook in sys.path_hooks if "FileFinder" in getattr(hook, "__qualname__", ""))


def ideas_hook():
    from ideas.import_hook import create_hook

    put_on_path()
    others = [entry for entry in sys.path if entry != SITE]
    hook = create_hook(name=__name__, transform_source=lambda source, **_: source, excluded_paths=others)
    return hook.meta_path_finder


def add_file(path, text):
    """Put a file into the folder."""
    path = os.path.join(SITE, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
