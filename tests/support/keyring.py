"""A keyring in memory, in the place of the system's."""

from simulator.passwords import PasswordStoreError


class FakeKeyring:
    """Implements `PasswordStore`. `refusal` is raised by everything while it is set."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.refusal = ""

    def _answer(self) -> None:
        if self.refusal:
            raise PasswordStoreError(self.refusal)

    def get(self, place: str, user: str) -> str:
        self._answer()
        return self.kept.get((place, user), "")

    def put(self, place: str, user: str, password: str) -> None:
        self._answer()
        self.kept[place, user] = password

    def forget(self, place: str, user: str) -> None:
        self._answer()
        self.kept.pop((place, user), None)
