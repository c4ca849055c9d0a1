"""Keeping other people's tokens: encrypted at rest, with keys that can be rotated."""

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Vault:
    """Encrypts with the newest key and decrypts with any. Keys are Fernet keys: 32 bytes, URL-safe base64."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Take the keys, the newest first."""
        fernets = [Fernet(key) for key in keys]
        self._newest, self._fernet = fernets[0], MultiFernet(fernets)

    def lock(self, secret: str) -> bytes:
        """Encrypt a secret."""
        return self._fernet.encrypt(secret.encode())

    def unlock(self, locked: bytes) -> str:
        """Decrypt a secret.

        Raises cryptography.fernet.InvalidToken where none of the keys fits.
        """
        return self._fernet.decrypt(locked).decode()

    def is_current(self, locked: bytes) -> bool:
        """Return whether a secret is encrypted with the newest key, so that it outlives the others."""
        try:
            self._newest.decrypt(locked)
        except InvalidToken:
            return False
        return True
