"""Modules from an HTTP server: a small tree that can say what is in a file, but not what there is."""

import importlib
import tempfile
import threading
import urllib.error
import urllib.request
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import loadstone


class WebTree:
    """A file, or folder, on a web server."""

    def __init__(self, url):
        self.url = url

    @property
    def name(self):
        return self.url.rpartition("/")[2]

    def joinpath(self, child):
        return WebTree(f"{self.url}/{child}")

    def is_file(self):
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url, method="HEAD")):
                return True
        except urllib.error.HTTPError as error:
            with error:
                if error.code != 404:
                    raise
                return False

    def is_dir(self):
        return False  # there is no way to know

    def iterdir(self):
        raise NotImplementedError("web servers do not list")

    def read_bytes(self):
        with urllib.request.urlopen(self.url) as answer:
            return answer.read()

    def __str__(self):
        return self.url


class Handler(SimpleHTTPRequestHandler):
    """Serves the files of a folder, silently, and is out of order below /down."""

    def send_head(self):
        if self.path.startswith("/down"):
            return self.send_error(503)
        return super().send_head()

    def log_message(self, format, *args):
        pass


with tempfile.TemporaryDirectory() as folder:
    Path(folder, "remote").mkdir()
    Path(folder, "remote", "__init__.py").write_text("from .answer import answer\n")
    Path(folder, "remote", "answer.py").write_text("answer = 42\n")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=folder))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"

    with loadstone.install(loadstone.TreeFinder(WebTree(url))):
        remote = importlib.import_module("remote")
        print(remote.answer, "from", remote.__file__.replace(url, "the server"))

        try:
            importlib.import_module("remote.nothing")
        except ModuleNotFoundError as error:
            print(error)

        try:
            importlib.import_module("down")
        except ImportError as error:
            print(str(error).replace(url, "the server"))

    server.shutdown()
    server.server_close()
    thread.join()
