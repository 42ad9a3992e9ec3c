"""Modules from a zip archive: any tree of files is importable, with resources and metadata."""

import importlib.resources
import pkgutil
import tempfile
import zipfile
from importlib import metadata
from pathlib import Path

import loadstone

with tempfile.TemporaryDirectory() as folder:
    file = Path(folder, "bundle.zip")
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("vendor/greeter/__init__.py", "from .words import hello\n")
        archive.writestr("vendor/greeter/words.py", "def hello():\n    return 'hello from a zip'\n")
        archive.writestr("vendor/greeter/data/fr.txt", "bonjour")
        archive.writestr(
            "vendor/greeter-2.1.dist-info/METADATA", "Metadata-Version: 2.1\nName: greeter\nVersion: 2.1\n"
        )

    # The tree may be a folder within the archive.
    tree = zipfile.Path(file, "vendor/")
    with loadstone.install(loadstone.TreeFinder(tree)):
        import greeter

        print(greeter.hello())
        print("file:", Path(greeter.__file__).relative_to(folder).as_posix())
        print(
            "resource:",
            importlib.resources.files(greeter).joinpath("data", "fr.txt").read_text(encoding="utf-8"),
        )
        print("version:", metadata.version("greeter"))
        print("modules:", [module.name for module in pkgutil.iter_modules(greeter.__path__)])
    tree.root.close()
