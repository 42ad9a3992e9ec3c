"""A vendored package under the name that everybody knows, and an old name that still works for a while."""

import sys
import tempfile
import warnings
from pathlib import Path

import loadstone

FILES = {
    "app/__init__.py": "",
    "app/_vendor/__init__.py": "",
    "app/_vendor/palette/__init__.py": "from palette.shades import shade\n",
    "app/_vendor/palette/shades.py": "def shade(colour):\n    return f'dark {colour}'\n",
    "plugin.py": "import palette.shades\nimport app.palettes\n",
}

with tempfile.TemporaryDirectory() as folder:
    for name, text in FILES.items():
        file = Path(folder, name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    sys.path.insert(0, folder)

    # The vendored package imports itself by its real name.
    loadstone.alias("palette", "app._vendor.palette")
    loadstone.alias("app.palettes", "app._vendor.palette", deprecated="app.palettes is gone: import palette")
    loadstone.block("app._vendor.palette.secret", "it was left out when palette was vendored")

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        import plugin
    for warning in caught:
        print(f"{Path(warning.filename).name}:{warning.lineno}: {warning.message}")

    print(plugin.palette.shade("red"))
    print(sys.modules["palette.shades"] is sys.modules["app._vendor.palette.shades"])
    try:
        import palette.secret  # noqa: F401
    except ModuleNotFoundError as error:
        print(error)
