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
- # requests.py, beside the program
- import requests
- requests.get(address)
+ # client.py
+ import requests
+ requests.get(address)
LS227
- from json import laods
+ from json import loads
LS228
- import os.getcwd
+ from os import getcwd
LS229
- $ python -c 'import cv2'    # libGL.so.1: cannot open shared object file
+ $ apt-get install libgl1
+ $ python -c 'import cv2'
LS230
- $ mv app/core.abi3.so app/fast.abi3.so
+ $ python -m pip install --force-reinstall app
LS231
- $ cd numpy                     # a checkout that is not built
- $ python -c 'import numpy'
+ $ cd ..
+ $ python -c 'import numpy'
LS232
- app/conf.pyc
- app/conf/local.py
+ app/conf/__init__.py
+ app/conf/local.py
LS233
- $ python app/run.py            # has: from . import models
+ $ python -m app.run
LS234
- $ python src/app/main.py       # has: import src.app.util
+ $ python -m src.app.main
LS235
- $ PYTHONPATH=app.zip python -c 'import app.core'    # core.abi3.so
+ $ unzip app.zip -d unpacked
+ $ PYTHONPATH=unpacked python -c 'import app.core'
LS236
- print 'text'
+ print('text')
LS237
- # tool.py
- sys.exit(main())
+ # tool.py
+ if __name__ == '__main__':
+     sys.exit(main())
LS238
- app.py
- requests/logs.txt      # the folder hides an editable install
+ app.py
+ logs/requests.txt
LS239
- class Finder:
-     def __getattr__(self, name):
-         raise RuntimeError(name)
+ class Finder:
+     def __getattr__(self, name):
+         raise AttributeError(name)
LS240
- $ python app.py                # has: import requests
+ $ python -m pip install requests
+ $ python app.py
LS241
- $ python -m pip install uvicorn
- $ python -c 'import httptools'
+ $ python -m pip install "uvicorn[standard]"
+ $ python -c 'import httptools'
LS242
- # pyproject.toml: dependencies = ["requests"]
- $ python app.py
+ $ python -m pip install -e .
+ $ python app.py
LS243
- $ python -m pip install fitz
+ $ python -m pip uninstall fitz
+ $ python -m pip install PyMuPDF
LS244
- $ python -m pip install opencv-python opencv-python-headless
+ $ python -m pip install opencv-python-headless
LS245
- $ sed -i s/true/false/ site-packages/app/settings.py
+ $ python -m pip install --force-reinstall app
LS246
- import requests.client
+ import requests.sessions
LS247
- $ python -m pip install pydantic
- $ python -m pip install pydantic-core==2.0
+ $ python -m pip install pydantic
LS248
- importlib.metadata.version('yaml')
+ importlib.metadata.version('PyYAML')
LS249
- $ python -m pip install -e old
- $ mv old new
+ $ mv old new
+ $ python -m pip install -e new
LS250
- importlib.import_module('plugins.csv')    # in a frozen application
+ $ pyinstaller --hidden-import plugins.csv app.py
LS251
- site-packages/~umpy/
+ $ rm -r site-packages/~umpy
+ $ python -m pip install --force-reinstall numpy
LS252
- from collections import Mapping    # until Python 3.9
+ from collections.abc import Mapping
LS253
- # src/app/__init__.py
- $ python -c 'import app'
+ $ python -m pip install -e .
+ $ python -c 'import app'
LS254
- $ PYTHONPATH=/opt/site python app.py    # has own-nspkg.pth
+ site.addsitedir('/opt/site')
LS255
- # native.py
- os._exit(1)
+ # native.py
+ raise ImportError('there is no such device')
LS256
- $ python -P app.py             # has: import settings, beside it
+ $ python app.py
LS257
- $ PYTHONPATH=lib python -I app.py
+ $ PYTHONPATH=lib python app.py
LS258
- $ PYTHONPATH=/usr/lib/python3.9/site-packages python3.13 app.py
+ $ python3.13 -m pip install requests
+ $ python3.13 app.py
"""
)
"""By code: the bad example, and the good one."""
