"""What a file or folder is that a person drops on the window or opens: its content tells."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QCoreApplication

from simulator.errors import InputError
from ui import drop_certificates, rewind_clip
from ui.drop_certificates import Pem, has_certificates, pem_of
from ui.drop_rows import NOWHERE, Aim
from ui.numbers import counted

MAX_BYTES: Final = 64 * 1024 * 1024  # a report of ten thousand things has some twenty
HEAD_BYTES: Final = 64 * 1024  # of a file too long to be looked at whole while it is held over the window
WHOLE_BYTES: Final = 4 * 1024 * 1024
SNIFFED_BYTES: Final = 2 * 1024 * 1024  # of YAML; the readers themselves have limits of their own
ENDINGS: Final = (".yaml", ".yml", ".json")


class Kind(StrEnum):
    """What can be opened."""

    FLEET = "fleet"
    SCENARIO = "scenario"
    JOB_DOCUMENT = "job document"
    REPORT = "report"
    RUN = "run"  # a run file: for the command line
    CLIP = "clip"  # of the rewind
    LISTED = "listed scenario"  # taken from the list of scenarios; its path is its name
    CA = Pem.CA.value
    CERTIFICATE = Pem.CERTIFICATE.value
    KEY = Pem.KEY.value
    CERTIFICATES = "certificates"  # a folder with those of the things
    UNKNOWN = "unknown"


PEM: Final = (Kind.CA, Kind.CERTIFICATE, Kind.KEY)


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that can be opened, and where it is."""

    kind: Kind
    path: Path


def _tr(text: str) -> str:
    return QCoreApplication.translate("Drop", text)


def look_at(path: Path) -> Found:
    """Say what a path is; a folder is a run's if it has a report in it. What cannot be read is UNKNOWN."""
    try:
        if path.is_dir():
            inside = Found(Kind.CERTIFICATES if has_certificates(path) else Kind.UNKNOWN, path)
            reports = (each for each in map(look_at, sorted(path.glob("*.json"))[:20]) if each.kind is Kind.REPORT)
            return next(reports, inside)
        if path.suffix.lower() in drop_certificates.ENDINGS:
            pem = pem_of(path)
            return Found(Kind.UNKNOWN if pem is None else Kind(pem.value), path)
        if path.suffix.lower() == rewind_clip.ENDING:
            return Found(Kind.CLIP if rewind_clip.is_clip(path) else Kind.UNKNOWN, path)
        if path.suffix.lower() not in ENDINGS or path.stat().st_size > MAX_BYTES:
            return Found(Kind.UNKNOWN, path)
        return Found(_kind_of(path), path)
    except OSError:
        return Found(Kind.UNKNOWN, path)


def _kind_of(path: Path) -> Kind:
    if path.suffix.lower() == ".json" and path.stat().st_size > WHOLE_BYTES:
        return _kind_of_long(path)
    if path.suffix.lower() == ".json":
        try:
            data: Any = json.loads(path.read_text(encoding="utf-8"))
        except (ValueError, RecursionError):
            return Kind.UNKNOWN
    elif path.stat().st_size > SNIFFED_BYTES:
        return Kind.UNKNOWN
    else:
        from simulator.scenario import source

        try:
            data = source.read(path.read_text(encoding="utf-8"), str(path)).data
        except (InputError, UnicodeDecodeError):
            return Kind.UNKNOWN
    keys = set(data) if isinstance(data, dict) else set()
    if {"schema_version", "executions", "outcomes"} <= keys:
        return Kind.REPORT
    if keys & {"fleet", "jobs", "assertions"}:
        return Kind.RUN
    if keys & {"groups", "things"}:
        return Kind.FLEET
    if keys & {"steps", "end", "mix"}:
        return Kind.SCENARIO
    return Kind.JOB_DOCUMENT if path.suffix.lower() == ".json" and isinstance(data, dict) else Kind.UNKNOWN


def _kind_of_long(path: Path) -> Kind:
    """Only a report is that long; it says so in its first members."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    return Kind.REPORT if b'"schema_version"' in head else Kind.JOB_DOCUMENT


def words(found: Sequence[Found], aim: Aim = NOWHERE) -> str:
    """What will be done with these, for the outline; "" if nothing can be. `aim` is where they are held."""
    kinds = [each.kind for each in found]
    names = [each.path.stem for each in found if each.kind is Kind.SCENARIO]
    names += [str(each.path) for each in found if each.kind is Kind.LISTED]
    if len(names) == 1 and aim.things:
        text = counted(len(aim.things), _tr("Give %1 to %2"), _tr("Give %1 to %n things"))
        return text.replace("%1", names[0]).replace("%2", aim.things[0])
    if Kind.LISTED in kinds:
        return _tr("Drop %1 on the things that are to have it").replace("%1", names[0])
    if names:
        return counted(len(names), _tr("Add 1 scenario"), _tr("Add %n scenarios"))
    pem = sum(kind in PEM for kind in kinds)
    if pem > 1:
        return _tr("Use the %1 files to connect").replace("%1", str(pem))
    if aim.compares and kinds == [Kind.REPORT]:
        return _tr("Compare with the report that is shown")
    for kind, text in (
        (Kind.FLEET, _tr("Open as fleet")),
        (Kind.REPORT, _tr("Open the report")),
        (Kind.CLIP, _tr("Show the clip")),
        (Kind.JOB_DOCUMENT, _tr("Use as job document")),
        (Kind.CA, _tr("Use as CA")),
        (Kind.CERTIFICATE, _tr("Use as certificate")),
        (Kind.KEY, _tr("Use as private key")),
        (Kind.CERTIFICATES, _tr("Use the certificates of this folder")),
        (Kind.RUN, _tr("A run file is for the command line: thing-simulator run FILE")),
    ):
        if kind in kinds:
            return text
    return ""
