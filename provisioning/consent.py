"""The customer's consent: the invitation that asks for it, the grant that comes back, and the tokens we act with."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from controlhub.errors import HubUnauthorized
from controlhub.numbers import HubTokens
from controlhub.protocol import Hub
from provisioning.desk import Desk
from provisioning.errors import (
    ConsentMissing,
    ConsentWithdrawn,
    InvitationExpired,
    InvitationUsed,
    OrganizationDiffers,
)
from provisioning.journal import audit
from provisioning.locations import refresh_job
from provisioning.mail import Letter, Mailer
from provisioning.states import ServiceEvent, service_next
from provisioning.sync.job import sync_job
from provisioning.vault import Vault
from store import consents, services
from store.database import Reading, Transaction
from store.lookup import Name, one
from store.tables import Customer, Grant, Invitation, Service
from store.vocabulary import GrantStatus, ServiceStatus

INVITATION_LIFETIME = timedelta(days=7)
"""How long the link in an invitation works."""

REFRESH_BEFORE = timedelta(days=1)
"""How long before their end access tokens (good for 14 days) are renewed."""

_LETTER = """Hello,

{customer} has ordered the service "{service}". So that phone numbers can be added to your Webex Control Hub
for you, an administrator of your Webex organization has to consent once. Please open this link, which works
until {expires:%d %B %Y} and only once:

{link}

If you did not expect this message, you can ignore it: nothing happens without your consent.
"""


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """What the consent page tells the administrator."""

    invitation: Invitation
    service: Service
    customer: Customer


async def send_invitation(
    desk: Desk, mailer: Mailer, make_token: Callable[[], str], link: Callable[[str], str], service_id: UUID
) -> None:
    """Mail a fresh invitation; those sent before stop working. The token is in the mail alone, its hash in the store.

    Raises OSError where the mail cannot be handed over; run it again then.
    """
    token = make_token()
    expires_at = desk.clock() + INVITATION_LIFETIME
    async with desk.begin() as transaction:
        service = await one(transaction, Service, Name(id=service_id), lock=True)
        customer = await one(transaction, Customer, Name(id=service.customer_id))
        await consents.close_invitations(transaction, service.id, desk.clock())
        invitation = Invitation(
            service_id=service.id,
            email=customer.admin_email,
            token_hash=token_hash(token),
            expires_at=expires_at,
            **service.ownership(),
        )
        await transaction.insert(invitation, {})
        audit(transaction, "invitation sent", invitation)
    text = _LETTER.format(customer=customer.full_name, service=service.name, expires=expires_at, link=link(token))
    await mailer.send(Letter(customer.admin_email, f"Your consent is needed for {service.name}", text))


def token_hash(token: str) -> bytes:
    """Return what the store keeps of an invitation's token."""
    return hashlib.sha256(token.encode()).digest()


async def open_invitation(desk: Desk, hashed: bytes) -> OpenInvitation:
    """Return what an invitation is about, if it still can be used.

    Raises NotFound, InvitationUsed, InvitationExpired.
    """
    async with desk.read() as reading:
        return await _open(desk, reading, hashed, lock=False)


async def accept(desk: Desk, hub: Hub, vault: Vault, hashed: bytes, code: str, redirect_uri: str) -> Service:
    """Take the consent that the authorization code stands for: learn the organization, keep the tokens, move on.

    Locations are read and waiting numbers sent after the commit. Raises NotFound, InvitationUsed,
    InvitationExpired, OrganizationDiffers, and what the hub raises.
    """
    service_id = (await open_invitation(desk, hashed)).service.id
    tokens = await hub.tokens_for_code(code, redirect_uri)
    organization_id = await hub.organization_id(tokens.access_token)
    async with desk.begin() as transaction:
        # The service before the invitation: the order in which a new invitation locks them too.
        service = await one(transaction, Service, Name(id=service_id), lock=True)
        opened = await _open(desk, transaction, hashed, lock=True)
        if service.organization_id not in {None, organization_id}:
            raise OrganizationDiffers
        await _keep(desk, transaction, vault, opened.invitation, tokens, organization_id)
        await _move_on(desk, transaction, service, organization_id)
        return service


