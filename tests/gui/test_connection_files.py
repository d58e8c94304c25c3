"""The connection page on certificates and on AWS: a folder with one for each thing, open keys, port 443, limits."""

import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QFileDialog, QLabel, QLineEdit

from simulator.aws_account import RAMP
from tests.gui.conftest import Opened
from ui.connection_files import matched
from ui.connection_page import ConnectionPage

AWS = "mqtts://a1b2c3-ats.iot.eu-west-1.amazonaws.com:8883"


@pytest.fixture
def page(opened: Opened) -> ConnectionPage:
    opened.window.go_to("connection")
    return opened.find(ConnectionPage, "connPage")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Certificates and keys of two of the three things, as AWS's console names them."""
    made = tmp_path / "certificates"
    made.mkdir()
    for thing in ("thing-00001", "thing-00002"):
        for ending in ("-certificate.pem.crt", "-private.pem.key"):
            (made / f"{thing}{ending}").touch(mode=0o600)
    (made / "AmazonRootCA1.pem").touch()
    return made


def note(opened: Opened) -> str:
    return opened.find(QLabel, "connFilesNote").text()


def warning(opened: Opened) -> str:
    return opened.find(QLabel, "connKeyWarning").text()


def test_a_folder_fills_the_fields_and_says_who_has_no_certificate(
    page: ConnectionPage, opened: Opened, qtbot, folder: Path
) -> None:
    qtbot.mouseClick(page.files.folder_button, Qt.MouseButton.LeftButton)
    dialog = opened.find(QFileDialog, "connFolderDialog")
    dialog.fileSelected.emit(str(folder))
    dialog.reject()
    qtbot.waitUntil(lambda: "things have" in note(opened))
    assert page.credentials().certificate == str(folder / "{thing}-certificate.pem.crt")
    assert page.credentials().key == str(folder / "{thing}-private.pem.key")
    assert page.credentials().ca == str(folder / "AmazonRootCA1.pem")
    assert note(opened) == "2 of 3 things have a certificate and a key there; thing-00003 has none."
    assert opened.find(QLabel, "connFilesNote").isVisible()
    assert not opened.find(QLabel, "connKeyWarning").isVisible()


def test_what_is_missing_is_told_anew_when_it_is_there(
    page: ConnectionPage, opened: Opened, qtbot, folder: Path
) -> None:
    page.files.take_folder(str(folder))
    qtbot.waitUntil(lambda: "thing-00003 has none" in note(opened))
    for ending in ("-certificate.pem.crt", "-private.pem.key"):
        (folder / f"thing-00003{ending}").touch(mode=0o600)
    page.page_shown()
    qtbot.waitUntil(lambda: note(opened) == "3 of 3 things have a certificate and a key there.")


def test_a_folder_that_cannot_be_read_is_a_sentence(
    page: ConnectionPage, opened: Opened, qtbot, tmp_path: Path
) -> None:
    page.files.take_folder(str(tmp_path / "nowhere"))
    qtbot.waitUntil(lambda: "cannot be read: no such file or directory" in warning(opened))
    assert page.files.certificate_edit.text() == ""


def test_without_things_the_files_themselves_say_how_they_are_called(folder: Path) -> None:
    assert matched(str(folder), []).certificate == str(folder / "{thing}-certificate.pem.crt")


@pytest.mark.skipif(os.name == "nt", reason="a file's mode says nothing there")
def test_a_key_that_others_may_read_gets_a_warning_until_it_is_mended(
    page: ConnectionPage, opened: Opened, qtbot, tmp_path: Path
) -> None:
    key = tmp_path / "shared.key"
    key.touch(mode=0o600)
    key.chmod(0o644)
    qtbot.keyClicks(opened.find(QLineEdit, "connKeyEdit"), str(key))
    qtbot.waitUntil(lambda: warning(opened) == f"{key} can be read by others; run chmod 600 on it")
    assert opened.find(QLabel, "connKeyWarning").isVisible()
    key.chmod(0o600)
    page.page_shown()
    qtbot.waitUntil(lambda: not opened.find(QLabel, "connKeyWarning").isVisible())


def test_aws_shows_its_limits_and_the_ramp_before_anything_is_connected(
    page: ConnectionPage, opened: Opened, qtbot
) -> None:
    notice = opened.find(QLabel, "connAwsNotice")
    assert not notice.isVisible()
    page.mqtt_edit.setText(AWS)
    assert notice.text() == (
        "3 things connect at 50 a second, the last after 1 s. AWS lets the clients of an account connect 500 times a"
        " second, a connection have 50 subscriptions (a thing takes 6), and publish 100 times a second."
    )
    opened.session.things.ramp = 0.5  # slower than AWS wants it
    page.page_shown()
    assert notice.text().startswith("3 things connect at 0.5 a second, the last after 4 s.")
    page.mqtt_edit.setText("mqtts://broker.example:8883")
    assert not notice.isVisible()


def test_the_fleet_uses_the_ramp_that_was_shown_and_no_other_endpoint_does(
    page: ConnectionPage, opened: Opened, qtbot
) -> None:
    assert opened.fleet.settings is not None
    assert opened.fleet.settings.ramp == 0
    page.mqtt_edit.setText(AWS)
    page.use_button.click()
    qtbot.waitUntil(lambda: opened.session.connection.mqtt == AWS and not opened.tasks)
    assert opened.fleet.settings.ramp == RAMP
    page.here.localWanted.emit()
    qtbot.waitUntil(lambda: opened.session.connection.is_local and not opened.tasks)
    assert opened.fleet.settings.ramp == 0


def test_the_switch_for_port_443_and_the_address_go_together(page: ConnectionPage, opened: Opened, qtbot) -> None:
    box = opened.find(QCheckBox, "connAlpnBox")
    assert not box.isVisible()
    page.mqtt_edit.setText(AWS)
    assert box.isVisible()
    assert not box.isChecked()
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=box.rect().center() - box.rect().center() / 1.1)
    assert page.mqtt_edit.text() == AWS.replace("8883", "443")
    assert box.isChecked()
    page.mqtt_edit.setText(AWS)
    assert not box.isChecked()


def test_a_profile_names_the_account_and_with_it_the_control_plane(page: ConnectionPage, opened: Opened, qtbot) -> None:
    page.mqtt_edit.setText(AWS)
    qtbot.keyClicks(opened.find(QLineEdit, "connProfileEdit"), "staging")
    page.use_button.click()
    qtbot.waitUntil(lambda: opened.session.connection.mqtt == AWS and not opened.tasks)
    assert opened.engine.control_planes[-1] == ("https://iot.eu-west-1.amazonaws.com", "staging")
    assert opened.session.connection.why_no_control_plane() != ""  # until it is allowed
    again = ConnectionPage(page._context)
    qtbot.addWidget(again)
    assert again.aws.profile_edit.text() == "staging"


def test_a_password_without_tls_gets_a_warning_but_not_on_this_machine(
    page: ConnectionPage, opened: Opened, qtbot
) -> None:
    told = opened.find(QLabel, "connPlainWarning")
    for address, is_told in (
        ("mqtt://broker.example:1883", True),
        ("mqtts://broker.example:8883", False),
        ("127.0.0.1:1883", False),
        ("ws://broker.example:80/mqtt", True),
    ):
        page.mqtt_edit.setText(address)
        page.login.user_edit.setText("fleet")
        assert told.isVisible() is is_told, address
        page.login.user_edit.clear()
        assert not told.isVisible()
