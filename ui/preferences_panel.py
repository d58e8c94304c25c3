"""The preferences, in the place of the page: each is applied as it is changed, and there is nothing to press."""

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ui import theme
from ui.preferences_file import CHOICES, RANGES, Preferences

WIDTH: Final = 560


def _tr(text: str) -> str:
    return QCoreApplication.translate("Preferences", text)


def preference_words() -> dict[str, tuple[str, str]]:
    """Each preference's label and hint; the palette finds them by the label."""
    return {
        "theme": (_tr("Theme"), _tr("Light, dark, or as the system has it")),
        "text_size": (_tr("Text size"), _tr("1 is the usual size; Ctrl++ and Ctrl+- change it too")),
        "density": (_tr("Density"), _tr("How high the rows of tables are")),
        "motion": (_tr("Motion"), _tr("Whether changes flash and squares fade")),
        "display_hz": (_tr("Display rate cap"), _tr("How often tables are refreshed, at most")),
        "speed": (_tr("Speed"), _tr("Simulated seconds in a real one")),
        "seed": (_tr("Seed"), _tr("0 takes another one at every start")),
        "message_memory": (
            _tr("Message memory"),
            _tr("Messages kept of each thing; 0 goes by the number of things"),
        ),
        "autosave": (_tr("Autosave"), _tr("Whether unsaved work is kept every ten seconds, for after a crash")),
    }


class PreferencesPanel(QScrollArea):
    """Says what was changed: name and value."""

    changed = Signal(str, object)
    leaveWanted = Signal()

    def __init__(self, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("preferencesPanel")
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        inside = QWidget(self)
        self._title = QLabel(self.tr("Preferences"), inside)
        self._title.setObjectName("preferencesTitle")
        form = QFormLayout()
        form.setHorizontalSpacing(24)
        form.setVerticalSpacing(10)
        self.fields: dict[str, QWidget] = {}
        self._show: dict[str, Callable[[Any], None]] = {}
        for name, (label, hint) in preference_words().items():
            field = self.fields[name] = self._field(name)
            field.setObjectName(f"preferences_{name}")
            field.setAccessibleName(label)
            field.setToolTip(hint)
            form.addRow(label, field)
        note = QLabel(self.tr("Speed, seed and message memory hold from the next start on."), inside)
        note.setWordWrap(True)
        done = QPushButton(self.tr("Done"), inside)
        done.setObjectName("preferencesDoneButton")
        done.clicked.connect(self.leaveWanted)
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(32, 24, 32, 24)
        layout.setSpacing(14)
        layout.addWidget(self._title)
        layout.addLayout(form)
        layout.addWidget(note)
        layout.addWidget(done, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addStretch(1)
        inside.setMaximumWidth(theme.px(WIDTH))
        self.setWidget(inside)
        self.show_preferences(preferences)
        theme.current().changed.connect(self.restyle)
        self.restyle()

    def show_preferences(self, preferences: Preferences) -> None:
        """Show these; nothing is told of it."""
        for name, show in self._show.items():
            self.fields[name].blockSignals(True)
            show(getattr(preferences, name))
            self.fields[name].blockSignals(False)

    def focus(self, name: str) -> None:
        """To one of the preferences."""
        self.fields[name].setFocus()
        self.ensureWidgetVisible(self.fields[name])

    def restyle(self) -> None:
        """After a change of scheme or of the size of text."""
        font = QFont(self.font())
        font.setBold(True)
        font.setPointSizeF(self.font().pointSizeF() * 1.5)
        self._title.setFont(font)

    def _field(self, name: str) -> QWidget:
        if name in ("motion", "autosave"):
            check = QCheckBox(self.tr("Flash and fade") if name == "motion" else self.tr("Keep unsaved work"), self)
            check.toggled.connect(lambda on: self.changed.emit(name, on))
            self._show[name] = check.setChecked
            return check
        if name in CHOICES:
            combo = QComboBox(self)
            named = self._choice_words()
            for value in CHOICES[name]:
                combo.addItem(named.get(value, str(value)), value)
            combo.currentIndexChanged.connect(lambda _: self.changed.emit(name, combo.currentData()))
            self._show[name] = lambda value: combo.setCurrentIndex(max(0, combo.findData(value)))
            return combo
        low, high = RANGES[name]
        spin: QSpinBox | QDoubleSpinBox
        if isinstance(getattr(Preferences(), name), float):
            spin = QDoubleSpinBox(self)
            spin.setDecimals(2)
            spin.setSingleStep(0.1)
        else:
            spin = QSpinBox(self)
            spin.setSpecialValueText(_tr("Another one each time") if name == "seed" else _tr("By the number of things"))
        spin.setRange(low, min(high, 2**31 - 1))  # type: ignore[arg-type]  # floats only for QDoubleSpinBox
        spin.setKeyboardTracking(False)
        spin.valueChanged.connect(lambda value: self.changed.emit(name, value))
        self._show[name] = spin.setValue
        return spin

    def _choice_words(self) -> dict[object, str]:
        return {
            "system": self.tr("As the system"),
            "light": self.tr("Light"),
            "dark": self.tr("Dark"),
            "normal": self.tr("Normal"),
            "compact": self.tr("Compact"),
            20: self.tr("20 a second"),
            10: self.tr("10 a second"),
            5: self.tr("5 a second"),
        }
