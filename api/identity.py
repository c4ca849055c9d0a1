"""Bearer tokens: signed JWTs that say who calls, at which level and in which role."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from provisioning.caller import Caller
from provisioning.desk import Clock
from provisioning.errors import Unauthenticated
from store.vocabulary import Level, Role

ISSUER = "numberline"
AUDIENCE = "numberline"
ALGORITHM = "ES256"

KNOWN_TOKENS = 1_024
"""How many checked tokens a process remembers."""


class Tokens:
    """Issues and checks tokens with one key."""

    def __init__(self, private_key_pem: bytes, clock: Clock) -> None:
        """Take the private key as PEM: an elliptic-curve key on P-256."""
        key = load_pem_private_key(private_key_pem, password=None)
        assert isinstance(key, EllipticCurvePrivateKey)  # noqa: S101  # made by api.keys
        self._private, self._public = key, key.public_key()
        self._clock = clock
        # Checking a signature takes longer than answering a small query; a good token stays good until its end.
        self._checked = lru_cache(maxsize=KNOWN_TOKENS)(self._check)

    def issue(self, caller: Caller, lifetime: timedelta) -> str:
        """Return a token for the caller."""
        now: datetime = self._clock()
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + lifetime,
            "sub": caller.subject,
            "level": caller.level.value,
            "role": caller.role.value,
            "bound_to": str(caller.bound_to) if caller.bound_to else None,
        }
        return jwt.encode(claims, self._private, algorithm=ALGORITHM)

    def caller(self, authorization: str | None) -> Caller | None:
        """Return who sends an Authorization header; None where there is none.

        Raises Unauthenticated where there is one that is not a good token.
        """
        if not authorization:
            return None
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthenticated
        try:
            caller, expires_at = self._checked(token.strip())
        except (jwt.InvalidTokenError, KeyError, ValueError) as error:
            raise Unauthenticated from error
        if expires_at <= self._clock().timestamp():
            raise Unauthenticated
        return caller

    def _check(self, token: str) -> tuple[Caller, float]:
        """Return who a good token is for and when it ends (seconds since 1970)."""
        claims = self._claims(token)
        return _caller(claims), float(claims["exp"])

    def _claims(self, token: str) -> dict[str, Any]:
        claims: dict[str, Any] = jwt.decode(
            token,
            self._public,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=ISSUER,
            options={"require": ["exp", "iat", "sub", "iss", "aud"]},
        )
        return claims


def _caller(claims: dict[str, Any]) -> Caller:
    """Return the caller of checked claims. Below system level a token without a bound id would see nothing or all."""
    level = Level[claims["level"] or ""]
    bound_to = UUID(claims["bound_to"]) if claims.get("bound_to") else None
    if (level is Level.SYSTEM) != (bound_to is None):
        raise Unauthenticated
    return Caller(claims["sub"] or "", level, Role[claims["role"] or ""], bound_to)
