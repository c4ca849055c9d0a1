"""Several processes behind one address: uvicorn's supervisor ends them together and replaces one that died."""

import logging
import multiprocessing
import os
import signal
import socket
import threading
from functools import partial

import uvicorn
from starlette.applications import Starlette
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from api.app import create_app
from api.logs import log_to_stderr
from api.settings import Settings

logger = logging.getLogger(__name__)

PATIENCE_S = 60
"""How long a process may be silent before it is replaced: it has to load the program first, on a busy machine."""


def supervise(settings: Settings, listener: socket.socket, announcement: str) -> None:
    """Serve with `settings.workers` processes until interrupted; print the announcement once all of them serve.

    Raises SystemExit where a process cannot start.
    """
    config = uvicorn.Config(
        partial(member, settings),
        factory=True,
        workers=settings.workers,
        timeout_worker_healthcheck=PATIENCE_S,
        timeout_graceful_shutdown=settings.leave_s,
        log_config=None,
        log_level="warning",
        ws="websockets-sansio",
        ws_per_message_deflate=False,  # of a few bytes it makes many messages
    )
    supervisor = _Announcing(config, [listener], announcement)
    supervisor.run()
    if any(process.exitcode == STARTUP_FAILURE for process in supervisor.processes):
        raise SystemExit(STARTUP_FAILURE)


def member(settings: Settings) -> Starlette:
    """Return the application of one of the processes; called in that process.

    Raises SystemExit as uvicorn does where its start fails: of anything else the supervisor would think it had died.
    """
    log_to_stderr()
    threading.Thread(target=_end_with_the_supervisor, daemon=True).start()
    try:
        return create_app(settings)
    except Exception as error:
        logger.exception("the server cannot start")
        raise SystemExit(STARTUP_FAILURE) from error


def _end_with_the_supervisor() -> None:
    """End as well where the supervisor was killed, and so could not say it."""
    supervisor = multiprocessing.parent_process()
    if supervisor is not None:
        supervisor.join()
        os.kill(os.getpid(), signal.SIGTERM)


class _Announcing(Multiprocess):
    """Says that it listens once all of its processes do."""

    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket], announcement: str) -> None:
        super().__init__(config, sockets)
        self._announcement: str | None = announcement

    def keep_subprocess_alive(self) -> None:
        for process in self.processes:
            # With our copy of its end open, uvicorn would go on waiting for the answer of a process that has died.
            process.child_conn.close()
        super().keep_subprocess_alive()
        if self._announcement is not None and all(process.is_ready() for process in self.processes):
            print(self._announcement, flush=True)  # noqa: T201  # whoever started us waits for this line
            self._announcement = None
