"""Why a token is refused, in words for the log: whoever runs the server has to find out, whoever sent it is not told.

Nothing of the token itself is among them.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import jwt

from provisioning.desk import Clock
from provisioning.errors import Unauthenticated
from store.errors import NotFound

logger = logging.getLogger(__name__)

QUIET = timedelta(seconds=10)
"""How long a process says nothing after it has told of one: anybody may send bad tokens, and fill a log with them."""

SPOILT = "it cannot be read"
ENDED = "expired"

_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (Unauthenticated, "unknown key"),
    (jwt.ExpiredSignatureError, ENDED),
    (jwt.ImmatureSignatureError, "not good yet, by its claim `nbf` or `iat`"),
    (jwt.InvalidAudienceError, "claim `aud`"),
    (jwt.InvalidIssuerError, "claim `iss`"),
    (jwt.InvalidIssuedAtError, "claim `iat`"),
    (jwt.exceptions.InvalidSubjectError, "claim `sub`"),
    (jwt.exceptions.InvalidJTIError, "claim `jti`"),
    (jwt.InvalidSignatureError, "signature"),
    (jwt.InvalidAlgorithmError, "algorithm"),
    (jwt.InvalidKeyError, "its key is too short"),
)
"""What PyJWT and the keys raise; of anything else the token cannot be read."""


class ClaimUnfit(Exception):
    """A claim is missing, or says what cannot be."""

    def __init__(self, claim: str) -> None:
        """Take the name of the claim, never what it says."""
        super().__init__(claim)
        self.claim = claim


@contextmanager
def reading(claim: str) -> Iterator[None]:
    """Raise ClaimUnfit for whatever goes wrong with a claim."""
    try:
        yield
    except (NotFound, KeyError, TypeError, ValueError, OverflowError, OSError) as error:
        raise ClaimUnfit(claim) from error


def reason(error: Exception) -> str:
    """Return why a token is refused."""
    if isinstance(error, ClaimUnfit | jwt.MissingRequiredClaimError):
        return f"claim `{error.claim}`"
    return next((words for kind, words in _REASONS if isinstance(error, kind)), SPOILT)


class TokenLog:
    """Tells the log of refused tokens, now and then."""

    def __init__(self, clock: Clock) -> None:
        """Have told nothing yet."""
        self._clock = clock
        self._told_at: datetime | None = None

    def refused(self, why: str) -> None:
        """Say why a token was refused, unless something was said a moment ago."""
        now = self._clock()
        if self._told_at is None or now - self._told_at >= QUIET:
            self._told_at = now
            logger.warning("a token was refused: %s", why)
