"""User name and password on the connection page: kept in the system's keyring, or asked for at each start."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from tests.gui.conftest import Opened
from tests.support.keyring import FakeKeyring
from ui.connection_page import ConnectionPage
from ui.outage_fix import Mend

BROKER = "mqtt://10.0.0.7:1883"
SECRET = "hunter2-of-the-broker"


@pytest.fixture
def keyring() -> FakeKeyring:
    return FakeKeyring()


@pytest.fixture
def make(opened: Opened, qtbot, keyring: FakeKeyring) -> Callable[..., ConnectionPage]:
    """Makes a connection page as a new start of the window does, with a keyring unless told otherwise."""
    opened.window.go_to("connection")
    context = opened.find(ConnectionPage, "connPage")._context

    def made(*, has_keyring: bool = True) -> ConnectionPage:
        page = ConnectionPage(replace(context, keyring=lambda: keyring if has_keyring else None))
        qtbot.addWidget(page)
        page.show()
        page.page_shown()
        qtbot.waitUntil(lambda: not opened.tasks)
        return page

    return made


def use(page: ConnectionPage, opened: Opened, qtbot, *, user: str = "fleet", password: str = SECRET) -> None:
    page.mqtt_edit.setText(BROKER)
    page.login.user_edit.setText(user)
    page.login.password_edit.clear()
    qtbot.keyClicks(page.login.password_edit, password)
    qtbot.mouseClick(page.use_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: opened.session.connection.mqtt == BROKER and not opened.tasks)


def test_the_fleet_gets_them_and_the_password_is_kept_in_the_keyring_alone(make, opened, qtbot, keyring) -> None:
    page = make()
    assert page.login.keep_box.isVisible()
    use(page, opened, qtbot)
    assert opened.fleet.settings is not None
    assert opened.fleet.settings.credentials.login_of("pump-1") == ("fleet", SECRET)
    assert keyring.kept == {(BROKER, "fleet"): SECRET}
    opened.settings.sync()
    written = Path(opened.settings.fileName()).read_text()
    assert "fleet" in written
    assert SECRET not in written


def test_the_next_start_has_it_again_without_asking(make, opened, qtbot) -> None:
    use(make(), opened, qtbot)
    again = make()
    assert (again.login.user_edit.text(), again.login.password_edit.text()) == ("fleet", SECRET)
    assert again.credentials().password == SECRET


def test_without_a_keyring_it_is_asked_for_at_each_start(make, opened, qtbot, keyring) -> None:
    page = make(has_keyring=False)
    assert not page.login.keep_box.isVisible()
    assert page.login.password_edit.placeholderText() == "asked for at each start; kept nowhere"
    use(page, opened, qtbot)
    assert opened.fleet.settings.credentials.password == SECRET
    assert keyring.kept == {}
    again = make(has_keyring=False)
    assert (again.login.user_edit.text(), again.login.password_edit.text()) == ("fleet", "")


def test_who_does_not_want_it_kept_has_it_forgotten(make, opened, qtbot, keyring) -> None:
    page = make()
    use(page, opened, qtbot)
    page.login.keep_box.setChecked(False)
    page.use_button.click()
    qtbot.waitUntil(lambda: not opened.tasks)
    assert keyring.kept == {}
    assert opened.fleet.settings.credentials.password == SECRET


def test_a_password_that_was_found_is_let_go_with_its_address(make, opened, qtbot, keyring) -> None:
    keyring.kept = {(BROKER, "fleet"): SECRET, (BROKER, "other"): "of the other"}
    use(make(), opened, qtbot)
    page = make()
    qtbot.keyClicks(page.mqtt_edit, "4")
    assert page.login.password_edit.text() == ""
    page.mqtt_edit.setText(BROKER)
    page.login.user_edit.setText("other")
    page.login.user_edit.editingFinished.emit()
    qtbot.waitUntil(lambda: page.login.password_edit.text() == "of the other")


def test_a_password_that_comes_when_the_address_is_another_one_already_is_not_taken(
    make, opened, qtbot, keyring, monkeypatch
) -> None:
    keyring.kept = {(BROKER, "fleet"): SECRET}
    page = make()
    asked, go_on = threading.Event(), threading.Event()

    def slow(place: str, user: str) -> str:
        asked.set()
        go_on.wait(20)
        return SECRET

    monkeypatch.setattr(keyring, "get", slow)
    page.mqtt_edit.setText(BROKER)
    page.login.user_edit.setText("fleet")
    page.login.look_up()
    qtbot.waitUntil(asked.is_set)
    page.mqtt_edit.setText("mqtt://elsewhere.example:1883")
    go_on.set()
    qtbot.waitUntil(lambda: not opened.tasks)
    assert page.login.password_edit.text() == ""


def test_using_an_endpoint_before_its_password_came_does_not_forget_it(make, opened, qtbot, keyring) -> None:
    keyring.kept = {(BROKER, "fleet"): SECRET}
    use(make(), opened, qtbot, password="")
    assert keyring.kept == {(BROKER, "fleet"): SECRET}


def test_what_is_typed_is_not_replaced(make, opened, qtbot, keyring) -> None:
    keyring.kept = {(BROKER, "fleet"): SECRET}
    page = make()
    page.mqtt_edit.setText(BROKER)
    qtbot.keyClicks(page.login.password_edit, "typed")
    page.login.user_edit.setText("fleet")
    page.login.user_edit.editingFinished.emit()
    qtbot.waitUntil(lambda: not opened.tasks)
    assert page.login.password_edit.text() == "typed"


def test_a_keyring_that_will_not_is_one_sentence_and_the_things_connect(make, opened, qtbot, keyring) -> None:
    page = make()
    keyring.refusal = "it is locked"
    use(page, opened, qtbot)
    assert opened.window.banners.kinds() == ["keyring"]
    (line,) = [line for line in opened.window.drawer.log.lines() if "keyring" in line]
    assert "The keyring was not changed: it is locked; the password will be asked for." in line
    assert opened.fleet.settings.credentials.password == SECRET


def test_the_window_does_not_wait_for_a_keyring_that_waits_for_a_person(make, opened, qtbot) -> None:
    unlocked = threading.Event()
    context = replace(make()._context, keyring=lambda: unlocked.wait(20) and None)
    page = ConnectionPage(context)
    qtbot.addWidget(page)
    page.page_shown()
    try:
        page.mqtt_edit.setText("127.0.0.1:1")
        page.test()
        qtbot.waitUntil(lambda: page.rows["tcp"].state == "failed")
    finally:
        unlocked.set()
    qtbot.waitUntil(lambda: not opened.tasks)


def test_the_password_cannot_be_seen_or_copied(make, opened, qtbot) -> None:
    page = make()
    use(page, opened, qtbot)
    edit = page.login.password_edit
    assert edit.echoMode() is QLineEdit.EchoMode.Password
    QGuiApplication.clipboard().setText("before")
    edit.selectAll()
    edit.copy()
    assert QGuiApplication.clipboard().text() == "before"
    text = opened.find(QPlainTextEdit, "connOthersText").toPlainText()
    assert '-u fleet -P "$PASSWORD"' in text
    assert SECRET not in text + opened.window.windowTitle()


def test_a_password_without_a_user_name_goes_nowhere(make, opened, qtbot, keyring) -> None:
    page = make()
    use(page, opened, qtbot, user="")
    assert opened.fleet.settings.credentials.password == ""
    assert keyring.kept == {}


def test_duplicating_brings_it_along_within_the_session(make, opened, qtbot) -> None:
    use(make(has_keyring=False), opened, qtbot)
    page = make(has_keyring=False)
    page.mqtt_edit.setText("elsewhere:1")
    page.here.copyWanted.emit()
    assert page.mqtt_edit.text() == BROKER
    assert page.credentials().login_of("x") == ("fleet", SECRET)


def test_an_outage_about_rights_leads_to_the_user_name(make, opened, qtbot) -> None:
    use(make(), opened, qtbot)
    opened.session.connectionWanted.emit(Mend.ACCOUNT)
    qtbot.waitUntil(lambda: opened.window.focusWidget() is opened.find(QLineEdit, "connUserEdit"))
