"""The composer's small forms: rollout, abort criteria, retries, start. Each gives the configuration that it shows."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QHBoxLayout, QLabel, QSizePolicy, QSpinBox, QWidget

from simulator.jobs.configs import (
    MAX_RETRIES,
    AbortAction,
    AbortConfig,
    AbortCriteria,
    ExponentialRate,
    FailureType,
    RateIncreaseCriteria,
    RetryConfig,
    RetryCriteria,
    RetryType,
    RolloutConfig,
)
from ui.composer_draft import MOST_NOTICE_MINUTES
from ui.flow_layout import FlowLayout

PER_MINUTE: Final = (1, 1000)
MOST_THINGS: Final = 1_000_000
NO_MAXIMUM: Final = 0


def spin(parent: QWidget, name: str, spoken: str, low: int, high: int, value: int) -> QSpinBox:
    """A field for a whole number."""
    made = QSpinBox(parent)
    made.setObjectName(name)
    made.setAccessibleName(spoken)
    made.setRange(low, high)
    made.setValue(value)
    made.setGroupSeparatorShown(True)
    return made


def combo(parent: QWidget, name: str, spoken: str, choices: Sequence[tuple[str, object]]) -> QComboBox:
    """A field for one of several."""
    made = QComboBox(parent)
    made.setObjectName(name)
    made.setAccessibleName(spoken)
    for text, data in choices:
        made.addItem(text, data)
    return made


class Fields(QWidget):
    """A row of fields that wraps where it is narrow. `changed` comes with every change."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = FlowLayout(self, spacing=6)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def put(self, *parts: QWidget | str) -> list[QWidget]:
        """Put fields and words in the row; each word goes with the field after it. Return what can be hidden alone."""
        made: list[QWidget] = []
        word = ""
        for part in parts:
            if isinstance(part, str):
                word = part
                continue
            piece = part
            if word:
                piece = QWidget(self)
                row = QHBoxLayout(piece)
                row.setContentsMargins(0, 0, 0, 0)
                row.setSpacing(6)
                label = QLabel(word, piece)
                label.setBuddy(part)
                row.addWidget(label)
                row.addWidget(part)
                word = ""
            self._flow.addWidget(piece)
            made.append(piece)
        return made

    def _tell(self) -> None:
        self.updateGeometry()
        self.changed.emit()


class RolloutFields(Fields):
    """At once, at a constant rate, or at one that rises."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = combo(
            self,
            "composerRolloutCombo",
            self.tr("Rollout"),
            [(self.tr("At once"), "once"), (self.tr("Constant"), "constant"), (self.tr("Exponential"), "exponential")],
        )
        low, high = PER_MINUTE
        self.rate = spin(self, "composerRateSpin", self.tr("Things a minute"), low, high, 50)
        self.rate.setSuffix(self.tr(" a minute"))
        self.factor = QDoubleSpinBox(self)
        self.factor.setObjectName("composerFactorSpin")
        self.factor.setAccessibleName(self.tr("Increment factor"))
        self.factor.setRange(1.1, 5.0)
        self.factor.setSingleStep(0.1)
        self.factor.setDecimals(1)
        self.factor.setPrefix("×")
        self.factor.setValue(2.0)
        self.every = spin(self, "composerEverySpin", self.tr("Rises after so many things"), 1, MOST_THINGS, 100)
        self.by = combo(
            self,
            "composerByCombo",
            self.tr("Counted by"),
            [(self.tr("notified"), "notified"), (self.tr("succeeded"), "succeeded")],
        )
        self.most = spin(self, "composerMostSpin", self.tr("At most so many a minute"), NO_MAXIMUM, high, NO_MAXIMUM)
        self.most.setSpecialValueText(self.tr("no maximum"))
        self.put(self.kind, self.rate)
        self._rising = self.put(self.factor, self.tr("every"), self.every, self.by, self.tr("at most"), self.most)
        self.kind.currentIndexChanged.connect(self._show_kind)
        for field in (self.rate, self.factor, self.every, self.most):
            field.valueChanged.connect(self._tell)
        self.by.currentIndexChanged.connect(self._tell)
        self._show_kind()

    def _show_kind(self) -> None:
        kind = self.kind.currentData()
        self.rate.setVisible(kind != "once")
        for piece in self._rising:
            piece.setVisible(kind == "exponential")
        self._tell()

    def config(self) -> RolloutConfig | None:
        """What is shown."""
        kind, rate = self.kind.currentData(), self.rate.value()
        if kind == "once":
            return None
        if kind == "constant":
            return RolloutConfig(maximum_per_minute=rate)
        every, by_success = self.every.value(), self.by.currentData() == "succeeded"
        rising = ExponentialRate(
            base_rate_per_minute=rate,
            increment_factor=round(self.factor.value(), 1),
            rate_increase_criteria=RateIncreaseCriteria(
                number_of_notified_things=None if by_success else every,
                number_of_succeeded_things=every if by_success else None,
            ),
        )
        most = self.most.value()
        return RolloutConfig(maximum_per_minute=None if most == NO_MAXIMUM else most, exponential_rate=rising)

    def show_config(self, config: RolloutConfig | None) -> None:
        """Show this."""
        rising = None if config is None else config.exponential_rate
        most = None if config is None else config.maximum_per_minute
        if rising is not None:
            criteria = rising.rate_increase_criteria
            self.rate.setValue(rising.base_rate_per_minute)
            self.factor.setValue(rising.increment_factor)
            self.every.setValue(criteria.number_of_notified_things or criteria.number_of_succeeded_things or 1)
            self.by.setCurrentIndex(0 if criteria.number_of_notified_things else 1)
            self.most.setValue(most or NO_MAXIMUM)
        elif most is not None:
            self.rate.setValue(most)
        kind = "exponential" if rising is not None else "once" if most is None else "constant"
        self.kind.setCurrentIndex(self.kind.findData(kind))


class AbortFields(Fields):
    """Abort if so much of what was executed failed. One criterion; further ones of a cloned job are kept."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._more: tuple[AbortCriteria, ...] = ()
        self.on = QCheckBox(self.tr("if"), self)
        self.on.setObjectName("composerAbortCheck")
        self.on.setAccessibleName(self.tr("Abort criterion"))
        self.kind = combo(
            self,
            "composerAbortCombo",
            self.tr("What counts as a failure"),
            [
                (self.tr("failed"), FailureType.FAILED),
                (self.tr("rejected"), FailureType.REJECTED),
                (self.tr("timed out"), FailureType.TIMED_OUT),
                (self.tr("any of these"), FailureType.ALL),
            ],
        )
        self.share = QDoubleSpinBox(self)
        self.share.setObjectName("composerAbortSpin")
        self.share.setAccessibleName(self.tr("Threshold in percent"))
        self.share.setRange(0.0, 100.0)
        self.share.setDecimals(2)
        self.share.setSuffix(" %")
        self.share.setValue(10.0)
        self.after = spin(self, "composerAbortAfterSpin", self.tr("After so many executed things"), 1, MOST_THINGS, 20)
        self.put(self.on, self.kind, "≥", self.share)
        self.put(self.tr("after"), self.after)
        self.on.toggled.connect(self._show_on)
        self.kind.currentIndexChanged.connect(self._tell)
        self.share.valueChanged.connect(self._tell)
        self.after.valueChanged.connect(self._tell)
        self._show_on()

    def _show_on(self) -> None:
        for field in (self.kind, self.share, self.after):
            field.setEnabled(self.on.isChecked())
        self._tell()

    def config(self) -> AbortConfig | None:
        """What is shown."""
        if not self.on.isChecked():
            return None
        criteria = AbortCriteria(
            failure_type=FailureType(self.kind.currentData()),
            action=AbortAction.CANCEL,
            threshold_percentage=round(self.share.value(), 2),
            min_number_of_executed_things=self.after.value(),
        )
        return AbortConfig(criteria_list=(criteria, *self._more))

    def show_config(self, config: AbortConfig | None) -> None:
        """Show this."""
        if config is not None:
            first, *more = config.criteria_list
            self._more = tuple(more)
            self.kind.setCurrentIndex(self.kind.findData(first.failure_type))
            self.share.setValue(first.threshold_percentage)
            self.after.setValue(first.min_number_of_executed_things)
        else:
            self._more = ()
        self.on.setChecked(config is not None)
        self._tell()