async def _open(desk: Desk, reading: Reading, hashed: bytes, *, lock: bool) -> OpenInvitation:
    invitation = await consents.invitation(reading, hashed, lock=lock)
    if invitation.used_at is not None:
        raise InvitationUsed
    if invitation.revoked_at is not None or invitation.expires_at <= desk.clock():
        raise InvitationExpired
    service = await one(reading, Service, Name(id=invitation.service_id))
    customer = await one(reading, Customer, Name(id=service.customer_id))
    return OpenInvitation(invitation, service, customer)


async def _keep(
    desk: Desk, transaction: Transaction, vault: Vault, invitation: Invitation, tokens: HubTokens, organization_id: str
) -> None:
    now = desk.clock()
    invitation.used_at = now
    grant = await consents.grant(transaction, invitation.service_id, lock=True)
    if grant is None:
        grant = Grant(service_id=invitation.service_id, **invitation.ownership())
    grant.organization_id, grant.granted_by, grant.granted_at = organization_id, invitation.email, now
    grant.revoked_at = None
    _put(grant, vault, tokens)
    transaction.session.add_all([invitation, grant])
    audit(transaction, "consent given", grant, after={"organization_id": organization_id, "by": invitation.email})


def _put(grant: Grant, vault: Vault, tokens: HubTokens) -> None:
    grant.status = GrantStatus.ACTIVE
    grant.access_token, grant.access_expires_at = vault.lock(tokens.access_token), tokens.access_expires_at
    grant.refresh_token, grant.refresh_expires_at = vault.lock(tokens.refresh_token), tokens.refresh_expires_at


async def _move_on(desk: Desk, transaction: Transaction, service: Service, organization_id: str) -> None:
    now = desk.clock()
    service.organization_id, service.consented_at, service.last_modified_at = organization_id, now, now
    transaction.session.add(service)
    if service.status is ServiceStatus.PENDING_CONSENT:
        await services.change_status(
            transaction, service, service_next(service.status, ServiceEvent.CONSENT_GIVEN), now
        )
    await transaction.defer(refresh_job(service))
    await transaction.defer(sync_job(service))


async def access_token(desk: Desk, hub: Hub, vault: Vault, service_id: UUID) -> str:
    """Return a token to act with on the customer's organization, renewed if its end is near.

    Only jobs call this, and jobs of one organization run one at a time, so it is renewed once.
    Raises ConsentMissing, ConsentWithdrawn, and what the hub raises.
    """
    async with desk.read() as reading:
        grant = await consents.grant(reading, service_id)
    if grant is None:
        raise ConsentMissing
    if grant.status is GrantStatus.REVOKED:
        raise ConsentWithdrawn
    if grant.access_expires_at - desk.clock() > REFRESH_BEFORE:
        return vault.unlock(grant.access_token)
    return await _renew(desk, hub, vault, grant)


async def _renew(desk: Desk, hub: Hub, vault: Vault, grant: Grant) -> str:
    try:
        tokens = await hub.tokens_for_refresh(vault.unlock(grant.refresh_token))
    except HubUnauthorized as error:
        await note_withdrawal(desk, vault, grant.service_id, vault.unlock(grant.access_token))
        raise ConsentWithdrawn from error
    async with desk.begin() as transaction:
        current = await consents.grant(transaction, grant.service_id, lock=True)
        # Unless the customer consented anew meanwhile: then those tokens are the newer ones.
        if current is not None and current.refresh_token == grant.refresh_token:
            _put(current, vault, tokens)
            transaction.session.add(current)
    return tokens.access_token


async def note_withdrawal(desk: Desk, vault: Vault, service_id: UUID, refused: str) -> None:
    """Note that Control Hub refuses an access token. The service keeps its status; a new invitation mends it.

    Changes nothing where the customer has consented anew since that token was taken.
    """
    async with desk.begin() as transaction:
        grant = await consents.grant(transaction, service_id, lock=True)
        if grant is None or vault.unlock(grant.access_token) != refused:
            return
        if grant.status is GrantStatus.ACTIVE:
            grant.status, grant.revoked_at = GrantStatus.REVOKED, desk.clock()
            transaction.session.add(grant)
            audit(transaction, "consent withdrawn", grant, after={"revoked_at": grant.revoked_at})
