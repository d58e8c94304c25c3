"""Arguments in, exit status out. No rule lives here, and nothing heavy is imported before it is known to be needed.

`endpoint` and the window are looked for before typer is even imported: a hundred milliseconds that every start of them
would pay. Every error that can be expected leaves as one sentence on standard error, never as a traceback.
"""

import contextlib
import os
import sys
from collections.abc import Sequence
from typing import Final, NoReturn

from simulator.commands import interruption
from simulator.errors import EXIT_BAD_INPUT, EXIT_INTERRUPTED, EXIT_OK, EXIT_UNEXPECTED_OUTCOME, SimulatorError

PROGRAM: Final = "thing-simulator"
COMMANDS: Final = (
    "demo",
    "run",
    "endpoint",
    "certificates",
    "report",
    "compare",
    "scenarios",
    "check",
    "schema",
    "cleanup",
    "faults",
)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command and leave with its exit status."""
    if arguments is None:
        interruption.listen()
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        status = _dispatch(given)
        sys.stdout.flush()
        _leave(arguments)
    except KeyboardInterrupt:
        status = EXIT_INTERRUPTED
    except BrokenPipeError:  # what reads our output has gone, as in `… | head`
        _silence_stdout()
        status = EXIT_UNEXPECTED_OUTCOME
    except Exception as exc:  # noqa: BLE001  the last place to make a sentence of it
        status = _told(exc, given)
    _leave(arguments)
    sys.exit(status)


def _leave(arguments: Sequence[str] | None) -> None:
    if arguments is None:  # else whoever called us goes on
        interruption.leave()


def _dispatch(given: list[str]) -> int:
    if given[:1] == ["endpoint"]:
        from simulator.commands import endpoint

        return endpoint.main(given[1:])
    from simulator.commands import quick_window

    if (left_with := quick_window.open_quickly(given)) is not None:
        return left_with
    from simulator.commands.app import app

    # typer's own error boxes are left aside: every command speaks in the same plain sentences
    status = app(given, prog_name=PROGRAM, standalone_mode=False)
    return status if isinstance(status, int) else EXIT_OK


def _told(exc: Exception, given: Sequence[str]) -> int:
    """Say what went wrong; return the exit status."""
    expected = _expected_in(exc)
    if expected is not None:
        say(str(expected))
        return expected.exit_status
    if hasattr(exc, "format_message"):  # typer's usage errors; its own copy of click has no public base class for them
        from simulator.commands import usage

        command = " ".join([PROGRAM, *(word for word in given[:1] if word in COMMANDS)])
        say(usage.sentence(exc, given, command))
        return EXIT_BAD_INPUT
    if type(exc).__name__ == "Abort":
        return EXIT_INTERRUPTED
    return _unexpected(exc)


def _unexpected(exc: Exception) -> int:
    """Write the traceback to the log; say in a sentence that it is there."""
    import logging

    from simulator import config

    config.start_logging()
    logging.getLogger(__name__).error("a command failed", exc_info=exc)
    kind = f"{type(exc).__name__}: {exc}" if str(exc) else type(exc).__name__
    say(f"stopped by a mistake in the program ({' '.join(kind.split())}); details are in {config.log_file()}")
    return EXIT_UNEXPECTED_OUTCOME


def _expected_in(exc: BaseException) -> SimulatorError | None:
    """Return the error that speaks, also out of a group that holds nothing else."""
    if isinstance(exc, SimulatorError):
        return exc
    if isinstance(exc, ExceptionGroup):
        found = [_expected_in(inner) for inner in exc.exceptions]
        return found[0] if all(found) else None
    return None


def say(sentences: str) -> None:
    """Print to standard error, each line under the program's name."""
    with contextlib.suppress(OSError, ValueError):
        for sentence in sentences.splitlines():
            print(f"{PROGRAM}: {sentence}", file=sys.stderr, flush=True)  # noqa: T201


def _silence_stdout() -> None:
    """Keep the interpreter from complaining when it flushes at exit."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
