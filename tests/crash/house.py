"""The programs that a round kills: a web process, workers, and the database they share."""

import asyncio
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import psutil

from tests.api.programs import ROOT, postmaster

WEB = "web"
DATABASE = "database"

_PATIENCE_S = 60.0
"""How long a program may take to start, with a database to recover."""


class House:
    """Our programs around one data folder; what is killed stays dead until it is started again, but the database."""

    def __init__(self, data_dir: Path, environment: Mapping[str, str], workers: int) -> None:
        """Name them; nothing is started yet. The environment has to name a port, so that clients find it again."""
        self.data_dir = data_dir
        self.environment = environment
        self.names = (WEB, *(f"worker {number}" for number in range(1, workers + 1)))
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._said: dict[str, IO[bytes]] = {}

    async def start(self, names: Iterable[str]) -> None:
        """Start programs; the web process listens when this returns."""
        for name in names:
            if name != DATABASE:
                await self._start(name)

    async def kill(self, names: Iterable[str]) -> None:
        """End programs without warning, all of them before any is waited for."""
        victims = [self._process_id(name) for name in names]
        for victim in victims:
            with suppress(psutil.NoSuchProcess):
                psutil.Process(victim).kill()
        for name in names:
            if name != DATABASE:
                await self._running.pop(name).communicate()

    def busy(self, control_hub: str) -> list[str]:
        """Return which programs are talking to Control Hub."""
        port = urlsplit(control_hub).port
        return [name for name, process in self._running.items() if _talks(process.pid, port)]

    async def stop(self) -> None:
        """End what runs, in good order."""
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            async with asyncio.timeout(30):
                await process.communicate()
        for said in self._said.values():
            said.close()

    def _process_id(self, name: str) -> int:
        return postmaster(self.data_dir) if name == DATABASE else self._running[name].pid

    async def _start(self, name: str) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "api", "serve" if name == WEB else "worker"),
            env=self.environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=self._stderr(name),
        )
        self._running[name] = process
        if name == WEB:
            assert process.stdout is not None
            async with asyncio.timeout(_PATIENCE_S):
                line = (await process.stdout.readline()).decode()
            assert " listening on " in line, line

    def _stderr(self, name: str) -> IO[bytes]:
        if name not in self._said:
            self._said[name] = (self.data_dir / f"{name.replace(' ', '-')}.log").open("ab")
        return self._said[name]


def _talks(process_id: int, port: int | None) -> bool:
    try:
        connections = psutil.Process(process_id).net_connections("tcp")
    except psutil.NoSuchProcess:
        return False
    return any(c.status == psutil.CONN_ESTABLISHED and c.raddr and c.raddr.port == port for c in connections)
