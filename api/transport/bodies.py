"""How long the body of a request may be: it is refused as soon as it is known to be longer."""

from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import Message, Receive

from api.transport.errors import BodyTooLarge


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """How many bytes a JSON body may have, and a file; what surrounds a file may be as long as a JSON body."""

    json_bytes: int
    file_bytes: int

    def most(self, headers: Headers) -> int:
        """Return how many bytes the body of a request may have: with no room for files, parts have none at all."""
        if not headers.get("content-type", "").lower().startswith("multipart/"):
            return self.json_bytes
        return self.json_bytes + self.file_bytes if self.file_bytes else 0

    def at_most(self, most: int) -> "BodyLimits":
        """Return limits with no room for files, and for no more JSON than that."""
        return BodyLimits(min(self.json_bytes, most), 0)


def bounded(receive: Receive, headers: Headers, limits: BodyLimits) -> Receive:
    """Return what receives the body. It raises BodyTooLarge by Content-Length or, without it, while the body comes."""
    most = limits.most(headers)
    announced, received = headers.get("content-length", ""), 0

    async def receive_more() -> Message:
        nonlocal received
        if announced.isdecimal() and int(announced) > most:
            raise BodyTooLarge(most)
        message = await receive()
        received += len(message.get("body", b""))
        if received > most:
            raise BodyTooLarge(most)
        return message

    return receive_more
