"""What can be told about the look of widgets without an eye: texts that do not fit, widgets that are cut, names."""

import re
from collections.abc import Iterator
from itertools import combinations
from typing import Final

from PySide6.QtCore import QObject, QPoint, QRect, Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QGroupBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QScrollBar,
    QSplitterHandle,
    QStackedWidget,
    QStyle,
    QStyleOptionButton,
    QStyleOptionComboBox,
    QStyleOptionToolButton,
    QTabBar,
    QTabWidget,
    QToolButton,
    QWidget,
)

from ui.fleet_header import FleetHeader
from ui.mode_bar import ModeButton
from ui.timeline_canvas import TimelineCanvas
from ui.timeline_view import TimelineView

SLACK: Final = 1  # a mirrored splitter puts its parts a pixel aside
ENDLESS: Final = 100_000
MARGIN: Final = 4  # around a title in a header of the style's own


def visible(root: QWidget) -> Iterator[QWidget]:
    """All widgets under `root` that are shown."""
    for widget in root.findChildren(QWidget):
        if widget.isVisible() and not widget.isWindow():
            yield widget


def described(widget: QWidget, root: QWidget) -> str:
    """A widget's names from the first one with a name on, for a message."""
    names: list[str] = []
    each: QWidget | None = widget
    while each is not None and each is not root:
        names.append(each.objectName() or type(each).__name__)
        each = each.parentWidget()
    return " < ".join(names[:4])


def cut_texts(root: QWidget) -> list[str]:
    """Every text of a label, button, field or tab under `root` that has less room than it needs."""
    found = []
    for widget in visible(root):
        text, needs, has = _need(widget)
        if text and (needs.width() > has.width() or needs.height() > has.height()):
            size = f"needs {needs.width()}x{needs.height()}, has {has.width()}x{has.height()}"
            found.append(f"{described(widget, root)}: “{text}” {size}")
    return found


def clipped(root: QWidget) -> list[str]:
    """Every control under `root` that its parents cut off; what a scroll area holds may be scrolled up and down."""
    found = []
    for widget in visible(root):
        if isinstance(widget, QSplitterHandle | QScrollBar | TimelineCanvas) or _is_part_of_a_view(widget):
            continue
        frame = QRect(widget.mapTo(root, QPoint(0, 0)), widget.size())
        parent, room = widget.parentWidget(), root.rect()
        scrolls = _scrolls(widget)
        while parent is not None and parent is not root:
            area = QRect(parent.mapTo(root, QPoint(0, 0)), parent.size()).adjusted(-SLACK, 0, SLACK, 0)
            if scrolls:
                room, area = (QRect(each.left(), -ENDLESS, each.width(), 2 * ENDLESS) for each in (room, area))
            room = room.intersected(area)
            parent = parent.parentWidget()
        if not room.contains(frame) and frame.isValid():
            found.append(f"{described(widget, root)}: {_words(frame)} outside {_words(room)}")
    return found


def overlapping(root: QWidget) -> list[str]:
    """Every two controls of the same parent that lie over each other."""
    kinds = (QAbstractButton, QLabel, QLineEdit, QComboBox, QAbstractSpinBox)
    by_parent: dict[QObject | None, list[QWidget]] = {}
    for widget in visible(root):
        parent = widget.parentWidget()
        if isinstance(widget, kinds) and not isinstance(parent, QLineEdit | QAbstractSpinBox | QComboBox | QTabBar):
            by_parent.setdefault(parent, []).append(widget)
    found = []
    for siblings in by_parent.values():
        found += [
            f"{described(one, root)} lies over {described(other, root)}"
            for one, other in combinations(siblings, 2)
            if one.geometry().intersects(other.geometry())
        ]
    return found


def scrolled_sideways(root: QWidget) -> list[str]:
    """Every scroll area of forms and pages under `root` that is wider than its place."""
    return [
        described(area, root)
        for area in root.findChildren(QScrollArea)
        if area.isVisible() and not isinstance(area, TimelineView) and area.horizontalScrollBar().maximum() > 0
    ]


def cut_headers(root: QWidget) -> list[str]:
    """Every title of a table's column that does not fit its section."""
    found = []
    for header in root.findChildren(QHeaderView):
        if not header.isVisible() or header.orientation() is not Qt.Orientation.Horizontal or header.model() is None:
            continue
        for section in range(header.count()):
            title = str(header.model().headerData(section, Qt.Orientation.Horizontal) or "")
            if header.isSectionHidden(section) or not title:
                continue
            plain = header.fontMetrics().horizontalAdvance(title) + MARGIN
            needs = header.needed(section) if isinstance(header, FleetHeader) else plain
            has = header.sectionSize(section)
            if needs > has:
                found.append(f"{described(header, root)}: “{title}” needs {needs}, has {has}")
    return found


def unnamed(root: QWidget) -> list[str]:
    """Every control under `root` that is shown and says nothing to those who cannot see it."""
    kinds = (QAbstractButton, QComboBox, QAbstractSpinBox, QAbstractScrollArea, QTabBar)
    found = []
    for widget in visible(root):
        is_control = isinstance(widget, kinds) or widget.focusPolicy() is not Qt.FocusPolicy.NoFocus
        is_empty = isinstance(widget, QLabel) and not widget.text()
        if is_control and not is_empty and not _is_inside(widget) and not _says(widget):
            found.append(described(widget, root))
    return found


