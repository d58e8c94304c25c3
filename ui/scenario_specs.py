"""Which fields the scenario form has: for the scenario itself, for each kind of step, and for its end."""

from typing import Final

from PySide6.QtCore import QCoreApplication

from simulator.scenario.model_steps import ENDS, FAULTS
from ui.scenario_fields import FieldSpec
from ui.scenario_values import Kind

STARTS: Final = ("start-next", "describe", "none")
EXPECTED: Final = ("", "sent", "omitted", "stale", "ahead")
KINDS: Final = ("fault", "include", "choose", "repeat", "download", "custom")


def _tr(text: str) -> str:
    return QCoreApplication.translate("ScenarioForm", text)


def kind_of(step: object) -> str:
    """Return the kind of a step: "work", or the key that makes it another."""
    return next((kind for kind in KINDS if isinstance(step, dict) and kind in step), "work")


def head() -> list[FieldSpec]:
    """The first fields."""
    return [
        FieldSpec(key=("name",), label=_tr("Name"), span=2, needed=True,
                  tip=_tr("1 to 64 letters, digits, hyphens or underscores; Apply renames the file too")),
        FieldSpec(key=("start",), label=_tr("Begins by"), kind=Kind.CHOICE, span=2, choices=STARTS,
                  default="start-next",
                  tip=_tr("start-next: IN_PROGRESS before the first step. describe: QUEUED until the first update. "
                          "none: lets it wait")),
        FieldSpec(key=("description",), label=_tr("Description"), span=4, hint=_tr("A line for lists")),
    ]  # fmt: skip


def more() -> list[FieldSpec]:
    """What is needed less often."""
    return [
        FieldSpec(key=("on_cancel",), label=_tr("When canceled"), kind=Kind.CHOICE, choices=("obey", "ignore"),
                  default="obey", tip=_tr("Stop, or go on reporting")),
        FieldSpec(key=("expected_version",), label=_tr("Expected version"), kind=Kind.CHOICE, choices=EXPECTED,
                  tip=_tr("sent: as the thing believes; omitted; stale: one too low; ahead: one too high")),
        FieldSpec(key=("tags",), label=_tr("Tags"), kind=Kind.VALUE, span=2, hint="[slow, faults]"),
        FieldSpec(key=("faults",), label=_tr("Faults by chance"), kind=Kind.VALUE, span=4,
                  hint="{drop-line: 0.01, lose-reply: 0.05}",
                  tip=_tr("Each with its rate from 0 to 1; {rate: 0.1, seconds: 5} for those that last")),
        FieldSpec(key=("status_details",), label=_tr("Status details"), kind=Kind.VALUE, span=4,
                  hint='{step: "{step}", progress: "{percent}"}',
                  tip=_tr("At most 10; values have 1 to 1,024 characters")),
    ]  # fmt: skip


def end() -> list[FieldSpec]:
    """How it ends."""
    return [
        FieldSpec(key=("status",), label=_tr("Ends with"), kind=Kind.CHOICE, choices=ENDS, needed=True),
        FieldSpec(key=("reason",), label=_tr("Reason"), span=3, hint=_tr("Status detail of the last update")),
        FieldSpec(key=("status_details",), label=_tr("Status details of the last update"), kind=Kind.VALUE, span=4,
                  hint=_tr("As in the steps")),
    ]  # fmt: skip


def step(kind: str) -> list[FieldSpec]:
    """The fields of a kind of step; those of one that only the text can show are few."""
    return {"work": _work, "fault": _fault, "include": _include, "repeat": _repeat, "choose": list,
            "download": _download, "custom": _custom}[kind]()  # fmt: skip


def _name() -> FieldSpec:
    return FieldSpec(key=("name",), label=_tr("Step"), span=2, needed=True, tip=_tr("Shown as {step}"))


