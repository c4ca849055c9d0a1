"""Keys of a development machine: made once, kept in the data folder, readable by their owner alone."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from filelock import FileLock


def kept(path: Path, make: Callable[[], bytes]) -> bytes:
    """Return what the file holds; make it first where it is missing. Safe when several processes start at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock")):
        if not path.exists():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(make())
        return path.read_bytes()


def token_key(data_dir: Path) -> bytes:
    """Return the private key that signs development tokens, as PEM."""
    return kept(data_dir / "keys" / "tokens.pem", _new_token_key)


def vault_key(data_dir: Path) -> str:
    """Return the key that encrypts tokens at rest where none is set."""
    return kept(data_dir / "keys" / "vault.key", Fernet.generate_key).decode()


def state_key(data_dir: Path) -> bytes:
    """Return the key that signs the state of a consent under way."""
    return kept(data_dir / "keys" / "state.key", lambda: secrets.token_bytes(32))


def _new_token_key() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
