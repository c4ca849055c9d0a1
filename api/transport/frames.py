"""Reading and sending the messages of a socket: no faster than others bear, and none that is too much."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from json import JSONDecodeError

import orjson
from starlette.websockets import WebSocketDisconnect, WebSocketState
from starlette.websockets import WebSocketDisconnected as ClosedByUs
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import NonJsonMessageReceived, NonTextMessageReceived, WebSocketDisconnected

from api.pace import Pace
from api.transport.errors import TooManyValues

INVALID = 4400
"""Closes a socket where something came that is no message (graphql-transport-ws)."""

TOO_LONG = 1009
"""Closes a socket where a message came that is too long (RFC 6455, section 7.4.1)."""

STRANGERS_CHARACTERS = 100_000
"""How long a message may be before connection_ack; a token takes up to 8,000. Then uvicorn's limit counts: 16 MiB."""

STRANGERS_MESSAGES = 10
"""How many messages may come before connection_ack: one introduces the client, and pings may go round it."""

WEIGHT = 1_000
"""So many characters count as one message more."""

MOST_REASON = 123
"""How many bytes the reason of a closing may have (RFC 6455, section 5.5)."""


class TextFrames(ASGIWebSocketAdapter):
    """Sends JSON as text frames, as graphql-transport-ws wants it, and reads none that is too much."""

    name = ""
    """Under which what is read is counted."""
    most_characters: float = STRANGERS_CHARACTERS
    most_messages: float = STRANGERS_MESSAGES

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:  # noqa: ARG002  # Strawberry's signature
        """Yield messages. Raises what Strawberry's handler answers with a closing."""
        with suppress(WebSocketDisconnect):
            while self.ws.application_state != WebSocketState.DISCONNECTED:
                message = await self._read()
                if message is not None:
                    yield message

    async def _read(self) -> object:
        """Return a message; None where it was too much, for which the socket is closed."""
        try:
            text = await self.ws.receive_text()
            self.most_messages -= 1
            # Also where nothing is due: who has sent a thousand messages at once shall not have them read in one go.
            await asyncio.sleep(self._pace.due_s(self.name, 1 + len(text) / WEIGHT))
            if len(text) <= self.most_characters and self.most_messages >= 0:
                return self.view.decode_json(text)
        except KeyError as error:
            raise NonTextMessageReceived from error
        except JSONDecodeError as error:
            raise NonJsonMessageReceived from error
        except TooManyValues as error:
            await self.close(INVALID, error.message)
        else:
            await self.close(TOO_LONG, "Before connection_ack come a few short messages")
        return None

    @property
    def _pace(self) -> Pace:
        pace: Pace = self.view.pace  # type: ignore[attr-defined]  # of our view
        return pace

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send a message. Raises WebSocketDisconnected where nobody is there any more."""
        try:
            await self.ws.send_text(orjson.dumps(message).decode())
        except (WebSocketDisconnect, ClosedByUs) as error:
            raise WebSocketDisconnected from error

    async def close(self, code: int, reason: str) -> None:
        """Close the socket; a reason that quotes a long id or type would not go into the frame."""
        await super().close(code, reason.encode()[:MOST_REASON].decode(errors="ignore"))
