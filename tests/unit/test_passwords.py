"""Only keyrings that encrypt are used; what they say of their failures is kept out of sentences."""

import sys
from types import ModuleType
from typing import Any

import pytest

from simulator import passwords
from simulator.passwords import PasswordStoreError, no_keyring, system_keyring


class KeyringLocked(Exception):  # noqa: N818  the library's name
    pass


class Backend:
    """What a backend of the library looks like."""

    def __init__(self, refusal: Exception | None = None) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.refusal = refusal

    def get_password(self, service: str, user: str) -> str | None:
        if self.refusal is not None:
            raise self.refusal
        return self.kept.get((service, user))

    def set_password(self, service: str, user: str, password: str) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.kept[service, user] = password

    def delete_password(self, service: str, user: str) -> None:
        del self.kept[service, user]


def of_module(name: str, **members: Any) -> Backend:
    made: Backend = type("Made", (Backend,), {"__module__": name})()
    for key, value in members.items():
        setattr(made, key, value)
    return made


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch):
    """Puts a library in place that finds this backend."""

    def installed(backend: object) -> None:
        library = ModuleType("keyring")
        library.get_keyring = lambda: backend  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "keyring", library)

    return installed


def test_what_is_put_is_got_and_can_be_forgotten(install) -> None:
    backend = of_module("keyring.backends.SecretService")
    install(backend)
    store = system_keyring()
    assert store is not None
    assert store.get("mqtt://h:1883", "me") == ""
    store.put("mqtt://h:1883", "me", "hunter2")
    assert backend.kept == {("thing-simulator mqtt://h:1883", "me"): "hunter2"}
    assert store.get("mqtt://h:1883", "me") == "hunter2"
    store.forget("mqtt://h:1883", "me")
    store.forget("mqtt://h:1883", "me")
    assert backend.kept == {}


@pytest.mark.parametrize(
    "module",
    [
        "keyrings.alt.file",
        "keyring.backends.null",
        "keyring.backends.fail",
        "keyring.backends.chainer",
        "somebody.file",
    ],
)
def test_a_keyring_that_is_a_plain_file_or_none_at_all_is_not_used(install, module: str) -> None:
    install(of_module(module))
    assert system_keyring() is None


def test_of_several_the_one_that_encrypts_is_used(install) -> None:
    plain, safe = of_module("keyrings.alt.file"), of_module("keyring.backends.kwallet")
    install(of_module("keyring.backends.chainer", backends=[plain, safe]))
    store = system_keyring()
    assert store is not None
    store.put("p", "me", "hunter2")
    assert plain.kept == {}
    assert list(safe.kept.values()) == ["hunter2"]


def test_the_library_need_not_be_there_nor_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert system_keyring() is None
    broken = ModuleType("keyring")
    monkeypatch.setitem(sys.modules, "keyring", broken)  # it has no get_keyring
    assert system_keyring() is None
    assert no_keyring() is None


@pytest.mark.parametrize(
    ("refusal", "sentence"),
    [(KeyringLocked("hunter2"), "it is locked"), (RuntimeError("hunter2"), "it does not work (RuntimeError)")],
)
def test_a_failure_says_nothing_that_a_backend_says(install, caplog, refusal: Exception, sentence: str) -> None:
    install(of_module("keyring.backends.macOS", refusal=refusal))
    store = system_keyring()
    assert store is not None
    with pytest.raises(PasswordStoreError) as told:
        store.put("p", "me", "hunter2")
    assert str(told.value) == sentence
    assert "hunter2" not in caplog.text
    assert caplog.text.count("\n") == 1


def test_the_names_of_the_safe_ones_are_those_of_the_library() -> None:
    """A module that was renamed would never be used again, and nobody would notice."""
    backends = pytest.importorskip("keyring.backends")
    import pkgutil

    there = {f"keyring.backends.{module.name}" for module in pkgutil.iter_modules(backends.__path__)}
    assert there >= passwords.SAFE
