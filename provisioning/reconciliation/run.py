"""A reconciliation of one service: read all that Control Hub has, then compare and write down in one transaction."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import TypeGuard
from uuid import UUID

from controlhub.numbers import HubNumber
from controlhub.protocol import Hub
from provisioning.consent import act
from provisioning.desk import Desk
from provisioning.errors import ConsentMissing, ConsentWithdrawn
from provisioning.journal import audit
from provisioning.reconciliation.reckoning import Reckoning
from provisioning.vault import Vault
from store import reconciling, syncing
from store.actions import AuditAction
from store.database import Transaction
from store.tables import Service
from store.vocabulary import ServiceMode, ServiceStatus


async def reconcile(desk: Desk, hub: Hub, vault: Vault, service_id: UUID) -> None:
    """Find where Control Hub differs from what stands here, and write that down; nothing where consent is missing.

    May be killed at any moment and run again. Raises what the hub raises but HubUnauthorized; nothing is stored then.
    """
    async with desk.read() as reading:
        if not _is_reconcilable(await syncing.service_if_there(reading, service_id)):
            return

    async def compare(token: str) -> None:
        begun = desk.clock()
        await _compare(desk, service_id, await _look(desk, hub, token, service_id), begun)

    with suppress(ConsentMissing, ConsentWithdrawn):
        await act(desk, hub, vault, service_id, compare)


async def _look(desk: Desk, hub: Hub, token: str, service_id: UUID) -> Mapping[str, HubNumber]:
    """Read all that Control Hub has; twice where it seems to miss a number, which counts as there if one look shows it.

    Pages are cut by position: where numbers are taken off while they are read, others slip from a page that is still
    to come to one that has been read.
    """
    there = {number.e164: number async for number in hub.numbers(token, None)}
    async with desk.read() as reading:
        expected = await reconciling.expected(reading, service_id)
    if expected <= there.keys():
        return there
    return {**there, **{number.e164: number async for number in hub.numbers(token, None)}}


async def _compare(desk: Desk, service_id: UUID, there: Mapping[str, HubNumber], begun: datetime) -> None:
    async with desk.begin() as transaction:
        # The service is locked against every other change of its numbers.
        service = await syncing.service_if_there(transaction, service_id)
        if _is_reconcilable(service):
            await _write(desk, transaction, service, await _reckon(transaction, service, there, begun))


def _is_reconcilable(service: Service | None) -> TypeGuard[Service]:
    return (
        service is not None and service.mode is ServiceMode.INTEGRATED and service.status is not ServiceStatus.REMOVING
    )


async def _reckon(
    transaction: Transaction, service: Service, there: Mapping[str, HubNumber], begun: datetime
) -> Reckoning:
    reckoning = Reckoning(await reconciling.standing(transaction, service.id), begun)
    async for held in reconciling.held(transaction, service.id, begun):
        reckoning.weigh(held, there.get(held.e164))
    left = there.keys() - reckoning.known
    elsewhere = await reconciling.held_elsewhere(transaction, service, left, begun)
    for e164 in sorted(left - elsewhere):
        reckoning.weigh_unknown(there[e164])
    return reckoning


async def _write(desk: Desk, transaction: Transaction, service: Service, found: Reckoning) -> None:
    now, ended = desk.clock(), found.ended
    await reconciling.end_drifts(transaction, ended, now)
    await reconciling.renew_drifts(transaction, found.renewed)
    await reconciling.open_drifts(transaction, service.id, found.opened, now)
    await reconciling.set_states(transaction, found.states, now)
    await reconciling.assign(transaction, found.assignments)
    await reconciling.count_licences(transaction, service.id, now)
    service.reconciled_at = now
    transaction.session.add(service)
    told = {"opened": len(found.opened), "ended": len(ended), "differences": found.counts()}
    audit(transaction, AuditAction.SERVICE_RECONCILED, service, after=told)
