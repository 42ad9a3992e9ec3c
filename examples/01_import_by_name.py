"""Import modules by name: absolute, relative, and one that is not there."""

import sys

import loadstone

decoder = loadstone.import_module("json.decoder")
print(decoder.__name__, "is in sys.modules:", sys.modules["json.decoder"] is decoder)

encoder = loadstone.import_module(".encoder", package="json")
print(encoder.__name__, "defines", encoder.JSONEncoder.__name__)

try:
    loadstone.import_module("json.lexer")
except ModuleNotFoundError as error:
    print(error, f"(name={error.name!r})")
