"""Learning that the server is about to end, while it still serves."""

import asyncio
import signal
from types import FrameType

from uvicorn.server import HANDLED_SIGNALS


def notice(leaving: asyncio.Event) -> None:
    """Set the event when a signal tells uvicorn to end, for as long as it serves.

    uvicorn itself says so only after the answers under way, and a stream under way goes on until somebody ends it.
    """
    loop = asyncio.get_running_loop()
    handlers = {number: signal.getsignal(number) for number in HANDLED_SIGNALS}

    def leave(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(leaving.set)
        handler = handlers[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)

    for number in HANDLED_SIGNALS:
        signal.signal(number, leave)
