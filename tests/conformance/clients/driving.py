"""Clients of the guide, driven from outside: what they print is read, and they go on when they are told to."""

import asyncio
import json
import shutil
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.graphiql.install import with_node
from tests.conformance.install import HERE as PACKAGES

ROOT = Path(__file__).parents[3]
GUIDE = Path("docs", "guide", "clients")
DRIVERS = Path("tests", "conformance", "clients")

CLIENTS = ("fetch", "graphql-ws", "graphql-sse", "python-gql")
"""The clients that need no framework, by the names of their pages."""


def copied(folder: Path) -> Path:
    """Put the snippets and their drivers beside the npm packages, which the documentation does not have."""
    for part in (GUIDE, DRIVERS):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", "__generated__"))
    (folder / "node_modules").symlink_to(PACKAGES / "node_modules")
    return folder / DRIVERS


@dataclass(frozen=True, slots=True)
class Driven:
    """A client at work."""

    process: Process

    async def next(self) -> Any:
        """Read what it prints next."""
        assert self.process.stdout
        line = await self.process.stdout.readline()
        assert line, "the client ended"
        return json.loads(line)

    async def rest(self) -> list[Any]:
        """Read what it prints until it ends."""
        assert self.process.stdout
        return [json.loads(line) async for line in self.process.stdout]

    def go_on(self) -> None:
        """Let it go on."""
        assert self.process.stdin
        self.process.stdin.write(b"\n")


@dataclass(frozen=True, slots=True)
class Drivers:
    """The drivers in a folder of their own."""

    folder: Path

    @asynccontextmanager
    async def drive(
        self, client: str, task: str, address: str, token: str, patience_s: float = 60, **given: Any
    ) -> AsyncIterator[Driven]:
        """Have a client do a task. It ends with the block."""
        command = [sys.executable, "drive.py"] if client == "python-gql" else ["node", "drive.ts"]
        process = await asyncio.create_subprocess_exec(
            *(*command, client, task, address, token, json.dumps(given)),
            cwd=self.folder if client in CLIENTS else self.folder / "frameworks",
            env=with_node(),
            stdin=PIPE,
            stdout=PIPE,
        )
        assert process.stdin
        try:
            async with asyncio.timeout(patience_s):
                yield Driven(process)
                process.stdin.close()
                await process.wait()
            assert process.returncode == 0
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def answer(self, client: str, task: str, address: str, token: str, **given: Any) -> Any:
        """Have a client do a task that has one answer."""
        async with self.drive(client, task, address, token, **given) as driven:
            return await driven.next()
