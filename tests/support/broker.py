"""A real broker for tests: mosquitto on free ports, which can be stopped and started again where it was."""

import getpass
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

START_SECONDS = 10.0


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def mosquitto_path() -> str | None:
    """Return where mosquitto is; Debian keeps it in sbin, which is not on everyone's path."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin")


class Broker:
    """One mosquitto: MQTT over TCP on `port`, over WebSockets on `websocket_port`."""

    def __init__(
        self,
        directory: Path,
        program: str,
        certificate: Path | None = None,
        key: Path | None = None,
        *,
        client_authority: Path | None = None,
        passwords: Path | None = None,
    ) -> None:
        """Write its configuration to `directory`; with a certificate and its key, `port` speaks TLS.

        With a `client_authority`, clients need a certificate of it there, whose common name is their user name; with a
        file of `passwords`, made by mosquitto_passwd, they need one of those everywhere.
        """
        self.port = free_port()
        self.websocket_port = free_port()
        self._program = program
        self._config = directory / "mosquitto.conf"
        self._acl = directory / "acl"
        self._log = directory / "mosquitto.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._acl.write_text("topic readwrite #\ntopic readwrite $aws/#\n")
        tls = f"certfile {certificate}\nkeyfile {key}\n" if certificate else ""
        if client_authority is not None:
            tls += f"cafile {client_authority}\nrequire_certificate true\nuse_identity_as_username true\n"
        who = "allow_anonymous true" if passwords is None else f"allow_anonymous false\npassword_file {passwords}"
        self._config.write_text(
            f"user {getpass.getuser()}\n{who}\nacl_file {self._acl}\npersistence false\n"
            f"listener {self.port} 127.0.0.1\nprotocol mqtt\n{tls}"
            f"listener {self.websocket_port} 127.0.0.1\nprotocol websockets\n"
            "max_inflight_messages 0\nmax_queued_messages 0\nlog_type all\nlog_type websockets\n"
        )

    def start(self) -> None:
        """Start it; return when it accepts connections."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen([self._program, "-c", str(self._config)], stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                for port in (self.port, self.websocket_port):
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        raise RuntimeError(f"mosquitto did not start: {self._log.read_text()[-2000:]}")

    def stop(self) -> None:
        """Kill it as a power cut would; a second call does nothing."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
            self._process.wait(10)
            self._process = None

    def allow(self, *rules: str) -> None:
        """Replace what clients may do by mosquitto ACL lines, from the next `start` on."""
        self._acl.write_text("".join(f"{rule}\n" for rule in rules))


def require_mosquitto() -> str:
    """Return where mosquitto is, or skip the test that asks."""
    program = mosquitto_path()
    if program is None:
        pytest.skip("mosquitto is not installed (Debian, Ubuntu: apt install mosquitto; macOS: brew install mosquitto)")
    return program
