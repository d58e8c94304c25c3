"""Passwords in the keyring of the system, if it has one: never in a file of ours, and never in one without a lock.

The library `keyring` is optional (`pip install 'thing-simulator[keyring]'`) and imported when it is first asked for.
Everything here may block, for as long as the system asks a person to unlock the keyring: call it in a thread.
"""

import importlib
import logging
from typing import Any, Final, Protocol

from simulator.errors import SimulatorError

logger = logging.getLogger(__name__)

SERVICE: Final = "thing-simulator"

SAFE: Final = frozenset(
    f"keyring.backends.{name}" for name in ("SecretService", "kwallet", "libsecret", "macOS", "Windows")
)
"""Modules of the backends that encrypt. Others that may be installed keep passwords in plain files, or nowhere."""


class PasswordStoreError(SimulatorError):
    """The keyring would not; the text says so in a few words, and has no password in it."""


class PasswordStore(Protocol):
    """Keeps one password for each user of each place; a place is an address without a user name."""

    def get(self, place: str, user: str) -> str:
        """Return the password, "" if none is kept."""
        ...

    def put(self, place: str, user: str, password: str) -> None: ...

    def forget(self, place: str, user: str) -> None:
        """Keep it no longer; nothing happens if none is kept."""
        ...


class SystemKeyring:
    """A backend of the library `keyring`."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def get(self, place: str, user: str) -> str:
        return str(self._call("get_password", place, user) or "")

    def put(self, place: str, user: str, password: str) -> None:
        self._call("set_password", place, user, password)

    def forget(self, place: str, user: str) -> None:
        if self._call("get_password", place, user) is not None:
            self._call("delete_password", place, user)

    def _call(self, name: str, place: str, *rest: str) -> Any:
        try:
            return getattr(self._backend, name)(f"{SERVICE} {place}", *rest)
        except Exception as exc:  # noqa: BLE001  each backend has errors of its own
            kind = type(exc).__name__  # not its text: who knows what a backend puts into it
            logger.warning("the keyring failed at %s: %s", name, kind)
            raise PasswordStoreError("it is locked" if "Locked" in kind else f"it does not work ({kind})") from None


def system_keyring() -> PasswordStore | None:
    """Return the keyring of this system; None if there is none, or the library is not installed."""
    try:
        found = importlib.import_module("keyring").get_keyring()
        candidates = getattr(found, "backends", None) or [found]
    except Exception as exc:  # noqa: BLE001  not installed, or broken in one of many ways: no keyring
        logger.info("there is no keyring: %s", type(exc).__name__)
        return None
    safe = (backend for backend in candidates if type(backend).__module__ in SAFE)
    backend = next(safe, None)
    return None if backend is None else SystemKeyring(backend)


def no_keyring() -> PasswordStore | None:
    """What stands for it where nothing may be kept: in tests, and in a profile that is removed."""
    return None
