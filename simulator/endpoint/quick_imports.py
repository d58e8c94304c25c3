"""A quick start: what the endpoint needs is imported without the collector, and of aiohttp only the server's half."""

import contextlib
import gc
import importlib
import importlib.metadata
import importlib.util
import sys
from collections.abc import Iterator
from typing import Final

PACKAGE: Final = "aiohttp"


@contextlib.contextmanager
def quick_imports() -> Iterator[None]:
    """Import without garbage collection, and leave aiohttp's client half, which no server uses, until it is asked for.

    `import aiohttp.web` alone imports the client too, reads the system's certificates, and takes a third longer.
    """
    was_collecting = gc.isenabled()
    gc.disable()
    try:
        import_server_half()
        yield
    finally:
        if was_collecting:
            gc.enable()


def import_server_half() -> None:
    """Import `aiohttp.web`; the package's own module runs when a name is asked of it that it does not have yet.

    Whatever imports aiohttp later gets all of it, as ever.
    """
    spec = None if PACKAGE in sys.modules else importlib.util.find_spec(PACKAGE)
    if spec is None or spec.loader is None:  # it is there already, or is not installed, which the import below tells
        importlib.import_module(f"{PACKAGE}.web")
        return
    package, loader = importlib.util.module_from_spec(spec), spec.loader

    def run_and_get(name: str) -> object:
        package.__dict__.pop("__getattr__", None)
        loader.exec_module(package)
        return getattr(package, name)

    package.__dict__["__version__"] = importlib.metadata.version(PACKAGE)  # its modules name it to their peers
    sys.modules[PACKAGE] = package
    try:
        importlib.import_module(f"{PACKAGE}.web")
    except BaseException:
        del sys.modules[PACKAGE]
        raise
    package.__dict__["__getattr__"] = run_and_get  # not before: modules on their way ask their package for each other
