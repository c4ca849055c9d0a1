"""What ends with a service that is removed, and what stays on record."""

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlmodel import col

from provisioning import consent, removal
from provisioning.choosing import Chosen
from provisioning.desk import Desk
from provisioning.invitations import resend
from provisioning.releases import release
from provisioning.removal import Progress, finish, remove, remove_by_force
from provisioning.uploads.after import roll_back
from provisioning.uploads.fill import NewEntries, add_entries
from provisioning.uploads.start import start
from store.errors import NotFound
from store.lookup import Name
from store.tables import (
    AuditEvent,
    Drift,
    Grant,
    Invitation,
    Location,
    Number,
    Service,
    SipConnection,
    Upload,
    UploadEntry,
)
from store.vocabulary import DriftKind, ServiceMode, ServiceStatus, UploadStatus
from tests.arrange import (
    Dialog,
    Hubside,
    announced,
    audited,
    by_hand,
    count,
    customer,
    fetch,
    header,
    imported,
    invite,
    jobs,
    judged,
    newest_invitation,
    numbers_of,
    provider,
    put,
    refused,
    rows,
    scope_of,
    seen_by,
    service,
    single,
    span,
    submitted,
    upload,
)
from tests.provisioning.removal.watching import is_there, left, named

A, B = "+12125550100", "+12125550101"
RESULT_GONE = ("IDEMPOTENCY_RESULT_GONE", ("idempotencyKey",))

GONE = (Service, Location, SipConnection, Upload, UploadEntry, Number, Drift, Grant, Invitation)
"""The tables of what belongs to a service."""


async def test_a_service_by_hand_is_gone_with_all_that_belongs_to_it_and_nothing_else(desk: Desk) -> None:
    """Not what is beside it."""
    beside, dialog = await by_hand(desk), await by_hand(desk)
    for each, e164 in ((beside, A), (dialog, B)):
        await submitted(desk, each, e164)
        await put(
            desk, Drift(service_id=each.service.id, kind=DriftKind.UNKNOWN_HERE, e164=e164, **each.service.ownership())
        )
    before = {table: await count(desk, table) for table in GONE}
    await remove(desk, named(dialog.service))
    assert await finish(desk, dialog.service.id)
    after = {table: await count(desk, table) for table in GONE}
    assert {table: before[table] - after[table] for table in GONE} == {
        **dict.fromkeys(GONE, 1),
        Grant: 0,
        Invitation: 0,
    }
    assert list(await numbers_of(desk, beside.service)) == [A]


async def test_the_removal_is_left_to_a_job(desk: Desk, dialog: Dialog) -> None:
    """The service is REMOVING meanwhile; its numbers are free afterwards."""
    await submitted(desk, dialog, A)
    removed = await remove(desk, named(dialog.service))
    how_far, called = await left(desk, dialog.service), (await jobs(desk))[-1][0]
    await finish(desk, dialog.service.id)
    assert (removed.status, how_far.left, called) == (ServiceStatus.REMOVING, 1, "finish_removal")
    assert (await submitted(desk, await by_hand(desk), A)).submitted == 1


async def test_subscribers_hear_of_the_removal_and_of_the_end(desk: Desk, dialog: Dialog) -> None:
    """The last event of a service has no status after it, and it stays."""
    await remove(desk, named(dialog.service))
    await finish(desk, dialog.service.id)
    assert (await announced(desk, dialog.service))[-2:] == [
        ("SERVICE_STATUS", "PENDING_PROVISIONING", "REMOVING"),
        ("SERVICE_STATUS", "REMOVING", None),
    ]


async def test_the_audit_trail_stays_and_says_what_the_service_was(desk: Desk, dialog: Dialog) -> None:
    """From its onboarding to its end."""
    await remove(desk, named(dialog.service))
    await finish(desk, dialog.service.id)
    trail = await rows(desk, AuditEvent, col(AuditEvent.id), col(AuditEvent.entity_id) == dialog.service.id)
    assert [trail[0].action, *(record.action for record in trail[-2:])] == [
        "SERVICE_ONBOARDED",
        "REMOVAL_BEGUN",
        "SERVICE_REMOVED",
    ]
    assert (trail[-1].before or {})["name"] == dialog.service.name


async def test_asking_again_changes_nothing(desk: Desk, dialog: Dialog) -> None:
    """Nor does finishing again."""
    await remove(desk, named(dialog.service))
    before = (await announced(desk, dialog.service), await audited(desk, dialog.service.id))
    await remove(desk, named(dialog.service))
    assert (await announced(desk, dialog.service), await audited(desk, dialog.service.id)) == before
    assert [await finish(desk, dialog.service.id) for _ in range(2)] == [True, True]
    assert len(await announced(desk, dialog.service)) == len(before[0]) + 1


async def test_a_service_that_is_not_being_removed_is_not_finished(desk: Desk, dialog: Dialog) -> None:
    """Whoever calls it."""
    assert not await finish(desk, dialog.service.id)
    assert await is_there(desk, dialog.service)


