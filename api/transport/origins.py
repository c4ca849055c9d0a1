"""Pages of other origins: what they may send and read (the Fetch standard of WHATWG, section on CORS)."""

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from strawberry.http.websocket_origin import normalize_allowed_origins

SENT = ("authorization", "content-type", "graphql-require-preflight", "last-event-id")
"""Headers that a page may send beside those that every page may."""

SHOWN = ("content-disposition", "retry-after")
"""Headers that a page may read beside those that every page may: the name of a downloaded file, when to come again."""


def cross_origin(origins: list[str]) -> list[Middleware]:
    """Return what lets the pages of these origins in; without any, browsers keep all others out by themselves.

    There are no cookies, so that none are let through. Raises ValueError for what is no origin, as sockets do.
    """
    if not origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=[*normalize_allowed_origins(origins)],
            allow_methods=["GET", "POST"],
            allow_headers=SENT,
            expose_headers=SHOWN,
        )
    ]