def _says(widget: QWidget) -> str:
    if widget.accessibleName():
        return widget.accessibleName()
    if isinstance(widget, QAbstractButton | QLabel):
        return widget.text()
    if isinstance(widget, QScrollArea) and widget.focusPolicy() is Qt.FocusPolicy.NoFocus:
        return "holds others"
    window = widget.window()
    for label in window.findChildren(QLabel):
        if label.buddy() is widget:
            return label.text()
    return ""


def _is_inside(widget: QWidget) -> bool:
    """Whether it is a part that Qt made for another control: a field's own button, a table's corner."""
    name = widget.objectName()
    if name.startswith("qt_") or isinstance(widget, QScrollBar | QStackedWidget | QSplitterHandle):
        return True
    parent = widget.parentWidget()
    if isinstance(widget, QHeaderView) or type(widget).__name__ in ("QTableCornerButton", "QLineEditIconButton"):
        return True
    return isinstance(parent, QComboBox | QAbstractSpinBox | QTabBar | QTabWidget | QLineEdit) or (
        isinstance(parent, QAbstractScrollArea) and not isinstance(parent, QScrollArea) and parent.viewport() is widget
    )


def _scrolls(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    while parent is not None and not isinstance(parent, QScrollArea):
        parent = parent.parentWidget()
    return parent is not None


def _is_part_of_a_view(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QAbstractScrollArea) and not isinstance(parent, QScrollArea):
            return True
        if isinstance(parent, QComboBox | QAbstractSpinBox | QTabBar):
            return True
        parent = parent.parentWidget()
    return False


def _need(widget: QWidget) -> tuple[str, QRect, QRect]:
    """A widget's text, the size it takes, and the room there is for it."""
    metrics, nothing = widget.fontMetrics(), QRect()
    if isinstance(widget, QLabel):
        return _label_need(widget)
    if isinstance(widget, QPushButton):
        option = QStyleOptionButton()
        widget.initStyleOption(option)
        room = widget.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, widget)
        return widget.text(), _with_icon(widget, _one_line(widget, widget.text())), room
    if isinstance(widget, ModeButton):
        width = widget.word_width() if widget.has_words else 0
        return widget.text(), QRect(0, 0, width, 1), widget.rect()
    if isinstance(widget, QCheckBox | QRadioButton):
        option = QStyleOptionButton()
        widget.initStyleOption(option)
        which = QStyle.SubElement.SE_CheckBoxContents
        return widget.text(), _one_line(widget, widget.text()), widget.style().subElementRect(which, option, widget)
    if isinstance(widget, QToolButton):
        tool = QStyleOptionToolButton()
        widget.initStyleOption(tool)
        if not tool.text or widget.toolButtonStyle() is Qt.ToolButtonStyle.ToolButtonIconOnly:
            return "", nothing, nothing
        under = widget.toolButtonStyle() is Qt.ToolButtonStyle.ToolButtonTextUnderIcon
        needs = _one_line(widget, tool.text)
        return tool.text, needs if under else _with_icon(widget, needs), widget.rect()
    if isinstance(widget, QComboBox) and not widget.isEditable():
        combo = QStyleOptionComboBox()
        widget.initStyleOption(combo)
        style, part = QStyle.ComplexControl.CC_ComboBox, QStyle.SubControl.SC_ComboBoxEditField
        room = widget.style().subControlRect(style, combo, part, widget)
        return widget.currentText(), _one_line(widget, widget.currentText()), room
    if isinstance(widget, QGroupBox):
        return widget.title(), _one_line(widget, widget.title()), widget.rect()
    if isinstance(widget, QTabBar):
        for place in range(widget.count()):
            needs, room = _one_line(widget, widget.tabText(place)), widget.tabRect(place)
            if needs.width() > room.width():
                return widget.tabText(place), needs, room
        return "", nothing, nothing
    if isinstance(widget, QAbstractSpinBox):
        text = widget.text()
        return text, QRect(0, 0, metrics.horizontalAdvance(text), 1), QRect(0, 0, _edit_width(widget), 1)
    return "", nothing, nothing


def _label_need(label: QLabel) -> tuple[str, QRect, QRect]:
    room = label.contentsRect()
    text = label.text()
    if not text or label.pixmap().width():
        return "", QRect(), QRect()
    if re.search("<[a-z/]", text) and label.textFormat() is not Qt.TextFormat.PlainText:
        document = QTextDocument()
        document.setDefaultFont(label.font())
        document.setDocumentMargin(0)
        document.setHtml(text)
        if label.wordWrap():
            document.setTextWidth(room.width())
        return document.toPlainText(), QRect(0, 0, int(document.idealWidth()), int(document.size().height())), room
    flags = int(Qt.TextFlag.TextShowMnemonic if label.buddy() is not None else 0)
    if label.wordWrap():
        flags |= int(Qt.TextFlag.TextWordWrap)
        needs = label.fontMetrics().boundingRect(QRect(0, 0, room.width(), 100_000), flags, text)
    else:
        needs = label.fontMetrics().boundingRect(QRect(0, 0, 100_000, 100_000), flags, text)
    return text, QRect(0, 0, needs.width(), needs.height()), room


def _one_line(widget: QWidget, text: str) -> QRect:
    size = widget.fontMetrics().size(int(Qt.TextFlag.TextShowMnemonic), text)
    return QRect(0, 0, size.width(), size.height())


def _with_icon(button: QAbstractButton, needs: QRect) -> QRect:
    if button.icon().isNull():
        return needs
    return QRect(0, 0, needs.width() + button.iconSize().width() + 4, needs.height())


def _edit_width(spin: QAbstractSpinBox) -> int:
    return spin.lineEdit().width()


def _words(rect: QRect) -> str:
    return f"{rect.width()}x{rect.height()}+{rect.left()}+{rect.top()}"
