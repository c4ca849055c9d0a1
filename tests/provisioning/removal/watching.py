"""How a service is named that is removed, how far its removal is, and whether it is still there."""

from sqlmodel import col

from provisioning.desk import Desk
from provisioning.removal import Progress, progress
from store.lookup import Name
from store.tables import Service
from tests.arrange import rows


async def is_there(desk: Desk, of: Service) -> bool:
    """Return whether a service is still there."""
    return bool(await rows(desk, Service, col(Service.id), col(Service.id) == of.id))


async def left(desk: Desk, of: Service) -> Progress:
    """Return how far a removal is."""
    async with desk.read() as reading:
        return await progress(reading, of.id)


def named(of: Service) -> Name:
    """Name a service as an input does."""
    return Name(id=of.id, path=("service",))
