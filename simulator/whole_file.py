"""Writes a file whole or not at all: beside its name first, then moved there in one step. A reader never finds half."""

import os
import tempfile
from pathlib import Path


def replace(path: Path, content: bytes, *, private: bool = False) -> None:
    """Put `content` in the place of what `path` holds; with `private` nobody but the user may read it.

    The content is on the disk before the name points at it, so that a power cut leaves the old file or the new one.
    When it fails the old file is as it was, and nothing is left beside it.

    Raises:
        OSError: it cannot be written.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    beside = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if not private:  # a new file has 0600 from mkstemp
            beside.chmod(0o666 & ~_umask())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def in_words(error: OSError) -> str:
    """Return why a file could not be written or read, as the end of a sentence."""
    words = error.strerror or str(error)
    return words[:1].lower() + words[1:]


def _umask() -> int:
    """Return what new files are denied; asking means setting it for a moment."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
