"""The customer's consent: the grant that comes back from an invitation, and the tokens we act with."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
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
from provisioning.states import ServiceEvent, service_next
from provisioning.sync.job import sync_job
from provisioning.vault import Vault
from store import consents, services
from store.actions import AuditAction
from store.database import Reading, Transaction
from store.lookup import Name, one
from store.tables import Customer, Grant, Invitation, Service
from store.vocabulary import GrantStatus, ServiceStatus

REFRESH_BEFORE = timedelta(days=1)
"""How long before their end access tokens (good for 14 days) are renewed."""


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """What the consent page tells the administrator."""

    invitation: Invitation
    service: Service
    customer: Customer


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
        now = desk.clock()
        await _keep(transaction, vault, opened.invitation, tokens, organization_id, now)
        await _move_on(transaction, service, organization_id, now)
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
    transaction: Transaction,
    vault: Vault,
    invitation: Invitation,
    tokens: HubTokens,
    organization_id: str,
    now: datetime,
) -> None:
    invitation.used_at = now
    grant = await consents.grant(transaction, invitation.service_id, lock=True)
    if grant is None:
        grant = Grant(service_id=invitation.service_id, **invitation.ownership())
    grant.organization_id, grant.granted_by, grant.granted_at = organization_id, invitation.email, now
    _put(grant, vault, tokens)
    transaction.session.add_all([invitation, grant])
    audit(
        transaction,
        AuditAction.CONSENT_GIVEN,
        grant,
        after={"organization_id": organization_id, "granted_by": invitation.email},
    )


def _put(grant: Grant, vault: Vault, tokens: HubTokens) -> None:
    grant.status, grant.revoked_at = GrantStatus.ACTIVE, None
    grant.access_token, grant.access_expires_at = vault.lock(tokens.access_token), tokens.access_expires_at
    grant.refresh_token, grant.refresh_expires_at = vault.lock(tokens.refresh_token), tokens.refresh_expires_at


async def _move_on(transaction: Transaction, service: Service, organization_id: str, now: datetime) -> None:
    service.organization_id, service.consented_at, service.last_modified_at = organization_id, now, now
    transaction.session.add(service)
    if service.status is ServiceStatus.PENDING_CONSENT:
        await services.change_status(
            transaction, service, service_next(service.status, ServiceEvent.CONSENT_GIVEN), now
        )
    await transaction.defer(refresh_job(service))
    await transaction.defer(sync_job(service))


async def give_up(desk: Desk, name: Name) -> Service:
    """Forget the tokens: from the next run on, uploads and syncs wait as if the customer had withdrawn consent.

    The service keeps its status, numbers and organization; a new invitation mends it. Raises NotFound, and
    ConsentMissing where nothing was granted.
    """
    async with desk.begin() as transaction:
        service = await one(transaction, Service, name, lock=True)
        grant = await consents.grant(transaction, service.id, lock=True)
        if grant is None:
            raise ConsentMissing(path=("service",))
        if grant.access_token:
            before = {"revoked_at": grant.revoked_at}
            grant.status, grant.revoked_at = GrantStatus.REVOKED, grant.revoked_at or desk.clock()
            grant.access_token = grant.refresh_token = b""
            transaction.session.add(grant)
            after = {"revoked_at": grant.revoked_at}
            audit(transaction, AuditAction.CONSENT_GIVEN_UP, grant, before=before, after=after)
        return service


async def refuse_without(reading: Reading, service: Service) -> None:
    """Raise ConsentMissing or ConsentWithdrawn where the customer's consent is not in force."""
    grant = await consents.grant(reading, service.id)
    if grant is None:
        raise ConsentMissing(path=("service",))
    if grant.status is GrantStatus.REVOKED:
        raise ConsentWithdrawn(path=("service",))


async def access_token(desk: Desk, hub: Hub, vault: Vault, service_id: UUID) -> str:
    """Return a token to act with on the customer's organization, renewed if its end is near.

    However many ask, one of them renews it, and the others wait for that. Raises ConsentMissing, ConsentWithdrawn,
    and what the hub raises.
    """
    grant = await _in_force(desk, service_id)
    if _ends_soon(desk, grant):
        async with desk.database.in_turn(f"renewal of {service_id}"):
            grant = await _in_force(desk, service_id)
            return (
                await _renewed(desk, hub, vault, grant) if _ends_soon(desk, grant) else vault.unlock(grant.access_token)
            )
    if not (vault.is_current(grant.access_token) and vault.is_current(grant.refresh_token)):
        await _lock_anew(desk, vault, service_id)
    return vault.unlock(grant.access_token)


