"""Examples of what doctor finds: of each code what is wrong, and the same put right."""

from __future__ import annotations

from ..catalogue import examples_in

__all__ = ["EXAMPLES"]

EXAMPLES = examples_in(
    r"""
LS100
- class Finder:
-     def __getattr__(self, name):
-         raise RuntimeError(name)
+ class Finder:
+     def __getattr__(self, name):
+         raise AttributeError(name)
LS101
- class Finder:
-     def find_module(self, fullname, path=None):
-         return self if fullname == "app" else None
+ class Finder:
+     def find_spec(self, fullname, path=None, target=None):
+         return ModuleSpec(fullname, self) if fullname == "app" else None
LS102
- sys.meta_path.append(Finder)
+ sys.meta_path.append(Finder())
LS103
- def find_spec(self, fullname, path=None, target=None):
-     return ModuleSpec(fullname, self)
+ def find_spec(self, fullname, path=None, target=None):
+     if fullname in self.sources:
+         return ModuleSpec(fullname, self)
+     return None
LS104
- def find_spec(self, fullname, path=None, target=None):
-     return self.specs[fullname]
+ def find_spec(self, fullname, path=None, target=None):
+     return self.specs.get(fullname)
LS105
- interceptor.install()
- sys.meta_path.insert(0, finder)  # finds the same modules by itself
+ sys.meta_path.insert(0, finder)
+ interceptor.install()
LS106
- typechecker.install_import_hook("app")
- profiler.install_import_hook("app")
+ typechecker.install_import_hook("app")
LS111
- class Timed:
-     def __init__(self, inner):
-         self.inner = inner
-     def create_module(self, spec):
-         return self.inner.create_module(spec)
-     def exec_module(self, module):
-         self.inner.exec_module(module)
+ class Timed(loadstone.WrappedLoader):
+     def exec_module(self, module):
+         self.inner.exec_module(module)
LS112
- class Loader:
-     def create_module(self, spec):
-         return None
-     def exec_module(self, module):
-         exec(open(module.__file__).read(), module.__dict__)
+ class Loader(importlib.machinery.SourceFileLoader):
+     def source_to_code(self, data, path, fullname=None):
+         return compile(data, path, "exec", dont_inherit=True)
LS121
- $ printf '/home/m\374ller/lib\n' > site-packages/own.pth     # in Latin-1
+ $ printf '/home/m\303\274ller/lib\n' > site-packages/own.pth  # in UTF-8
LS122
- # site-packages/own.pth
- /home/me/moved/away
+ # site-packages/own.pth
+ /home/me/where/it/is
LS123
- # site-packages/own.pth
- import not_installed; not_installed.start()
+ $ python -m pip uninstall own    # with its .pth file
LS124
- # site-packages/own.start
- own.hooks:setup
- # own/hooks.py
- def set_up(): ...
+ # site-packages/own.start
+ own.hooks:set_up
+ # own/hooks.py
+ def set_up(): ...
LS130
- site-packages/app-1.0.dist-info/
- site-packages/app-2.0.dist-info/
+ site-packages/app-2.0.dist-info/
LS131
- $ python -m pip install -e .    # where what users get is to be tested
+ $ python -m pip install .
LS132
- $ python -m pip install -e old
- $ mv old new
+ $ mv old new
+ $ python -m pip install -e new
LS133
- $ python -m pip install -e app
- $ cp -r app/src/app site-packages/
+ $ python -m pip install -e app
LS134
- site-packages/app-1.0.dist-info/RECORD
+ site-packages/app-1.0.dist-info/METADATA
+ site-packages/app-1.0.dist-info/RECORD
LS135
- $ python -m pip install opencv-python opencv-python-headless
+ $ python -m pip install opencv-python-headless
LS136
- $ python -m pip install app                  # requires gears>=2
- $ python -m pip install gears==1.0
+ $ python -m pip install app
LS137
- # app-1.0.dist-info/entry_points.txt
- [console_scripts]
- app = app.cli:main     # there is no app/cli.py
+ # app-1.0.dist-info/entry_points.txt
+ [console_scripts]
+ app = app.main:main
LS138
- $ mv .venv env
- $ env/bin/app
+ $ python -m venv env
+ $ env/bin/python -m pip install app
+ $ env/bin/app
LS139
- $ rm -r site-packages/app
+ $ python -m pip uninstall app
LS141
- # random.py, beside the program
- import random
- print(random.randint(1, 6))
+ # dice.py
+ import random
+ print(random.randint(1, 6))
LS142
- # yaml.py, where PyYAML is installed
- import yaml
- print(yaml.safe_load("a: 1"))
+ # settings.py
+ import yaml
+ print(yaml.safe_load("a: 1"))
LS143
- sys.path.append("app")
- import models, app.models
+ import app.models
LS144
- one/plugins/__init__.py
- two/plugins/extra.py       # one and two are both on sys.path
+ one/plugins/base.py
+ two/plugins/extra.py
LS145
- lazy import jsno
+ lazy import json
LS146
- # app.py
- DEBUG = os.environ['DEBUG']    # KeyError where it is not set
+ # app.py
+ DEBUG = os.environ.get('DEBUG', '')
LS151
- $ PYTHONPATH=/opt/gone python app.py
+ $ python app.py
LS152
- $ PYTHONPATH=/opt/lib:/opt/lib/ python app.py
+ $ PYTHONPATH=/opt/lib python app.py
LS153
- sys.path.append("lib")
+ sys.path.append(os.path.join(os.path.dirname(__file__), "lib"))
LS154
- sys.path.append(Path("/opt/lib"))
+ sys.path.append("/opt/lib")
LS156
- $ truncate --size 1000 lib.zip
- $ PYTHONPATH=lib.zip python -m app
+ $ python -m zipfile --test lib.zip
+ $ PYTHONPATH=lib.zip python -m app
LS157
- $ PYTHONPATH=/usr/lib/python3.9/site-packages python3.13 app.py
+ $ python3.13 -m pip install requests
+ $ python3.13 app.py
LS161
- __pycache__/app.cpython-38.pyc    # Python 3.8 is gone
+ $ find . -name '*.cpython-38.pyc' -delete
LS162
- __pycache__/app.cpython-313.pyc    # app.py is gone
+ $ rm __pycache__/app.cpython-313.pyc
LS163
- $ python3.9 -m compileall -b app && rm app/*.py
- $ python3.13 -c 'import app.core'
+ $ python3.13 -m compileall -b app && rm app/*.py
+ $ python3.13 -c 'import app.core'
LS164
- site-packages/app/core.cpython-39-x86_64-linux-gnu.so     # for Python 3.13
+ site-packages/app/core.cpython-313-x86_64-linux-gnu.so
LS165
- $ cp arm64/core.abi3.so site-packages/app/    # on x86-64
+ $ python -m pip install --force-reinstall app
LS171
- class Loader:
-     def load_module(self, fullname):
-         module = sys.modules[fullname] = ModuleType(fullname)
-         exec(self.code, module.__dict__)
-         return module
+ class Loader:
+     def create_module(self, spec):
+         return None
+     def exec_module(self, module):
+         exec(self.code, module.__dict__)
LS172
- import imp
- module = imp.load_source("app", path)
+ spec = importlib.util.spec_from_file_location("app", path)
+ module = importlib.util.module_from_spec(spec)
+ spec.loader.exec_module(module)
LS173
- class Loader(SourceFileLoader):
-     def source_to_code(self, data, path):
-         return super().source_to_code(change(data), path)
+ class Loader(SourceFileLoader):
+     def source_to_code(self, data, path, fullname=None):
+         return super().source_to_code(change(data), path)
"""
)
"""By code: the bad example, and the good one."""
