"""What stands before every route: whom the request is meant for, what browsers may do with the answer, and faults."""

import logging
import uuid
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from urllib.parse import urlsplit

from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.addresses import is_loopback
from api.refusals import refusal
from api.transport.origins import cross_origin

logger = logging.getLogger(__name__)

HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
    }
)
"""What every answer says to a browser, unless a page has its own: nothing here is a page of somebody else's, nor may
somebody else show it, or take it for a script (OWASP HTTP Headers Cheat Sheet)."""

TRANSPORT_SECURITY = "max-age=31536000"
"""For a year browsers come by https alone, where our public address is one."""

MISDIRECTED = 421
"""The request is for another host (RFC 9110, section 15.5.20)."""

KNOWN_HOSTS = 256
"""How many Host headers a process remembers."""

NOT_OURS = "This server does not have the name in the Host header; its operator sets NUMBERLINE_TRUSTED_HOSTS."

ANY = "*"
"""Stands for every name."""


def guarded(hosts: Iterable[str], public_url: str, origins: list[str]) -> list[Middleware]:
    """Return what stands before every route of a server with these names; pages of these origins may read all it says.

    Raises ValueError for what is no origin.
    """
    labels = Middleware(Labels, public_url=public_url)
    return [labels, *cross_origin(origins), Middleware(Guard, hosts=hosts)]


class Labels:
    """Adds to every answer what browsers may do with it."""

    def __init__(self, app: ASGIApp, public_url: str) -> None:
        """Take the public address, which says whether browsers are to come by https alone."""
        self._app = app
        secure = {"strict-transport-security": TRANSPORT_SECURITY} if public_url.startswith("https:") else {}
        self._headers = [(name.encode(), value.encode()) for name, value in {**HEADERS, **secure}.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request or a socket."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(pair for pair in self._headers if pair[0] not in own)]
            await send(message)

        await self._app(scope, receive, sending if scope["type"] == "http" else send)


class Guard:
    """Refuses what is meant for another host, and answers what fails with an id that is in the log."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        """Take the names of this server; a loopback address is always one, and ANY stands for every name."""
        self._app = app
        known = frozenset(host.lower() for host in hosts)
        self._is_ours = lru_cache(KNOWN_HOSTS)(lambda host: _is_one_of(known, host))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request or a socket."""
        if scope["type"] == "http":
            await self._answer(scope, receive, send)
        elif scope["type"] == "websocket" and not self._is_ours(_host(scope)):
            await send({"type": "websocket.close", "code": 1008})  # before it is accepted: 403
        else:
            await self._app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        if not self._is_ours(_host(scope)):
            await refusal(MISDIRECTED, "HOST_UNKNOWN", NOT_OURS)(scope, receive, send)
            return
        try:
            await self._app(scope, receive, sending)
        except Exception:
            correlation_id = uuid.uuid4().hex
            logger.exception("internal error %s at %s", correlation_id, _place(scope))
            if begun:
                raise
            told = f"Something went wrong here; report it with the id {correlation_id}."
            await refusal(500, "INTERNAL_ERROR", told, correlationId=correlation_id)(scope, receive, send)


def names(trusted: Iterable[str], public_url: str, *, is_public: bool) -> list[str]:
    """Return the names of a server: those that are set, and that of its public address.

    A server for others than this machine has any name unless told otherwise: load balancers ask by addresses.
    """
    if not trusted and is_public:
        return [ANY]
    return [*trusted, _name(urlsplit(public_url).netloc)]


def _place(scope: Scope) -> str:
    """Return the path of a request for the log, without what was filled in: that of an invitation opens it."""
    path: str = scope["path"]
    for name, value in scope.get("path_params", {}).items():
        path = path.replace(str(value), f"{{{name}}}") if value else path
    return path


def _host(scope: Scope) -> str:
    """Return the Host header. A browser says it always, also where a name was made to lead here."""
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")


def _is_one_of(known: frozenset[str], host: str) -> bool:
    if not host or ANY in known:
        return True
    name = _name(host)
    return name in known or is_loopback(name)


def _name(host: str) -> str:
    """Return a host without its port, in lower case; nothing for what is no host, such as one with a user."""
    try:
        return "" if "@" in host else urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
