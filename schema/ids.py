"""Global ids: opaque to clients, a kind and a UUID to us."""

import base64
import binascii
from uuid import UUID

from store.errors import NotFound


def encode(kind: str, key: UUID) -> str:
    """Return the global id of a row."""
    return base64.urlsafe_b64encode(f"{kind}:{key.hex}".encode()).decode().rstrip("=")


def decode(global_id: str) -> tuple[str, UUID]:
    """Return kind and key. Raises NotFound for what is not a global id: what cannot be read does not exist."""
    try:
        padded = global_id + "=" * (-len(global_id) % 4)
        kind, _, key = base64.urlsafe_b64decode(padded.encode("ascii")).decode("ascii").partition(":")
        return kind, UUID(hex=key)
    except (ValueError, binascii.Error) as error:
        raise NotFound("object") from error


def key_of(global_id: str, kind: str, *path: str) -> UUID:
    """Return the key of a global id that must be of one kind. Raises NotFound otherwise."""
    what = _label(kind)
    try:
        found, key = decode(global_id)
    except NotFound as error:
        raise NotFound(what, path=path) from error
    if found != kind:
        raise NotFound(what, path=path)
    return key


def _label(kind: str) -> str:
    """Return what people call a kind: "sip connection" for SipConnection."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in kind).strip()