async def act(desk: Desk, hub: Hub, vault: Vault, service_id: UUID, do: Callable[[str], Awaitable[object]]) -> None:
    """Do something at the customer's organization with a token; where that is refused, once more with a new one.

    A token may end before its time, and that says nothing about the consent. It is withdrawn where no new token is to
    be had, or where that is refused as well; what is to be done may be begun twice, and raises HubUnauthorized then.
    Raises ConsentMissing, ConsentWithdrawn, what the hub raises for tokens, and what `do` raises.
    """
    token = await access_token(desk, hub, vault, service_id)
    try:
        await do(token)
    except HubUnauthorized:
        token = await _instead_of(desk, hub, vault, service_id, token)
        try:
            await do(token)
        except HubUnauthorized as error:
            await note_withdrawal(desk, vault, service_id, token)
            raise ConsentWithdrawn from error


async def _instead_of(desk: Desk, hub: Hub, vault: Vault, service_id: UUID, refused: str) -> str:
    """Return another token than the one that was refused: the one that somebody got meanwhile, or a new one."""
    async with desk.database.in_turn(f"renewal of {service_id}"):
        grant = await _in_force(desk, service_id)
        token = vault.unlock(grant.access_token)
        return await _renewed(desk, hub, vault, grant) if token == refused else token


async def call_renewals(desk: Desk) -> None:
    """Have the locations of every service read whose token ends soon, which renews it.

    Otherwise the consent of a customer for whom nothing is done would end with its refresh token, after 90 days.
    """
    async with desk.begin() as transaction:
        for service in await consents.ending(transaction, desk.clock() + REFRESH_BEFORE):
            await transaction.defer(refresh_job(service))


async def _in_force(desk: Desk, service_id: UUID) -> Grant:
    async with desk.read() as reading:
        grant = await consents.grant(reading, service_id)
    if grant is None:
        raise ConsentMissing
    if grant.status is GrantStatus.REVOKED:
        raise ConsentWithdrawn
    return grant


def _ends_soon(desk: Desk, grant: Grant) -> bool:
    return grant.access_expires_at - desk.clock() <= REFRESH_BEFORE


async def _renewed(desk: Desk, hub: Hub, vault: Vault, grant: Grant) -> str:
    refresh_token = vault.unlock(grant.refresh_token)
    try:
        tokens = await hub.tokens_for_refresh(refresh_token)
    except HubUnauthorized as error:
        await note_withdrawal(desk, vault, grant.service_id, vault.unlock(grant.access_token))
        raise ConsentWithdrawn from error
    async with desk.begin() as transaction:
        current = await consents.grant(transaction, grant.service_id, lock=True)
        if current is None or not current.refresh_token:
            raise ConsentWithdrawn
        # Unless the customer consented anew meanwhile: then those tokens are the newer ones.
        if vault.unlock(current.refresh_token) == refresh_token:
            _put(current, vault, tokens)
            transaction.session.add(current)
        return vault.unlock(current.access_token)


async def _lock_anew(desk: Desk, vault: Vault, service_id: UUID) -> None:
    """Encrypt the tokens with the newest key, so that the others can be done away with."""
    async with desk.begin() as transaction:
        grant = await consents.grant(transaction, service_id, lock=True)
        if grant is None or not grant.access_token:
            return
        grant.access_token = vault.lock(vault.unlock(grant.access_token))
        grant.refresh_token = vault.lock(vault.unlock(grant.refresh_token))
        transaction.session.add(grant)


async def note_withdrawal(desk: Desk, vault: Vault, service_id: UUID, refused: str) -> None:
    """Note that Control Hub refuses an access token. The service keeps its status; a new invitation mends it.

    Changes nothing where the customer has consented anew since that token was taken.
    """
    async with desk.begin() as transaction:
        grant = await consents.grant(transaction, service_id, lock=True)
        if grant is None or grant.status is not GrantStatus.ACTIVE or vault.unlock(grant.access_token) != refused:
            return
        grant.status, grant.revoked_at = GrantStatus.REVOKED, desk.clock()
        transaction.session.add(grant)
        audit(transaction, AuditAction.CONSENT_WITHDRAWN, grant, after={"revoked_at": grant.revoked_at})
