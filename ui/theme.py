"""Base colours and the palettes made of them: light, dark, or as the system has it.

One `Theme` serves the application. Widgets ask it for tokens when they paint, and repaint on `changed`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, cast

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication, QWidget


class ThemeChoice(StrEnum):
    """What a person may choose."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """The base colours of one scheme; text pairs are at least 4.5:1 (WCAG 2), bars 3:1 on their track."""

    window: QColor
    base: QColor
    alternate: QColor
    text: QColor
    secondary: QColor
    placeholder: QColor
    accent: QColor
    selected: QColor
    button: QColor
    line: QColor
    outline: QColor  # of fields and check boxes: 3:1 on window and base, also where the style lightens it
    track: QColor
    error: tuple[QColor, QColor]  # text, fill
    warning: tuple[QColor, QColor]
    info: tuple[QColor, QColor]
    success: tuple[QColor, QColor]


def _pair(text: str, fill: str) -> tuple[QColor, QColor]:
    return QColor(text), QColor(fill)


LIGHT: Final = Tokens(
    window=QColor("#EEF0F3"),
    base=QColor("#FFFFFF"),
    alternate=QColor("#F4F6F9"),
    text=QColor("#1A1C20"),
    secondary=QColor("#565D69"),
    placeholder=QColor("#646B77"),
    accent=QColor("#0650D2"),
    selected=QColor("#D3E2FF"),
    button=QColor("#F7F8FA"),
    line=QColor("#C9CED6"),
    outline=QColor("#6C7480"),
    track=QColor("#DDE1E7"),
    error=_pair("#7A1711", "#FCE1DE"),
    warning=_pair("#6B3D00", "#FFEACC"),
    info=_pair("#083F80", "#DCEBFC"),
    success=_pair("#066257", "#D5F2EB"),
)
DARK: Final = Tokens(
    window=QColor("#26292E"),
    base=QColor("#1B1D21"),
    alternate=QColor("#22252A"),
    text=QColor("#E8EAED"),
    secondary=QColor("#A8B0BC"),
    placeholder=QColor("#8E97A4"),
    accent=QColor("#7CC0FF"),
    selected=QColor("#24405E"),
    button=QColor("#32363D"),
    line=QColor("#454A52"),
    outline=QColor("#828B99"),
    track=QColor("#3A3F46"),
    error=_pair("#FFD3CE", "#4A1B18"),
    warning=_pair("#FFE2B3", "#45300B"),
    info=_pair("#CFE4FF", "#12304F"),
    success=_pair("#BFF5DF", "#0E3D2F"),
)


def palette_of(tokens: Tokens) -> QPalette:
    """The Qt palette of a scheme. Selection is a tint, so that what lies on it keeps its colours."""
    role = QPalette.ColorRole
    palette = QPalette(tokens.button, tokens.window)
    colours = {
        role.Window: tokens.window,
        role.WindowText: tokens.text,
        role.Base: tokens.base,
        role.AlternateBase: tokens.alternate,
        role.Text: tokens.text,
        role.PlaceholderText: tokens.placeholder,
        role.Button: tokens.button,
        role.ButtonText: tokens.text,
        role.BrightText: tokens.text,
        role.ToolTipBase: tokens.base,
        role.ToolTipText: tokens.text,
        role.Highlight: tokens.selected,
        role.HighlightedText: tokens.text,
        role.Accent: tokens.accent,
        role.Link: tokens.accent,
        role.LinkVisited: tokens.accent,
    }
    for which, colour in colours.items():
        palette.setColor(which, colour)
    for which in (role.WindowText, role.Text, role.ButtonText):
        faded = QColor(tokens.placeholder)
        palette.setColor(QPalette.ColorGroup.Disabled, which, faded)
    palette.setColor(QPalette.ColorGroup.Disabled, role.Highlight, tokens.track)
    return palette


ROW_HEIGHT: Final = 28  # of a table, at zoom 1
SIZE_RESOLVED: Final = 2  # QFont::SizeResolved, which PySide does not name
LEAST_ZOOM, MOST_ZOOM = 0.8, 2.0
OUTLINED: Final = ("QLineEdit", "QCheckBox", "QComboBox", "QAbstractSpinBox", "DocumentEdit")


class Theme(QObject):
    """The scheme in use. `dark` and `tokens` are true after `choose`; `changed` tells those who cache colours."""

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self.choice = ThemeChoice.SYSTEM
        self.dark = False
        self.tokens = LIGHT
        self.zoom = 1.0  # of text and of what is as high as text
        self.row_height = ROW_HEIGHT  # of tables
        app.styleHints().colorSchemeChanged.connect(self._system_changed)

    def choose(self, choice: ThemeChoice) -> None:
        """Use this scheme from now on, in every window at once."""
        self.choice = choice
        scheme = {
            ThemeChoice.SYSTEM: Qt.ColorScheme.Unknown,
            ThemeChoice.LIGHT: Qt.ColorScheme.Light,
            ThemeChoice.DARK: Qt.ColorScheme.Dark,
        }[choice]
        self._app.styleHints().setColorScheme(scheme)
        self._use(self._wants_dark())

    def resize(self, zoom: float, row_height: float = ROW_HEIGHT) -> None:
        """Show text and all that goes by its height at `zoom` (0.8 to 2), rows of tables so many pixels high."""
        zoom, before = min(MOST_ZOOM, max(LEAST_ZOOM, zoom)), self.zoom
        if (zoom, round(row_height)) == (before, self.row_height):
            return
        self.zoom, self.row_height = zoom, round(row_height)
        if zoom != before:
            own = [(widget, QFont(widget.font())) for widget in QApplication.allWidgets() if _has_own_size(widget)]
            font = self._app.font()
            font.setPointSizeF(font.pointSizeF() * zoom / before)
            self._app.setFont(font)
            QApplication.sendPostedEvents(None, QEvent.Type.ApplicationFontChange.value)  # widgets have it from here on
            for widget, font in own:  # titles and the like, made larger than the text around them
                font.setPointSizeF(font.pointSizeF() * zoom / before)
                widget.setFont(font)
        self.changed.emit()

    def _wants_dark(self) -> bool:
        if self.choice is ThemeChoice.SYSTEM:
            return self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return self.choice is ThemeChoice.DARK

    def _system_changed(self) -> None:
        # Also comes after our own setColorScheme; Qt has then put its palette back, so ours is set again.
        self._use(self._wants_dark())

    def _use(self, dark: bool) -> None:
        self.dark = dark
        self.tokens = DARK if dark else LIGHT
        palette = palette_of(self.tokens)
        if self._app.palette() != palette:
            self._app.setPalette(palette)
        for kind in OUTLINED:
            # Fusion frames a widget with its Window colour made darker by 1.4; in a dark scheme nobody would see that.
            framed = QPalette(palette)
            framed.setColor(QPalette.ColorRole.Window, self.tokens.outline.lighter(140))
            self._app.setPalette(framed, kind)  # type: ignore[arg-type]  # it says bytes, and takes only str
        self.changed.emit()


def _has_own_size(widget: QWidget) -> bool:
    is_own = bool(widget.font().resolveMask() & SIZE_RESOLVED)
    return is_own and widget.testAttribute(Qt.WidgetAttribute.WA_SetFont) and widget.font().pointSizeF() > 0


def tint(widget: QWidget, colour: QColor) -> None:
    """Give a widget's own words this colour; to be called again after a change of scheme."""
    palette = widget.palette()
    palette.setColor(widget.foregroundRole(), colour)
    widget.setPalette(palette)


def px(pixels: float) -> int:
    """So many pixels at zoom 1, at the zoom there is."""
    return round(pixels * current().zoom)


def prepare(app: QApplication, choice: ThemeChoice) -> Theme:
    """Give the application its style, font and scheme; call once, before the first widget."""
    app.setStyle("Fusion")
    font = app.font()
    if QFontInfo(font).pointSizeF() < 9 or font.pointSizeF() <= 0:
        font.setPointSizeF(10.0)
        app.setFont(font)
    theme = current()
    theme.choose(choice)
    return theme


def current() -> Theme:
    """The application's theme; made at the first call."""
    app = cast("QApplication", QApplication.instance())
    assert app is not None, "a QApplication must exist before its theme"
    found = app.findChild(Theme)
    return found if found is not None else Theme(app)
