"""Setting the stage: a simulator, a server and a folder of the demo's own."""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import httpx
from rich.console import Console

from api.demo.client import Client
from api.demo.procedure import Procedure
from api.development import DevelopmentKey
from api.keys import token_key
from api.processes import server, simulator
from api.wiring import now
from provisioning.caller import Caller
from store.vocabulary import Level, Role

LATENCY_MS = 60
"""How slow the simulated Control Hub is: slow enough to watch."""


def demo(*, once: bool) -> bool:
    """Run the main job; then, unless `once`, leave the server up until interrupted. Return whether it went well."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    with (
        _folder() as folder,
        simulator(folder / "simulator.sqlite", latency_ms=LATENCY_MS) as control_hub,
        server(_environment(folder, control_hub)) as address,
    ):
        token = _system_token(folder)
        good = asyncio.run(_run(console, address, control_hub, token))
        console.print("\n[bold green]It works.[/]" if good else "\n[bold red]Something is wrong; see above.[/]")
        if not once:
            _leave_up(console, address, token)
    return good


@contextmanager
def _folder() -> Iterator[Path]:
    """Make a folder of this run alone, with a path short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="numberline-", ignore_cleanup_errors=True) as folder:
        # As root the embedded database runs as a user of its own, who has to get in; secrets in it stay closed.
        Path(folder).chmod(0o755)
        yield Path(folder)


async def _run(console: Console, address: str, control_hub: str, token: str) -> bool:
    async with httpx.AsyncClient(timeout=30) as http:
        return await Procedure(Client(http, address, token), control_hub, console).run()


def _environment(folder: Path, control_hub: str) -> dict[str, str]:
    own = {
        "NUMBERLINE_DATA_DIR": str(folder),
        "NUMBERLINE_CONTROL_HUB_URL": control_hub,
        "NUMBERLINE_PORT": "0",
        "NUMBERLINE_DEVELOPMENT": "true",
    }
    others = {name: value for name, value in os.environ.items() if not name.startswith("NUMBERLINE_")}
    return {**others, **own}


def _system_token(folder: Path) -> str:
    """Return what `numberline token` prints."""
    return DevelopmentKey(token_key(folder), now).issue(Caller("demo", Level.SYSTEM, Role.ADMIN), timedelta(hours=12))


def _leave_up(console: Console, address: str, token: str) -> None:
    console.print(f"\nGraphiQL: {address}/graphql\nPut this into its headers, then press Ctrl-C here when done:")
    console.print(f'{{"Authorization": "Bearer {token}"}}', soft_wrap=True)
    with suppress(KeyboardInterrupt):
        while True:
            time.sleep(3600)
