"""The completion of shells: the option that prints a script for one, which shtab makes of the parsers."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from typing import Any

__all__ = ["add_option"]

_LACKING = 'shtab makes it, which is not installed: python -m pip install "loadstone[completion]"'


def add_option(parser: argparse.ArgumentParser) -> None:
    """Give `parser` the option ``--completion SHELL``, which prints the script for a shell, and ends."""
    parser.add_argument(
        "--completion",
        action=_Print,
        metavar="SHELL",
        help="print a script that completes the words of this command line, for bash, zsh, fish or another",
    )


class _Print(argparse.Action):
    """Prints the script; an error, if there is no shtab, or the shell is none that it knows."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        try:
            import shtab
        except ImportError:
            parser.error(f"argument {option_string}: {_LACKING}")
        if values not in shtab.SUPPORTED_SHELLS:
            known = ", ".join(shtab.SUPPORTED_SHELLS)
            parser.error(f"argument {option_string}: no script for {values!r}: expected one of {known}")
        for action in _actions(parser):
            if _is_file(action):
                action.complete = shtab.FILE
        print(shtab.complete(parser, str(values)))
        parser.exit()


def _actions(parser: argparse.ArgumentParser) -> Iterator[Any]:
    """The arguments of a parser, and of those of its commands."""
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from _actions(inner)


def _is_file(action: argparse.Action) -> bool:
    """Whether it takes the name of a file: by what stands for it in the usage, or as a program to be run."""
    metavar = str(action.metavar)
    return metavar.startswith("FILE") or ("." in metavar and action.dest not in ("m", "c"))