class RetryFields(Fields):
    """How often what failed or timed out is tried again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole: RetryConfig | None = None  # of a cloned job that has two criteria
        self.count = spin(self, "composerRetrySpin", self.tr("Retries"), 0, MAX_RETRIES, 0)
        self.count.setSpecialValueText(self.tr("none"))
        self.kind = combo(
            self,
            "composerRetryCombo",
            self.tr("What is tried again"),
            [
                (self.tr("failed"), RetryType.FAILED),
                (self.tr("timed out"), RetryType.TIMED_OUT),
                (self.tr("either"), RetryType.ALL),
            ],
        )
        self.put(self.count)
        self._kinds = self.put(self.tr("if"), self.kind)
        self.count.valueChanged.connect(self._edited)
        self.kind.currentIndexChanged.connect(self._edited)
        self._edited()

    def _edited(self) -> None:
        self._whole = None
        for piece in self._kinds:
            piece.setVisible(self.count.value() > 0)
        self._tell()

    def config(self) -> RetryConfig | None:
        """What is shown."""
        if self._whole is not None:
            return self._whole
        if not self.count.value():
            return None
        criteria = RetryCriteria(failure_type=RetryType(self.kind.currentData()), number_of_retries=self.count.value())
        return RetryConfig(criteria_list=(criteria,))

    def show_config(self, config: RetryConfig | None) -> None:
        """Show this."""
        if config is None:
            self.count.setValue(0)
            return
        first = config.criteria_list[0]
        self.kind.setCurrentIndex(self.kind.findData(first.failure_type))
        self.count.setValue(sum(each.number_of_retries for each in config.criteria_list))
        if len(config.criteria_list) > 1:
            self._whole = config
        self._tell()


class TimesFields(Fields):
    """In-progress timeout, and when the job begins."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.start = spin(self, "composerStartSpin", self.tr("Starts in minutes, 0 at once"), 0, MOST_NOTICE_MINUTES, 0)
        self.start.setSpecialValueText(self.tr("at once"))
        self.start.setPrefix(self.tr("in "))
        self.start.setSuffix(self.tr(" min"))
        self.start.setToolTip(self.tr("A later start needs at least 30 minutes’ notice, by the endpoint’s clock"))
        self.scope = combo(
            self,
            "composerSelectionCombo",
            self.tr("Target selection"),
            [(self.tr("Snapshot"), "SNAPSHOT"), (self.tr("Continuous"), "CONTINUOUS")],
        )
        self.scope.setItemData(0, "SNAPSHOT", Qt.ItemDataRole.ToolTipRole)
        self.scope.setItemData(1, "CONTINUOUS", Qt.ItemDataRole.ToolTipRole)
        self.scope.setToolTip(self.tr("Snapshot: the things there are now. Continuous: also those that join the group"))
        self.put(self.start, self.scope)
        self.start.valueChanged.connect(self._tell)
        self.scope.currentIndexChanged.connect(self._tell)
