"""A page shown on a terminal or in a file: through rich where that is installed, as plain text otherwise."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, TextIO

from ..startup.run import printable
from .page import Heading, Line, Node, Page, Part, Style, Table, text_of

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["Progress", "rendered", "show"]

_STYLES: dict[Style, str] = {
    "good": "green",
    "bad": "bold red",
    "warning": "yellow",
    "dim": "dim",
    "name": "bold cyan",
    "strong": "bold",
}
_INDENT = "  "
_BRANCHES = {True: ("├─ ", "└─ ", "│  ", "   "), False: ("|- ", "`- ", "|  ", "   ")}
_ASCII = str.maketrans({"→": "->", "…": "...", "µ": "u", "✓": "+", "✗": "x"})


def show(page: Page, file: TextIO | None = None) -> None:
    """Write the page to `file`, standard output if None.

    Where rich is installed, it decides about colours: by the terminal, and the variables ``NO_COLOR``,
    ``FORCE_COLOR``, ``TERM`` and the like. Characters beyond ASCII only where the encoding has them. Lines
    are wrapped for a terminal with colours; what is no terminal gets them as long as they are.
    """
    file = sys.stdout if file is None else file
    console = _console(page, file)
    if console is None:
        file.write(rendered(page, unicode=has_unicode(file)))
    else:
        _show_by_rich(page, console)


def _console(page: Page, file: TextIO) -> Any:
    """Rich's console for `file`; None where there are to be no colours, or no rich."""
    is_terminal = file.isatty()
    # Rich takes longer to import than most reports to make: not for what it would find to be no terminal.
    if os.environ.get("NO_COLOR") or not (is_terminal or {"FORCE_COLOR", "TTY_COMPATIBLE"} & {*os.environ}):
        return None
    try:
        from rich.cells import cell_len
        from rich.console import Console
    except ImportError:
        return None
    width = None
    if not is_terminal and "COLUMNS" not in os.environ:
        # The width of a terminal elsewhere is not that of a file.
        width = max([80, *map(cell_len, rendered(page).splitlines())])
    console = Console(file=file, width=width, highlight=False, markup=False, emoji=False)
    return console if console.is_terminal and console.color_system and not console.no_color else None


def has_unicode(file: TextIO) -> bool:
    """Whether the encoding of `file` has what trees are drawn with."""
    try:
        "├└│→…µ✓✗".encode(getattr(file, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def rendered(page: Page, *, unicode: bool = True) -> str:
    """The page as plain text, each line ended; in ASCII unless `unicode`.

    What is no printable character in a name or a path is written as an escape, as `repr` does.
    """
    lines: list[str] = []
    for block in page.blocks:
        if isinstance(block, Heading):
            text = printable(block.text)
            lines += ([""] if lines else []) + [text, "-" * len(text)]
        elif isinstance(block, Line):
            lines.append(_INDENT * block.indent + _plain(block.parts))
        elif isinstance(block, Table):
            lines += _table(block)
        else:
            lines.append(_plain(block.parts))
            lines += _branches(block, "", _BRANCHES[unicode])
    text = "".join(f"{line.rstrip()}\n" for line in lines)
    if not unicode:
        text = text.translate(_ASCII).encode("ascii", "backslashreplace").decode("ascii")
    return text


def _plain(parts: Iterable[Part]) -> str:
    return printable(text_of(parts))


def _table(table: Table) -> Iterator[str]:
    rows = [tuple(_plain([cell]) for cell in row) for row in (table.headings, *table.rows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(
            cell.rjust(width) if number in table.right else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        )


def _branches(node: Node, before: str, signs: tuple[str, str, str, str]) -> Iterator[str]:
    inner, last, down, blank = signs
    for child in node.children:
        is_last = child is node.children[-1]
        yield before + (last if is_last else inner) + _plain(child.parts)
        yield from _branches(child, before + (blank if is_last else down), signs)


def _show_by_rich(page: Page, console: Any) -> None:
    from rich.padding import Padding
    from rich.table import Table as RichTable
    from rich.text import Text
    from rich.tree import Tree

    unicode = has_unicode(console.file)

    def text(parts: Iterable[Part]) -> Any:
        whole = Text(overflow="fold")
        for part in parts:
            piece, style = (part, "") if isinstance(part, str) else (part[1], _STYLES[part[0]])
            piece = printable(piece)
            if not unicode:
                piece = piece.translate(_ASCII).encode("ascii", "backslashreplace").decode("ascii")
            whole.append(piece, style)
        return whole

    def grow(tree: Any, node: Node) -> Any:
        for child in node.children:
            grow(tree.add(text(child.parts)), child)
        return tree

    for number, block in enumerate(page.blocks):
        if isinstance(block, Heading):
            if number:
                console.print()
            console.print(text([("strong", block.text)]))
        elif isinstance(block, Line):
            indent = _INDENT * block.indent
            room = console.width - len(indent)
            if block.parts[:1] == ("→ ",) or any(len(word) > room for word in text_of(block.parts).split()):
                # A command, or a path: the terminal itself wraps it, so that it can be copied as one.
                console.print(text([indent, *block.parts]), soft_wrap=True)
            elif indent:
                console.print(Padding(text(block.parts), (0, 0, 0, len(indent)), expand=False))
            else:
                console.print(text(block.parts))
        elif isinstance(block, Table):
            grid = RichTable(box=None, pad_edge=False, header_style="bold")
            for column, heading in enumerate(block.headings):
                grid.add_column(
                    printable(heading), overflow="fold", justify="right" if column in block.right else "left"
                )
            for row in block.rows:
                grid.add_row(*(text([cell]) for cell in row))
            console.print(grid)
        else:
            console.print(grow(Tree(text(block.parts), guide_style="dim"), block))


def _columns(file: TextIO) -> int:
    """The width of the terminal; 80 where it does not say."""
    try:
        return os.get_terminal_size(file.fileno()).columns or 80
    except OSError:
        return 80


class Progress:
    """How far long work is, on standard error while it is a terminal; used in `with`."""

    def __init__(self, total: int, what: str, file: TextIO | None = None) -> None:
        """For `total` steps of `what`; on `file`, standard error if None."""
        self._total = total
        self._what = what
        self._file = sys.stderr if file is None else file
        # As rich decides; rich itself is not to be imported while imports are looked at.
        variables = os.environ.get("TTY_INTERACTIVE"), os.environ.get("TTY_COMPATIBLE")
        is_dumb = os.environ.get("TERM", "").lower() in ("dumb", "unknown")
        self._is_shown = self._file.isatty() and not is_dumb and "0" not in variables
        self._done = 0

    def step(self, now: str = "") -> None:
        """One more step begins; `now` says which."""
        self._done += 1
        if self._is_shown:
            # A line that wraps could not be taken back: only its last row would be.
            text = printable(f"{self._what} {self._done}/{self._total} {now}")[: _columns(self._file) - 1]
            self._file.write(f"\r\x1b[K{text}")
            self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._is_shown:
            self._file.write("\r\x1b[K")
            self._file.flush()
