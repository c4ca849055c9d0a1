"""Our programs as processes of their own, which a test may also kill."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO

ROOT = Path(__file__).parents[2]


async def run(*arguments: str, environment: Mapping[str, str], patience_s: float = 60) -> tuple[int, str, str]:
    """Run `numberline` to its end; return the exit code, standard output and standard error."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "api",
        *arguments,
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    async with asyncio.timeout(patience_s):
        out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def token(environment: Mapping[str, str]) -> str:
    """Return a system-level token from `numberline token`."""
    code, out, error = await run("token", environment=environment)
    assert code == 0, error
    return out.strip()


@asynccontextmanager
async def serving(
    environment: Mapping[str, str], *options: str, log: BinaryIO | None = None
) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    """Run `numberline serve`; yield its address and the process. What is left of it at the end is ended."""
    async with _process(environment, "serve", *options, log=log) as process:
        assert process.stdout is not None
        async with asyncio.timeout(30):
            line = (await process.stdout.readline()).decode()
        assert " listening on " in line, line
        yield line.rpartition(" ")[2].strip(), process


@asynccontextmanager
async def working(environment: Mapping[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run `numberline worker`."""
    async with _process(environment, "worker") as process:
        yield process


@asynccontextmanager
async def _process(
    environment: Mapping[str, str], *arguments: str, log: BinaryIO | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "api", *arguments, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=log
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            async with asyncio.timeout(20):
                await process.communicate()


def postmaster(data_dir: Path) -> int:
    """Return the process id of the embedded PostgreSQL."""
    return int((data_dir / "pg" / "postmaster.pid").read_text().split("\n", 1)[0])
