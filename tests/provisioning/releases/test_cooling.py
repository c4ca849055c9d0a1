"""Letting numbers go that have cooled."""

from datetime import timedelta

import pytest
from sqlmodel import col

from provisioning import releases
from provisioning.desk import Desk
from provisioning.releases import end_cooling, release
from store import changing
from store.tables import AuditEvent
from tests.arrange import Dialog, at, by_hand, numbers_of, refused, rows, span, submitted
from tests.provisioning.releases.choices import ACTIVE, COOLING, RELEASED, A, B, C, listed, stands


async def test_released_numbers_are_nobody_elses_while_they_cool(desk: Desk, dialog: Dialog) -> None:
    """Afterwards they are anybody's."""
    await submitted(desk, dialog, A)
    await release(desk, listed(dialog, A))
    other = await by_hand(desk)
    assert ("NOTHING_VALID", ("upload",)) in await refused(
        desk, submitted(desk, other, A), told=frozenset({"upload", "upload_entry", "audit_event", "event"})
    )
    await end_cooling(at(desk, desk.clock() + desk.limits.cooling))
    assert (await submitted(desk, other, A)).submitted == 1


async def test_what_has_cooled_is_released_and_what_has_not_stays(desk: Desk, dialog: Dialog) -> None:
    """On the moment; the audit trail counts them, once."""
    await submitted(desk, dialog, A, B, C)
    await release(desk, listed(dialog, A, B))
    due = desk.clock() + desk.limits.cooling
    await end_cooling(at(desk, due - timedelta(seconds=1)))
    early = await stands(desk, dialog)
    await end_cooling(at(desk, due))
    await end_cooling(at(desk, due))
    found = await numbers_of(desk, dialog.service)
    trail = await rows(desk, AuditEvent, col(AuditEvent.id), col(AuditEvent.action) == "COOLING_ENDED")
    assert [stand[0] for stand in early] == [COOLING, COOLING, ACTIVE]
    assert [number.status for number in found.values()] == [RELEASED, RELEASED, ACTIVE]
    assert [number.released_at for number in found.values()] == [due, due, None]
    assert [record.after for record in trail] == [{"numbers": 2}]


async def test_numbers_that_somebody_restores_at_the_last_moment_are_not_waited_for(desk: Desk, dialog: Dialog) -> None:
    """They are left for another time."""
    await submitted(desk, dialog, A, B)
    await release(desk, listed(dialog, A, B))
    async with desk.begin() as transaction:
        await changing.lock(transaction, dialog.service.id, [A], [COOLING])
        await end_cooling(at(desk, desk.clock() + desk.limits.cooling))
    assert [stand[0] for stand in await stands(desk, dialog)] == [COOLING, RELEASED]


async def test_many_numbers_cool_down_in_steps(desk: Desk, dialog: Dialog, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them."""
    monkeypatch.setattr(releases, "_CHUNK", 2)
    await submitted(desk, dialog, span(A, "+12125550104"))
    await release(desk, listed(dialog, span(A, "+12125550104")))
    await end_cooling(at(desk, desk.clock() + desk.limits.cooling))
    trail = await rows(desk, AuditEvent, col(AuditEvent.id), col(AuditEvent.action) == "COOLING_ENDED")
    assert [record.after for record in trail] == [{"numbers": 2}, {"numbers": 2}, {"numbers": 1}]
