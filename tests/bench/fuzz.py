"""Two thousand generated operations: how many get further than a refusal, and what they find."""

import asyncio

from tests.conformance.fuzz.run import fuzzed

OPERATIONS = 2_000


def measured() -> str:
    """Send them and return the report; it takes a few minutes."""
    return str(asyncio.run(fuzzed(OPERATIONS, seed=1)))
