"""SourcelessFileLoader: modules of which only the bytecode is there."""

from __future__ import annotations

import importlib.util
import marshal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ..pythons import cached, with_load_module
from .caches import HEADER, MAGIC, compiled, run, uint32
from .libraries import Library, both

if TYPE_CHECKING:
    from ..conftest import Sandbox

BODY = marshal.dumps(compiled())
HEADERS = {
    "timestamp": MAGIC + bytes(12),
    "checked": MAGIC + uint32(3) + bytes(8),
    "unchecked": MAGIC + uint32(1) + bytes(8),
}


def loader(library: Library, file: Path, name: str = "mod") -> Any:
    """A loader of the bytecode file."""
    return library.machinery.SourcelessFileLoader(name, str(file))


@pytest.mark.parametrize("kind", HEADERS)
def test_bytecode_is_loaded(library: Library, sandbox: Sandbox, kind: str) -> None:
    """Bytecode with any kind of header is executed, without asking for source."""
    file = sandbox.write({"mod.pyc": HEADERS[kind] + BODY}) / "mod.pyc"
    code = loader(library, file).get_code("mod")
    assert run(code) == "cached"
    assert code.co_filename == "elsewhere.py"


@pytest.mark.parametrize(
    "data",
    [
        b"", MAGIC[:2], MAGIC, MAGIC + bytes(11), MAGIC + bytes(12), bytes(16) + BODY, b"text" * 10,
        MAGIC + uint32(4) + bytes(8) + BODY, MAGIC + uint32(2) + bytes(8) + BODY,
        MAGIC + bytes(12) + marshal.dumps(None), MAGIC + bytes(12) + BODY[:-1], MAGIC + bytes(12) + BODY[:20],
        MAGIC + bytes(12) + b"\xe3", MAGIC + bytes(12) + b"?", MAGIC + bytes(12) + BODY + b"more",
    ],
    ids=range(15),
)  # fmt: skip
def test_bad_bytecode(sandbox: Sandbox, data: bytes) -> None:
    """Bytecode that is cut off, of another Python or none at all raises what importlib raises."""
    file = sandbox.write({"mod.pyc": data}) / "mod.pyc"
    theirs, ours = both(lambda library: run(loader(library, file).get_code("mod")))
    assert ours == theirs
    if len(data) < HEADER:
        assert ours[0] in (ImportError, EOFError)


def test_import(library: Library, sandbox: Sandbox) -> None:
    """Modules and packages of bytecode alone are imported; they are their own cache."""
    root = sandbox.write(
        {"lone.pyc": HEADERS["timestamp"] + BODY, "pkg/__init__.pyc": HEADERS["unchecked"] + BODY},
        on_path=True,
    )
    with library.running():
        import lone  # type: ignore[import-not-found]
        import pkg  # type: ignore[import-not-found]
    assert lone.x == pkg.x == "cached"
    assert lone.__file__ == cached(lone) == str(root / "lone.pyc")
    assert type(lone.__loader__) is library.machinery.SourcelessFileLoader
    assert pkg.__path__ == [str(root / "pkg")]
    assert not (root / "__pycache__").exists()


def test_protocols(library: Library, sandbox: Sandbox) -> None:
    """There is no source; the file's name and data are there."""
    root = sandbox.write({"pkg/__init__.pyc": HEADERS["timestamp"] + BODY, "pkg/text": "data"})
    own = loader(library, root / "pkg/__init__.pyc", "pkg")
    assert own.get_source("pkg") is None
    assert own.get_filename("pkg") == own.get_filename() == str(root / "pkg/__init__.pyc")
    assert own.is_package("pkg")
    assert own.get_data(str(root / "pkg/text")) == b"data"
    assert own.create_module(importlib.util.spec_from_loader("pkg", own)) is None
    assert own.get_resource_reader("pkg").files().joinpath("text").read_text() == "data"
    assert own == loader(library, root / "pkg/__init__.pyc", "pkg")
    with pytest.raises(ImportError, match="loader for pkg cannot handle other"):
        own.get_code("other")


@with_load_module
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_load_module(library: Library, sandbox: Sandbox) -> None:
    """The deprecated `load_module` imports the module, and executes it again the next time."""
    file = sandbox.write({"mod.pyc": HEADERS["timestamp"] + BODY}) / "mod.pyc"
    own = loader(library, file)
    module = own.load_module("mod")
    assert sys.modules["mod"] is module
    module.x = "changed"
    assert own.load_module() is module
    assert module.x == "cached"
    with pytest.raises(ImportError, match="cannot handle"):
        own.load_module("other")


@with_load_module
def test_load_module_warns(library: Library, sandbox: Sandbox) -> None:
    """`load_module` is deprecated, for every loader of files."""
    sandbox.write({"mod.pyc": HEADERS["timestamp"] + BODY, "mod.py": ""})
    for own in (loader(library, sandbox.root / "mod.pyc"), library.loader(sandbox.root / "mod.py")):
        with pytest.warns(DeprecationWarning, match=r"load_module\(\) method is deprecated"):
            own.load_module("mod")
