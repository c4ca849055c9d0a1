"""Consent: the invitation, its acceptance at the simulator, and the tokens we act with."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from controlhub.errors import HubRefused, HubUnauthorized
from controlhub.numbers import HubTokens
from provisioning import consent
from provisioning.consent import INVITATION_LIFETIME, REFRESH_BEFORE, access_token, open_invitation, token_hash
from provisioning.desk import Desk
from provisioning.errors import ConsentMissing, ConsentWithdrawn
from store.tables import AuditEvent, Grant, Invitation, Service
from store.vocabulary import GrantStatus, ServiceMode, ServiceStatus
from tests.arrange import (
    REDIRECT_URI,
    Hubside,
    accept,
    announced,
    approve,
    at,
    audited,
    blocked,
    consented,
    customer,
    fetch,
    invite,
    jobs,
    provider,
    refused,
    rows,
    service,
)


@pytest.fixture
async def waiting(desk: Desk) -> Service:
    """An Integrated service that waits for consent."""
    return await service(desk, await customer(desk, await provider(desk)), ServiceMode.INTEGRATED)


async def the_grant(desk: Desk) -> Grant:
    """Return the one grant there is."""
    (grant,) = await rows(desk, Grant, col(Grant.service_id))
    return grant


async def test_an_invitation_goes_to_the_administrator_with_a_link(desk: Desk, side: Hubside, waiting: Service) -> None:
    """The token is in the letter alone; the store keeps its hash."""
    token = await invite(desk, side, waiting)
    (letter,) = side.outbox.letters()
    (kept,) = await rows(desk, Invitation, col(Invitation.id))
    assert letter["to"] == "admin@acme.example"
    assert "Acme Inc." in letter["text"]
    assert re.search(rf"^https://numberline.example/consent/{token}$", letter["text"], re.MULTILINE)
    assert (kept.token_hash, kept.expires_at) == (token_hash(token), desk.clock() + INVITATION_LIFETIME)
    assert await audited(desk, kept.id) == ["invitation sent"]


async def test_no_secret_is_on_record(desk: Desk, side: Hubside) -> None:
    """Neither hashes nor tokens stand in the trail."""
    await consented(desk, side)
    trail = [str((record.before, record.after)) for record in await rows(desk, AuditEvent, col(AuditEvent.id))]
    assert not [text for text in trail if re.search("token|hash", text)]


async def test_a_new_invitation_replaces_those_before(desk: Desk, side: Hubside, waiting: Service) -> None:
    """The old link says so, the new one works."""
    old, new = await invite(desk, side, waiting), await invite(desk, side, waiting)
    assert await refused(desk, open_invitation(desk, token_hash(old))) == [("INVITATION_EXPIRED", ())]
    opened = await open_invitation(desk, token_hash(new))
    assert (opened.service.id, opened.customer.name) == (waiting.id, "Acme")


async def test_an_invitation_ends_after_its_time(desk: Desk, side: Hubside, waiting: Service) -> None:
    """Good until the last moment, and refused from then on, when accepting as well."""
    token = await invite(desk, side, waiting)
    ends = desk.clock() + INVITATION_LIFETIME
    late = at(desk, ends)
    assert (await open_invitation(at(desk, ends - timedelta(seconds=1)), token_hash(token))).service.id == waiting.id
    assert await refused(late, open_invitation(late, token_hash(token))) == [("INVITATION_EXPIRED", ())]
    assert await refused(late, accept(late, side, token, "Late")) == [("INVITATION_EXPIRED", ())]


async def test_a_link_that_nobody_sent_opens_nothing(desk: Desk, waiting: Service) -> None:
    """As if there were no such page."""
    assert waiting.status is ServiceStatus.PENDING_CONSENT
    assert await refused(desk, open_invitation(desk, token_hash("guessed"))) == [("NOT_FOUND", ())]


async def test_consent_moves_the_service_on_and_calls_what_waits_for_it(
    desk: Desk, side: Hubside, waiting: Service
) -> None:
    """The organization is learnt, locations are read, numbers sent; one job after the other."""
    made = await accept(desk, side, await invite(desk, side, waiting), "Moves on")
    lock = f"organization:{made.organization_id}"
    assert (made.status, made.consented_at) == (ServiceStatus.PENDING_PROVISIONING, desk.clock())
    assert made.organization_id
    assert (await jobs(desk))[1:] == [("refresh_locations", lock, None), ("sync_service", lock, None)]
    assert (await announced(desk, waiting))[-1] == ("SERVICE_STATUS", "PENDING_CONSENT", "PENDING_PROVISIONING")
    assert await audited(desk, waiting.id) == ["service onboarded", "consent given"]


async def test_tokens_are_kept_encrypted(desk: Desk, side: Hubside) -> None:
    """Nobody reads them without the key."""
    dialog = await consented(desk, side)
    token = await access_token(desk, side.hub, side.vault, dialog.service.id)
    grant = await the_grant(desk)
    assert token.encode() not in grant.access_token
    assert side.vault.unlock(grant.access_token) == token
    assert grant.granted_by == "admin@acme.example"


async def test_an_invitation_works_once(desk: Desk, side: Hubside, waiting: Service) -> None:
    """The second time nothing changes."""
    token = await invite(desk, side, waiting)
    await accept(desk, side, token, "Once")
    assert await refused(desk, open_invitation(desk, token_hash(token))) == [("INVITATION_USED", ())]
    assert await refused(desk, accept(desk, side, token, "Once")) == [("INVITATION_USED", ())]


async def test_two_browsers_that_accept_at_once_give_one_consent(desk: Desk, side: Hubside, waiting: Service) -> None:
    """One of them is told that the invitation was used."""
    token = await invite(desk, side, waiting)
    both = [accept(desk, side, token, "Twice") for _ in range(2)]
    outcomes = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["InvitationUsed", "Service"]
    assert len(await rows(desk, Grant, col(Grant.service_id))) == 1
    assert [name for name, _, _ in await jobs(desk)].count("sync_service") == 1


async def test_consent_from_another_organization_is_refused(desk: Desk, side: Hubside) -> None:
    """The grant that is there stays, and the invitation can still be used by the right one."""
    dialog = await consented(desk, side, organization="The right one")
    before = await the_grant(desk)
    token = await invite(desk, side, dialog.service)
    assert await refused(desk, accept(desk, side, token, "Another one")) == [("ORGANIZATION_DIFFERS", ())]
    assert (await the_grant(desk)).access_token == before.access_token
    assert (await accept(desk, side, token, "The right one")).id == dialog.service.id


async def test_a_code_that_is_not_good_changes_nothing(desk: Desk, side: Hubside, waiting: Service) -> None:
    """The invitation can be used again."""
    token = await invite(desk, side, waiting)
    with pytest.raises(HubUnauthorized):
        await consent.accept(desk, side.hub, side.vault, token_hash(token), "no code", REDIRECT_URI)
    assert (await open_invitation(desk, token_hash(token))).invitation.used_at is None
    assert (await fetch(desk, waiting)).status is ServiceStatus.PENDING_CONSENT


async def test_a_new_invitation_and_an_acceptance_do_not_stand_in_each_others_way(
    desk: Desk, side: Hubside, waiting: Service
) -> None:
    """Both lock the service first: one waits for the other, and neither has to give up."""
    token = await invite(desk, side, waiting)
    async with desk.begin() as transaction:
        await transaction.session.execute(update(Service).values(name="Locked"))
        accepting = asyncio.create_task(accept(desk, side, token, "In the way"))
        await blocked(desk)
        await transaction.session.execute(update(Invitation).values(email="other@acme.example"))
    assert (await accepting).organization_id


async def test_a_token_is_used_until_its_end_is_near(desk: Desk, side: Hubside) -> None:
    """Then it is renewed, kept, and used from then on."""
    dialog = await consented(desk, side)
    first = await access_token(desk, side.hub, side.vault, dialog.service.id)
    ends = (await the_grant(desk)).access_expires_at
    before = at(desk, ends - REFRESH_BEFORE - timedelta(seconds=1))
    near = at(desk, ends - REFRESH_BEFORE)
    unchanged = await access_token(before, side.hub, side.vault, dialog.service.id)
    renewed = await access_token(near, side.hub, side.vault, dialog.service.id)
    kept = await access_token(desk, side.hub, side.vault, dialog.service.id)
    assert unchanged == first
    assert renewed != first
    assert kept == renewed


async def test_without_consent_there_is_no_token(desk: Desk, side: Hubside, waiting: Service) -> None:
    """It is missing, which is something else than withdrawn."""
    with pytest.raises(ConsentMissing):
        await access_token(desk, side.hub, side.vault, waiting.id)


async def test_a_renewal_that_is_refused_is_a_withdrawal(desk: Desk, side: Hubside, control_hub: Any) -> None:
    """Noted once, with its time, and on record; the service keeps its status."""
    dialog = await consented(desk, side)
    grant = await the_grant(desk)
    near = at(desk, grant.access_expires_at - REFRESH_BEFORE)
    await control_hub.revoke(grant.organization_id)
    with pytest.raises(ConsentWithdrawn):
        await access_token(near, side.hub, side.vault, dialog.service.id)
    with pytest.raises(ConsentWithdrawn):
        await access_token(desk, side.hub, side.vault, dialog.service.id)
    noted = await the_grant(desk)
    assert (noted.status, noted.revoked_at) == (GrantStatus.REVOKED, near.clock())
    assert (await audited(desk, dialog.service.id)).count("consent withdrawn") == 1
    assert (await fetch(desk, dialog.service)).status is ServiceStatus.PENDING_PROVISIONING


async def test_a_wrong_secret_of_ours_does_not_count_as_a_withdrawal(
    desk: Desk, side: Hubside, control_hub: Any
) -> None:
    """It says nothing about the customer."""
    dialog = await consented(desk, side)
    near = at(desk, (await the_grant(desk)).access_expires_at - REFRESH_BEFORE)
    refusal = {"path_contains": "/access_token", "status": 401, "body": {"error": "invalid_client"}}
    await control_hub.fail(refusal)
    with pytest.raises(HubRefused):
        await access_token(near, side.hub, side.vault, dialog.service.id)
    assert (await the_grant(desk)).status is GrantStatus.ACTIVE


async def test_consent_given_again_puts_the_grant_in_force(desk: Desk, side: Hubside) -> None:
    """With new tokens; the service's status does not move."""
    dialog = await consented(desk, side, organization="Again")
    old = await access_token(desk, side.hub, side.vault, dialog.service.id)
    await consent.note_withdrawal(desk, side.vault, dialog.service.id, old)
    await accept(desk, side, await invite(desk, side, dialog.service), "Again")
    grant = await the_grant(desk)
    assert (grant.status, grant.revoked_at) == (GrantStatus.ACTIVE, None)
    assert await access_token(desk, side.hub, side.vault, dialog.service.id) != old
    assert [after for kind, _, after in await announced(desk, dialog.service)] == [
        "PENDING_CONSENT",
        "PENDING_PROVISIONING",
    ]


async def test_a_renewal_does_not_overwrite_a_newer_consent(desk: Desk, side: Hubside) -> None:
    """The customer consents anew while the old token is being renewed."""
    dialog = await consented(desk, side, organization="Overtaken")
    near = at(desk, (await the_grant(desk)).access_expires_at - REFRESH_BEFORE)
    async with desk.begin() as transaction:
        await transaction.session.execute(update(Grant).values(granted_by="locked"))
        renewal = asyncio.create_task(access_token(near, side.hub, side.vault, dialog.service.id))
        await blocked(desk)
        newer = await _tokens(side)
        change = update(Grant).values(
            access_token=side.vault.lock(newer.access_token), refresh_token=side.vault.lock(newer.refresh_token)
        )
        await transaction.session.execute(change)
    await renewal
    assert side.vault.unlock((await the_grant(desk)).access_token) == newer.access_token


async def _tokens(side: Hubside) -> HubTokens:
    return await side.hub.tokens_for_code(await approve(side, "Overtaken"), REDIRECT_URI)
