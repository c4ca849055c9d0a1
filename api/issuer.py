"""The keys of an OpenID Connect issuer: found by discovery, read over HTTP, kept, and read again when they change."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from types import MappingProxyType
from typing import Any

import httpx
import jwt

from api.identity import ALGORITHMS, Key
from provisioning.errors import Unauthenticated
from store.errors import Unavailable

logger = logging.getLogger(__name__)

DISCOVERY = "/.well-known/openid-configuration"
"""Where an issuer describes itself (OpenID Connect Discovery 1.0, section 4)."""

FRESH_S = 300.0
"""How long keys are used before they are read again: so long a key that was withdrawn still counts."""

PAUSE_S = 10.0
"""How long the issuer is left alone after each reading, whatever key ids come in: nobody reaches it through us."""

PATIENCE_S = 5.0
"""How long the issuer may take to answer."""

MOST_BYTES = 1_000_000
"""How large an answer of the issuer may be."""


PLAIN = MappingProxyType({"accept": "application/json", "accept-encoding": "identity"})
"""How the issuer is asked: what is packed may be a thousand times as large."""


class IssuerUnavailable(Unavailable):
    """Your token cannot be checked, for its issuer does not answer; send the same request again in a few seconds."""

    code = "ISSUER_UNAVAILABLE"


class IssuerUnfit(Exception):
    """What the issuer answers cannot be used."""


class IssuerKeys:
    """The keys of one issuer. Those that are known go on being good while it does not answer."""

    def __init__(
        self, issuer: str, jwks_url: str | None, http: httpx.AsyncClient, monotonic: Callable[[], float]
    ) -> None:
        """Take the issuer's address, and where its keys are; None: where its own description says."""
        self._issuer, self._jwks_url = issuer, jwks_url
        self._http, self._monotonic = http, monotonic
        self._keys: dict[str | None, Key] = {}
        self._read_at = self._tried_at = float("-inf")
        self._failed = False
        self._reading: asyncio.Task[None] | None = None

    async def find(self, kid: str | None) -> Key:
        """Return the key of this id.

        A known key is returned at once, also while the keys are read again. Raises Unauthenticated where there is no
        such key, and IssuerUnavailable where the issuer could not be asked.
        """
        if self._is_due(kid):
            self._tried_at = self._monotonic()
            self._reading = asyncio.create_task(self._read())
        if kid not in self._keys and self._reading is not None:
            await asyncio.wait((self._reading,))  # which goes on for the others if this caller goes away
        if kid in self._keys:
            return self._keys[kid]
        raise IssuerUnavailable if self._failed else Unauthenticated

    async def close(self) -> None:
        """End a reading that is under way."""
        if self._reading is not None:
            self._reading.cancel()
            with suppress(asyncio.CancelledError):
                await self._reading

    def _is_due(self, kid: str | None) -> bool:
        now = self._monotonic()
        wanted = kid not in self._keys or now - self._read_at >= FRESH_S
        is_reading = self._reading is not None and not self._reading.done()
        return wanted and not is_reading and now - self._tried_at >= PAUSE_S

    async def _read(self) -> None:
        """Read the keys; where that fails, go on with those that are known."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                keys = _keys(await self._get(self._jwks_url or await self._discovered()))
        except Exception as error:  # whatever the issuer sends: others are to hear that it cannot be asked
            self._failed = True
            logger.warning("the keys of %s cannot be read: %r", self._issuer, error)
        else:
            self._failed = False
            self._keys, self._read_at = keys, self._monotonic()

    async def _discovered(self) -> str:
        """Return where the issuer says that its keys are (OpenID Connect Discovery 1.0, section 4.3)."""
        described = await self._get(self._issuer.rstrip("/") + DISCOVERY)
        address = described.get("jwks_uri")
        if described.get("issuer") != self._issuer or not isinstance(address, str):
            raise IssuerUnfit("it describes itself as another issuer, or names no keys")
        if self._issuer.startswith("https:") and not address.startswith("https:"):
            raise IssuerUnfit("its keys would come unencrypted")
        return address

    async def _get(self, address: str) -> dict[str, Any]:
        async with self._http.stream("GET", address, headers=PLAIN) as answer:
            answer.raise_for_status()
            if answer.headers.get("content-encoding", "identity") != "identity":
                raise IssuerUnfit(f"{address} answers in an encoding that was not asked for")
            content = b""
            async for piece in answer.aiter_bytes():
                content += piece
                if len(content) > MOST_BYTES:
                    raise IssuerUnfit(f"{address} answers more than {MOST_BYTES} bytes")
        found = httpx.Response(200, content=content).json()
        if not isinstance(found, dict):
            raise IssuerUnfit(f"{address} does not answer a JSON object")
        return found


def _keys(jwks: dict[str, Any]) -> dict[str | None, Key]:
    """Return the keys that verify signatures, by id (RFC 7517). Raises IssuerUnfit where there is none."""
    entries = jwks.get("keys")
    if not isinstance(entries, list):
        raise IssuerUnfit("it has no list of keys")
    found = dict(filter(None, map(_key, entries)))
    if not found:
        raise IssuerUnfit("none of its keys verifies a signature")
    return found


def _key(entry: Any) -> tuple[str | None, Key] | None:
    """Return the id of a key, and the key with the algorithms of its type, or of those the one that it names.

    A secret is none, nor is a private key: whoever reads the set can sign with either. What cannot be read is none
    of ours, and no reason to do without the others.
    """
    try:
        jwk = jwt.PyJWK.from_dict(entry)
        algorithms = ALGORITHMS.get(entry.get("crv") or entry["kty"], frozenset())
        if "alg" in entry:
            algorithms &= {entry["alg"]}
    except Exception:  # an issuer may list anything, and PyJWT raises anything of it
        return None
    kid = entry.get("kid")
    is_fit = isinstance(kid, str | None) and "d" not in entry and entry.get("use", "sig") == "sig"
    return (kid, Key(jwk.key, algorithms)) if is_fit and algorithms else None
