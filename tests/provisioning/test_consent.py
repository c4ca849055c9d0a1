"""Consent: the invitation, its acceptance at the simulator, and the tokens we act with."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from procrastinate import App, PsycopgConnector
from sqlalchemy import update
from sqlmodel import col

from controlhub.errors import HubRefused, HubUnauthorized
from controlhub.numbers import HubTokens
from provisioning import consent
from provisioning.consent import REFRESH_BEFORE, access_token, open_invitation, token_hash
from provisioning.desk import Desk
from provisioning.errors import ConsentMissing, ConsentWithdrawn
from provisioning.vault import Vault
from store.database import Database
from store.jobs import JobQueue
from store.lookup import Name
from store.migrate import as_application
from store.scope import Scope
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
    scope_of,
    seen_by,
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


async def test_no_secret_is_on_record(desk: Desk, side: Hubside) -> None:
    """Neither hashes nor tokens stand in the trail."""
    await consented(desk, side)
    trail = [str((record.before, record.after)) for record in await rows(desk, AuditEvent, col(AuditEvent.id))]
    assert not [text for text in trail if re.search("token|hash", text)]


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
    assert (await audited(desk, waiting.id))[-1] == "CONSENT_GIVEN"


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
    assert (await audited(desk, dialog.service.id)).count("CONSENT_WITHDRAWN") == 1
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


@pytest.fixture
async def beside(owner_url: str, system: Scope, desk: Desk) -> AsyncIterator[Desk]:
    """A desk in another process: with a pool of its own."""
    url = as_application(owner_url)
    store = Database(url, JobQueue(App(connector=PsycopgConnector(conninfo=url))))
    yield Desk(system, store, desk.clock)
    await store.close()


async def test_a_token_is_renewed_once_however_many_notice(
    desk: Desk, beside: Desk, side: Hubside, control_hub: Any
) -> None:
    """Two processes with several jobs each: one asks Control Hub, and all go on with what it got."""
    service_id = (await consented(desk, side)).service.id
    async with desk.begin() as transaction:
        await transaction.session.execute(update(Grant).values(access_expires_at=desk.clock() + REFRESH_BEFORE))
    asked = await control_hub.token_requests()
    everybody = (access_token(place, side.hub, side.vault, service_id) for place in (desk, beside) * 3)
    tokens = await asyncio.gather(*everybody)
    assert await control_hub.token_requests() == asked + 1
    assert len(set(tokens)) == 1


async def test_a_renewal_that_fails_lets_the_next_one_try(desk: Desk, side: Hubside, control_hub: Any) -> None:
    """Whoever waited does not wait for ever."""
    service_id = (await consented(desk, side)).service.id
    old = await access_token(desk, side.hub, side.vault, service_id)
    near = at(desk, (await the_grant(desk)).access_expires_at - REFRESH_BEFORE)
    await control_hub.fail({"path_contains": "/access_token", "status": 400, "times": 1})
    with pytest.raises(HubRefused):
        await access_token(near, side.hub, side.vault, service_id)
    await control_hub.heal()
    assert await access_token(near, side.hub, side.vault, service_id) != old


async def test_tokens_under_an_old_key_are_encrypted_anew_when_they_are_used(desk: Desk, side: Hubside) -> None:
    """From then on the old key can be done away with, and the token is the same."""
    service_id = (await consented(desk, side)).service.id
    before = await access_token(desk, side.hub, side.vault, service_id)
    new = Fernet.generate_key().decode()
    both = Vault([new, *side.keys])
    assert await access_token(desk, side.hub, both, service_id) == before
    assert await access_token(desk, side.hub, Vault([new]), service_id) == before
    near = at(desk, (await the_grant(desk)).access_expires_at - REFRESH_BEFORE)
    assert await access_token(near, side.hub, Vault([new]), service_id) != before


async def test_tokens_under_the_newest_key_are_left_as_they_are(desk: Desk, side: Hubside) -> None:
    """Nothing is written when a token is merely used."""
    service_id = (await consented(desk, side)).service.id
    before = await the_grant(desk)
    await access_token(desk, side.hub, side.vault, service_id)
    assert await the_grant(desk) == before


async def test_a_change_of_keys_beside_a_renewal_does_not_lose_the_new_tokens(desk: Desk, side: Hubside) -> None:
    """Encrypted anew, the old refresh token still is the old one."""
    service_id = (await consented(desk, side)).service.id
    near = at(desk, (await the_grant(desk)).access_expires_at - REFRESH_BEFORE)
    old = await access_token(desk, side.hub, side.vault, service_id)
    async with desk.begin() as transaction:
        await transaction.session.execute(update(Grant).values(granted_by="locked"))
        renewal = asyncio.create_task(access_token(near, side.hub, side.vault, service_id))
        await blocked(desk)
        locked = (await the_grant(desk)).refresh_token
        anew = update(Grant).values(refresh_token=side.vault.lock(side.vault.unlock(locked)))
        await transaction.session.execute(anew)
    assert await renewal != old
    assert side.vault.unlock((await the_grant(desk)).access_token) == await renewal


async def test_a_consent_given_up_is_forgotten(desk: Desk, side: Hubside) -> None:
    """No token is left, the service keeps what it has, and giving up twice is giving up once."""
    dialog = await consented(desk, side, organization="Given up")
    named = Name(id=dialog.service.id)
    for _ in range(2):
        assert (await consent.give_up(desk, named)).status is ServiceStatus.PENDING_PROVISIONING
    grant = await the_grant(desk)
    assert (grant.status, grant.revoked_at) == (GrantStatus.REVOKED, desk.clock())
    assert (grant.access_token, grant.refresh_token) == (b"", b"")
    assert (await fetch(desk, dialog.service)).organization_id == dialog.service.organization_id
    assert (await audited(desk, dialog.service.id)).count("CONSENT_GIVEN_UP") == 1
    with pytest.raises(ConsentWithdrawn):
        await access_token(desk, side.hub, side.vault, dialog.service.id)
    await consent.note_withdrawal(desk, side.vault, dialog.service.id, "any")
    await accept(desk, side, await invite(desk, side, dialog.service), "Given up")
    assert await access_token(desk, side.hub, side.vault, dialog.service.id)


async def test_a_renewal_does_not_bring_back_what_was_given_up(desk: Desk, side: Hubside) -> None:
    """Given up while the old token is being renewed."""
    service_id = (await consented(desk, side)).service.id
    near = at(desk, (await the_grant(desk)).access_expires_at - REFRESH_BEFORE)
    async with desk.begin() as transaction:
        given_up = update(Grant).values(access_token=b"", refresh_token=b"", status=GrantStatus.REVOKED)
        await transaction.session.execute(given_up)
        renewal = asyncio.create_task(access_token(near, side.hub, side.vault, service_id))
        await blocked(desk)
    with pytest.raises(ConsentWithdrawn):
        await renewal
    assert (await the_grant(desk)).access_token == b""


async def test_only_what_was_granted_can_be_given_up(desk: Desk, waiting: Service) -> None:
    """And only by whom it belongs to."""
    stranger = seen_by(desk, scope_of(await provider(desk, "Stranger")))
    named = Name(id=waiting.id, path=("service",))
    assert await refused(desk, consent.give_up(desk, named)) == [("CONSENT_MISSING", ("service",))]
    assert await refused(desk, consent.give_up(stranger, named)) == [("NOT_FOUND", ("service",))]


async def test_consent_lives_on_where_nothing_is_done(desk: Desk, side: Hubside) -> None:
    """A token whose end is near is renewed by reading the locations; others are left in peace."""
    dialog = await consented(desk, side)
    before, ends = await jobs(desk), (await the_grant(desk)).access_expires_at
    await consent.call_renewals(at(desk, ends - REFRESH_BEFORE - timedelta(seconds=1)))
    assert await jobs(desk) == before
    await consent.call_renewals(at(desk, ends - REFRESH_BEFORE))
    called = ("refresh_locations", f"organization:{dialog.service.organization_id}", None)
    assert await jobs(desk) == [*before, called]


async def test_a_consent_that_has_ended_is_not_renewed(desk: Desk, side: Hubside) -> None:
    """There is nothing to renew it with."""
    dialog = await consented(desk, side)
    ends = (await the_grant(desk)).access_expires_at
    await consent.give_up(desk, Name(id=dialog.service.id))
    before = await jobs(desk)
    await consent.call_renewals(at(desk, ends))
    assert await jobs(desk) == before
