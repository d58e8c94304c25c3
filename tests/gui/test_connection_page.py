"""The connection page: where things are, how others get there, the test line by line, and another endpoint in use."""

import socket
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QPlainTextEdit, QPushButton

from tests.gui.conftest import Opened
from ui.connection_page import ConnectionPage
from ui.connection_steps import StepRow


@pytest.fixture
def page(opened: Opened) -> ConnectionPage:
    opened.window.go_to("connection")
    return opened.find(ConnectionPage, "connPage")


def wait_for_test(page: ConnectionPage, opened: Opened, qtbot: Any) -> dict[str, str]:
    qtbot.waitUntil(lambda: not opened.tasks and page.rows["pending"].state != "", timeout=15_000)
    return {step: row.state for step, row in page.rows.items()}


def test_it_says_where_the_things_are_and_how_others_get_there(
    page: ConnectionPage, opened: Opened, qtbot: Any
) -> None:
    assert opened.session.connection.mqtt in opened.find(QLabel, "connPlaceLabel").text()
    text = opened.find(QPlainTextEdit, "connOthersText").toPlainText()
    assert text.startswith("mosquitto_sub -h ")
    assert opened.session.connection.http in text
    qtbot.mouseClick(opened.find(QPushButton, "connCopyButton"), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == text
    assert not opened.find(QCheckBox, "connAllowBox").isVisible()


def test_nothing_can_be_tested_or_used_without_an_address(page: ConnectionPage, opened: Opened, qtbot: Any) -> None:
    assert not opened.find(QPushButton, "connTestButton").isEnabled()
    assert not opened.find(QPushButton, "connUseButton").isEnabled()
    qtbot.keyClicks(opened.find(QLineEdit, "connMqttEdit"), "localhost:1")
    assert opened.find(QPushButton, "connTestButton").isEnabled()


def test_a_wrong_port_fails_at_its_own_line_with_a_mend(page: ConnectionPage, opened: Opened, qtbot: Any) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    qtbot.keyClicks(opened.find(QLineEdit, "connMqttEdit"), f"127.0.0.1:{port}")
    qtbot.mouseClick(opened.find(QPushButton, "connTestButton"), Qt.MouseButton.LeftButton)
    came = wait_for_test(page, opened, qtbot)
    assert came == {
        "address": "ok",
        "name": "ok",
        "tcp": "failed",
        "tls": "skipped",
        "connect": "skipped",
        "subscribe": "skipped",
        "pending": "skipped",
    }
    assert f"port {port}" in opened.find(QLabel, "connStep_tcp_detail").text()
    assert "failed" in opened.find(StepRow, "connStep_tcp").accessibleName()
    assert opened.find(QPushButton, "connTestButton").isEnabled()


def test_another_endpoint_is_used_and_the_local_one_again(page: ConnectionPage, opened: Opened, qtbot: Any) -> None:
    qtbot.keyClicks(opened.find(QLineEdit, "connMqttEdit"), "10.0.0.7:1883")
    qtbot.mouseClick(opened.find(QPushButton, "connUseButton"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not opened.tasks and opened.session.connection.mqtt == "10.0.0.7:1883")
    assert not opened.session.connection.is_local
    assert "10.0.0.7:1883" in opened.find(QLabel, "connPlaceLabel").text()
    qtbot.mouseClick(opened.find(QPushButton, "connLocalButton"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: (
            not opened.tasks
            and opened.session.connection.is_local
            and opened.session.connection.mqtt != "10.0.0.7:1883"
        )
    )


def test_an_address_that_is_none_is_a_sentence_and_nothing_is_closed(
    page: ConnectionPage, opened: Opened, qtbot: Any
) -> None:
    before = opened.session.connection.mqtt
    qtbot.keyClicks(opened.find(QLineEdit, "connMqttEdit"), "http://somewhere")
    qtbot.mouseClick(opened.find(QPushButton, "connUseButton"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not opened.tasks)
    assert opened.window.banners.kinds()[0] == "connection"
    assert opened.session.connection.mqtt == before


def test_the_last_endpoint_is_remembered_and_a_refused_address_is_not(
    page: ConnectionPage, opened: Opened, qtbot: Any
) -> None:
    page.mqtt_edit.setText("mqtt://me:secret@10.0.0.5:1883")
    page.use_button.click()
    qtbot.waitUntil(lambda: opened.window.banners.kinds() == ["connection"])
    page.mqtt_edit.setText("mqtt://10.0.0.5:1883")
    page.http_edit.setText("http://10.0.0.5:8000")
    page.use_button.click()
    qtbot.waitUntil(lambda: opened.session.connection.mqtt == "mqtt://10.0.0.5:1883" and not opened.tasks)
    opened.settings.sync()
    assert "secret" not in Path(opened.settings.fileName()).read_text()
    again = ConnectionPage(page._context)
    qtbot.addWidget(again)
    assert (again.mqtt_edit.text(), again.http_edit.text()) == ("mqtt://10.0.0.5:1883", "http://10.0.0.5:8000")
