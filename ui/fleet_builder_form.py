"""The form of the fleet builder: its fields, and what is said of them, each at its place."""

import itertools
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from simulator.fleet_draft import Field, Findings, FleetDraft
from simulator.scenario.problems import Problem
from ui import fleet_builder_words as words
from ui import theme
from ui.fleet_builder_mix import MixFields
from ui.scenario_fields import MarkedEdit, mark
from ui.segment_button import NarrowButton

WIDTH: Final = 980
EDITS: Final = {
    Field.COUNT: ("fleetBuilderCountEdit", ""),
    Field.NAMES: ("fleetBuilderNameEdit", "sim-{n:05}"),
    Field.FIRST: ("fleetBuilderFirstEdit", ""),
    Field.GROUP: ("fleetBuilderGroupEdit", ""),
    Field.FIRMWARE: ("fleetBuilderFirmwareEdit", "1.0.0"),
    Field.RATE: ("fleetBuilderRateEdit", ""),
    Field.SEED: ("fleetBuilderSeedEdit", ""),
    Field.CERTIFICATES: ("fleetBuilderCertEdit", ""),
}
"""What the field of each is called, and what stands in it while it is empty where no word need be translated."""


class Sentence(QLabel):
    """A sentence that wraps. It is never lower than it needs, nor wants to be higher: as the style has it, it would be
    as high as if it were very narrow, and what it lies in would scroll for nothing."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)

    def sizeHint(self) -> QSize:
        return QSize(0, self.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()


class BuilderForm(QWidget):
    """`changed` comes with every change of what is typed. Its buttons are for the page to connect."""

    changed = Signal()

    def __init__(self, seed: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("fleetBuilderForm")
        self.skips = False  # what has no certificate is left out
        self.edits = {field: self._edit(field) for field in EDITS}
        self._problems = {field: self._problem_label(field) for field in Field}
        self.mix = MixFields(self)
        self._make_rest()
        self._lay_out()
        begin = FleetDraft(seed=str(seed))
        for field, edit in self.edits.items():
            edit.setText("" if field is Field.CERTIFICATES else getattr(begin, field.value))
        self.show_findings(Findings(), there=0, use="")
        self.edits[Field.CERTIFICATES].textChanged.connect(self._skip_none)  # first: there others are missing
        for edit in self.edits.values():
            edit.textChanged.connect(self.changed)
        self.mix.changed.connect(self.changed)
        theme.current().changed.connect(self.restyle)
        self.restyle()

    # --- its parts --------------------------------------------------------------------------------------------------

    def _edit(self, field: Field) -> MarkedEdit:
        edit = MarkedEdit(self)
        name, hint = EDITS[field]
        edit.setObjectName(name)
        edit.setAccessibleName(words.titles()[field])
        edit.setToolTip(words.tips()[field])
        edit.setPlaceholderText(hint or words.hints().get(field, ""))
        return edit

    def _problem_label(self, field: Field) -> Sentence:
        label = Sentence(f"fleetBuilderProblem_{field.value}", self)
        label.hide()
        return label

    def _make_rest(self) -> None:
        self._title = QLabel(self.tr("Add things"), self)
        self._title.setObjectName("fleetBuilderTitle")
        self.back_button = NarrowButton(self.tr("Back"), "fleetBuilderBackButton", self)
        self.preview_label = Sentence("fleetBuilderPreviewLabel", self)
        self.taken_label = Sentence("fleetBuilderTakenLabel", self)
        self.number_button = NarrowButton("", "fleetBuilderNumberButton", self)
        self.folder_button = NarrowButton(self.tr("Choose…"), "fleetBuilderCertButton", self)
        self.folder_button.setAccessibleName(self.tr("Choose the folder of the certificates"))
        self.matched_label = Sentence("fleetBuilderMatchedLabel", self)
        self.skip_button = NarrowButton("", "fleetBuilderSkipButton", self)
        self.resource_label = Sentence("fleetBuilderResourceLabel", self)
        self.room_label = Sentence("fleetBuilderRoomLabel", self)
        self.save_button = QPushButton(self.tr("Save as…"), self)
        self.save_button.setObjectName("fleetBuilderSaveButton")
        self.save_button.setAccessibleName(self.tr("Save the fleet as a file"))
        self.add_button = QPushButton(self)
        self.add_button.setObjectName("fleetBuilderAddButton")

    def _lay_out(self) -> None:
        inside = self._inside = QWidget(self)
        column = QVBoxLayout(inside)
        column.setContentsMargins(16, 12, 16, 8)
        column.setSpacing(12)
        heading = QHBoxLayout()
        heading.addWidget(self._title, 1)
        heading.addWidget(self.back_button)
        column.addLayout(heading)
        for section in (self._things(inside), self._scenarios(inside), self._certificates(inside)):
            column.addWidget(section)
        column.addStretch(1)
        area = QScrollArea(self)
        area.setObjectName("fleetBuilderArea")
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(area, 1)
        layout.addWidget(self._footer())
        self._order_for_tab()

    def _order_for_tab(self) -> None:
        """As the eye goes: from above to below, each row in its direction."""
        upper = [self.edits[field] for field in (Field.COUNT, Field.NAMES, Field.FIRST, Field.GROUP)]
        lower = [self.edits[field] for field in (Field.FIRMWARE, Field.RATE, Field.SEED)]
        folder = [self.edits[Field.CERTIFICATES], self.folder_button, self.skip_button]
        end = [self.save_button, self.add_button]
        chain = [self.back_button, *upper, self.number_button, *lower, *self.mix.in_order(), *folder, *end]
        for one, other in itertools.pairwise(chain):
            QWidget.setTabOrder(one, other)

    def _things(self, parent: QWidget) -> QWidget:
        group = QGroupBox(self.tr("Fleet"), parent)
        column = QVBoxLayout(group)
        column.setSpacing(8)
        column.addLayout(self._row(group, {Field.COUNT: 2, Field.NAMES: 4, Field.FIRST: 2, Field.GROUP: 4}))
        column.addWidget(self.preview_label)
        taken = QHBoxLayout()
        taken.addWidget(self.taken_label, 1)
        taken.addWidget(self.number_button)
        column.addLayout(taken)
        column.addLayout(self._row(group, {Field.FIRMWARE: 4, Field.RATE: 4, Field.SEED: 4}))
        return group

    def _row(self, parent: QWidget, fields: dict[Field, int]) -> QGridLayout:
        """Fields beside each other, so many columns wide, each under its name; what is wrong with one is below it."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(3)
        place, columns = 0, sum(fields.values())
        for row, (field, span) in enumerate(fields.items(), start=2):
            label = QLabel(words.labels()[field], parent)
            label.setBuddy(self.edits[field])
            label.setToolTip(words.tips()[field])
            grid.addWidget(label, 0, place, 1, span)
            grid.addWidget(self.edits[field], 1, place, 1, span)
            grid.addWidget(self._problems[field], row, place, 1, columns - place)
            place += span
        for number in range(columns):
            grid.setColumnStretch(number, 1)
        return grid

    def _scenarios(self, parent: QWidget) -> QWidget:
        group = QGroupBox(words.titles()[Field.MIX], parent)
        group.setToolTip(words.tips()[Field.MIX])
        column = QVBoxLayout(group)
        column.addWidget(self.mix)
        column.addWidget(self._problems[Field.MIX])
        return group

    def _certificates(self, parent: QWidget) -> QWidget:
        group = QGroupBox(words.titles()[Field.CERTIFICATES], parent)
        column = QVBoxLayout(group)
        column.setSpacing(6)
        folder = QHBoxLayout()
        folder.addWidget(self.edits[Field.CERTIFICATES], 1)
        folder.addWidget(self.folder_button)
        column.addLayout(folder)
        column.addWidget(self.matched_label)
        missing = QHBoxLayout()
        missing.addWidget(self._problems[Field.CERTIFICATES], 1)
        missing.addWidget(self.skip_button)
        column.addLayout(missing)
        return group

    def _footer(self) -> QWidget:
        footer = self._below = QWidget(self)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.resource_label, 1)
        row.addWidget(self.save_button)
        row.addWidget(self.add_button)
        column = QVBoxLayout(footer)
        column.setContentsMargins(16, 6, 16, 10)
        column.setSpacing(6)
        column.addWidget(self.room_label)
        column.addLayout(row)
        return footer

    # --- what is typed ----------------------------------------------------------------------------------------------

    def draft(self) -> FleetDraft:
        """The fleet as it is typed."""
        folder = self.edits[Field.CERTIFICATES].text().strip()
        typed = {field: edit.text() for field, edit in self.edits.items()}
        return FleetDraft(
            count=typed[Field.COUNT],
            names=typed[Field.NAMES],
            first=typed[Field.FIRST],
            group=typed[Field.GROUP],
            firmware=typed[Field.FIRMWARE],
            rate=typed[Field.RATE],
            seed=typed[Field.SEED],
            mix=self.mix.mix(),
            folder=str(_whole(folder)) if folder else "",
            skips_missing=self.skips,
        )

    def number_from(self, number: int) -> None:
        """Let the first thing have this number."""
        self.edits[Field.FIRST].setText(str(number))

    def take_folder(self, folder: str) -> None:
        """Look for certificates there."""
        self.edits[Field.CERTIFICATES].setText(folder)

    def focus_first(self) -> None:
        """To the number of things, ready to be typed over."""
        self.edits[Field.COUNT].setFocus()
        self.edits[Field.COUNT].selectAll()

    def _skip_none(self) -> None:
        self.skips = False

    # --- what is said of it -----------------------------------------------------------------------------------------

    def show_findings(self, found: Findings, *, there: int, use: str) -> None:
        """Show what there is to say, `there` things being there; `use` says what becomes of the certificates."""
        for field, label in self._problems.items():
            sentence = found.problems.get(field, "")
            _say(label, words.at_field(field, sentence) if sentence else "")
            if field in self.edits:
                told = [Problem("", 0, (), sentence, "")] if sentence else []
                mark(self.edits[field], told, (), words.tips()[field])
        self.mix.show_shares(found.shares)
        self.mix.show_problem(found.problems.get(Field.MIX, ""))
        _say(self.preview_label, words.preview(found), keeps_place=True)
        _say(self.taken_label, words.taken(found) if found.taken else "")
        self.number_button.setText(words.from_free(found))
        self.number_button.setAccessibleName(self.number_button.text())
        self.number_button.setVisible(bool(found.taken))
        self._show_certificates(found, use)
        _say(self.resource_label, words.resources(found, there), keeps_place=True)
        _say(self.room_label, found.no_room)
        self.add_button.setText(words.add(found))
        self.add_button.setAccessibleName(self.add_button.text())
        self.add_button.setEnabled(found.can_be_added)
        keys = QKeySequence("Ctrl+Return").toString(QKeySequence.SequenceFormat.NativeText)
        self.add_button.setToolTip(words.why_not_added(found) or keys)
        self.save_button.setEnabled(found.can_be_saved)
        self.save_button.setToolTip(words.why_not(found) or self.tr("A fleet file that the command line runs too"))

    def _show_certificates(self, found: Findings, use: str) -> None:
        _say(self.matched_label, " ".join(filter(None, [words.matched(found), use])))
        self.skip_button.setVisible(found.can_skip)
        self.skip_button.setText(self.tr("Keep them") if found.left_out else self.tr("Skip them"))
        self.skip_button.setAccessibleName(self.skip_button.text())

    def restyle(self) -> None:
        """After a change of scheme or of the size of text."""
        tokens = theme.current().tokens
        font = QFont(self.font())
        font.setBold(True)
        font.setPointSizeF(self.font().pointSizeF() * 1.3)
        self._title.setFont(font)
        for part in (self._inside, self._below):
            part.setMaximumWidth(theme.px(WIDTH))
        self.preview_label.setMinimumHeight(self.preview_label.fontMetrics().height())
        for label in (self.preview_label, self.matched_label, self.resource_label):
            theme.tint(label, tokens.secondary)
        for label in (*self._problems.values(), self.taken_label, self.room_label):
            theme.tint(label, tokens.error[0])


def _say(label: Sentence, sentence: str, *, keeps_place: bool = False) -> None:
    if label.text() != sentence:
        label.setText(sentence)
    label.setVisible(bool(sentence) or keeps_place)


def _whole(folder: str) -> Path:
    """A folder as it is written in a file, wherever that lies."""
    try:
        return Path(folder).expanduser().absolute()
    except (OSError, RuntimeError, ValueError):  # nobody has this home
        return Path(folder)
