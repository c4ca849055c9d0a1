"""A line between a client and a server that can be cut and mended."""

import asyncio
from collections.abc import Callable
from typing import Self


class Line:
    """Passes on what comes in at an address of its own."""

    def __init__(self, port: int) -> None:
        """Lead to a port of this machine."""
        self._port = port
        self._ends: set[asyncio.StreamWriter] = set()
        self._whole = True
        self._cuts_answers = False
        self._hushed: set[asyncio.StreamWriter] = set()
        self.was_cut = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.cut()
        self._server.close()
        await self._server.wait_closed()

    @property
    def address(self) -> str:
        """The address to reach the server at."""
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def cut(self) -> None:
        """Break every connection, and every further one until the line is mended."""
        self._whole = False
        self.was_cut.set()
        for end in self._ends | self._hushed:
            end.transport.abort()

    def cut_at_answer(self) -> None:
        """Let requests through, and break the line when the first answer comes: it is lost."""
        self._cuts_answers = True
        self.was_cut.clear()

    def hush(self) -> None:
        """Let nothing more through on the connections that there are, without a word; others are not touched."""
        self._hushed |= self._ends

    def mend(self) -> None:
        """Let connections through again."""
        self._whole, self._cuts_answers = True, False

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._whole:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._ends |= {writer, far_writer}
        there, back = self._pass(reader, far_writer), self._pass(far_reader, writer, self._answered)
        await asyncio.gather(there, back, return_exceptions=True)
        self._ends -= {writer, far_writer}

    def _answered(self) -> None:
        if self._cuts_answers:
            self.cut()

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, coming: Callable[[], None] = lambda: None
    ) -> None:
        try:
            while some := await reader.read(65_536):
                coming()
                if writer not in self._hushed:
                    writer.write(some)
                    await writer.drain()
        finally:
            if writer not in self._hushed:
                writer.close()
