"""The invitation that asks for the customer's consent: asked for, mailed, sent again, revoked."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from provisioning.consent import token_hash
from provisioning.desk import Desk
from provisioning.errors import IntegratedOnly, ServiceRemoving
from provisioning.journal import audit
from provisioning.mail import Letter, LetterDelayed, LetterRefused, Mailer
from store import consents
from store.actions import AuditAction
from store.database import Transaction
from store.jobs import Job, JobName
from store.lookup import Name, one
from store.tables import Customer, Invitation, Service
from store.vocabulary import InvitationStatus, ServiceMode, ServiceStatus

INVITATION_LIFETIME = timedelta(days=7)
"""How long after it was asked for the link in an invitation works, and how long its letter is tried."""

_NOT_TAKEN = "The mail server does not take letters at the moment."

_LETTER = """Hello,

{customer} has ordered the service "{service}". So that phone numbers can be added to your Webex Control Hub
for you, an administrator of your Webex organization has to consent once. Please open this link, which works
until {expires:%d %B %Y} and only once:

{link}

If you did not expect this message, you can ignore it: nothing happens without your consent.
"""


async def invite(desk: Desk, transaction: Transaction, service: Service, customer: Customer) -> None:
    """Put a fresh invitation in the place of those before; it is mailed after the commit.

    Lock the customer before, so that its address is not being mended meanwhile.
    """
    await close(desk, transaction, service, AuditAction.INVITATION_REPLACED)
    invitation = Invitation(
        service_id=service.id,
        email=customer.admin_email,
        expires_at=desk.clock() + INVITATION_LIFETIME,
        **service.ownership(),
    )
    await transaction.insert(invitation, {})
    told = {"email": invitation.email, "expires_at": invitation.expires_at}
    audit(transaction, AuditAction.INVITATION_CREATED, invitation, after=told)
    job = Job(JobName.SEND_INVITATION, f"invitation:{invitation.id}", {"invitation_id": str(invitation.id)})
    await transaction.defer(job)


async def resend(desk: Desk, name: Name) -> Service:
    """Have a fresh invitation mailed; those before stop working at once. Also mends a withdrawn consent.

    Raises NotFound, IntegratedOnly, ServiceRemoving.
    """
    async with desk.begin() as transaction:
        service = await _integrated(transaction, name)
        if service.status is ServiceStatus.REMOVING:
            raise ServiceRemoving(path=("service",))
        customer = await one(transaction, Customer, Name(id=service.customer_id), lock=True)
        await invite(desk, transaction, service, customer)
        return service


async def revoke(desk: Desk, name: Name) -> Service:
    """Let the open invitation stop working; where none is open, nothing happens. What was granted stays granted.

    Raises NotFound, IntegratedOnly.
    """
    async with desk.begin() as transaction:
        service = await _integrated(transaction, name)
        await close(desk, transaction, service, AuditAction.INVITATION_REVOKED)
        return service


async def close(desk: Desk, transaction: Transaction, service: Service, action: AuditAction) -> None:
    """Let the open invitations of a locked service stop working; the audit trail calls that `action`."""
    for closed in await consents.close_invitations(transaction, service.id, desk.clock()):
        audit(transaction, action, closed, after={"email": closed.email, "revoked_at": closed.revoked_at})


async def readdress(desk: Desk, transaction: Transaction, customer: Customer) -> None:
    """Put invitations to the customer's new address in the place of those that are open. Lock the customer before."""
    for service in await consents.services_invited(transaction, customer.id, desk.clock()):
        await invite(desk, transaction, service, customer)


async def send(
    desk: Desk, mailer: Mailer, make_token: Callable[[], str], link: Callable[[str], str], invitation_id: UUID
) -> None:
    """Mail an invitation, unless the mail server has settled it already or it is no longer open.

    The token is in the letter alone, its hash in the store. Each try writes a new one: a letter that the server took
    without our hearing of it has a link that no longer works. Raises OSError where it has to be tried again later.
    """
    token = make_token()
    letter = await _write(desk, invitation_id, token_hash(token), link(token))
    if letter is None:
        return
    try:
        await mailer.send(letter)
    except LetterRefused as refusal:
        await _note(
            desk, invitation_id, AuditAction.INVITATION_REFUSED, refused_at=desk.clock(), problem=refusal.reason
        )
    except OSError as error:
        problem = error.reason if isinstance(error, LetterDelayed) else _NOT_TAKEN
        await _note(desk, invitation_id, AuditAction.INVITATION_DELAYED, problem=problem)
        raise
    else:
        await _note(desk, invitation_id, AuditAction.INVITATION_SENT, sent_at=desk.clock(), problem=None)


def status_of(invitation: Invitation, now: datetime) -> InvitationStatus:
    """Return what became of an invitation; what ended it comes before what became of its letter."""
    found = (
        (invitation.used_at, InvitationStatus.USED),
        (invitation.revoked_at, InvitationStatus.REVOKED),
        (invitation.expires_at <= now, InvitationStatus.EXPIRED),
        (invitation.refused_at, InvitationStatus.REFUSED),
        (invitation.sent_at, InvitationStatus.SENT),
    )
    return next((status for holds, status in found if holds), InvitationStatus.SENDING)


async def _integrated(transaction: Transaction, name: Name) -> Service:
    service = await one(transaction, Service, name, lock=True)
    if service.mode is not ServiceMode.INTEGRATED:
        raise IntegratedOnly(path=("service",))
    return service


async def _write(desk: Desk, invitation_id: UUID, hashed: bytes, link: str) -> Letter | None:
    async with desk.begin() as transaction:
        invitation = await consents.invitation_by_id(transaction, invitation_id)
        if invitation is None or status_of(invitation, desk.clock()) is not InvitationStatus.SENDING:
            return None
        invitation.token_hash = hashed
        transaction.session.add(invitation)
        service = await one(transaction, Service, Name(id=invitation.service_id))
        customer = await one(transaction, Customer, Name(id=service.customer_id))
    text = _LETTER.format(customer=customer.full_name, service=service.name, expires=invitation.expires_at, link=link)
    return Letter(invitation.email, f"Your consent is needed for {service.name}", text)


async def _note(desk: Desk, invitation_id: UUID, action: AuditAction, **changes: datetime | str | None) -> None:
    async with desk.begin() as transaction:
        invitation = await consents.invitation_by_id(transaction, invitation_id)
        if invitation is None or changes == {"problem": invitation.problem}:
            return
        before = {name: getattr(invitation, name) for name in changes}
        for name, value in changes.items():
            setattr(invitation, name, value)
        transaction.session.add(invitation)
        audit(transaction, action, invitation, before=before, after=changes)
