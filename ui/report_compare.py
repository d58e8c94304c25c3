"""Two reports side by side for the report page: outcomes, latencies, what differs, with a shape at what is worse."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QLabel, QTreeWidget, QTreeWidgetItem, QWidget

from ui import icons, report_compare_rows, theme
from ui.numbers import grouped
from ui.report_compare_rows import Row
from ui.report_table import fit, group, table
from ui.status_icon import status_icon

if TYPE_CHECKING:
    from simulator.compare import Comparison

NAME, A, B, CHANGE = range(4)
COLUMN: Final = 88  # pixels at least
SIDE: Final = 14
RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("Compare", text)


def widgets(compared: "Comparison") -> list[QWidget]:
    """What the page shows of a comparison, from top to bottom; a group without anything in it is left out."""
    different = report_compare_rows.divergences(compared)
    listed = different[: report_compare_rows.MOST]
    made = [
        _group("reportCompareOutcomes", tr("Outcomes"), tr("End"), report_compare_rows.outcomes(compared)),
        _group(
            "reportCompareLatency",
            tr("From update to accepted"),
            tr("Percentile"),
            report_compare_rows.percentiles(compared),
        ),
        _group("reportCompareThings", tr("What came out differently"), tr("Thing"), listed),
        _more(len(different) - report_compare_rows.MOST),
        _group(
            "reportCompareOthers",
            tr("What was asked for differently, or measured with another version"),
            tr("What"),
            list(report_compare_rows.others(compared)),
        ),
        *(_note(warning) for warning in compared.warnings),
    ]
    return [widget for widget in made if widget is not None]


def _group(name: str, title: str, first: str, rows: Sequence[Row]) -> QWidget | None:
    if not rows:
        return None
    made = table(name, title, [first, tr("A"), tr("B"), tr("B against A")], QTreeWidget())
    made.header().setMinimumSectionSize(theme.px(COLUMN))
    for place in (A, B):
        made.headerItem().setTextAlignment(place, RIGHT)
    worse = icons.icon("warning", theme.current().tokens.warning[0], SIDE)
    nothing = QPixmap(SIDE, SIDE)  # so that all words of the column begin at one line
    nothing.fill(Qt.GlobalColor.transparent)
    for row in rows:
        made.addTopLevelItem(_item(row, worse if row.is_worse else QIcon(nothing)))
    fit(made, stretch=CHANGE)
    return group(title, made)


def _item(row: Row, mark: QIcon) -> QTreeWidgetItem:
    change = row.change
    if row.is_worse:
        change = f"{change} · {tr('worse')}" if change else tr("worse")
    item = QTreeWidgetItem([row.name, row.a, row.b, change])
    if row.status is not None:
        item.setIcon(NAME, status_icon(row.status))
    item.setIcon(CHANGE, mark)
    for place in (A, B):
        item.setTextAlignment(place, RIGHT)
        item.setToolTip(place, item.text(place))
    return item


def _more(number: int) -> QWidget | None:
    if number <= 0:
        return None
    return _note(tr("And %1 more; “thing-simulator compare A.json B.json --json” has all of them.").replace(
        "%1", grouped(number)
    ))  # fmt: skip


def _note(text: str) -> QWidget:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
