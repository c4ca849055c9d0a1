"""Serving the simulator: uvicorn, with a line when it listens and connections that can be dropped."""

import asyncio
import signal
import socket
import sys

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.auto import AutoHTTPProtocol

GRACE_S = 1
"""How long a stop waits for requests that hang, which some do on purpose."""


class DroppableProtocol(AutoHTTPProtocol):  # type: ignore[misc,valid-type]  # a class chosen at run time by uvicorn
    """uvicorn's protocol, which also hands each request the means to drop its connection: `request.state.drop`."""

    app_state: dict[str, object]

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Put the way to drop this connection where uvicorn copies each request's state from."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "drop": transport.abort}


class AnnouncingServer(uvicorn.Server):
    """Says on stdout where it listens, once it does: with port 0 nobody could know otherwise."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen, then say so."""
        await super().startup(sockets)
        for server in self.servers:
            host, port = server.sockets[0].getsockname()[:2]
            sys.stdout.write(f"simulator listening on http://{host}:{port}\n")
        sys.stdout.flush()


def serve(app: Starlette, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM, then raise SystemExit."""
    config = uvicorn.Config(
        app,
        host,
        port,
        http=DroppableProtocol,
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    # uvicorn stops at a signal and then raises it again, which by default ends the process before anything is closed.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)
    AnnouncingServer(config).run()


def _leave(*_: object) -> None:
    raise SystemExit
