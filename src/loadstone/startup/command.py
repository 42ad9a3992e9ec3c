"""The command line: ``python -m loadstone startup``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from .run import printable

if TYPE_CHECKING:
    from .registry import Registry

__all__ = ["add_parser"]

_EXAMPLES = """\
examples:
  python -m loadstone startup add tracing mypkg.tracing:install
  python -m loadstone startup add checks mypkg.checks:install --for 'myapp.*'
  python -m loadstone startup list
  python -m loadstone startup disable tracing
"""


def add_parser(commands: Any) -> None:
    """Add the command ``startup`` to the sub-parsers `commands` of `argparse`.

    Parsed arguments have a function `call`, which runs the command for them and returns the exit status:
    0, or 1 with a message on stderr if it could not be done.
    """
    startup = commands.add_parser(
        "startup",
        help="have hooks called whenever Python starts in this environment",
        description="Keep the hooks that are called whenever Python starts in this environment.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    startup.set_defaults(call=_call)
    verbs = startup.add_subparsers(dest="verb", metavar="VERB", required=True)
    add = verbs.add_parser("add", help="add a hook")
    add.add_argument("name", metavar="NAME", help="what the other commands call it: one word")
    add.add_argument("reference", metavar="pkg.mod:callable", help="it is called without arguments")
    add.add_argument(
        "--for",
        dest="patterns",
        metavar="PATTERN",
        action="extend",
        nargs="+",
        default=[],
        help="call it when a module is first imported whose name matches: a name, pkg.* or another glob",
    )
    add.add_argument("--replace", action="store_true", help="in the place of the hook of that name")
    add.add_argument(
        "--unchecked", action="store_true", help="whether or not it can be imported, which is tried otherwise"
    )
    verbs.add_parser("list", help="show the hooks, in the order in which they are called")
    for verb, text in (
        ("disable", "have a hook called no more, and keep it"),
        ("enable", "have a hook called again"),
        ("remove", "remove a hook"),
    ):
        verbs.add_parser(verb, help=text).add_argument("name", metavar="NAME")
    verbs.add_parser("sync", help="take the hooks that installed distributions offer, and drop what is gone")
    verbs.add_parser("on", help="have hooks that are installed with inherit=True reach child processes")
    verbs.add_parser("off", help="call no hooks any more, and keep them")


def _call(options: argparse.Namespace) -> int:
    from .registry import Registry, StartupError

    registry = Registry()
    try:
        if options.verb == "list":
            _show(registry)
        else:
            for line in _done(registry, options):
                print(printable(line))
    except StartupError as error:
        print(printable(f"loadstone: {error}"), file=sys.stderr)
        return 1
    return 0


def _done(registry: Registry, options: argparse.Namespace) -> Iterable[str]:
    """Do what the verb says, and say what that was."""
    verb, where = options.verb, registry.directory
    if verb == "add":
        return [_add(registry, options)]
    if verb == "sync":
        return registry.sync() or ["nothing has changed"]
    if verb in ("on", "off"):
        getattr(registry, verb)()
        now = "are called" if verb == "on" else "are kept, and not called,"
        return [f"start-up hooks {now} when Python starts in {where}"]
    getattr(registry, verb)(options.name)
    return [f"{verb}d start-up hook {options.name} in {where}"]


def _add(registry: Registry, options: argparse.Namespace) -> str:
    from .registry import StartupError, StartupHook
    from .trial import fault

    hook = StartupHook(options.name, options.reference, tuple(options.patterns))
    if not options.unchecked:
        found = fault(hook.reference)
        if found is not None:
            raise StartupError(
                f"start-up hook {hook.name} is not added: {hook.reference} cannot be had when Python starts: "
                f"{found} (mend that, or say --unchecked)"
            )
    registry.add(hook, replace=options.replace)
    patterns = f" before the first import of {' or '.join(hook.patterns)}" if hook.patterns else ""
    return (
        f"added start-up hook {hook.name}: {hook.reference} is called{patterns} whenever Python starts in "
        f"{registry.directory}"
    )


def _show(registry: Registry) -> None:
    hooks = registry.hooks()
    if not hooks:
        state = ", but the start-up file is there" if registry.is_on else ""
        print(printable(f"no start-up hooks in {registry.directory}{state}"))
        return
    rows: list[Sequence[str]] = [("NAME", "REFERENCE", "FOR", "STATE", "SOURCE")]
    for hook in hooks:
        state = "enabled" if hook.enabled else "disabled"
        rows.append(
            (hook.name, hook.reference, " ".join(hook.patterns) or "-", state, hook.source or "by hand")
        )
    rows = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    if not registry.is_on:
        print("start-up hooks are off: python -m loadstone startup on")
