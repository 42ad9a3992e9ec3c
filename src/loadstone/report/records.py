"""Records as JSON: what every report can be written as."""

from __future__ import annotations

import json
from typing import Any

import attrs

__all__ = ["as_json", "plain"]


def plain(value: Any) -> Any:
    """`value` in what JSON knows: records become dicts, other collections lists, anything else its `repr`."""
    if attrs.has(type(value)):
        fields = attrs.fields(type(value))
        return {field.name: plain(getattr(value, field.name)) for field in fields if field.repr}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        items = sorted(value, key=repr) if isinstance(value, (set, frozenset)) else value
        return [plain(item) for item in items]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return repr(value)


def as_json(record: Any) -> str:
    """`record` as JSON text, in printable ASCII: what names and paths hold can be shown anywhere."""
    # The one control character that JSON may leave as it is.
    return json.dumps(plain(record), indent=2).replace("\x7f", "\\u007f")
