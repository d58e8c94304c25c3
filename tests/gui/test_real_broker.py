"""The window on a real broker that is stopped and started again under it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from simulator.config import WindowOptions
from simulator.endpoint.authority import Authority
from simulator.transport.base import Link
from tests.gui.conftest import Opened
from tests.support.broker import Broker, require_mosquitto
from tests.support.real_window import PATIENCE, opening_real_window
from ui.banner import Banner
from ui.connection_page import ConnectionPage
from ui.status_style import LINK_CODE

THINGS = 20


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    made = Broker(tmp_path, require_mosquitto())
    made.start()
    yield made
    made.stop()


@pytest.fixture
def address(broker: Broker) -> str:
    return f"mqtt://127.0.0.1:{broker.port}"


@pytest.fixture
def live(qt_loop: asyncio.AbstractEventLoop, qtbot, tmp_path: Path, broker: Broker, address: str) -> Iterator[Opened]:
    """Twenty things that run on it."""
    options = WindowOptions(things=THINGS, seed=3, mqtt=address)
    with opening_real_window(qt_loop, qtbot, tmp_path, options, size=(780, 600)) as opened:
        qtbot.waitUntil(lambda: opened.window.page.targets.count()[0] == THINGS, timeout=PATIENCE)
        yield opened


def count(live: Opened, *links: Link) -> int:
    return sum(live.store.link_counts[LINK_CODE[link]] for link in links)


def test_a_stopped_broker_is_one_banner_and_a_started_one_brings_all_back(live: Opened, qtbot, broker: Broker) -> None:
    live.trigger("act.fleet.start")
    qtbot.waitUntil(lambda: count(live, Link.ONLINE) == THINGS, timeout=PATIENCE)
    assert live.window.banners.kinds() == []
    broker.stop()
    qtbot.waitUntil(lambda: count(live, Link.CONNECTING, Link.ERROR) == THINGS, timeout=PATIENCE)  # amber, then red
    qtbot.waitUntil(lambda: live.window.banners.kinds() == ["unreachable"], timeout=PATIENCE)
    banner = live.find(Banner, "banner_unreachable")
    assert f"{THINGS} of {THINGS} things have no connection" in banner.problem.sentence
    qtbot.waitUntil(lambda: count(live, Link.ERROR) == THINGS, timeout=PATIENCE)  # each has tried again, in vain
    assert banner.times == 1
    assert live.session.connection.link is Link.ERROR
    broker.start()
    qtbot.waitUntil(lambda: count(live, Link.ONLINE) == THINGS, timeout=PATIENCE)
    qtbot.waitUntil(lambda: "unreachable" not in live.window.banners.kinds(), timeout=PATIENCE)
    assert live.session.connection.link is Link.ONLINE


def click_fix(live: Opened, qtbot, text: str) -> None:
    qtbot.waitUntil(lambda: "unreachable" in live.window.banners.kinds(), timeout=PATIENCE)
    button = live.find(QPushButton, "banner_unreachable_fix")
    assert button.text() == text
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


class TestWithACertificateThatNobodyTrusts:
    @pytest.fixture
    def authority(self, tmp_path: Path) -> Authority:
        return Authority(tmp_path / "authority")

    @pytest.fixture
    def broker(self, tmp_path: Path, authority: Authority) -> Iterator[Broker]:
        made = Broker(tmp_path, require_mosquitto(), *authority.server_files(["localhost"]))
        made.start()
        yield made
        made.stop()

    @pytest.fixture
    def address(self, broker: Broker) -> str:
        return f"mqtts://localhost:{broker.port}"

    def test_its_button_leads_to_the_line_that_fails_and_naming_the_authority_mends_it(
        self, live: Opened, qtbot, authority: Authority
    ) -> None:
        live.trigger("act.fleet.start")
        click_fix(live, qtbot, "Show certificate")
        page = live.find(ConnectionPage, "connPage")
        qtbot.waitUntil(lambda: page.rows["tls"].state == "failed" and not page._is_testing, timeout=PATIENCE)
        page.files.ca_edit.setText(str(authority.trust_file))
        qtbot.mouseClick(page.use_button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: count(live, Link.ONLINE) == THINGS, timeout=PATIENCE)
        assert "unreachable" not in live.window.banners.kinds()


class TestWithABrokerThatLetsNobodyIn:
    @pytest.fixture
    def broker(self, tmp_path: Path) -> Iterator[Broker]:
        nobody = tmp_path / "passwords"
        nobody.write_text("")
        made = Broker(tmp_path, require_mosquitto(), passwords=nobody)
        made.start()
        yield made
        made.stop()

    def test_its_button_leads_to_the_connection(self, live: Opened, qtbot) -> None:
        live.trigger("act.fleet.start")
        click_fix(live, qtbot, "Open Connection")
        assert live.window.pages.current_id == "connection"
