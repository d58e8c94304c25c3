"""Filters kept under a name: asked for, kept with the window's settings, offered in the field's drop-down."""

from typing import Final

from PySide6.QtCore import QCoreApplication, QObject, QSettings, Signal
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QMenu, QVBoxLayout, QWidget

MOST: Final = 50
LONGEST_NAME: Final = 60
GROUP: Final = "savedFilters"


class SavedFilters(QObject):
    """Name to text, in the order of their names."""

    deleted = Signal(str, str)  # name and text, for those who can take it back

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings: QSettings | None = None
        self.texts: dict[str, str] = {}

    def use(self, settings: QSettings) -> None:
        """Take what was kept, and keep what comes."""
        self._settings = settings
        count = settings.beginReadArray(GROUP)
        for place in range(min(count, MOST)):
            settings.setArrayIndex(place)
            name, text = str(settings.value("name", "")), str(settings.value("text", ""))
            if name and text:
                self.texts[name[:LONGEST_NAME]] = text
        settings.endArray()

    def save(self, name: str, text: str) -> bool:
        """Keep a filter; one of the same name is replaced. False if there are too many, or nothing to keep."""
        name = name.strip()[:LONGEST_NAME]
        if not name or not text.strip() or (name not in self.texts and len(self.texts) >= MOST):
            return False
        self.texts[name] = text.strip()
        self._write()
        return True

    def delete(self, name: str) -> None:
        """Forget a filter, and say so."""
        text = self.texts.get(name)
        if text is not None:
            self.delete_quietly(name)
            self.deleted.emit(name, text)

    def delete_quietly(self, name: str) -> None:
        """Forget a filter without a word, as when it is forgotten again."""
        self.texts.pop(name, None)
        self._write()

    def _write(self) -> None:
        self.texts = dict(sorted(self.texts.items(), key=lambda item: item[0].casefold()))
        if self._settings is None:
            return
        self._settings.remove(GROUP)
        self._settings.beginWriteArray(GROUP, len(self.texts))
        for place, (name, text) in enumerate(self.texts.items()):
            self._settings.setArrayIndex(place)
            self._settings.setValue("name", name)
            self._settings.setValue("text", text)
        self._settings.endArray()


class SaveFilterDialog(QDialog):
    """Asks under which name; `given(name)` when it is accepted. It deletes itself."""

    given = Signal(str)

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("fleetSaveFilterDialog")
        self.setWindowTitle(self.tr("Save the filter “%1”").replace("%1", text))
        self.setMinimumWidth(420)
        self._edit = QLineEdit(self)
        self._edit.setObjectName("fleetSaveFilterEdit")
        self._edit.setMaxLength(LONGEST_NAME)
        label = QLabel(self.tr("&Name, as it stands in the field's drop-down:"), self)
        label.setBuddy(self._edit)
        self._edit.setAccessibleName(self.tr("Name"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setIcon(QIcon())
        self._accept = buttons.addButton(self.tr("Save filter"), QDialogButtonBox.ButtonRole.ApplyRole)
        self._accept.setObjectName("fleetSaveFilterButton")
        self._accept.setDefault(True)
        self._accept.setEnabled(False)
        self._edit.textChanged.connect(lambda name: self._accept.setEnabled(bool(name.strip())))
        self._accept.clicked.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.accepted.connect(lambda: self.given.emit(self._edit.text()))
        self.finished.connect(self.deleteLater)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(label)
        layout.addWidget(self._edit)
        layout.addWidget(buttons)


def fill_menu(menu: QMenu, saved: SavedFilters, edit: QLineEdit) -> None:
    """The saved filters, a way to save this one, and a way to forget one."""
    tr = QCoreApplication.translate
    for number, (name, text) in enumerate(saved.texts.items()):
        choice = QAction(f"{name}\t{text}".replace("&", "&&"), menu)
        choice.setObjectName(f"act.savedFilter.{number}")
        choice.triggered.connect(lambda _=False, text=text: edit.setText(text))
        menu.addAction(choice)
    if not saved.texts:
        none = QAction(tr("Filter", "No filter is saved yet"), menu)
        none.setEnabled(False)
        menu.addAction(none)
    menu.addSeparator()
    save = QAction(tr("Filter", "Save this filter…"), menu)
    save.setObjectName("act.savedFilter.save")
    save.setEnabled(bool(edit.text().strip()))
    save.triggered.connect(lambda: ask_to_save(saved, edit))
    menu.addAction(save)
    if saved.texts:
        forget = menu.addMenu(tr("Filter", "Forget"))
        forget.setObjectName("fleetForgetFilterMenu")
        for name in saved.texts:
            choice = QAction(name.replace("&", "&&"), forget)
            choice.triggered.connect(lambda _=False, name=name: saved.delete(name))
            forget.addAction(choice)


def ask_to_save(saved: SavedFilters, edit: QLineEdit) -> None:
    """Ask for a name for the filter in the field; without a filter nothing is asked."""
    text = edit.text().strip()
    if text:
        dialog = SaveFilterDialog(text, edit.window())
        dialog.given.connect(lambda name: saved.save(name, text))
        dialog.open()