def _progress() -> list[FieldSpec]:
    return [
        FieldSpec(key=("progress", "from"), label=_tr("From %"), kind=Kind.NUMBER, hint=_tr("as before")),
        FieldSpec(key=("progress", "to"), label=_tr("To %"), kind=Kind.NUMBER, hint=_tr("as before")),
        FieldSpec(key=("progress", "every"), label=_tr("Every s"), kind=Kind.NUMBER, hint=_tr("ends only")),
    ]


def _timeout() -> FieldSpec:
    tip = _tr("stepTimeoutInMinutes of its first update: 1 to 10,080, or -1 to clear the timer")
    hint = _tr("as it is")
    return FieldSpec(key=("step_timeout_minutes",), label=_tr("Timer min"), kind=Kind.NUMBER, hint=hint, tip=tip)


def _details() -> FieldSpec:
    return FieldSpec(key=("status_details",), label=_tr("Status details"), kind=Kind.VALUE, span=3,
                     hint=_tr("The scenario's own"))  # fmt: skip


def _work() -> list[FieldSpec]:
    return [
        _name(),
        FieldSpec(key=("duration",), label=_tr("Takes s"), kind=Kind.DURATION, span=2, needed=True,
                  hint=_tr("2, 1 to 3, 2 ± 0.5"),
                  tip=_tr("Simulated seconds: 2, 1 to 3, 2 ± 0.5, {normal: {mean: 2, deviation: 0.5}}")),
        *_progress(), _timeout(),
        FieldSpec(key=("fail_chance",), label=_tr("Fails %"), kind=Kind.PERCENT, hint="0"),
        FieldSpec(key=("reason",), label=_tr("with the reason"), span=3, hint=_tr("{step} failed")),
        _details(),
        FieldSpec(key=("report",), label=_tr("Reports"), kind=Kind.FLAG, default=True,
                  tip=_tr("Off: nothing is sent in this step")),
    ]  # fmt: skip


def _fault() -> list[FieldSpec]:
    return [
        FieldSpec(key=("fault",), label=_tr("Fault"), kind=Kind.CHOICE, span=2, needed=True,
                  choices=tuple(fault.value for fault in FAULTS)),
        FieldSpec(key=("seconds",), label=_tr("For s"), kind=Kind.DURATION, span=2, hint=_tr("as usual"),
                  tip=_tr("How long, for those that have a length")),
    ]  # fmt: skip


def _include() -> list[FieldSpec]:
    return [
        FieldSpec(key=("include",), label=_tr("Scenario"), kind=Kind.CHOICE, span=2, needed=True),
        FieldSpec(key=("with_end",), label=_tr("End as it ends"), kind=Kind.FLAG, span=2, default=False),
    ]


def _repeat() -> list[FieldSpec]:
    return [FieldSpec(key=("repeat",), label=_tr("Times"), kind=Kind.NUMBER, needed=True)]


def _download() -> list[FieldSpec]:
    return [
        _name(),
        FieldSpec(key=("download", "url"), label=_tr("Address"), span=2, needed=True, hint="{document.url}"),
        *_progress(), _timeout(),
        FieldSpec(key=("download", "sha256"), label="SHA-256", span=2, hint="{document.sha256}"),
        FieldSpec(key=("download", "size"), label=_tr("Bytes"), kind=Kind.VALUE, hint="{document.size}"),
        FieldSpec(key=("within",), label=_tr("Within s"), kind=Kind.NUMBER, hint="600"),
        _details(),
    ]  # fmt: skip


def _custom() -> list[FieldSpec]:
    return [
        _name(),
        FieldSpec(key=("custom",), label=_tr("Entry point"), span=2, needed=True),
        *_progress(), _timeout(),
        FieldSpec(key=("with",), label=_tr("Parameters"), kind=Kind.VALUE, span=3, hint="{pages: 64}"),
        FieldSpec(key=("within",), label=_tr("Within s"), kind=Kind.NUMBER, hint="600"),
        _details(),
    ]  # fmt: skip
