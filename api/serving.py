"""Running the application under uvicorn, and saying when it listens."""

import asyncio
import signal
import socket
from dataclasses import dataclass
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from api.app import create_app
from api.development import refuse_exposure
from api.settings import Settings
from api.supervisor import supervise
from api.wiring import warn_of_missing_secret


@dataclass(eq=False)
class CannotListen(Exception):
    """The server cannot listen at {host}, port {port}: {reason}. See NUMBERLINE_HOST and NUMBERLINE_PORT."""

    host: str
    port: int
    reason: str

    def __str__(self) -> str:
        return (self.__doc__ or "").format(host=self.host, port=self.port, reason=self.reason)


def serve(settings: Settings) -> None:
    """Serve until interrupted. Port 0 takes any that is free; one line on standard output says which.

    Raises CannotListen, DevelopmentKeyExposed.
    """
    listener = listening(settings.host, settings.port)
    if settings.issuer is None:
        refuse_exposure(listener)
    warn_of_missing_secret(settings)
    bound = settings.model_copy(update={"port": listener.getsockname()[1]})
    if bound.workers == 1:
        announce(create_app(bound), listener, "numberline", leave_s=bound.leave_s)
    else:
        supervise(bound, listener, announcement("numberline", listener))


def listening(host: str, port: int) -> socket.socket:
    """Return a bound socket whose connections send small answers at once. Raises CannotListen."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        reason, _, _ = (error.strerror or str(error)).partition(" (while attempting")  # create_server adds the address
        raise CannotListen(host, port, reason) from error
    # asyncio sets this only where the protocol number is given, which create_server leaves out; without it
    # every answer in two segments waits 40 ms for the client's acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def announcement(name: str, listener: socket.socket) -> str:
    """Return the line that says that a program listens."""
    host, port = listener.getsockname()[:2]
    return f"{name} listening on http://{host}:{port}"


def announce(app: ASGIApp, listener: socket.socket, name: str, leave_s: int | None = None) -> None:
    """Serve an application on a bound socket, and print `NAME listening on ADDRESS` once it does.

    Asked to end, it waits `leave_s` seconds for the answers under way (None: to the end) and cancels those left.
    """
    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="warning",
        ws="websockets-sansio",
        ws_per_message_deflate=False,  # of a few bytes it makes many messages
        timeout_graceful_shutdown=leave_s,
    )
    # uvicorn sends itself the signal again when it is done; our own callers still have to clean up then.
    signal.signal(signal.SIGTERM, _leave)
    serving = _Announcing(config, announcement(name, listener))
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(serving.serve([listener]))


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


class _Announcing(uvicorn.Server):
    """Says that it listens once it does."""

    def __init__(self, config: uvicorn.Config, line: str) -> None:
        super().__init__(config)
        self._line = line

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print(self._line, flush=True)  # noqa: T201  # whoever started us waits for this line
