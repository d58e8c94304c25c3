"""Which things have a certificate in a folder? Its files are matched with the things by their names."""

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from simulator.errors import InputError
from simulator.transport.credentials import PLACE, file_name

PATTERNS: Final = (
    ("{thing}.pem", "{thing}.key"),  # as `thing-simulator certificates` writes them
    ("{thing}.crt", "{thing}.key"),
    ("{thing}.cert.pem", "{thing}.private.key"),  # as AWS's "connect one device" hands them out
    ("{thing}.cert.pem", "{thing}.key.pem"),
    ("{thing}-certificate.pem.crt", "{thing}-private.pem.key"),  # as AWS's console lets them be downloaded
    ("{thing}.pem.crt", "{thing}.pem.key"),
    ("{thing}-cert.pem", "{thing}-key.pem"),
)
"""How certificate and key of a thing may be called, both in the same folder."""

AUTHORITIES: Final = ("ca.pem", "root-CA.crt", "AmazonRootCA1.pem")
ABOVE: Final = "../"  # `thing-simulator certificates` puts the authority's file into the folder above
MOST_FILES: Final = 400_000


@dataclass(frozen=True, slots=True)
class Match:
    """`certificate` and `key` are paths in which `{thing}` stands for the thing; `missing` things have not both.

    `ca` is an authority's file that lies there too, or in the folder above; "" for none.
    """

    certificate: str
    key: str
    missing: tuple[str, ...]
    ca: str = ""


def listing(folder: str) -> frozenset[str]:
    """Return the names of the files in a folder, and of authorities' files in the one above. It blocks while it reads.

    Raises:
        InputError: there is no such folder, it cannot be read, or it holds more files than any fleet needs.
    """
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                found.append(entry.name)
                if len(found) > MOST_FILES:
                    raise InputError(
                        "", f"holds more than {MOST_FILES:,} files", "choose the folder of the certificates"
                    )
    except (OSError, ValueError) as exc:
        words = getattr(exc, "strerror", None) or str(exc)
        raise InputError("", f"cannot be read: {words.lower()}", "choose a folder") from exc
    above = Path(folder).absolute().parent
    return frozenset([*found, *(ABOVE + name for name in AUTHORITIES if (above / name).is_file())])


def match(folder: str, files: Collection[str], things: Sequence[str]) -> Match:
    """Return how the files of a folder are called for most of these things, and which things have none."""
    best = PATTERNS[0]
    missing: Sequence[str] = things
    for certificate, key in PATTERNS:
        if not any(name.endswith(certificate.removeprefix(PLACE)) for name in files):
            continue
        without = [thing for thing in things if not _has(files, certificate, key, thing)]
        if len(without) < len(missing):
            best, missing = (certificate, key), without
    place = Path(folder)
    authority = next((str(place / name) for name in AUTHORITIES if name in files), "")
    authority = authority or next((str(place.parent / name) for name in AUTHORITIES if ABOVE + name in files), "")
    return Match(str(place / best[0]), str(place / best[1]), tuple(missing), authority)


def _has(files: Collection[str], certificate: str, key: str, thing: str) -> bool:
    name = file_name(thing)
    return certificate.replace(PLACE, name) in files and key.replace(PLACE, name) in files
