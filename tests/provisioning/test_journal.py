"""The audit trail."""

from datetime import UTC, datetime

from sqlmodel import col

from provisioning.desk import Desk
from provisioning.journal import audit
from store.actions import AuditAction
from store.spans import spans_of
from store.tables import AuditEvent
from store.vocabulary import Level, ServiceStatus
from tests.arrange import by_hand, profile, provider, rows, scope_of, seen_by


async def test_a_record_says_who_did_what_to_whose_row(desk: Desk) -> None:
    """With the owners, so that they may read it."""
    dialog = await by_hand(desk)
    found = await rows(desk, AuditEvent, col(AuditEvent.id), col(AuditEvent.entity_id) == dialog.service.id)
    (record,) = found
    assert (record.actor, record.action, record.entity) == ("test", "SERVICE_ONBOARDED", "service")
    assert (record.provider_id, record.customer_id) == (dialog.service.provider_id, dialog.service.customer_id)
    assert record.after["name"] == "Cloud Connect"
    assert record.after["status"] == "PENDING_PROVISIONING"
    assert record.after["id"] == str(dialog.service.id)


async def test_what_belongs_to_the_platform_has_no_owner(desk: Desk) -> None:
    """A calling profile."""
    made = await profile(desk)
    (record,) = await rows(desk, AuditEvent, col(AuditEvent.id), col(AuditEvent.entity_id) == made.id)
    assert (record.provider_id, record.channel_id, record.customer_id) == (None, None, None)


async def test_before_and_after_are_kept_as_json_can_hold_them(desk: Desk) -> None:
    """Enums by their value, times and ids as text, secrets not at all."""
    dialog = await by_hand(desk)
    moment = datetime(2026, 11, 1, tzinfo=UTC)
    async with desk.begin() as transaction:
        before = {"status": ServiceStatus.READY, "access_token": b"secret", "token_hash": b"secret"}
        audit(
            transaction,
            AuditAction.LOCATION_ATTACHED,
            dialog.location,
            before=before,
            after={"at": moment, "id": dialog.service.id},
        )
    record = (await rows(desk, AuditEvent, col(AuditEvent.id)))[-1]
    assert record.before == {"status": "READY"}
    assert record.after == {"at": "2026-11-01T00:00:00+00:00", "id": str(dialog.service.id)}


async def test_the_actor_is_whoever_asks(desk: Desk) -> None:
    """Not the platform."""
    above = await provider(desk)
    theirs = seen_by(desk, scope_of(above))
    dialog = await by_hand(desk, above)
    async with theirs.begin() as transaction:
        audit(transaction, AuditAction.SERVICE_ONBOARDED, dialog.service)
    record = (await rows(desk, AuditEvent, col(AuditEvent.id)))[-1]
    assert (record.actor, record.actor_level) == ("tester", Level.PROVIDER)


async def test_what_the_platform_does_by_itself_has_no_level(desk: Desk) -> None:
    """So that nobody can call himself "worker" and be taken for it."""
    made = await profile(desk)
    (record,) = await rows(desk, AuditEvent, col(AuditEvent.id), col(AuditEvent.entity_id) == made.id)
    assert (record.actor, record.actor_level) == ("test", None)


async def test_numbers_are_kept_as_ranges_and_counted(desk: Desk) -> None:
    """However many there are."""
    dialog = await by_hand(desk)
    async with desk.begin() as transaction:
        numbers = ["+12125550102", "+12125550101", "+12125550109"]
        audit(transaction, AuditAction.NUMBERS_RELEASED, dialog.service, after={}, numbers=numbers)
    record = (await rows(desk, AuditEvent, col(AuditEvent.id)))[-1]
    assert record.after == {"numbers": 3}
    assert record.numbers == spans_of(numbers)
    assert len(record.numbers) == 2
