"""The token that GraphiQL opens with on a development machine."""

from datetime import timedelta

from starlette.requests import Request

from api.addresses import is_loopback
from api.development import DevelopmentKey
from api.keys import token_key
from api.settings import Settings
from api.wiring import now
from provisioning.caller import Caller
from store.vocabulary import Level, Role

CALLER = Caller("graphiql", Level.SYSTEM, Role.ADMIN)
"""Whom the token is for."""

LIFETIME = timedelta(hours=1)
"""How long the token is good; loading the page again brings the next one."""

FORWARDING = ("forwarded", "x-forwarded-", "x-real-ip", "x-client-ip", "cf-connecting-ip", "true-client-ip", "via")
"""How headers begin that a proxy adds: behind one, everybody comes from this machine."""


def development_token(settings: Settings, request: Request) -> str | None:
    """Return a token for an Admin at system level, if this is a development machine talking to itself.

    That takes all of: `development` is set, and no issuer, so that this machine's own tokens are taken; the server
    listens on a loopback address and has no public one; the request comes from a loopback address, by no proxy, and
    asks for a loopback host, which a page elsewhere whose name was made to point here (DNS rebinding) does not; and no
    page of another origin asks, whatever CORS may allow it.
    """
    own = f"{request.url.scheme}://{request.url.netloc}"
    at_home = (
        settings.development
        and settings.issuer is None
        and settings.public_url is None
        and is_loopback(settings.host)
        and is_loopback(request.client.host if request.client else None)
        and is_loopback(request.url.hostname)
        and not any(name.startswith(FORWARDING) for name in request.headers)
        and request.headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}
        and request.headers.get("origin", own) == own
    )
    if not at_home:
        return None
    return DevelopmentKey(token_key(settings.data_dir), now).issue(CALLER, LIFETIME)
