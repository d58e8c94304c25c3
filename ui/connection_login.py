"""User name and password on the connection page: the password in the system's keyring, or asked for at each start."""

from collections.abc import Callable
from typing import Final, TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QWidget

from simulator.operator_threads import OperatorThreads
from simulator.passwords import PasswordStore, PasswordStoreError
from simulator.transport.credentials import Credentials
from ui.banner import Problem, Severity
from ui.tasks import TaskOwner

T = TypeVar("T")
KIND: Final = "keyring"


class Login(QObject):
    """The two fields and a switch. What is in the password's field is in no file, no setting and no sentence.

    The keyring is asked in a thread that may be left behind: it waits for a person who is to unlock it.
    """

    found = Signal()  # whether there is a keyring is known now

    def __init__(
        self,
        find: Callable[[], PasswordStore | None],
        place: Callable[[], str],
        tasks: TaskOwner,
        tell: Callable[[Problem], None],
        parent: QWidget,
    ) -> None:
        """`place` is the address in its field as the keyring knows it, "" while it is none."""
        super().__init__(parent)
        self._find = find
        self._place = place
        self._tasks = tasks
        self._tell = tell
        self._store: PasswordStore | None = None
        self._is_looked_for = False
        self._is_found = False  # what stands in the password's field came from the keyring
        self.user_edit = QLineEdit(parent)
        self.user_edit.setObjectName("connUserEdit")
        hint = self.tr("only if the broker asks for one; {thing} stands for the thing's name")
        self.user_edit.setPlaceholderText(hint)
        self.user_edit.setClearButtonEnabled(True)
        self.password_edit = QLineEdit(parent)
        self.password_edit.setObjectName("connPasswordEdit")
        self.password_edit.setEchoMode(QLineEdit.EchoMode.Password)
        self.password_edit.setPlaceholderText(self.tr("asked for at each start; kept nowhere"))
        self.keep_box = QCheckBox(self.tr("Keep the password in the keyring of this system"), parent)
        self.keep_box.setObjectName("connKeepBox")
        self.keep_box.setChecked(True)
        self.warning = QLabel(self.tr("Without TLS (mqtts, wss) the password crosses the network unencrypted."), parent)
        self.warning.setObjectName("connPlainWarning")
        self.warning.setWordWrap(True)
        self.user_edit.textChanged.connect(self.let_go)
        self.password_edit.textEdited.connect(self._typed)

    @property
    def user(self) -> str:
        """The user name."""
        return self.user_edit.text().strip()

    @property
    def password(self) -> str:
        """The password; of nobody if there is no user name."""
        return self.password_edit.text() if self.user else ""

    @property
    def has_keyring(self) -> bool:
        """Whether the system has one that may be used."""
        return self._store is not None

    def _typed(self) -> None:
        self._is_found = False

    def let_go(self) -> None:
        """Place or user are no longer those whose password was found: it is not to be sent anywhere else."""
        if self._is_found:
            self._is_found = False
            self.password_edit.clear()

    def fill(self, user: str, password: str) -> None:
        """Show a user name and its password, as they are in use."""
        self.user_edit.setText(user)
        if password:
            self.password_edit.setText(password)

    def look_up(self) -> None:
        """Fetch the password that is kept for this user and place, unless one is typed already."""
        if not self._is_looked_for or (self._store and self.user and not self.password_edit.text()):
            self._tasks.start(self._look_up(), "keyring")

    def keep(self, place: str, used: Credentials) -> None:
        """Keep the password that was taken into use; or keep it no longer, if a person does not want it kept."""
        if self._store is not None and place and used.username:
            self._tasks.start(self._keep(self._store, place, used.username, used.password), "keyring")

    async def _look_up(self) -> None:
        if not self._is_looked_for:
            self._is_looked_for = True
            self._store = await _apart(self._find)
            self.found.emit()
            if self.has_keyring:
                self.password_edit.setPlaceholderText(self.tr("kept in the keyring of this system"))
        store, place, user = self._store, self._place(), self.user
        if store is None or not place or not user:
            return
        try:
            password = await _apart(lambda: store.get(place, user))
        except PasswordStoreError as error:
            self._complain(self.tr("The password could not be read from the keyring: %1; type it."), error)
            return
        is_still_asked_for = (place, user) == (self._place(), self.user) and not self.password_edit.text()
        if password and is_still_asked_for:
            self.password_edit.setText(password)
            self._is_found = True

    async def _keep(self, store: PasswordStore, place: str, user: str, password: str) -> None:
        try:
            if not self.keep_box.isChecked():
                await _apart(lambda: store.forget(place, user))
            elif password:
                await _apart(lambda: store.put(place, user, password))
        except PasswordStoreError as error:
            self._complain(self.tr("The keyring was not changed: %1; the password will be asked for."), error)

    def _complain(self, sentence: str, error: PasswordStoreError) -> None:
        self._tell(Problem(kind=KIND, severity=Severity.WARNING, sentence=sentence.replace("%1", str(error))))


async def _apart(act: Callable[[], T]) -> T:
    """Carry out `act` in a thread that ends with it, and that nobody has to wait for."""
    threads = OperatorThreads(1, "keyring")
    try:
        return await threads.run(act)
    finally:
        await threads.close(0.0)
