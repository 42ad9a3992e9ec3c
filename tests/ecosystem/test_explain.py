"""explain beside the tools of others: who has taken a module over is told, and nothing of it is executed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .conftest import Programs

SHOWN = ("-W", "error::RuntimeWarning")

PROGRAM = """
from mark import Mark, loadstone, sys, tell
{install}
module = loadstone.explain({name!r}).module
tell(dict(
    loader=module.spec.loader,
    shadows=[[shadow.finder, shadow.spec.loader, shadow.same_file] for shadow in module.shadows],
    changes=[[change.finder, change.field] for change in module.changes],
    imported={name!r} in sys.modules,
))
"""


def test_typeguard(programs: Programs) -> None:
    """What typeguard finds by itself is the file that the path finder would have loaded in its own way."""
    programs.sandbox.write({"wanted.py": ""})
    install = "import typeguard; typeguard.install_import_hook('wanted')"
    seen = programs(PROGRAM.format(install=install, name="wanted"), *SHOWN, warnings="ignore")
    assert seen["loader"].startswith("typeguard.")
    path_finder = "importlib.machinery.PathFinder"
    assert seen["shadows"] == [[path_finder, "importlib.machinery.SourceFileLoader", True]]
    assert not seen["imported"]


def test_beartype(programs: Programs) -> None:
    """Beartype comes by a path hook: its loader is in the spec, and a transform's change stands beside it."""
    programs.sandbox.write({"wanted.py": ""})
    install = "import beartype.claw; beartype.claw.beartype_package('wanted'); Mark('wanted').install()"
    seen = programs(PROGRAM.format(install=install, name="wanted"), *SHOWN, warnings="ignore")
    assert "beartype" in seen["loader"].lower()
    assert ["mark.Mark", "cached"] in seen["changes"]
    assert seen["shadows"] == []


def test_six(programs: Programs) -> None:
    """The modules that six makes up are there once it is executed, and told to depend on that before."""
    lazily = programs(
        """
        from mark import loadstone, tell
        before = loadstone.explain("six.moves.urllib.parse")
        after = loadstone.explain("six.moves.urllib.parse", load=True)
        tell([before.found, [cause.code for cause in before.causes], after.found, len(after.parents)])
        """
    )
    assert lazily == [False, ["LS208", "LS224"], True, 3]
