"""Numbers that Control Hub has, of a service whose sync waits for nothing."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from provisioning.desk import Desk
from provisioning.sync.outbound import Outbound
from provisioning.sync.run import sync_service
from tests.arrange import Hubside, consented, span, submitted
from tests.provisioning.administrator import organization_of, reckoned
from tests.provisioning.sync.updating.changing import Synced

Fresh = Callable[[int], list[str]]


@pytest.fixture
def naps() -> list[float]:
    """The seconds that the sync would have slept between two looks at a job."""
    return []


@pytest.fixture
def outbound(outbound: Outbound, naps: list[float]) -> Outbound:
    """What it takes to sync, without waiting."""

    async def nap(seconds: float) -> None:
        naps.append(seconds)

    return replace(outbound, sleep=nap)


@pytest.fixture
def synced(desk: Desk, side: Hubside, outbound: Outbound, fresh: Fresh) -> Callable[[int], Awaitable[Synced]]:
    """Have so many numbers of a new service synced."""

    async def make(how_many: int) -> Synced:
        dialog, numbers = await consented(desk, side), fresh(how_many)
        made = await submitted(desk, dialog, span(numbers[0], numbers[-1]))
        await sync_service(desk, outbound, dialog.service.id)
        assert (await reckoned(desk, made))[0] == "COMPLETED"
        return Synced(dialog, made, numbers, await organization_of(desk, dialog))

    return make


@pytest.fixture
async def three(synced: Callable[[int], Awaitable[Synced]]) -> Synced:
    """Three such numbers."""
    return await synced(3)
