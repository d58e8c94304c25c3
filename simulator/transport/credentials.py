"""Who a thing is, as a person says it: the files it connects with over TLS, and a user name with its password."""

import os
from typing import Final

import msgspec

from simulator.errors import InputError

PLACE: Final = "{thing}"
LONGEST: Final = 65_535
"""Bytes of UTF-8 that MQTT allows for a user name, and for a password (MQTT 3.1.1, 1.5.3 and 3.1.3.5)."""


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """Paths of PEM files, "" for none; in `certificate`, `key` and `username`, `{thing}` stands for the thing's name.

    Without `ca` things trust what the system trusts. The password is the only secret here: it travels to worker
    processes over their pipe, and `repr` does not show it.
    """

    ca: str = ""
    certificate: str = ""
    key: str = ""
    username: str = ""
    password: str = ""

    def __bool__(self) -> bool:
        return self.has_files or bool(self.username)

    def __repr__(self) -> str:
        shown = {name: getattr(self, name) for name in ("ca", "certificate", "key", "username")}
        shown["password"] = "…" if self.password else ""
        return f"Credentials({', '.join(f'{name}={value!r}' for name, value in shown.items())})"

    @property
    def has_files(self) -> bool:
        """Whether there is something for TLS."""
        return bool(self.ca or self.certificate or self.key)

    def files_of(self, thing: str) -> tuple[str, str]:
        """Return certificate and key of `thing`."""
        name = file_name(thing)
        return self.certificate.replace(PLACE, name), self.key.replace(PLACE, name)

    def login_of(self, thing: str) -> tuple[str, str] | None:
        """Return user name and password of `thing`; None for a broker that asks for none."""
        return (self.username.replace(PLACE, thing), self.password) if self.username else None


NO_CREDENTIALS: Final = Credentials()


def file_name(thing: str) -> str:
    """Return what stands for `{thing}` in a file's name: Windows allows no colon there."""
    return thing.replace(":", "%3A") if os.name == "nt" else thing


def check_login(credentials: Credentials) -> None:
    """See that a user name and a password can be sent.

    Raises:
        InputError: they cannot. The sentence has no password in it.
    """
    if credentials.password and not credentials.username:
        raise InputError("user name", "there is a password, and nobody whose it is", "add a user name")
    for what, text in (("user name", credentials.username), ("password", credentials.password)):
        try:
            encoded = text.encode()
        except UnicodeEncodeError:
            encoded = b"\0"
        if b"\0" in encoded:
            raise InputError(what, "it has a character in it that MQTT cannot send", "choose another")
        if len(encoded) > LONGEST:
            raise InputError(what, f"it is longer than {LONGEST:,} bytes", "MQTT cannot send it: choose another")
