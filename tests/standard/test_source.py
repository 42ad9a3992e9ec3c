"""Source: encodings, odd bytes, syntax errors."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .libraries import Library, both

if TYPE_CHECKING:
    from ..conftest import Sandbox

SOURCES = {
    "empty": b"",
    "newline": b"\n",
    "no newline": b"x = 1",
    "comment": b"# only this",
    "utf-8": "x = 'größe'\n".encode(),
    "names": "größe = x = 'é'\n".encode(),
    "bom": codecs.BOM_UTF8 + "x = 'größe'\n".encode(),
    "bom only": codecs.BOM_UTF8,
    "bom and utf-8": codecs.BOM_UTF8 + "# coding: utf-8\nx = 'é'\n".encode(),
    "bom and latin-1": codecs.BOM_UTF8 + b"# coding: latin-1\nx = 1\n",
    "bom and unknown": codecs.BOM_UTF8 + b"# coding: nonsense\nx = 1\n",
    "latin-1": "# -*- coding: latin-1 -*-\nx = 'größe'\n".encode("latin-1"),
    "iso": "# vim: set fileencoding=iso-8859-15 :\nx = '€'\n".encode("iso-8859-15"),
    "emacs": "#!/usr/bin/python\n# -*- mode: python; coding: cp1252 -*-\nx = '€'\n".encode("cp1252"),
    "second line": "\n# coding: latin-1\nx = 'ß'\n".encode("latin-1"),
    "third line": "\n\n# coding: latin-1\nx = 'ß'\n".encode("latin-1"),
    "after code": "y = 1\n# coding: latin-1\nx = 'ß'\n".encode("latin-1"),
    "after a string": "'''\n# coding: latin-1\n'''\nx = 'ß'\n".encode("latin-1"),
    "not first": "x = 1 # coding: latin-1\ny = 'ß'\n".encode("latin-1"),
    "uppercase": "# CODING: latin-1\nx = 'ß'\n".encode("latin-1"),
    "spaces": "  \t# coding:   latin-1\nx = 'ß'\n".encode("latin-1"),
    "form feed": "\f# coding: latin-1\nx = 'ß'\n".encode("latin-1"),
    "equals": "# coding=latin-1\nx = 'ß'\n".encode("latin-1"),
    "underscores": "# coding: latin_1\nx = 'ß'\n".encode("latin-1"),
    "utf-8-sig": "# coding: utf-8-sig\nx = 'é'\n".encode(),
    "utf8 variants": "# coding: UTF_8_sig\nx = 'é'\n".encode(),
    "ascii": "# coding: ascii\nx = 'é'\n".encode(),
    "koi8": "# coding: koi8-r\nx = 'я'\n".encode("koi8-r"),
    "shift-jis": "# coding: shift_jis\nx = 'ソース'\n".encode("shift_jis"),
    "utf-16": "# coding: utf-16\nx = 1\n".encode("utf-16"),
    "utf-7": b"# coding: utf-7\nx = '+AOk-'\n",
    "rot13": b"# coding: rot13\nk = 1\n",
    "unknown": b"# coding: nonsense\nx = 1\n",
    "no name": b"# coding:\nx = 1\n",
    "bad utf-8": b"x = '\xff'\n",
    "bad utf-8 in a comment": b"# \xff\nx = 1\n",
    "bad utf-8 later": b"x = 1\ny = 2\nz = '\xe9'\n",
    "cut utf-8": b"x = '\xc3",
    "surrogate": b"x = '\xed\xb2\x80'\n",
    "declared utf-8 and bad": b"# coding: utf-8\nx = '\xff'\n",
    "crlf": b"x = '''a\r\nb'''\r\n",
    "cr": b"x = 1\ry = 2\r",
    "cr in string": b"x = '''a\rb'''\n",
    "mixed": b"x = 1\r\ny = 2\nz = 3\r",
    "nul": b"x = 1\0\n",
    "nul only": b"\0",
    "nul in a comment": b"# \0\nx = 1\n",
    "nul in a string": b"x = '\0'\n",
    "form feeds": b"\fx = 1\n\f\ny = 2\n",
    "tabs": b"if 1:\n\tx = 1\n        y = 2\n",
    "syntax": b"x = (\n",
    "syntax in the middle": b"x = 1\nif x\n    y = 2\n",
    "indentation": b"x = 1\n  y = 2\n",
    "bad dedent": b"if 1:\n    x = 1\n  y = 2\n",
    "line continuation": b"x = 1 + \\",
    "non-ascii name": "x\u00a0= 1\n".encode(),
    "return": b"return 1\n",
    "future": b"from __future__ import nonsense\n",
    "late future": b"x = 1\nfrom __future__ import annotations\n",
    "deep": b"x = " + b"(" * 300 + b")" * 300,
    "ctrl-z": b"x = 1\x1a",
    "backslash": b"x = '\\N{no such name}'\n",
    "binary": bytes(range(256)),
}  # fmt: skip


def outcome(action: Any) -> Any:
    """What an action returns, or the exception that it raises, with where the source is wrong."""
    try:
        return action()
    except Exception as error:
        details = [
            getattr(error, name, None) for name in ("msg", "filename", "lineno", "offset", "text", "reason")
        ]
        return type(error), str(error), details


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES.keys())
def test_source_in_every_form(sandbox: Sandbox, source: bytes) -> None:
    """Any source gives the same text, the same module or the same error as under importlib."""
    file = sandbox.write({"mod.py": source}) / "mod.py"

    def load(library: Library) -> Any:
        loader = library.loader(file)
        namespace: dict[str, Any] = {}

        def execute() -> Any:
            exec(loader.get_code("mod"), namespace)
            return {name: value for name, value in namespace.items() if name != "__builtins__"}

        return outcome(lambda: loader.get_source("mod")), outcome(execute), outcome(execute)

    theirs, ours = both(load)
    assert ours == theirs
    assert ours[1][1] == ours[1][2], "from the cache it is the same"


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES.keys())
def test_decode_source(source: bytes) -> None:
    """`decode_source` gives importlib's text, or its error; loadstone's also takes a memoryview."""
    for data in (source, bytearray(source)):
        theirs, ours = both(lambda library, data=data: outcome(lambda: library.util.decode_source(data)))
        assert ours == theirs
    ours = outcome(lambda: Library("loadstone").util.decode_source(memoryview(source)))
    assert ours == theirs[1]


@pytest.mark.parametrize("source", [None, 3, "text", [1], []], ids=repr)
def test_decode_junk(source: Any) -> None:
    """What is no buffer is a TypeError."""
    theirs, ours = both(lambda library: library.util.decode_source(source))
    assert ours[0] is TypeError
    assert theirs[0] is TypeError or source is None


def test_known_texts(library: Library) -> None:
    """Declared encodings and byte order marks are used and newlines translated."""
    decode = library.util.decode_source
    assert decode(SOURCES["latin-1"]).endswith("x = 'größe'\n")
    assert decode(SOURCES["bom"]) == "x = 'größe'\n"
    assert decode(b"a\r\nb\rc\n") == "a\nb\nc\n"
    with pytest.raises(SyntaxError, match="unknown encoding"):
        decode(SOURCES["unknown"])


def test_source_hash(library: Library) -> None:
    """The hash of source is eight bytes, of any buffer."""
    assert library.util.source_hash(b"x = 1") == library.util.source_hash(memoryview(b"x = 1"))
    assert len(library.util.source_hash(b"")) == 8
    assert Library("loadstone").util.source_hash(b"x") == Library("importlib").util.source_hash(b"x")


def test_errors_name_the_file(library: Library, sandbox: Sandbox) -> None:
    """A syntax error in a module that is imported names its file and line, and no module stays behind."""
    import sys

    root = sandbox.write({"bad.py": "x = 1\nif x\n    y = 2\n"}, on_path=True)
    with pytest.raises(SyntaxError) as caught:
        library.root.import_module("bad")
    assert (caught.value.filename, caught.value.lineno) == (str(root / "bad.py"), 2)
    assert "bad" not in sys.modules
    assert not (root / "__pycache__").exists()


def test_source_to_code(library: Library, sandbox: Sandbox) -> None:
    """`source_to_code` compiles bytes, text and syntax trees, without the caller's future imports."""
    import __future__

    import ast

    loader = library.loader(sandbox.root / "mod.py")
    for data in (b"x: int = 1", "x: int = 1", ast.parse("x = 1"), memoryview(b"x = 1")):
        code = loader.source_to_code(data, "file.py")
        assert not code.co_flags & __future__.annotations.compiler_flag
        assert code.co_filename == "file.py"
        assert code.co_name == "<module>"
    assert loader.source_to_code(b"assert 0", Path("file.py"), _optimize=2).co_filename == "file.py"
    for junk in (None, 3, b"\0", b"x ="):
        theirs, ours = both(
            lambda library, junk=junk: library.loader("mod.py").source_to_code(junk, "file.py")
        )
        assert ours[0] == theirs[0]


def test_get_source_for_tracebacks(library: Library, sandbox: Sandbox) -> None:
    """`get_source` of a package is that of its file."""
    root = sandbox.write({"pkg/__init__.py": "x = 1\r\n"})
    loader = library.loader(root / "pkg/__init__.py", "pkg")
    assert loader.get_source("pkg") == "x = 1\n"
    assert loader.is_package("pkg")
    assert not library.loader(root / "pkg/__init__.py", "pkg.__init__").is_package("pkg.__init__")
    (root / "pkg/__init__.py").unlink()
    with pytest.raises(ImportError, match="source not available") as caught:
        loader.get_source("pkg")
    assert caught.value.name == "pkg"


def test_data(library: Library, sandbox: Sandbox) -> None:
    """`get_data` returns bytes by an absolute path, and raises OSError where there is nothing."""
    root = sandbox.write({"mod.py": "", "data.bin": b"\0\xff"})
    loader = library.loader(root / "mod.py")
    assert loader.get_data(str(root / "data.bin")) == b"\0\xff"
    for path in ("nothing", "", "mod.py"):
        with pytest.raises(OSError, match=r"No such|Is a directory"):
            loader.get_data(
                str(root / path / "x" if path == "nothing" else root / path if not path else "x/" + path)
            )
