"""Errors that speak: what happened, where, and what to do. Each builds its own sentence in `__str__`."""

from dataclasses import dataclass
from typing import Final

EXIT_OK: Final = 0
EXIT_UNEXPECTED_OUTCOME: Final = 1
EXIT_BAD_INPUT: Final = 2
EXIT_UNREACHABLE: Final = 3
EXIT_INTERRUPTED: Final = 130


class SimulatorError(Exception):
    """The base of every error that is shown to a person as one sentence; `exit_status` is what the CLI leaves with."""

    exit_status: int = EXIT_UNEXPECTED_OUTCOME


@dataclass
class InputError(SimulatorError):
    """Something a person wrote cannot be used.

    `where` names file and place (`run.yaml: step 3, seconds`), `what` says what is wrong, `mend` how to put it right.
    """

    where: str
    what: str
    mend: str = ""

    exit_status = EXIT_BAD_INPUT

    def __str__(self) -> str:
        sentence = f"{self.where}: {self.what}" if self.where else self.what
        return f"{sentence}; {self.mend}" if self.mend else sentence


@dataclass
class UnreachableError(SimulatorError):
    """An endpoint did not answer. `address` as the person gave it, `cause` in the system's words."""

    address: str
    cause: str

    exit_status = EXIT_UNREACHABLE

    def __str__(self) -> str:
        mend = "check the address, or leave it out to start a local endpoint"
        return f"{self.address} cannot be reached: {self.cause}; {mend}"
