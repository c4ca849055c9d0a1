"""What stands before every route: whom the request is meant for, what browsers may do with the answer, and faults."""

import logging
import uuid
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from types import MappingProxyType
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.refusals import refusal

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

NOT_OURS = "This server does not have the name in the Host header; its operator sets NUMBERLINE_TRUSTED_HOSTS."

ANY = "*"
"""Stands for every name."""


class Guard:
    """Refuses what is meant for another host, adds headers, and answers what fails with an id that is in the log."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str], public_url: str) -> None:
        """Take the names of this server; a loopback address is always one, and ANY stands for every name."""
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        secure = {"strict-transport-security": TRANSPORT_SECURITY} if public_url.startswith("https:") else {}
        self._headers = {**HEADERS, **secure}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request or a socket."""
        if scope["type"] == "http":
            await self._answer(scope, receive, send)
        elif scope["type"] == "websocket" and not self._is_ours(scope):
            await send({"type": "websocket.close", "code": 1008})  # before it is accepted: 403
        else:
            await self._app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        if not self._is_ours(scope):
            answer = refusal(MISDIRECTED, "HOST_UNKNOWN", NOT_OURS)
            await answer(scope, receive, sending)
            return
        try:
            await self._app(scope, receive, sending)
        except Exception:
            correlation_id = uuid.uuid4().hex
            logger.exception("internal error %s at %s", correlation_id, scope["path"])
            if begun:
                raise
            told = f"Something went wrong here; report it with the id {correlation_id}."
            await refusal(500, "INTERNAL_ERROR", told, correlationId=correlation_id)(scope, receive, sending)

    def _is_ours(self, scope: Scope) -> bool:
        """Return whether a request is for us. A browser says for whom, also where a name was made to lead here."""
        host = Headers(scope=scope).get("host")
        if not host or ANY in self._hosts:
            return True
        name = _name(host)
        return name in self._hosts or _is_loopback(name)


def names(trusted: Iterable[str], public_url: str, *, is_public: bool) -> list[str]:
    """Return the names of a server: those that are set, or else that of its public address.

    A server for others than this machine has any name unless told otherwise: load balancers ask by addresses.
    """
    if not trusted and is_public:
        return [ANY]
    return [*trusted, _name(urlsplit(public_url).netloc)]


def _name(host: str) -> str:
    """Return a host without its port, in lower case; nothing for what is no host."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_loopback(name: str) -> bool:
    try:
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False
