"""A sync whose token is refused: it is renewed if that goes; else the consent counts as withdrawn."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import col

from provisioning.desk import Desk
from provisioning.sync.outbound import Outbound
from provisioning.sync.run import sync_service
from store.tables import Grant
from store.vocabulary import GrantStatus, SyncState
from tests.arrange import Dialog, Hubside, consented, numbers_of, rows, span, submitted
from tests.provisioning.administrator import order, organization_of, reckoned

Fresh = Callable[[int], list[str]]
ADD = {"method": "POST", "path_contains": "/numbers"}


async def granted(desk: Desk, dialog: Dialog) -> Grant:
    """Return what was granted for the service."""
    (found,) = await rows(desk, Grant, col(Grant.service_id), col(Grant.service_id) == dialog.service.id)
    return found


async def test_a_token_that_ended_before_its_time_is_renewed(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """It says nothing about the consent."""
    dialog, numbers = await consented(desk, side), fresh(30)
    organization, before = await organization_of(desk, dialog), await granted(desk, dialog)
    upload = await submitted(desk, dialog, span(numbers[0], numbers[-1]))
    await order(control_hub, "/_tokens/expire", organization=organization)
    await sync_service(desk, outbound, dialog.service.id)
    after = await granted(desk, dialog)
    assert await reckoned(desk, upload) == ("COMPLETED", 30, 0, 0)
    assert (after.status, after.access_token != before.access_token) == (GrantStatus.ACTIVE, True)


@pytest.mark.parametrize("times", [1, 3])
async def test_a_token_that_is_refused_in_the_middle_is_renewed_once_for_all_workers(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh, times: int
) -> None:
    """What it was refused for is sent again with the new one, and nothing else is."""
    dialog, numbers = await consented(desk, side), fresh(50)
    organization = await organization_of(desk, dialog)
    upload = await submitted(desk, dialog, span(numbers[0], numbers[-1]))
    await control_hub.fail({**ADD, "status": 401, "times": times})
    await sync_service(desk, outbound, dialog.service.id)
    sent = await control_hub.asked(organization, "POST", "/numbers")
    assert await reckoned(desk, upload) == ("COMPLETED", 50, 0, 0)
    assert sorted(number for row in sent if row["status"] == 201 for number in row["numbers"]) == numbers
    assert (await granted(desk, dialog)).status is GrantStatus.ACTIVE


async def test_a_new_token_that_is_refused_too_means_that_consent_is_withdrawn(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """Or we would renew tokens for ever."""
    dialog = await consented(desk, side)
    upload = await submitted(desk, dialog, *fresh(3))
    await control_hub.fail({**ADD, "status": 401, "times": None})
    await sync_service(desk, outbound, dialog.service.id)
    organization = await organization_of(desk, dialog)
    assert (await granted(desk, dialog)).status is GrantStatus.REVOKED
    assert len(await control_hub.asked(organization, "POST", "/numbers")) == 2
    assert {number.sync_state for number in (await numbers_of(desk, dialog.service)).values()} == {
        SyncState.ADD_PENDING
    }
    assert await reckoned(desk, upload) == ("SYNCING", 0, 0, 0)
