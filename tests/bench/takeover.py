"""How long a sync stands still when the worker that holds it is killed, until another worker goes on."""

import asyncio
import tempfile
from pathlib import Path
from statistics import median

from tests.api.takeover import taken_over

KILLS = 3
"""How often it is measured."""


def measured() -> str:
    """Measure and return a line for the report."""
    times = [asyncio.run(_seconds()) for _ in range(KILLS)]
    return (
        f"take-over of a sync from a worker that was killed: {median(times):.1f} s from the kill to the next request "
        f"(median of {KILLS}, longest {max(times):.1f} s)"
    )


async def _seconds() -> float:
    with tempfile.TemporaryDirectory(prefix="nl-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # noqa: ASYNC240  # a moment
        async with taken_over(Path(folder) / "house", 300) as seen:
            return seen.after_s
