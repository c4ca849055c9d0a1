"""Removing a service by force, where Control Hub cannot be asked."""

from typing import Any

import pytest
from sqlmodel import col

from provisioning import consent
from provisioning.choosing import Chosen
from provisioning.desk import Desk
from provisioning.releases import release
from provisioning.removal import finish, remove, remove_by_force
from provisioning.sync.outbound import Outbound
from provisioning.sync.run import sync_service
from store.spans import spans_of
from store.tables import AuditEvent, Number
from tests.arrange import Dialog, announced, count, refused, rows, single
from tests.provisioning.administrator import organization_of
from tests.provisioning.removal.watching import is_there, named


async def test_force_is_refused_while_control_hub_can_be_asked(desk: Desk, integrated: Dialog) -> None:
    """Consent has to be given up first."""
    assert await refused(desk, remove_by_force(desk, named(integrated.service))) == [("CONSENT_IN_FORCE", ("force",))]


async def test_by_force_all_is_gone_here_and_the_audit_trail_names_what_is_left_there(
    desk: Desk, outbound: Outbound, control_hub: Any, integrated: Dialog, synced: list[str]
) -> None:
    """Whether the removal had begun before or not."""
    organization = await organization_of(desk, integrated)
    await release(desk, Chosen(service=named(integrated.service), entries=(single(synced[0]),)))
    await sync_service(desk, outbound, integrated.service.id)
    await consent.give_up(desk, named(integrated.service))
    await remove_by_force(desk, named(integrated.service))
    trail = await rows(desk, AuditEvent, col(AuditEvent.id), col(AuditEvent.action) == "REMOVAL_FORCED")
    assert [record.after for record in trail] == [{"left_at_control_hub": 6, "numbers": 6}]
    assert [record.numbers for record in trail] == [spans_of(synced[1:])]
    assert not await is_there(desk, integrated.service)
    assert await count(desk, Number) == 0
    assert await control_hub.held(organization) == synced[1:]
    assert (await announced(desk, integrated.service))[-1][1:] == ("REMOVING", None)


@pytest.mark.usefixtures("synced")
async def test_force_ends_a_removal_that_hangs(
    desk: Desk, outbound: Outbound, control_hub: Any, integrated: Dialog
) -> None:
    """With consent withdrawn, nothing else does."""
    await control_hub.revoke(await organization_of(desk, integrated))
    await remove(desk, named(integrated.service))
    await finish(desk, integrated.service.id)
    await sync_service(desk, outbound, integrated.service.id)
    await remove_by_force(desk, named(integrated.service))
    assert not await is_there(desk, integrated.service)
