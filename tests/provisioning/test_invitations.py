"""Invitations: asked for, mailed through a real mail server, sent again, revoked."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from ssl import create_default_context
from uuid import uuid4

import pytest
from sqlmodel import col

from api.smtp import MailServer, Security, SmtpMailer
from provisioning import invitations
from provisioning.consent import open_invitation, token_hash
from provisioning.desk import Desk
from provisioning.invitations import INVITATION_LIFETIME, resend, revoke, status_of
from provisioning.mail import LetterDelayed, Mailer
from store.lookup import Name
from store.tables import Customer, Grant, Invitation, Service
from store.vocabulary import GrantStatus, InvitationStatus, ServiceMode, ServiceStatus
from tests.arrange import (
    Hubside,
    accept,
    at,
    audited,
    consented,
    count,
    customer,
    fetch,
    invite,
    jobs,
    newest_invitation,
    provider,
    refused,
    removing,
    rows,
    scope_of,
    seen_by,
    service,
)
from tests.post import PostOffice, open_office

INTEGRATED = ServiceMode.INTEGRATED
ADMIN = "admin@acme.example"


@pytest.fixture
async def owner(desk: Desk) -> Customer:
    """A customer."""
    return await customer(desk, await provider(desk))


@pytest.fixture
async def waiting(desk: Desk, owner: Customer) -> Service:
    """An Integrated service that waits for consent."""
    return await service(desk, owner, INTEGRATED)


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    """A mail server."""
    async with open_office() as opened:
        yield opened


@pytest.fixture
def mailer(desk: Desk, office: PostOffice) -> SmtpMailer:
    """What hands letters to it."""
    server = MailServer(Security.NONE, "127.0.0.1", office.port)
    return SmtpMailer(server, "no-reply@numberline.example", desk.clock, create_default_context())


async def send(desk: Desk, mailer: Mailer, invitation: Invitation) -> None:
    """Run the job that mails an invitation."""
    await invitations.send(
        desk, mailer, lambda: uuid4().hex, "https://numberline.example/consent/".__add__, invitation.id
    )


async def stands(desk: Desk, of: Service) -> tuple[InvitationStatus, str | None]:
    """Return how the newest invitation of a service stands, and its problem."""
    newest = await newest_invitation(desk, of)
    return status_of(newest, desk.clock()), newest.problem


async def test_an_invitation_goes_to_the_administrator_with_a_link(desk: Desk, side: Hubside, waiting: Service) -> None:
    """The token is in the letter alone; the store keeps its hash."""
    token = await invite(desk, side, waiting)
    (letter,) = side.outbox.letters()
    kept = await newest_invitation(desk, waiting)
    assert letter["to"] == ADMIN
    assert "Acme Inc." in letter["text"]
    assert re.search(rf"^https://numberline.example/consent/{token}$", letter["text"], re.MULTILINE)
    assert (kept.token_hash, kept.expires_at) == (token_hash(token), desk.clock() + INVITATION_LIFETIME)
    assert await audited(desk, waiting.id) == ["SERVICE_ONBOARDED", "INVITATION_CREATED", "INVITATION_SENT"]


async def test_a_letter_that_was_taken_is_not_sent_again(
    desk: Desk, mailer: SmtpMailer, office: PostOffice, waiting: Service
) -> None:
    """However often its job is run."""
    asked = await newest_invitation(desk, waiting)
    assert await stands(desk, waiting) == (InvitationStatus.SENDING, None)
    await send(desk, mailer, asked)
    await send(desk, mailer, asked)
    assert len(office.texts(ADMIN)) == 1
    assert await stands(desk, waiting) == (InvitationStatus.SENT, None)
    assert (await newest_invitation(desk, waiting)).sent_at == desk.clock()


async def test_a_letter_that_is_not_taken_now_is_not_lost(
    desk: Desk, mailer: SmtpMailer, office: PostOffice, waiting: Service
) -> None:
    """The job fails, so that it is run again; people see why it takes time."""
    asked = await newest_invitation(desk, waiting)
    office.to_letters += ["451 4.7.1 Come back later", "452 4.2.2 Mailbox full"]
    for reply in tuple(office.to_letters):
        with pytest.raises(LetterDelayed):
            await send(desk, mailer, asked)
        assert await stands(desk, waiting) == (InvitationStatus.SENDING, reply)
    await send(desk, mailer, asked)
    (text,) = office.texts(ADMIN)
    (token,) = re.findall(r"/consent/(\w+)$", text, re.MULTILINE)
    assert (await open_invitation(desk, token_hash(token))).service.id == waiting.id
    assert await stands(desk, waiting) == (InvitationStatus.SENT, None)


async def test_a_letter_that_is_refused_for_good_is_given_up_and_says_why(
    desk: Desk, mailer: SmtpMailer, office: PostOffice, waiting: Service
) -> None:
    """Until somebody mends the address."""
    office.to_address[ADMIN] = "550 5.1.1 No such user"
    asked = await newest_invitation(desk, waiting)
    await send(desk, mailer, asked)
    assert await stands(desk, waiting) == (InvitationStatus.REFUSED, "550 5.1.1 No such user")
    assert (await audited(desk, waiting.id))[1:] == ["INVITATION_CREATED", "INVITATION_REFUSED"]
    office.to_address.clear()
    await send(desk, mailer, asked)
    assert office.taken == []


async def test_a_letter_is_tried_no_longer_than_its_link_would_work(
    desk: Desk, mailer: SmtpMailer, office: PostOffice, waiting: Service
) -> None:
    """Then the job has nothing to do."""
    late = at(desk, desk.clock() + INVITATION_LIFETIME)
    await send(late, mailer, await newest_invitation(desk, waiting))
    assert office.taken == []
    assert (await stands(late, waiting))[0] is InvitationStatus.EXPIRED


async def test_an_invitation_can_be_sent_again(desk: Desk, side: Hubside, waiting: Service) -> None:
    """By a job of its own; the old link ends at once, the new one works."""
    old, first = await invite(desk, side, waiting), await newest_invitation(desk, waiting)
    await resend(desk, Name(id=waiting.id))
    second = await newest_invitation(desk, waiting)
    assert await refused(desk, open_invitation(desk, token_hash(old))) == [("INVITATION_EXPIRED", ())]
    new = await invite(desk, side, waiting)
    opened = await open_invitation(desk, token_hash(new))
    assert (opened.service.id, opened.customer.name) == (waiting.id, "Acme")
    assert await jobs(desk) == [("send_invitation", f"invitation:{asked.id}", None) for asked in (first, second)]
    asked_again = ["INVITATION_REPLACED", "INVITATION_CREATED", "INVITATION_SENT"]
    assert (await audited(desk, waiting.id))[1:] == ["INVITATION_CREATED", "INVITATION_SENT", *asked_again]


async def test_what_was_replaced_before_it_was_sent_is_never_sent(
    desk: Desk, mailer: SmtpMailer, office: PostOffice, waiting: Service
) -> None:
    """A letter to a mail server that was away does not come after its successor."""
    first = await newest_invitation(desk, waiting)
    await resend(desk, Name(id=waiting.id))
    await send(desk, mailer, first)
    assert office.taken == []


async def test_an_invitation_ends_after_its_time(desk: Desk, side: Hubside, waiting: Service) -> None:
    """Good until the last moment, and refused from then on, when accepting as well."""
    token = await invite(desk, side, waiting)
    ends = desk.clock() + INVITATION_LIFETIME
    late = at(desk, ends)
    assert (await open_invitation(at(desk, ends - timedelta(seconds=1)), token_hash(token))).service.id == waiting.id
    assert await refused(late, open_invitation(late, token_hash(token))) == [("INVITATION_EXPIRED", ())]
    assert await refused(late, accept(late, side, token, "Late")) == [("INVITATION_EXPIRED", ())]


async def test_a_revoked_invitation_neither_works_nor_is_sent(
    desk: Desk, side: Hubside, mailer: SmtpMailer, office: PostOffice, waiting: Service
) -> None:
    """The service still waits for consent; revoking twice is revoking once."""
    token = await invite(desk, side, waiting)
    for _ in range(2):
        assert (await revoke(desk, Name(id=waiting.id))).status is ServiceStatus.PENDING_CONSENT
    assert await refused(desk, accept(desk, side, token, "Revoked")) == [("INVITATION_EXPIRED", ())]
    await resend(desk, Name(id=waiting.id))
    asked = await newest_invitation(desk, waiting)
    await revoke(desk, Name(id=waiting.id))
    await send(desk, mailer, asked)
    assert office.taken == []
    assert await stands(desk, waiting) == (InvitationStatus.REVOKED, None)
    assert (await audited(desk, waiting.id))[-2:] == ["INVITATION_CREATED", "INVITATION_REVOKED"]


async def test_revoking_an_invitation_leaves_what_was_granted(desk: Desk, side: Hubside) -> None:
    """Somebody was invited once more, which has come to nothing."""
    dialog = await consented(desk, side)
    await invite(desk, side, dialog.service)
    await revoke(desk, Name(id=dialog.service.id))
    (grant,) = await rows(desk, Grant, col(Grant.service_id))
    assert (grant.status, bool(grant.access_token)) == (GrantStatus.ACTIVE, True)


async def test_an_invitation_is_for_integrated_services_that_stay(desk: Desk, owner: Customer) -> None:
    """Not for one without consent, nor for one that is being removed."""
    by_hand, leaving = await service(desk, owner), await service(desk, owner, INTEGRATED, name="Leaving")
    await removing(desk, leaving)
    assert await refused(desk, resend(desk, Name(id=by_hand.id))) == [("INTEGRATED_ONLY", ("service",))]
    assert await refused(desk, revoke(desk, Name(id=by_hand.id))) == [("INTEGRATED_ONLY", ("service",))]
    assert await refused(desk, resend(desk, Name(id=leaving.id))) == [("SERVICE_REMOVING", ("service",))]


async def test_somebody_elses_invitation_is_not_found(desk: Desk, waiting: Service) -> None:
    """Neither to send again nor to revoke."""
    stranger = seen_by(desk, scope_of(await provider(desk, "Stranger")))
    named = Name(id=waiting.id, path=("service",))
    assert await refused(desk, resend(stranger, named)) == [("NOT_FOUND", ("service",))]
    assert await refused(desk, revoke(stranger, named)) == [("NOT_FOUND", ("service",))]


async def test_an_invitation_that_has_gone_is_not_sent(desk: Desk, mailer: SmtpMailer, office: PostOffice) -> None:
    """Its job is left over from a service that is no more."""
    await send(desk, mailer, Invitation(id=uuid4()))
    assert office.taken == []


async def test_a_service_without_consent_has_no_invitation(desk: Desk, owner: Customer) -> None:
    """Nobody is written to."""
    made = await service(desk, owner)
    assert (await fetch(desk, made)).mode is ServiceMode.NON_INTEGRATED
    assert await count(desk, Invitation) == 0
