"""What the fleet builder says of a draft, in sentences."""

from PySide6.QtCore import QCoreApplication

from simulator.fleet_draft import Field, Findings
from ui.numbers import counted, grouped

MEGABYTE = 1_000_000


def _tr(text: str) -> str:
    return QCoreApplication.translate("FleetBuilder", text)


def titles() -> dict[Field, str]:
    """What each field is called."""
    return {
        Field.COUNT: _tr("Things"),
        Field.NAMES: _tr("Name"),
        Field.FIRST: _tr("First number"),
        Field.GROUP: _tr("Thing group"),
        Field.FIRMWARE: _tr("Firmware at start"),
        Field.RATE: _tr("Start rate"),
        Field.SEED: _tr("Seed"),
        Field.MIX: _tr("Scenario mix"),
        Field.CERTIFICATES: _tr("Certificates"),
    }


def labels() -> dict[Field, str]:
    """What stands over each field, with the letter that leads to it by Alt."""
    return {
        Field.COUNT: _tr("Thin&gs"),
        Field.NAMES: _tr("Na&me"),
        Field.FIRST: _tr("First n&umber"),
        Field.GROUP: _tr("Thing gr&oup"),
        Field.FIRMWARE: _tr("Firm&ware at start"),
        Field.RATE: _tr("Start &rate, connections a second"),
        Field.SEED: _tr("See&d"),
    }


def hints() -> dict[Field, str]:
    """What stands in a field while it is empty."""
    return {
        Field.GROUP: _tr("none"),
        Field.RATE: _tr("no limit"),
        Field.CERTIFICATES: _tr("A folder with a certificate and a key for each thing; empty for none"),
    }


def tips() -> dict[Field, str]:
    """What each field is for."""
    return {
        Field.COUNT: _tr("How many things there will be, from 1 to 100,000"),
        Field.NAMES: _tr("{n} stands for the number, {n:05} for the number with five digits at least"),
        Field.FIRST: _tr("The number that the first thing has"),
        Field.GROUP: _tr(
            "The thing group that the things are put into, for jobs: now at the local endpoint, elsewhere by a run of "
            "the file. Empty for none"
        ),
        Field.FIRMWARE: _tr("The version that the things report before any job"),
        Field.RATE: _tr("Connections a second when things are started, all those of this window; empty for no limit"),
        Field.SEED: _tr("Where all chance comes from: the same seed gives the same scenarios and the same outcomes"),
        Field.MIX: _tr("Which scenario a thing has is drawn by these weights, from the seed and its name"),
        Field.CERTIFICATES: _tr("A folder with a certificate and a key for each thing, matched by name"),
    }


def preview(found: Findings) -> str:
    """The names that come of it."""
    if not found.first_name:
        return ""
    if found.count == 1:
        return found.first_name
    return _tr("%1 … %2").replace("%1", found.first_name).replace("%2", found.last_name)


def taken(found: Findings) -> str:
    """How many of the names there are already."""
    return counted(found.taken, _tr("1 of these names exists already."), _tr("%n of these names exist already."))


def from_free(found: Findings) -> str:
    """The button that takes numbers which are free."""
    return _tr("Start numbering at %1").replace("%1", grouped(found.free_number))


def matched(found: Findings) -> str:
    """How many things have a certificate in the folder."""
    if found.match is None:
        return ""
    total = found.count + found.left_out
    has = grouped(total - len(found.match.missing))
    text = _tr("Matched %1 of %2 by name.").replace("%1", has).replace("%2", grouped(total))
    if not found.left_out:
        return text
    left = counted(found.left_out, _tr("1 thing is left out."), _tr("%n things are left out."))
    return f"{text} {left}"


def certificates_use(*, tls: bool, local: bool) -> str:
    """What becomes of the certificates when the things are added here."""
    if tls:
        return _tr("All things connect anew, with these certificates.")
    if local:
        return _tr("The local endpoint of this window asks for none: they go into the file alone.")
    return _tr("This connection is not encrypted and takes none: they go into the file alone.")


def resources(found: Findings, there: int) -> str:
    """What the things take, with those that are there."""
    if not found.open_files:
        return ""
    megabytes = grouped(round(found.memory_bytes / MEGABYTE))
    text = _tr("Needs about %1 open files and %2 MB") if not there else _tr(
        "With the %3 there are, needs about %1 open files and %2 MB"
    )  # fmt: skip
    files = grouped(found.open_files)
    return text.replace("%1", files).replace("%2", megabytes).replace("%3", grouped(there))


def add(found: Findings) -> str:
    """The button that adds them."""
    if not found.count:
        return _tr("Add things")
    return counted(found.count, _tr("Add 1 thing"), _tr("Add %n things"))


def why_not(found: Findings) -> str:
    """Why this is no fleet; "" if it is one."""
    return next((at_field(*told) for told in found.problems.items()), "")


def why_not_added(found: Findings) -> str:
    """Why the things cannot be added; "" if they can."""
    return why_not(found) or (taken(found) if found.taken else found.no_room)


def at_field(field: Field, sentence: str) -> str:
    """A sentence about a field, with its name."""
    return _tr("%1: %2").replace("%1", titles()[field]).replace("%2", sentence)


def added(count: int) -> str:
    """They are there."""
    return counted(count, _tr("1 thing was added."), _tr("%n things were added."))
