"""Organizations side by side: what holds one up does not delay another."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from provisioning.desk import Desk
from provisioning.sync.outbound import Outbound
from provisioning.sync.run import sync_service
from store.vocabulary import SyncState
from tests.arrange import Dialog, Hubside, consented, numbers_of, submitted
from tests.provisioning.administrator import hub_id

Fresh = Callable[[int], list[str]]


@pytest.mark.parametrize(
    "trouble",
    [{"status": 429, "retry_after": 3600}, {"status": 502}, {"status": 423, "retry_after": 1}, {"hang_s": 3}],
    ids=["429", "502", "423", "slow"],
)
async def test_trouble_of_one_organization_does_not_delay_another(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh, trouble: dict[str, Any]
) -> None:
    """Both are synced by one process at once; the other one is done while this one still is at it, or rests."""
    troubled, calm = await consented(desk, side), await consented(desk, side)
    for dialog in (troubled, calm):
        await submitted(desk, dialog, *fresh(12))
    place = await hub_id(desk, troubled)
    await control_hub.fail({"method": "POST", "path_contains": f"{place}/numbers", "times": None, **trouble})
    held_up = asyncio.create_task(sync_service(desk, outbound, troubled.service.id))
    await sync_service(desk, outbound, calm.service.id)
    assert await stand(desk, calm) == {SyncState.SYNCED}
    assert await stand(desk, troubled) & {SyncState.ADD_PENDING, SyncState.IN_PROGRESS, SyncState.UNCERTAIN}
    await control_hub.heal()
    held_up.cancel()
    await asyncio.gather(held_up, return_exceptions=True)


async def stand(desk: Desk, dialog: Dialog) -> set[SyncState]:
    """Return where the numbers of a service stand."""
    return {number.sync_state for number in (await numbers_of(desk, dialog.service)).values()}
