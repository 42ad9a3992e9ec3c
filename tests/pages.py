"""Run the code on a page of the documentation: ``python pages.py PAGE``, in a directory of its own.

Blocks run in the order in which they stand, and share one namespace:

- ``python`` is executed; a ``text`` block directly below it is what it prints;
- ``pycon`` is a doctest;
- ``console`` has shell commands after ``$`` (their next lines after ``>``), and what they print;
- a ``{code-block}`` with a caption is a file: it is written under that name.

In what is printed, ``...`` stands for anything. Other blocks are left alone.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import subprocess
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

FENCE = re.compile(r"^ *(?P<fence>`{3,}|:{3,})(?P<info>[^`\n]*)$")
FLAGS = doctest.ELLIPSIS
RUN = ("python", "pycon", "console")
TIMEOUT = 60


class Block(NamedTuple):
    """A fenced block: its first line's number, language, text, and the file it is, if it is one."""

    line: int
    language: str
    text: str
    caption: str | None
    follows: bool
    """Whether nothing but blank lines stands between it and the block before."""


def blocks(page: str) -> Iterator[Block]:
    """The fenced blocks of a page."""
    lines = iter(enumerate(page.splitlines(), 1))
    follows = False
    for _, line in lines:
        opening = FENCE.match(line)
        if not opening:
            follows = follows and not line.strip()
            continue
        body: list[str] = []
        start = 0
        for number, inner in lines:
            if inner.strip() == opening["fence"]:
                break
            start = start or number
            body.append(inner)
        words = opening["info"].split()
        language = words[0] if words else ""
        caption = None
        if language == "{code-block}":
            language = words[1]
            while body and body[0].startswith(":"):
                key, _, value = body.pop(0)[1:].partition(":")
                start += 1
                caption = value.strip() if key == "caption" else caption
            while body and not body[0].strip():
                del body[0]
                start += 1
        yield Block(start, language, "\n".join(body) + "\n", caption, follows)
        follows = True


def has_code(page: str) -> bool:
    """Whether there is anything to run on the page."""
    return any(block.language in RUN for block in blocks(page))


def run(path: Path) -> int:
    """Run the page at `path` and return how many of its blocks failed."""
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    namespace = module.__dict__
    failures = 0
    printed: str | None = None
    sys.path[0] = ""
    for block in blocks(path.read_text(encoding="utf-8")):
        where = f"{path}:{block.line}"
        if block.caption is not None:
            file = Path(block.caption)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, encoding="utf-8")
        elif block.language == "python":
            printed = _execute(block, str(path), namespace)
        elif block.language == "text" and block.follows and printed is not None:
            failures += _differs(where, block.text, printed)
        elif block.language == "pycon":
            failures += _doctest(block, str(path), namespace)
        elif block.language == "console" and os.name == "posix":
            failures += sum(_differs(where, want, _shell(command)) for command, want in commands(block.text))
        if block.language != "python":
            printed = None
    return failures


def commands(text: str) -> list[tuple[str, str]]:
    """The commands of a console block, each with what it prints."""
    found: list[tuple[str, str]] = []
    for line in text.splitlines(keepends=True):
        if line.startswith("$ "):
            found.append((line[2:], ""))
        elif line.startswith("> ") and found[-1][0].endswith("\\\n"):
            found[-1] = (found[-1][0] + line[2:], "")
        else:
            found[-1] = (found[-1][0], found[-1][1] + line)
    return found


def _execute(block: Block, file: str, namespace: dict[str, Any]) -> str:
    """Execute a block, with the line numbers of the page in tracebacks; what it prints."""
    code = compile("\n" * (block.line - 1) + block.text, file, "exec", dont_inherit=True)
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(code, namespace)
    return output.getvalue()


def _doctest(block: Block, file: str, namespace: dict[str, Any]) -> int:
    parser = doctest.DocTestParser()
    test = parser.get_doctest(block.text, namespace, Path(file).name, file, block.line - 1)
    test.globs = namespace
    return doctest.DocTestRunner(optionflags=FLAGS).run(test, clear_globs=False).failed


def _shell(command: str) -> str:
    """What a shell command prints, with this Python as its `python`."""
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", os.defpath)])
    result = subprocess.run(
        command,
        shell=True,
        env={**os.environ, "PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    return result.stdout


def _differs(where: str, want: str, got: str) -> bool:
    if doctest.OutputChecker().check_output(want, got, FLAGS):
        return False
    print(f"{where}: expected\n{want}\nbut got\n{got}", file=sys.stderr)
    return True


if __name__ == "__main__":
    sys.exit(min(run(Path(sys.argv[1]).absolute()), 1))
