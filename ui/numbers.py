"""Numbers as people read them: grouped, in the locale's way, and durations as a clock."""

from PySide6.QtCore import QLocale


def prepare_locale() -> None:
    """Where the system names no language (C, POSIX), write numbers as in English: 2,000 and not 2000."""
    if QLocale.system().language() == QLocale.Language.C:
        QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))


def grouped(number: int) -> str:
    """2000 as 2,000."""
    return QLocale().toString(number)


def counted(number: int, one: str, many: str) -> str:
    """A sentence with a number: `one` if it is 1, else `many`, in which %n is the number."""
    return one if number == 1 else many.replace("%n", grouped(number))


def clock(seconds: float) -> str:
    """Seconds as 00:01:12; days are hours above 24."""
    whole = int(seconds)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def milliseconds(value: float) -> str:
    """A latency in milliseconds, as short as it says something: 0.4, 4, 31, 1,204."""
    return f"{value:.1f}" if 0 < value < 1 else grouped(round(value))
