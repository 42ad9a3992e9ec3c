"""Examples of the causes that explain names: of each code what is wrong, and the same put right."""

from __future__ import annotations

from ..catalogue import examples_in

__all__ = ["EXAMPLES"]

EXAMPLES = examples_in(
    r"""
LS201
- $ python -m pip install PyYAML
- $ rm -r site-packages/yaml
+ $ python -m pip install --force-reinstall PyYAML
LS202
- $ python -m pip install PyYAML
- $ python -c 'import pyyaml'
+ $ python -m pip install PyYAML
+ $ python -c 'import yaml'
LS203
- import jsno
+ import json
LS204
- # email.py, beside the program
- # app.py
- import urllib.request  # imports email.message
+ # letters.py
+ # app.py
+ import urllib.request
LS205
- # orders.py
- import customers
- def total(): ...
- # customers.py
- from orders import total
+ # orders.py
+ import customers
+ def total(): ...
+ # customers.py
+ def owes():
+     from orders import total
LS206
- sys.modules["yaml"] = None
- import yaml
+ sys.modules.pop("yaml", None)
+ import yaml
LS207
- # site-packages/own.pth
- /home/me/moved/away
+ # site-packages/own.pth
+ /home/me/where/it/is
LS208
- import json.loads
+ from json import loads
LS209
- # app/__init__.py
- __path__ = []
+ # app/__init__.py
+ __path__.append("/opt/plugins")
LS210
- Path("made.py").write_text("value = 1")
- import made
+ Path("made.py").write_text("value = 1")
+ importlib.invalidate_caches()
+ import made
LS211
- def find_spec(self, fullname, path=None, target=None):
-     return self.specs[fullname]
+ def find_spec(self, fullname, path=None, target=None):
+     return self.specs.get(fullname)
LS212
- # Settings.py
- # app.py
- import settings
+ # settings.py
+ # app.py
+ import settings
LS213
- $ cp -r python3.9/site-packages/numpy python3.13/site-packages/
+ $ python3.13 -m pip install numpy
LS214
- # my-app.py
- importlib.import_module("my_app")
+ # my_app.py
+ import my_app
LS215
- import imp        # left with Python 3.12
+ import importlib
LS216
- __pycache__/app.cpython-313.pyc    # app.py is gone
+ app.py
+ __pycache__/app.cpython-313.pyc
LS217
- app.py.txt
+ app.py
LS218
- sys.path.append("plugins.tar")
+ sys.path.append("plugins.zip")
LS219
- import app
- sys.path.insert(0, "/opt/newer")    # has an app, too
- import app                          # the one imported before
+ sys.path.insert(0, "/opt/newer")
+ import app
LS220
- # settings.py
- DEBUG = os.environ["DEBUG"]    # KeyError where it is not set
+ # settings.py
+ DEBUG = os.environ.get("DEBUG", "")
LS221
- $ python -m loadstone explain app/core.py
+ $ python -m loadstone explain app.core
LS222
- one/app/__init__.py
- two/app/__init__.py
- two/app/extra.py       # one is before two on sys.path
+ one/app/__init__.py
+ one/app/extra.py
LS223
- $ pip install requests    # the pip of another Python
- $ python app.py
+ $ python -m pip install requests
+ $ python app.py
LS224
- $ python -m loadstone explain six.moves.urllib
+ $ python -m loadstone explain --load six.moves.urllib
LS225
- # app.py
- import plugins         # in /opt/plugins, which is not on sys.path
+ $ PYTHONPATH=/opt python app.py
LS226
- # pygame.py, beside the program
- # game.py
- import pygame          # the local file, not the library
+ # my_game.py, beside the program
+ # game.py
+ import pygame
LS227
- from collections import Mapping
+ from collections.abc import Mapping
LS228
- $ python -m loadstone explain json.loads
+ from json import loads
LS229
- $ python -c 'import cv2'
- # ImportError: libGL.so.1: cannot open shared object file
+ $ apt-get install libgl1
+ $ python -c 'import cv2'
LS230
- # fast.cpython-313-x86_64-linux-gnu.so, which was _fast...
- $ python -c 'import fast'     # it has no PyInit_fast
+ # _fast.cpython-313-x86_64-linux-gnu.so
+ $ python -c 'import _fast'
LS231
- $ git clone https://github.com/numpy/numpy && cd numpy
- $ python -c 'import numpy'
+ $ cd ..
+ $ python -c 'import numpy'    # the one that is installed
LS232
- # app/conf.pyc is left of app/conf.py, and there is app/conf/local.py
- $ python -c 'import app.conf.local'
+ $ rm app/conf.pyc
+ $ python -c 'import app.conf.local'
LS233
- # shop/orders.py has: from . import goods
- $ python shop/orders.py
+ # shop/orders.py has: from . import goods
+ $ python -m shop.orders
LS234
- # src/app/main.py has: import src.app.util
- $ python src/app/main.py
+ # src/app/main.py has: import src.app.util
+ $ python -m src.app.main
LS235
- # app.zip has fast/_speed.cpython-313-x86_64-linux-gnu.so
- $ PYTHONPATH=app.zip python -c 'import fast._speed'
+ $ unzip app.zip -d app
+ $ PYTHONPATH=app python -c 'import fast._speed'
LS236
- # old.py has: print 'hello'
- $ python -c 'import old'
+ # old.py has: print('hello')
+ $ python -c 'import old'
LS237
- import sys
- sys.exit(main())
+ import sys
+ if __name__ == "__main__":
+     sys.exit(main())
LS238
- # the checkout of tool has tool/README and tool/tool/__init__.py
- $ python -c 'import tool; tool.run'
+ $ cd tool
+ $ python -c 'import tool; tool.run'
LS239
- # a finder on sys.meta_path
- def find_distributions(self, context):
-     raise RuntimeError
+ # a finder on sys.meta_path
+ def find_distributions(self, context):
+     return ()
LS240
- $ python -c 'import redis'    # in a new environment
+ $ python -m pip install redis
+ $ python -c 'import redis'
LS241
- $ python -m pip install uvicorn
- $ python -c 'import httptools'
+ $ python -m pip install 'uvicorn[standard]'
+ $ python -c 'import httptools'
LS242
- # pyproject.toml has: [dependency-groups] test = ["pytest"]
- $ python -m pip install -e .
- $ python -c 'import pytest'
+ $ python -m pip install -e . --group test
+ $ python -c 'import pytest'
LS243
- $ python -m pip install fitz
- $ python -c 'import fitz'
+ $ python -m pip uninstall fitz
+ $ python -m pip install PyMuPDF
+ $ python -c 'import fitz'
LS244
- $ python -m pip install opencv-python opencv-python-headless
+ $ python -m pip uninstall opencv-python opencv-python-headless
+ $ python -m pip install opencv-python-headless
LS245
- $ sed -i s/timeout/wait/ site-packages/requests/api.py
+ $ python -m pip install --force-reinstall requests
LS246
- $ python -c 'import requests.session'
+ $ python -c 'import requests.sessions'
LS247
- # pydantic 2.11 requires pydantic-core==2.33.2
- $ python -m pip install pydantic-core==2.20
+ $ python -m pip install pydantic-core==2.33.2
LS248
- # app.py has: importlib.metadata.version("my-app")
- $ python app.py
+ $ python -m pip install -e .
+ $ python app.py
LS249
- $ python -m pip install -e tool
- $ mv tool renamed
+ $ python -m pip install -e tool
+ $ mv tool renamed
+ $ python -m pip install -e renamed
LS250
- # app.py has: importlib.import_module("plugin_a")
- $ pyinstaller app.py
+ $ pyinstaller --hidden-import plugin_a app.py
LS251
- $ ls site-packages
- ~umpy  ~umpy-2.1.0.dist-info
+ $ rm -r site-packages/~umpy*
+ $ python -m pip install numpy
LS252
- # Jinja2 3.1 is installed
- from jinja2 import Markup
+ from markupsafe import Markup
LS253
- $ ls
- pyproject.toml  src
- $ python -c 'import app'    # which is src/app
+ $ python -m pip install -e .
+ $ python -c 'import app'
LS254
- # lib has zope.event-4.5-nspkg.pth
- $ PYTHONPATH=lib python -c 'import zope.event'
+ $ python -m pip install zope.event
+ $ python -c 'import zope.event'
LS255
- # app.py
- import ctypes
-
- ctypes.string_at(0)    # the process dies of it
+ # app.py
+ import ctypes
+
+ ctypes.string_at(ctypes.create_string_buffer(b"text"))
LS256
- $ ls
- app.py  helpers.py
- $ python -P app.py    # which imports helpers
+ $ python app.py
LS257
- $ PYTHONPATH=lib python -E -m app
+ $ PYTHONPATH=lib python -m app
LS258
- $ PYTHONPATH=/usr/lib/python3.9/site-packages python3.13 app.py
+ $ python3.13 -m pip install requests
+ $ python3.13 app.py
"""
)
"""By code: the bad example, and the good one."""
