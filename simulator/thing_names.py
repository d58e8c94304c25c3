"""How things are called that are only numbered: `--prefix` and a number, all of one length."""

from simulator.errors import InputError
from simulator.jobs import limits


def numbered(prefix: str, count: int) -> list[str]:
    """Return `count` names, from 01 or, for more things, as many zeros as make them equally long.

    Raises:
        InputError: they would be no thing names.
    """
    digits = max(2, len(str(count)))
    names = [f"{prefix}{number:0{digits}d}" for number in range(1, count + 1)]
    if not limits.THING_NAME.fullmatch(names[-1]):
        mend = "use letters, digits, colons, hyphens and underscores, 128 characters in all"
        raise InputError(f"--prefix {prefix}", f"{names[-1][:140]} is no thing name", mend)
    return names
