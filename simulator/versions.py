"""Which versions of what a run stands on: for reports, and for whoever has to have the same run again."""

import platform
from importlib import metadata
from typing import Final

LIBRARIES: Final = ("paho-mqtt", "msgspec", "aiohttp", "boto3", "botocore", "pydantic", "ruamel.yaml", "uvloop")


def library_versions() -> dict[str, str]:
    """Return the versions of the installed libraries that can change how a run goes."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue  # uvloop is not there on Windows
    return found


def platform_text() -> str:
    """Return system, its release and the processor's architecture."""
    system, machine = platform.platform(terse=True), platform.machine()
    return system if machine in system else f"{system} {machine}"
