"""Tables and groups as the report page has them: as high as their rows, their columns as wide as their words."""

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtWidgets import (
    QGroupBox,
    QHeaderView,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QVBoxLayout,
    QWidget,
)

from ui import theme

ROW_HEIGHT: Final = 24
MOST_ROWS: Final = 12  # shown at once


class _HighRows(QStyledItemDelegate):
    """As the style paints them, but as high as the rows of other tables."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(super().sizeHint(option, index).width(), theme.px(ROW_HEIGHT))


def table(name: str, spoken: str, titles: list[str], made: QTreeWidget) -> QTreeWidget:
    """Give a table its names and its looks."""
    made.setObjectName(name)
    made.setAccessibleName(spoken)
    made.setHeaderLabels(titles)
    made.setRootIsDecorated(False)
    made.setUniformRowHeights(True)
    made.setAlternatingRowColors(True)
    made.setSelectionBehavior(QTreeWidget.SelectionBehavior.SelectRows)
    return made


def fit(made: QTreeWidget, *, stretch: int) -> None:
    """As high as its rows (up to twelve), each column as wide as its words, one taking the rest."""
    header = made.header()
    header.setStretchLastSection(False)
    for place in range(made.columnCount()):
        header.setSectionResizeMode(place, QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(stretch, QHeaderView.ResizeMode.Stretch)
    rows = min(MOST_ROWS, made.topLevelItemCount())
    made.setItemDelegate(_HighRows(made))
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    made.setFixedHeight(header.sizeHint().height() + rows * theme.px(ROW_HEIGHT) + 2 * made.frameWidth())
    made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)


def group(title: str, inside: QWidget) -> QWidget:
    """Put a widget under a title."""
    box = QGroupBox(title)
    layout = QVBoxLayout(box)
    layout.setContentsMargins(10, 8, 10, 10)
    layout.addWidget(inside)
    return box
