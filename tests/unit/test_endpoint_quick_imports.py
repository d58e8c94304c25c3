"""The endpoint starts on half of aiohttp, and whoever wants the other half has it."""

import subprocess
import sys
from importlib.metadata import version

QUICKLY = (
    "from simulator.endpoint.quick_imports import quick_imports\nwith quick_imports():\n    from aiohttp import web\n"
)


def said_by(program: str) -> str:
    """What a program prints, in an interpreter of its own: what is imported here already would decide the answer."""
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    ).stdout.strip()


def test_the_client_half_is_not_imported() -> None:
    program = QUICKLY + "import sys\nprint('aiohttp.web_app' in sys.modules, 'aiohttp.client' in sys.modules)"
    assert said_by(program) == "True False"


def test_the_endpoint_itself_does_not_import_it() -> None:
    program = (
        "import asyncio, sys\n"
        "from simulator.endpoint.serving import Endpoint, ServeOptions\n"
        "async def main():\n"
        "    endpoint = Endpoint(ServeOptions(mqtt='127.0.0.1:0', http='127.0.0.1:0'))\n"
        "    await endpoint.start()\n"
        "    print('aiohttp.web_app' in sys.modules, 'aiohttp.client' in sys.modules)\n"
        "    await endpoint.close()\n"
        "asyncio.run(main())"
    )
    assert said_by(program) == "True False"


def test_whoever_asks_for_the_client_afterwards_has_it_with_the_same_server_half() -> None:
    program = QUICKLY + (
        "import aiohttp\n"
        "print(aiohttp.ClientSession.__name__, aiohttp.web is web, "
        "aiohttp.BasicAuth is aiohttp.helpers.BasicAuth, aiohttp.__version__)"
    )
    assert said_by(program) == f"ClientSession True True {version('aiohttp')}"


def test_what_the_package_does_not_have_is_missing_as_ever() -> None:
    program = QUICKLY + "import aiohttp\nprint(hasattr(aiohttp, 'no_such_name'), hasattr(aiohttp, 'no_such_name'))"
    assert said_by(program) == "False False"


def test_the_collector_is_left_as_it_was() -> None:
    program = "import gc\nprint(gc.isenabled())\n" + QUICKLY + "print(gc.isenabled())\ngc.disable()\n" + QUICKLY
    assert said_by(program + "print(gc.isenabled())").split() == ["True", "True", "False"]
