"""The development key: this machine issues its own tokens, and takes nobody else's."""

import inspect
import socket
from datetime import timedelta

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from api.addresses import is_loopback
from api.identity import ALGORITHMS, Key, Terms
from provisioning.caller import Caller
from provisioning.desk import Clock
from schema.ids import encode
from store.vocabulary import Level

ALGORITHM = "ES256"


class DevelopmentKeyExposed(Exception):
    """Tokens would be good that anybody can issue who reads the data folder, and the address is not this machine's own.

    Set NUMBERLINE_ISSUER, so that an OpenID Connect issuer says who calls, or leave NUMBERLINE_HOST at 127.0.0.1.
    """

    def __str__(self) -> str:
        return inspect.cleandoc(self.__doc__ or "")


class DevelopmentKey:
    """Issues tokens, and verifies them."""

    def __init__(self, private_key_pem: bytes, clock: Clock) -> None:
        """Take the private key as PEM: an elliptic-curve key on P-256."""
        key = load_pem_private_key(private_key_pem, password=None)
        assert isinstance(key, EllipticCurvePrivateKey)  # noqa: S101  # made by api.keys
        self._private, self._clock = key, clock
        self._key = Key(key.public_key(), ALGORITHMS["P-256"])

    async def find(self, kid: str | None) -> Key:  # noqa: ARG002  # of Keys
        """Return the one key, whichever is named."""
        return self._key

    def issue(self, caller: Caller, lifetime: timedelta) -> str:
        """Return a token for the caller."""
        terms, now = Terms(), self._clock()
        claims = {
            "iss": terms.issuer,
            "aud": terms.audience,
            "iat": now,
            "exp": now + lifetime,
            "sub": caller.subject,
            terms.names.level: caller.level.value,
            terms.names.role: caller.role.value,
            terms.names.bound_to: _bound_id(caller),
        }
        return jwt.encode(claims, self._private, algorithm=ALGORITHM)


def refuse_exposure(listener: socket.socket) -> None:
    """Raise DevelopmentKeyExposed where others than this machine reach a bound socket."""
    if not is_loopback(listener.getsockname()[0]):
        raise DevelopmentKeyExposed


def _bound_id(caller: Caller) -> str | None:
    kind = "Customer" if caller.level is Level.CUSTOMER else "Tenant"
    return encode(kind, caller.bound_to) if caller.bound_to else None
