"""Scripts for Node.js, run beside the tests."""

import asyncio
import json
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from api.graphiql.install import with_node

HERE = Path(__file__).parent


@asynccontextmanager
async def lines(script: str, *arguments: str, patience_s: float = 60) -> AsyncIterator[AsyncIterator[Any]]:
    """Run a script of this folder; yield what it prints, a line of JSON at a time. It ends with the block."""
    process = await asyncio.create_subprocess_exec("node", script, *arguments, cwd=HERE, env=with_node(), stdout=PIPE)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(patience_s):
            yield (json.loads(line) async for line in process.stdout)
            await process.wait()
        assert process.returncode == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
