"""Keeping other people's tokens: encrypted at rest, with keys that can be rotated."""

from collections.abc import Sequence

from cryptography.fernet import Fernet, MultiFernet


class Vault:
    """Encrypts with the newest key and decrypts with any. Keys are Fernet keys: 32 bytes, URL-safe base64."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Take the keys, the newest first."""
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def lock(self, secret: str) -> bytes:
        """Encrypt a secret."""
        return self._fernet.encrypt(secret.encode())

    def unlock(self, locked: bytes) -> str:
        """Decrypt a secret.

        Raises cryptography.fernet.InvalidToken where none of the keys fits.
        """
        return self._fernet.decrypt(locked).decode()
