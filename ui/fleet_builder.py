"""The fleet builder: describe numbered things, see what comes of it while typing, save it as a file, add the things."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from simulator.fleet_draft import Findings, FleetDraft
from ui import fleet_builder_words as words
from ui.fleet_builder_form import BuilderForm
from ui.fleet_builder_work import BuilderWork
from ui.pages import Page, PageContext

if TYPE_CHECKING:
    from simulator.scenario.loader import Listed


class FleetBuilder(Page):
    """Brings together the form and what can be done with it."""

    leaveWanted = Signal()

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("fleetBuilder")
        self._context = context
        self._findings = Findings()
        self.work = BuilderWork(context, self)
        self.form = BuilderForm(context.session.seed, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.form)
        self._connect()

    def _connect(self) -> None:
        form, work = self.form, self.work
        form.changed.connect(self._look)
        form.back_button.clicked.connect(self.leaveWanted)
        form.number_button.clicked.connect(lambda _=False: form.number_from(self._findings.free_number))
        form.skip_button.clicked.connect(lambda _=False: self._skip())
        form.folder_button.clicked.connect(lambda _=False: self._ask_for_folder())
        form.save_button.clicked.connect(lambda _=False: self.save())
        form.add_button.clicked.connect(lambda _=False: self._add())
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self._add)
        work.found.connect(self.show_findings)
        work.listed.connect(self._offer)
        work.added.connect(self._added)

    # --- as a page --------------------------------------------------------------------------------------------------

    def page_shown(self) -> None:
        """Things, scenarios and files may be others by now."""
        self.work.list_scenarios()
        self.work.forget_files()
        self._look()
        self.form.focus_first()

    def save(self) -> bool:
        if self._findings.can_be_saved:
            self.work.ask_where(self.draft())
        return True

    def escape(self) -> bool:
        self.leaveWanted.emit()
        return True

    # --- what is wanted ---------------------------------------------------------------------------------------------

    def draft(self) -> FleetDraft:
        """The fleet as it is typed."""
        return self.form.draft()

    def show_findings(self, found: Findings) -> None:
        """Show what there is to say of the draft."""
        self._findings = found
        use = ""
        if found.match is not None and not found.problems:
            is_local = self._context.session.connection.is_local
            use = words.certificates_use(tls=self.work.uses_certificates, local=is_local)
        self.form.show_findings(found, there=len(self._context.session.things.names()), use=use)

    def _look(self) -> None:
        self.work.look(self.draft())

    def _offer(self, listed: "Sequence[Listed]") -> None:
        offered = {each.name: each.description for each in listed}
        own = dict.fromkeys(self._context.session.process.scenarios, self.tr("One of your own"))
        self.form.mix.offer(offered | own)

    def _skip(self) -> None:
        self.form.skips = not self.form.skips
        self._look()

    def _ask_for_folder(self) -> None:
        dialog = QFileDialog(self, self.tr("The folder of the certificates"))
        dialog.setObjectName("fleetBuilderCertDialog")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self._take_folder)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _take_folder(self, folder: str) -> None:
        self.work.forget_files()
        self.form.take_folder(folder)
        self._look()

    def _add(self) -> None:
        if self.form.add_button.isEnabled():
            self.work.add(self.draft())

    def _added(self, number: int) -> None:
        """The next ones are numbered on, and the new ones are where one sees them."""
        self.form.number_from(number)
        self._context.go_to("fleet")
