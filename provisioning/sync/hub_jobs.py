"""Jobs of Control Hub's that change numbers which it has: started, and looked at until they end."""

from collections.abc import Awaitable, Callable

from controlhub.errors import HubError, HubNumbersRefused, HubUnanswered
from controlhub.numbers import HubJob
from controlhub.protocol import Hub

Sleep = Callable[[float], Awaitable[None]]
"""Waits so many seconds."""

BETWEEN_LOOKS_S = 0.5
"""How long to wait before a job of Control Hub's is looked at again."""

MOST_LOOKS = 60
"""How often a job of Control Hub's is looked at; one that takes longer is found at its end, by reading back."""


async def finish(hub: Hub, token: str, sleep: Sleep, job: str) -> None:
    """Wait for the end of a job that was started; returning means that it changed all of its numbers.

    Raises HubNumbersRefused where it names numbers that it did not change, and HubUnanswered where its end was not
    seen or it broke off without naming any: read back, in all of these cases.
    """
    try:
        found = await _ended(hub, token, sleep, job)
    except HubError as error:
        # It was started: whatever keeps us from seeing how it stands, only reading back tells what it did.
        raise HubUnanswered("the end of a job was not seen", None) from error
    if found.problems:
        raise HubNumbersRefused(found.problems, None)
    if found.failed:
        raise HubUnanswered("a job broke off", None)


async def _ended(hub: Hub, token: str, sleep: Sleep, job: str) -> HubJob:
    for _ in range(MOST_LOOKS):
        found = await hub.number_job(token, job)
        if not found.running:
            return found
        await sleep(BETWEEN_LOOKS_S)
    raise HubUnanswered("the job still runs", None)