async def test_a_service_that_waits_for_consent_is_removed_and_its_invitation_stops_working(
    desk: Desk, side: Hubside
) -> None:
    """The link in it, at once."""
    made = await service(desk, await customer(desk, await provider(desk)), ServiceMode.INTEGRATED)
    token = await invite(desk, side, made)
    await remove(desk, named(made))
    assert (await newest_invitation(desk, made)).revoked_at == desk.clock()
    assert (await jobs(desk))[-1][:2] == ("finish_removal", None)
    assert await finish(desk, made.id)
    with pytest.raises(NotFound):
        await consent.open_invitation(desk, consent.token_hash(token))


async def test_uploads_that_are_open_are_cancelled(desk: Desk, dialog: Dialog) -> None:
    """Drafts and validated ones; those that have ended stay what they are."""
    draft, ready = await upload(desk, dialog, A), await judged(desk, dialog, B)
    ended = await submitted(desk, dialog, A)
    await remove(desk, named(dialog.service))
    assert [(await fetch(desk, of)).status for of in (draft, ready, ended)] == [
        UploadStatus.CANCELLED,
        UploadStatus.CANCELLED,
        UploadStatus.COMPLETED,
    ]


async def test_nothing_is_in_the_way_of_a_removal_by_hand(desk: Desk, dialog: Dialog) -> None:
    """No consent is needed for it."""
    await submitted(desk, dialog, A)
    await remove(desk, named(dialog.service))
    assert await left(desk, dialog.service) == Progress(1, 0, None)


async def test_entries_of_every_upload_go_in_steps(desk: Desk, dialog: Dialog, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are."""
    monkeypatch.setattr(removal, "CHUNK", 2)
    other = await by_hand(desk)
    await imported(desk, await upload(desk, dialog), "number\n" + "\n".join(f"+1212555{n}" for n in range(1000, 1005)))
    await submitted(desk, dialog, span("+12125550200", "+12125550204"))
    stays = await upload(desk, other, A)
    await remove(desk, named(dialog.service))
    assert await finish(desk, dialog.service.id)
    assert [entry.upload_id for entry in await rows(desk, UploadEntry, col(UploadEntry.position))] == [stays.id]
    assert await count(desk, Number) == 0


async def test_a_request_is_not_done_again_once_what_it_made_is_gone(desk: Desk, dialog: Dialog) -> None:
    """By its reference it would reach another upload that has it by now, whose numbers nobody meant."""
    added = NewEntries(Name(reference="may"), (single(A),))
    await start(desk, replace(header(dialog), reference="may"))
    await add_entries(desk, added, "key")
    await remove(desk, named(dialog.service))
    await finish(desk, dialog.service.id)
    await start(desk, replace(header(await by_hand(desk)), reference="may"))

    assert await refused(desk, add_entries(desk, added, "key")) == [RESULT_GONE]
    assert await count(desk, UploadEntry) == 0


async def test_what_was_told_of_a_service_is_not_told_once_it_is_gone(desk: Desk, dialog: Dialog) -> None:
    """Numbers that were released in it, and those of the same name in another, are different ones."""
    await submitted(desk, dialog, A)
    chosen = Chosen(named(dialog.service), (single(A),))
    await release(desk, chosen, "key")
    await remove(desk, named(dialog.service))
    await finish(desk, dialog.service.id)

    assert await refused(desk, release(desk, chosen, "key")) == [RESULT_GONE]


async def test_nothing_points_at_a_service_that_is_gone(desk: Desk, dialog: Dialog) -> None:
    """Whatever table knows services is emptied of it: one that is new has to be thought of here."""
    await submitted(desk, dialog, A)
    await remove(desk, named(dialog.service))
    await finish(desk, dialog.service.id)
    async with desk.read() as reading:
        query = "SELECT table_name FROM information_schema.columns WHERE column_name = 'service_id'"
        tables = (await reading.session.execute(text(query))).scalars().all()
        pointing = {
            table
            for table in tables
            if (
                await reading.session.execute(
                    text(f"SELECT 1 FROM {table} WHERE service_id = :id LIMIT 1"),  # noqa: S608  # our own tables
                    {"id": dialog.service.id},
                )
            ).first()
        }
    assert pointing == {"event", "audit_event"}


async def test_somebody_elses_service_is_not_removed(desk: Desk, dialog: Dialog) -> None:
    """It is not there."""
    other = seen_by(desk, scope_of(await provider(desk, "Other")))
    for attempt in (remove, remove_by_force):
        assert await refused(other, attempt(other, named(dialog.service))) == [("NOT_FOUND", ("service",))]


@pytest.mark.usefixtures("synced")
async def test_a_service_in_removal_takes_nothing_more(desk: Desk, integrated: Dialog) -> None:
    """No upload, no roll back, no invitation."""
    (made,) = await rows(desk, Upload, col(Upload.id), col(Upload.service_id) == integrated.service.id)
    await remove(desk, named(integrated.service))
    name = Name(id=made.id, path=("upload",))
    assert await refused(desk, start(desk, header(integrated))) == [("SERVICE_REMOVING", ("service",))]
    assert await refused(desk, roll_back(desk, name)) == [("SERVICE_REMOVING", ("upload",))]
    assert await refused(desk, resend(desk, named(integrated.service))) == [("SERVICE_REMOVING", ("service",))]
