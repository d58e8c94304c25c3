"""The files a thing connects with over TLS, as a person names them: one pattern for all things."""

import os
from typing import Final

import msgspec

PLACE: Final = "{thing}"


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """Paths of PEM files, "" for none; in `certificate` and `key`, `{thing}` stands for the thing's name.

    Without `ca` things trust what the system trusts.
    """

    ca: str = ""
    certificate: str = ""
    key: str = ""

    def __bool__(self) -> bool:
        return bool(self.ca or self.certificate or self.key)

    def files_of(self, thing: str) -> tuple[str, str]:
        """Return certificate and key of `thing`."""
        name = file_name(thing)
        return self.certificate.replace(PLACE, name), self.key.replace(PLACE, name)


NO_CREDENTIALS: Final = Credentials()


def file_name(thing: str) -> str:
    """Return what stands for `{thing}` in a file's name: Windows allows no colon there."""
    return thing.replace(":", "%3A") if os.name == "nt" else thing
