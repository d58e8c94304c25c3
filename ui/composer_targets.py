"""For whom a job is: the things shown on the fleet page, those selected, a thing group, all, or those of a list."""

from collections.abc import Sequence
from enum import StrEnum

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from ui import taken_along
from ui.drop_here import DropHere
from ui.numbers import counted, grouped


class TargetKind(StrEnum):
    """Which things."""

    SHOWN = "shown"
    SELECTED = "selected"
    GROUP = "group"
    ALL = "all"
    LIST = "list"  # given by name: a job begun in the quick form


class ComposerTargets(QWidget):
    """`changed` comes when another choice is made, `groupChosen` with a group whose size is not known."""

    changed = Signal()
    groupChosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: dict[TargetKind, tuple[str, ...]] = {}
        self._sizes: dict[str, int] = {}
        self._asked: set[str] = set()  # groups that are being counted
        self.combo = QComboBox(self)
        self.combo.setObjectName("composerTargetCombo")
        self.combo.setAccessibleName(self.tr("Targets"))
        for kind in (TargetKind.SHOWN, TargetKind.SELECTED, TargetKind.GROUP, TargetKind.ALL):
            self.combo.addItem("", kind)
        self.groups = QComboBox(self)
        self.groups.setObjectName("composerGroupCombo")
        self.groups.setAccessibleName(self.tr("Thing group"))
        self.groups.setEditable(True)
        self.groups.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        edit = self.groups.lineEdit()
        if edit is not None:
            edit.setObjectName("composerGroupEdit")
            edit.setAccessibleName(self.tr("Thing group"))
            edit.setPlaceholderText(self.tr("name of a thing group"))
            edit.editingFinished.connect(self._ask_for_size)
        for box in (self.combo, self.groups):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(10)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.combo, 1)
        row.addWidget(self.groups, 1)
        self.groups.hide()
        self.setAcceptDrops(True)
        self._here = DropHere(self)
        self.combo.currentIndexChanged.connect(self._picked)
        self.groups.currentTextChanged.connect(self._group_changed)
        self._word()

    @property
    def kind(self) -> TargetKind:
        """Which things are meant."""
        return TargetKind(self.combo.currentData())

    @property
    def names(self) -> tuple[str, ...]:
        """The things that are meant, where they are not a group's."""
        return self._names.get(self.kind, ())

    @property
    def group(self) -> str | None:
        """The group that is meant."""
        return self.groups.currentText().strip() if self.kind is TargetKind.GROUP else None

    @property
    def group_size(self) -> int | None:
        """How many things the group has, if that is known."""
        return self._sizes.get(self.group or "")

    def show_things(self, shown: Sequence[str], selected: Sequence[str], everything: Sequence[str]) -> None:
        """The things there are to choose from now."""
        before = self.names
        self._names[TargetKind.SHOWN] = tuple(shown)
        self._names[TargetKind.SELECTED] = tuple(selected)
        self._names[TargetKind.ALL] = tuple(everything)
        self._word()
        if self.names != before:
            self.changed.emit()

    def show_groups(self, names: Sequence[str]) -> None:
        """The groups there are to choose from."""
        if list(names) != [self.groups.itemText(place) for place in range(self.groups.count())]:
            kept = self.groups.currentText()
            self.groups.blockSignals(True)
            self.groups.clear()
            self.groups.addItems(list(names))
            self.groups.setCurrentText(kept)
            self.groups.blockSignals(False)

    def show_size(self, group: str, size: int | None) -> None:
        """How many things a group has."""
        self._asked.discard(group)
        if size is None:
            self._sizes.pop(group, None)
        else:
            self._sizes[group] = size
        if group == self.group:
            self.changed.emit()

    def pick(self, kind: TargetKind) -> None:
        """Choose one."""
        self.combo.setCurrentIndex(max(0, self.combo.findData(kind)))

    def pick_names(self, names: Sequence[str]) -> None:
        """Choose these things, whatever is shown or selected."""
        self._names[TargetKind.LIST] = tuple(names)
        if self.combo.findData(TargetKind.LIST) < 0:
            self.combo.addItem("", TargetKind.LIST)
        self._word()
        self.pick(TargetKind.LIST)
        self.changed.emit()

    def pick_group(self, name: str) -> None:
        """Choose a group."""
        self.pick(TargetKind.GROUP)
        self.groups.setCurrentText(name)

    # --- rows of the fleet table that are dropped here ----------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if names := taken_along.things_in(event.mimeData()):
            text = counted(len(names), self.tr("Make the job for %1"), self.tr("Make the job for %n things"))
            self._here.say(text.replace("%1", names[0]))
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._here.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self._here.hide()
        if names := taken_along.things_in(event.mimeData()):
            event.acceptProposedAction()
            self.pick_names(names)

    def _word(self) -> None:
        count = {kind: len(names) for kind, names in self._names.items()}
        named = counted(count.get(TargetKind.LIST, 0), self.tr("1 thing named"), self.tr("%n things named"))
        texts = {
            TargetKind.SHOWN: self.tr("%1 shown").replace("%1", grouped(count.get(TargetKind.SHOWN, 0))),
            TargetKind.SELECTED: self.tr("%1 selected").replace("%1", grouped(count.get(TargetKind.SELECTED, 0))),
            TargetKind.GROUP: self.tr("A thing group"),
            TargetKind.ALL: self.tr("All %1 things").replace("%1", grouped(count.get(TargetKind.ALL, 0))),
            TargetKind.LIST: named,
        }
        for place in range(self.combo.count()):
            text = texts[TargetKind(self.combo.itemData(place))]
            if self.combo.itemText(place) != text:
                self.combo.setItemText(place, text)

    def _picked(self) -> None:
        self.groups.setVisible(self.kind is TargetKind.GROUP)
        if self.kind is TargetKind.GROUP:
            self._group_changed()
        else:
            self.changed.emit()

    def _group_changed(self) -> None:
        if self.groups.findText(self.groups.currentText()) >= 0:
            self._ask_for_size()  # while a name is being typed it is no group's
        self.changed.emit()

    def _ask_for_size(self) -> None:
        group = self.group
        if group and group not in self._sizes and group not in self._asked:
            self._asked.add(group)
            self.groupChosen.emit(group)
