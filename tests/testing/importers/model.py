"""A well-behaved importer over a dict of files; the faulty ones differ from it in one thing each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import loadstone
from loadstone.framework.finder import FinderEntry

FILES = {
    "kitone.py": "import kitpkg\nvalue = 1\n",
    "kitpkg/__init__.py": '"""A package."""\nfrom . import mod\n',
    "kitpkg/__main__.py": "from . import mod\nresult = (__name__, mod.__name__)\n",
    "kitpkg/mod.py": (
        '"""A module."""\n\n\nclass Point:\n    def __init__(self, x):\n        self.x = x\n\n\n'
        'def fail():\n    raise ValueError("on purpose: ä")\n'
    ),
    "kitpkg/sub/__init__.py": "",
    "kitpkg/sub/deep.py": "from kitpkg.mod import Point\n",
    "kitpkg/data.txt": "resource",
}
FINDS = ("kitone", "kitpkg", "kitpkg.mod", "kitpkg.sub", "kitpkg.sub.deep")
MISSES = ("kitnone", "kitpkg.none")
ENTRY = "/<kit>"


class Model(loadstone.Finder):
    """A finder over a dict of files."""

    def __init__(self) -> None:
        self.files = dict(FILES)
        self.loader = self.make_loader()

    def make_loader(self) -> Any:
        return ModelLoader(self.files)

    def add(self, path: str, text: str) -> None:
        """Put a file into what is searched."""
        self.files[path] = text

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if "/" in fullname:
            return None
        start = fullname.replace(".", "/")
        if f"{start}.py" in self.files or f"{start}/__init__.py" in self.files:
            return self.spec(fullname, self.loader)
        if start and any(name.startswith(f"{start}/") for name in self.files):
            return self.spec(fullname, None)
        return None

    def find_distributions(self, context: Any = None) -> Iterable[Any]:
        from distributions import distributions

        return distributions(self.files, getattr(context, "name", None))

    def list_modules(self, package: str = "") -> Iterator[tuple[str, bool]]:
        start = f"{package.replace('.', '/')}/" if package else ""
        seen = set()
        for name in self.files:
            if name.startswith(start):
                first, _, rest = name[len(start) :].partition("/")
                if rest and first.isidentifier():
                    seen.add((first, True))
                elif first.endswith(".py") and first != "__init__.py":
                    seen.add((first[:-3], False))
        yield from sorted(seen)


class ModelHook(Model):
    """A path hook for the entry `ENTRY` over a dict of files; its finders are of the kind `Entry`."""

    Entry: Any = FinderEntry

    def __init__(self) -> None:
        super().__init__()
        self._label = ENTRY

    def __call__(self, entry: str) -> Any:
        return self.path_hook(entry)

    def path_hook(self, entry: str) -> Any:
        super().path_hook(entry)
        return self.Entry(self, entry)


class ModelLoader(loadstone.Loader):
    """A loader with source from a dict of files."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = files

    def is_package(self, fullname: str) -> bool:
        self.check(fullname)
        return f"{fullname.replace('.', '/')}/__init__.py" in self.files

    def get_source(self, fullname: str) -> str | None:
        self.check(fullname)
        path = fullname.replace(".", "/")
        return self.files.get(f"{path}/__init__.py", self.files.get(f"{path}.py"))

    def check(self, fullname: str) -> None:
        path = fullname.replace(".", "/")
        if not {f"{path}/__init__.py", f"{path}.py"} & self.files.keys():
            raise ImportError(f"unknown module {fullname!r}", name=fullname)

    def get_data(self, path: str) -> bytes:
        name = path.partition(">/")[2]
        return self.files[name].encode() if name in self.files else super().get_data(path)

    def list_files(self, fullname: str) -> Iterable[str]:
        start = f"{fullname.replace('.', '/')}/"
        return [name[len(start) :] for name in self.files if name.startswith(start)]
