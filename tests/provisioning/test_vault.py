"""Other people's tokens, encrypted at rest."""

import pytest
from cryptography.fernet import Fernet, InvalidToken

from provisioning.vault import Vault


def key() -> str:
    """Make a key."""
    return Fernet.generate_key().decode()


def test_what_is_locked_can_be_unlocked_and_not_read() -> None:
    """The secret does not stand in what is stored."""
    vault = Vault([key()])
    locked = vault.lock("a secret")
    assert b"secret" not in locked
    assert vault.unlock(locked) == "a secret"


def test_an_old_key_still_opens_what_it_locked_after_a_rotation() -> None:
    """And what is locked from then on needs the new one."""
    old, new = key(), key()
    rotated = Vault([new, old])
    assert rotated.unlock(Vault([old]).lock("a secret")) == "a secret"
    assert Vault([new]).unlock(rotated.lock("a secret")) == "a secret"


def test_a_strangers_key_opens_nothing() -> None:
    """It raises rather than to give nonsense."""
    with pytest.raises(InvalidToken):
        Vault([key()]).unlock(Vault([key()]).lock("a secret"))


def test_what_an_old_key_locked_is_not_current() -> None:
    """It would be lost with that key."""
    old, new = key(), key()
    rotated = Vault([new, old])
    assert rotated.is_current(rotated.lock("a secret"))
    assert not rotated.is_current(Vault([old]).lock("a secret"))
