"""Bearer tokens: signed JWTs that say who calls, at which level and in which role."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Protocol
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from api.token_faults import ENDED, SPOILT, ClaimUnfit, TokenLog, reading, reason
from provisioning.caller import Caller
from provisioning.desk import Clock
from provisioning.errors import Unauthenticated
from schema.ids import key_of
from store.vocabulary import Level, Role

KNOWN_TOKENS = 1_024
"""How many checked tokens a process remembers."""

MOST_CHARACTERS = 8_192
"""How long a token may be; web servers take headers of that size at most. A longer one is not even looked into."""

MOST_OF_SUBJECT = 255
"""How many characters `sub` may have (OpenID Connect Core 1.0, section 2)."""

REQUIRED = ("exp", "iat", "sub", "iss", "aud")
"""The claims that every token has (RFC 7519, section 4.1)."""

ALGORITHMS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "RSA": frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}),
        "P-256": frozenset({"ES256"}),
        "P-384": frozenset({"ES384"}),
        "P-521": frozenset({"ES512"}),
        "Ed25519": frozenset({"EdDSA"}),
    }
)
"""What a key may verify, by its type or its curve. A secret, and `none`, verify nothing (RFC 8725, section 3.1)."""


@dataclass(frozen=True, slots=True, eq=False)
class Key:
    """A public key, and the algorithms that it verifies. Read again it is another one."""

    public: PublicKeyTypes
    algorithms: frozenset[str]


class Keys(Protocol):
    """The keys of whoever issues tokens: the issuer's, or this machine's own in development."""

    async def find(self, kid: str | None) -> Key:
        """Return the key of this id. Raises Unauthenticated, and IssuerUnavailable where nobody can tell."""
        ...


@dataclass(frozen=True, slots=True)
class ClaimNames:
    """Under which names a token says what is ours alone."""

    level: str = "level"
    role: str = "role"
    bound_to: str = "bound_to"


@dataclass(frozen=True, slots=True)
class Terms:
    """Which tokens are taken, once their signature is good."""

    issuer: str = "numberline"
    audience: str = "numberline"
    names: ClaimNames = ClaimNames()
    leeway: timedelta = timedelta()
    """How far the clocks of issuer and server may be apart."""


class Tokens:
    """Checks tokens."""

    def __init__(self, keys: Keys, terms: Terms, clock: Clock, *, open_schema: bool = False) -> None:
        """Take the keys that verify signatures, and what a token has to say.

        `open_schema` says whether who has none is told the schema.
        """
        self._keys, self._terms, self._clock = keys, terms, clock
        self._log = TokenLog(clock)
        self.open_schema = open_schema
        # Checking a signature takes longer than answering a small query; a good token stays good until its end, as
        # long as its key does: keys that were read again are others, and what they signed is checked again.
        self._checked = lru_cache(maxsize=KNOWN_TOKENS)(self._check)

    async def caller(self, authorization: str | None) -> Caller | None:
        """Return who sends an Authorization header; None where there is none.

        Raises Unauthenticated where there is one that is not a good token, and IssuerUnavailable.
        """
        if not authorization:
            return None
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise self._refused("it is no bearer token")
        if len(token) > MOST_CHARACTERS:
            raise self._refused(SPOILT)
        try:
            caller = self._checked(token.strip(), await self._keys.find(_kid(token.strip())))
        except (jwt.PyJWTError, ClaimUnfit, Unauthenticated, TypeError, ValueError, OverflowError) as error:
            raise self._refused(reason(error)) from error
        if self.remaining_s(caller) <= 0:
            raise self._refused(ENDED)
        return caller

    def remaining_s(self, caller: Caller) -> float:
        """Return how long the caller's token is still good, in seconds."""
        assert caller.expires_at is not None  # noqa: S101  # every caller with a token has an end
        return (caller.expires_at - self._clock()).total_seconds()

    def _refused(self, why: str) -> Unauthenticated:
        """Return the refusal, which does not say why; the log does."""
        self._log.refused(why)
        return Unauthenticated()

    def _check(self, token: str, key: Key) -> Caller:
        claims: dict[str, Any] = jwt.decode(
            token,
            key.public,  # type: ignore[arg-type]  # only kinds that ALGORITHMS names, which PyJWT takes
            algorithms=sorted(key.algorithms),
            audience=self._terms.audience,
            issuer=self._terms.issuer,
            leeway=self._terms.leeway,
            options={"require": list(REQUIRED), "enforce_minimum_key_length": True},
        )
        return _caller(claims, self._terms)


@lru_cache(maxsize=KNOWN_TOKENS)
def _kid(token: str) -> str | None:
    """Return the key id that a token names. Nothing else of its header is heeded."""
    kid: str | None = jwt.get_unverified_header(token).get("kid")
    return kid


def _caller(claims: Mapping[str, Any], terms: Terms) -> Caller:
    """Return the caller of checked claims. Below system level a token without a bound id would see nothing or all.

    Raises ClaimUnfit.
    """
    names = terms.names
    with reading("sub"):
        subject = _name(claims["sub"])
    with reading(names.level):
        level = Level[_word(claims[names.level])]
    with reading(names.role):
        role = Role[_word(claims[names.role])]
    with reading(names.bound_to):
        bound_to = _bound_key(level, claims.get(names.bound_to))
    with reading("exp"):
        expires_at = datetime.fromtimestamp(int(claims["exp"]), UTC) + terms.leeway
    return Caller(subject, level, role, bound_to, expires_at)


def _bound_key(level: Level, bound_to: object) -> UUID | None:
    """Return the key behind a global id, which has to be of the level's own kind. Nothing but null is none.

    Raises NotFound, TypeError and ValueError.
    """
    if (level is Level.SYSTEM) != (bound_to is None):
        raise ValueError
    if bound_to is None:
        return None
    if not isinstance(bound_to, str):
        raise TypeError
    return key_of(bound_to, "Customer" if level is Level.CUSTOMER else "Tenant")


def _word(claim: object) -> str:
    """Return a level or a role as we write it; people write them in any case, of ASCII. Raises ValueError."""
    if not isinstance(claim, str) or not claim.isascii():
        raise ValueError
    return claim.upper()


def _name(subject: object) -> str:
    """Return what can stand for somebody: it is shown, kept and logged. Raises ValueError for what cannot."""
    if isinstance(subject, str) and subject.isprintable() and subject.strip() and len(subject) <= MOST_OF_SUBJECT:
        return subject
    raise ValueError
