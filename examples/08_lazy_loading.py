"""Lazy loading: a module is executed when it is first used, once, whichever thread comes first."""

import sys
import tempfile
import threading
from pathlib import Path

import loadstone
from loadstone.util import LazyLoader, module_from_spec


def lazy_import(name):
    spec = loadstone.find_spec(name)
    spec.loader = LazyLoader(spec.loader)
    module = sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


with tempfile.TemporaryDirectory() as folder:
    Path(folder, "heavy.py").write_text("print('heavy is executed')\nanswer = 42\n")
    sys.path.insert(0, folder)

    heavy = lazy_import("heavy")
    print("imported:", "heavy" in sys.modules)

    answers = []
    threads = [threading.Thread(target=lambda: answers.append(heavy.answer)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(answers)
