"""Services that are removed: one by hand, and one with numbers that Control Hub has."""

from collections.abc import Callable

import pytest

from provisioning.desk import Desk
from provisioning.sync.outbound import Outbound
from provisioning.sync.run import sync_service
from tests.arrange import Dialog, Hubside, by_hand, consented, submitted

Fresh = Callable[[int], list[str]]


@pytest.fixture
async def dialog(desk: Desk) -> Dialog:
    """A Non-Integrated service."""
    return await by_hand(desk)


@pytest.fixture
async def integrated(desk: Desk, side: Hubside) -> Dialog:
    """An Integrated service."""
    return await consented(desk, side)


@pytest.fixture
async def synced(desk: Desk, outbound: Outbound, integrated: Dialog, fresh: Fresh) -> list[str]:
    """Seven numbers that Control Hub has."""
    numbers = fresh(7)
    await submitted(desk, integrated, *numbers)
    await sync_service(desk, outbound, integrated.service.id)
    return numbers
