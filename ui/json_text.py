"""Payloads as people read them: indented JSON, plain text, or hex where the bytes are no text. Knows no widget."""

import json
import re
from typing import Final

FIRST_BYTES: Final = 4096  # of a large payload, until all of it is asked for
LARGE_BYTES: Final = 64 * 1024
_HEX_WIDTH: Final = 16
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def is_text(payload: bytes) -> bool:
    """Whether the bytes are UTF-8 without control characters other than white space."""
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return False
    return _CONTROL.search(text) is None


def pretty(payload: bytes) -> str:
    """The payload indented if it is JSON, as it is if it is text, else as hex."""
    if not is_text(payload):
        return hex_dump(payload)
    try:
        return json.dumps(json.loads(payload), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return payload.decode()


def raw(payload: bytes) -> str:
    """The payload as it was on the wire, or as hex if it is no text."""
    return payload.decode() if is_text(payload) else hex_dump(payload)


def first_part(payload: bytes) -> str:
    """The first 4 KiB as they are; a character cut in two at their end is left out."""
    part = payload[:FIRST_BYTES]
    if is_text(payload):
        return part.decode(errors="ignore")
    return hex_dump(part)


def hex_dump(payload: bytes) -> str:
    """Offset, sixteen bytes, and the printable ones as characters, line by line."""
    lines = []
    for start in range(0, len(payload), _HEX_WIDTH):
        part = payload[start : start + _HEX_WIDTH]
        printable = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        lines.append(f"{start:06x}  {part.hex(' '):<{_HEX_WIDTH * 3 - 1}}  {printable}")
    return "\n".join(lines)
