"""What the values of a fleet file have to agree on among themselves. They are plain values, not the checked model:
a file with a misspelt key in one group still hears what is wrong with another."""

from collections.abc import Iterator
from typing import Final

from simulator.marker import TYPED_ATTRIBUTES, UNTYPED_ATTRIBUTES
from simulator.scenario.problems import Path

Finding = tuple[Path, str, str]
"""Where, what is wrong, and how to mend it."""

NAMED: Final = ("prefix", "names")
NUMBERED: Final = (*NAMED, "count", "first", "without")


def findings(data: object) -> Iterator[Finding]:
    """Yield what is wrong between the values of a fleet."""
    if data is None:
        yield (), "the file is empty", "begin with groups:, as docs/fleet-and-run-files.md shows"
        return
    if not isinstance(data, dict):
        return
    groups, things = data.get("groups"), data.get("things")
    if not groups and not things:
        yield (), "there are no things in it", "add groups: or things:"
    yield from _certificates(data.get("certificates"))
    for kind, entries in (("groups", groups), ("things", things)):
        for number, entry in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(entry, dict):
                found = _group(entry) if kind == "groups" else iter(())
                for path, what, mend in (*found, *_attributes(entry)):
                    yield (kind, number, *path), what, mend


def _group(entry: dict[str, object]) -> Iterator[Finding]:
    has = [key for key in NUMBERED if entry.get(key) is not None]
    if entry.get("csv") is not None:
        for key in has:
            yield (key,), "the CSV file names the things", f"take {key} out, or csv"
        return
    if not any(key in has for key in NAMED):
        yield ("prefix",), "is missing", "add prefix, or names, or name a file with csv"
    elif all(key in has for key in NAMED):
        yield ("names",), "the things have a prefix already", "take names out, or prefix"
    if "count" not in has:
        yield ("count",), "is missing", "add count, or name a file with csv"


def _attributes(entry: dict[str, object]) -> Iterator[Finding]:
    attributes = entry.get("attributes")
    count = len(attributes) if isinstance(attributes, dict) else 0
    if entry.get("thing_type") is None and count > UNTYPED_ATTRIBUTES:
        yield ("attributes",), *too_many(count, has_type=False)
    elif count > TYPED_ATTRIBUTES:
        yield ("attributes",), *too_many(count, has_type=True)


def too_many(count: int, *, has_type: bool) -> tuple[str, str]:
    """Return what is wrong with so many attributes, and how to mend it."""
    if has_type:
        what = f"there are {count} attributes, and AWS takes {TYPED_ATTRIBUTES} beside the mark of this program"
        return what, "take some out"
    least = f"AWS takes {UNTYPED_ATTRIBUTES} of a thing without thing_type"
    what = f"there are {count} attributes, and {least}, beside the mark of this program"
    return what, "add thing_type: a-name, or take some out"


def _certificates(entry: object) -> Iterator[Finding]:
    if not isinstance(entry, dict):
        return
    for one, other in (("certificate", "key"), ("key", "certificate")):
        if entry.get(one) is not None and entry.get(other) is None:
            yield ("certificates", other), "is missing", f"add {other}: a certificate and its key go together"
