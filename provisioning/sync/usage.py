"""Changing the usage of numbers: a job of Control Hub's, started and waited for."""

from collections.abc import Awaitable, Callable, Sequence

from controlhub.errors import HubError, HubNumbersRefused, HubUnanswered
from controlhub.numbers import HubJob, HubNumberUsage
from controlhub.protocol import Hub

Sleep = Callable[[float], Awaitable[None]]
"""Waits so many seconds."""

BETWEEN_LOOKS_S = 0.5
"""How long to wait before a job of Control Hub's is looked at again."""

MOST_LOOKS = 60
"""How often a job of Control Hub's is looked at; one that takes longer is found at its end, by reading back."""


async def change_usage(
    hub: Hub, token: str, sleep: Sleep, location: str, numbers: Sequence[str], usage: HubNumberUsage
) -> None:
    """Have a job give the numbers of a location that usage; returning means that all of them have it.

    Raises HubNumbersRefused where some may not have it, HubUnanswered where the end of the job was not seen (read
    back, in both cases), and what starting the job raises.
    """
    job = await hub.start_usage_change(token, location, numbers, usage)
    try:
        found = await _ended(hub, token, sleep, job)
    except HubError as error:
        # It was started: whatever keeps us from seeing how it stands, only reading back tells what it did.
        raise HubUnanswered("the end of the job that changes the usage was not seen", None) from error
    if found.failed or found.problems:
        raise HubNumbersRefused(found.problems, None)


async def _ended(hub: Hub, token: str, sleep: Sleep, job: str) -> HubJob:
    for _ in range(MOST_LOOKS):
        found = await hub.usage_change(token, job)
        if not found.running:
            return found
        await sleep(BETWEEN_LOOKS_S)
    raise HubUnanswered("the job still runs", None)
