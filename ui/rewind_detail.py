"""What one thing's detail was at a moment of the past: cut from what its rings hold now."""

from msgspec.structs import replace

from simulator.feed import ThingDetail, ThingSnapshot, TransitionRecord
from ui.fleet_store import FleetStore, Shown
from ui.journal import Entry, Journal, Moment

_FIELDS = tuple(name for name in Moment.__struct_fields__)


def as_shown(detail: ThingDetail | None, store: FleetStore) -> ThingDetail | None:
    """The detail at the moment the store shows; as it is while now is shown."""
    if detail is None or not store.in_past:
        return detail
    row = store.row_of.get(detail.snapshot.name)
    if row is None:
        return detail
    when = store.shown_at
    return replace(
        detail,
        snapshot=_snapshot(detail.snapshot, store.shown[row], store.updated_at(row)),
        messages=[record for record in detail.messages if record.at <= when],
        timeline=[record for record in detail.timeline if record.at <= when],
        faults=[],
        next_update=None,
    )


def from_journal(name: str, journal: Journal, when: float) -> ThingDetail | None:
    """What a journal alone knows of a thing at a moment: how it looked and its transitions, but no messages."""
    thing = journal.id_of(name)
    if thing < 0:
        return None
    scene = journal.scene(when)
    moment = scene.moments[thing] or Moment()
    timeline = _transitions(list(journal.of_thing(name, when)))
    snapshot = _snapshot(ThingSnapshot(name=name), moment, scene.since[thing])
    return ThingDetail(snapshot=snapshot, messages=[], messages_dropped=0, timeline=timeline)


def _snapshot(base: ThingSnapshot, shown: Shown, at: float) -> ThingSnapshot:
    return replace(base, updated_at=at, **{name: getattr(shown, name) for name in _FIELDS})


def _transitions(entries: list[Entry]) -> list[TransitionRecord]:
    """One node for each version of each execution."""
    nodes: list[TransitionRecord] = []
    for entry in entries:
        m = entry.moment
        if m is None or m.status is None:
            continue
        node = TransitionRecord(
            at=entry.at, job_id=m.job_id, execution_number=m.execution_number, status=m.status, version=m.version,
            step=m.step, reason=m.details,
        )  # fmt: skip
        before = nodes[-1] if nodes else None
        if before is None or (before.job_id, before.execution_number, before.version, before.status) != (
            node.job_id, node.execution_number, node.version, node.status,
        ):  # fmt: skip
            nodes.append(node)
    return nodes
