"""What a thing reads from a job document: its target firmware, and values that templates name."""

import json
from collections.abc import Mapping, Sequence
from typing import Final

FIRMWARE_KEYS: Final = ("version", "firmware.version", "fwVersion", "targetVersion")
"""Where a target firmware version is looked for, in this order (reference section 12.5)."""

SCHEMA_VERSION: Final = "1.0"
"""`version` of the AWS IoT Device Client's document schema; beside `steps` it names that schema, not a firmware."""


def firmware_of(document: Mapping[str, object], keys: Sequence[str] = FIRMWARE_KEYS) -> str | None:
    """Return the firmware version that a job document asks for, or None if it names none.

    `keys` are dotted paths, the first that holds a text or a number wins. `version: "1.0"` beside `steps` is the
    version of the document's schema and is passed over.
    """
    for key in keys:
        value = lookup(document, key)
        if isinstance(value, bool) or not isinstance(value, str | int | float) or value == "":
            continue
        if key == "version" and str(value) == SCHEMA_VERSION and "steps" in document:
            continue
        return str(value)
    return None


def lookup(document: object, path: str) -> object:
    """Return the value at a dotted path (`files.0.filesize`), or None if there is none."""
    value = document
    for part in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isascii() and part.isdigit() and len(part) < 6 and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def as_text(value: object) -> str:
    """Return a document's value as status details carry it: texts as they are, all else as JSON, nothing as ""."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    except (RecursionError, ValueError):  # a document nested beyond what Python writes
        return ""
