"""The plugin for pytest: the fixture `sandbox`, the option ``--import-trace``, transforms of test modules."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from _pytest.assertion.rewrite import AssertionRewritingHook, rewrite_asserts

from loadstone._core.compiler import module_option
from loadstone.framework.substitute import substitutes

if TYPE_CHECKING:
    from types import CodeType, ModuleType

    from loadstone.report.trace.records import Trace
    from loadstone.testing import Sandbox

__all__ = ["sandbox"]

_TRACE: pytest.StashKey[Trace] = pytest.StashKey()
_SUFFIXES = (".html", ".json")


class _RewritingLoader(SourceFileLoader):
    """Does with one module what pytest's hook does with all: rewrites its assertions, and runs it.

    The hook compiles and caches by itself; this does it by the protocol, so that transforms act before it.
    """

    def __init__(self, hook: AssertionRewritingHook, name: str, path: str) -> None:
        super().__init__(name, path)
        self.hook = hook

    def source_to_code(  # type: ignore[override]
        self, data: Any, path: Any, fullname: str | None = None, *, _optimize: int = -1
    ) -> CodeType:
        """The code of source or a tree, with its assertions rewritten."""
        named = module_option(fullname)
        if isinstance(data, ast.AST):
            tree: Any = data
            source = self.get_data(path)
        else:
            tree = compile(data, path, "exec", ast.PyCF_ONLY_AST, dont_inherit=True, **named)
            source = data
        rewrite_asserts(tree, source, path, self.hook.config)
        code: CodeType = compile(tree, path, "exec", dont_inherit=True, optimize=_optimize, **named)
        return code

    def exec_module(self, module: ModuleType) -> None:
        """Execute the module, which pytest is to know as rewritten."""
        self.hook._rewritten_names[module.__name__] = Path(self.path)
        super().exec_module(module)


# What the names of caches are made of: another pytest writes other code.
_RewritingLoader.__qualname__ += f" of pytest {pytest.__version__}"


def _rewriting_loader(hook: AssertionRewritingHook, spec: ModuleSpec) -> _RewritingLoader:
    assert spec.origin is not None
    return _RewritingLoader(hook, spec.name, spec.origin)


substitutes[AssertionRewritingHook] = _rewriting_loader


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """A `loadstone.testing.Sandbox` in a directory of its own; afterwards the import state is what it was."""
    from loadstone import testing

    with testing.sandbox(tmp_path) as box:
        yield box


def pytest_addoption(parser: pytest.Parser) -> None:
    """Called by pytest."""
    group = parser.getgroup("loadstone")
    group.addoption(
        "--import-trace", action="store_true", help="show what was imported, by whom, and what took how long"
    )
    group.addoption(
        "--import-trace-file",
        metavar="FILE",
        help="write that to a file, which ends in .html or .json (implies --import-trace)",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Called by pytest, before it imports the first conftest.py."""
    options = early_config.known_args_namespace
    file = options.import_trace_file
    if file is not None and not file.endswith(_SUFFIXES):
        expected = f"a file that ends in {' or '.join(_SUFFIXES)}"
        raise pytest.UsageError(f"--import-trace-file: expected {expected}, not {file!r}")
    if options.import_trace or file is not None:
        import loadstone

        trace = loadstone.trace()
        early_config.stash[_TRACE] = trace
        early_config.add_cleanup(trace.stop)
        trace.start()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Called by pytest, when the tests have been run."""
    trace = config.stash.get(_TRACE, None)
    if trace is None:
        return
    from loadstone.report.terminal import rendered

    trace.stop()
    terminalreporter.section("imports")
    file = config.getoption("import_trace_file")
    if file is None:
        terminalreporter.write(rendered(trace.page(least=0.005)))
        return
    text = trace.to_html() if file.endswith(".html") else trace.to_json()
    try:
        with open(file, "w", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        terminalreporter.write_line(f"cannot write {file!r}: {error.strerror}", red=True)
    else:
        terminalreporter.write_line(f"{len(trace.imports)} imports: {file}")
