"""Fixtures of reconciliations."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from provisioning.desk import Desk
from tests.arrange import Hubside
from tests.provisioning.reconciliation.grounds import Ground, ground

Make = Callable[..., Awaitable[Ground]]


@pytest.fixture
def make(desk: Desk, side: Hubside, control_hub: Any, fresh: Callable[[int], list[str]]) -> Make:
    """Bring so many numbers of a new service to Control Hub."""

    async def bring(how_many: int, organization: str | None = None, **header: Any) -> Ground:
        return await ground(desk, side, control_hub, fresh(how_many), organization, **header)

    return bring


@pytest.fixture
async def two(make: Make) -> Ground:
    """A service with two numbers in step with Control Hub."""
    return await make(2)
