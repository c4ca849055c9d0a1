"""A sync of one service: who may act on the organization, what becomes of setbacks, and what comes after the end."""

from uuid import UUID

from controlhub.errors import HubError
from provisioning import removal
from provisioning.consent import act
from provisioning.desk import Desk
from provisioning.errors import ConsentMissing, ConsentWithdrawn
from provisioning.sync import rests
from provisioning.sync.delivery import EVERYTHING, LEAVING, Delivery
from provisioning.sync.outbound import Outbound
from provisioning.sync.record import begin_uploads
from store import syncing
from store.database import Right
from store.tables import Service
from store.vocabulary import ServiceMode, ServiceStatus


async def sync_service(desk: Desk, outbound: Outbound, service_id: UUID) -> None:
    """Bring every waiting number of the service to Control Hub, or note why it waits and come back later.

    May be killed at any moment and run again: a number that was sent and not answered is looked for before it is
    sent again.
    """
    async with desk.read() as reading:
        service = await syncing.service_if_there(reading, service_id)
    if service is None or service.mode is not ServiceMode.INTEGRATED:
        return
    async with desk.database.alone(f"sync of {service.organization_id}") as right:
        if right is not None:
            await _sync(desk, outbound, service, right)
        else:
            # A worker that was taken for dead still is at it; two at once could send a number twice.
            await rests.make_way(desk, service.id)


async def _sync(desk: Desk, outbound: Outbound, service: Service, right: Right) -> None:
    delivery = Delivery(desk, outbound, service.id, right)
    is_leaving = service.status is ServiceStatus.REMOVING

    async def deliver(token: str) -> None:
        await begin_uploads(desk, service.id)
        await delivery.deliver(token, LEAVING if is_leaving else EVERYTHING)

    try:
        await act(desk, outbound.hub, outbound.vault, service.id, deliver)
    except (ConsentMissing, ConsentWithdrawn) as error:
        await rests.explain(desk, service.id, error.code, str(error))
    except HubError as error:
        await rests.rest(desk, service.id, error, outbound.chance(), has_progressed=delivery.has_progressed)
    else:
        await rests.end(desk, service.id)
    if is_leaving:
        await removal.finish(desk, service.id)
