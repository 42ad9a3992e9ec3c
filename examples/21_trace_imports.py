"""Trace a block: who imports what, what fails, what is circular."""

import sys
import tempfile
from pathlib import Path

import loadstone

FILES = {
    "shop/__init__.py": "from . import cart\n",
    "shop/cart.py": "import sys\nfrom . import prices\n",
    "shop/prices.py": "try:\n    import fast_decimal\nexcept ImportError:\n    pass\nfrom .cart import *\n",
}

with tempfile.TemporaryDirectory() as folder:
    for name, text in FILES.items():
        file = Path(folder, name)
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    sys.path.insert(0, folder)
    with loadstone.trace() as trace:
        import shop  # noqa: F401

for record in trace.imports:
    depth = len(trace.path_to(record)) - 1
    what = f"{record.error}, swallowed: {record.swallowed}" if record.error else record.kind
    print(f"{'  ' * depth}{record.name} ({what}), asked for by {record.importer}, line {record.line}")
for reentry in trace.reentries:
    print("circular:", " -> ".join(reentry.cycle))
assert trace.importing <= trace.seconds
