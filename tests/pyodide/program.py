"""What loadstone is for, tried in Pyodide: each step a function, in the order in which they stand."""

import importlib.resources
import sys
import tempfile
import types
import warnings
from pathlib import Path

import loadstone


def imports_by_name() -> None:
    decoder = loadstone.import_module("json.decoder")
    assert decoder is sys.modules["json.decoder"]
    assert decoder.JSONDecoder().decode("[1, 2]") == [1, 2]


def imports_from_a_tree_and_no_longer() -> None:
    tree = loadstone.MemoryTree(
        {
            "shop/__init__.py": "from .prices import total\n",
            "shop/prices.py": "def total(*prices):\n    return sum(prices)\n",
            "shop/rates.txt": "19",
        }
    )
    handle = loadstone.install(loadstone.TreeFinder(tree))
    import shop  # type: ignore[import-not-found]

    assert shop.total(1, 2) == 3
    assert importlib.resources.files("shop").joinpath("rates.txt").read_text() == "19"
    for name in "shop", "shop.prices":
        del sys.modules[name]
    handle.uninstall()
    assert loadstone.find_spec("shop") is None


WHO_IMPORTS = """
import sys
frame, importers = sys._getframe(1), set()
while frame is not None:
    importers.add(frame.f_globals.get("__name__", "").partition(".")[0])
    frame = frame.f_back
"""


def takes_over(folder: Path) -> None:
    (folder / "taken.py").write_text(WHO_IMPORTS)
    (folder / "returned.py").write_text(WHO_IMPORTS)
    sys.path.insert(0, str(folder))
    with loadstone.takeover() as handle:
        import taken  # type: ignore[import-not-found]

        assert handle.active
    import returned  # type: ignore[import-not-found]

    assert not handle.active
    assert "loadstone" in taken.importers
    assert "loadstone" not in returned.importers
    sys.path.remove(str(folder))


def isolates(folder: Path) -> None:
    for version in "1", "2":
        (folder / version).mkdir()
        (folder / version / "engine.py").write_text(f"power = {version}00\n")
        (folder / version / "car.py").write_text("import engine\npower = engine.power\n")
    systems = [loadstone.ImportSystem.isolated([folder / version]) for version in "12"]
    assert [system.import_module("car").power for system in systems] == [100, 200]
    assert "car" not in sys.modules
    assert "engine" not in sys.modules


def explains(folder: Path) -> None:
    (folder / "wave.py").write_text("")
    sys.path.append(str(folder))
    explanation = loadstone.explain("wave")
    assert explanation.module is not None
    assert [shadow.spec.origin for shadow in explanation.module.shadows] == [str(folder / "wave.py")]
    missing = loadstone.explain("wavy")
    assert not missing.found
    assert missing.causes
    assert "wave" in str(missing)
    assert "wave" not in sys.modules
    sys.path.remove(str(folder))


def loads_lazily(folder: Path) -> None:
    (folder / "heavy.py").write_text("print('heavy is executed')\nanswer = 42\n")
    sys.path.insert(0, str(folder))
    with loadstone.lazy("heavy"):
        heavy = loadstone.import_module("heavy")
    assert "answer" not in types.ModuleType.__getattribute__(heavy, "__dict__")
    assert heavy.answer == 42
    sys.path.remove(str(folder))


def main() -> None:
    warnings.simplefilter("error")
    print("Python", sys.version.split()[0], "on", sys.platform)
    for step in imports_by_name, imports_from_a_tree_and_no_longer:
        step()
        print("ok", step.__name__)
    for step in takes_over, isolates, explains, loads_lazily:
        with tempfile.TemporaryDirectory() as folder:
            step(Path(folder))
        print("ok", step.__name__)


main()
