"""What a scenario's file is called and how large it may be; apart, for whoever only looks at folders."""

from typing import Final

FILE_ENDINGS: Final = (".yaml", ".yml", ".json")
MAX_BYTES: Final = 1024 * 1024
