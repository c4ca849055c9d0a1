"""Which numbers are released or restored, how they come to be so, and where they stand."""

from typing import Any

from sqlmodel import col

from provisioning.choosing import Chosen
from provisioning.desk import Desk
from provisioning.releases import release
from provisioning.sync.outbound import Outbound
from provisioning.sync.run import sync_service
from provisioning.uploads.fill import RawEntry
from store.lookup import Name
from store.tables import Number, Upload
from store.vocabulary import NumberStatus, SyncState, SyncTask
from tests.arrange import Dialog, numbers_of, rows, single, submitted

A, B, C = "+12125550100", "+12125550101", "+12125550102"
ACTIVE, REQUESTED, COOLING = NumberStatus.ACTIVE, NumberStatus.RELEASE_REQUESTED, NumberStatus.COOLING
RELEASED = NumberStatus.RELEASED


def listed(dialog: Dialog, *entries: RawEntry | str) -> Chosen:
    """Choose numbers and ranges of a service."""
    typed = tuple(single(entry) if isinstance(entry, str) else entry for entry in entries)
    return Chosen(service=Name(id=dialog.service.id, path=("numbers",)), entries=typed)


def all_of(upload: Upload) -> Chosen:
    """Choose all that an upload made."""
    return Chosen(upload=Name(id=upload.id, path=("numbers",)))


async def stands(desk: Desk, dialog: Dialog) -> list[tuple[NumberStatus, SyncState, SyncTask]]:
    """Return where each number stands, by E.164."""
    found = (await numbers_of(desk, dialog.service)).values()
    return [(number.status, number.sync_state, number.task) for number in found]


async def let(desk: Desk, e164: str, **be: Any) -> None:
    """Let a number be in a state to which only Control Hub leads."""
    async with desk.begin() as transaction:
        (found,) = await rows(desk, Number, col(Number.id), col(Number.e164) == e164)
        await transaction.session.merge(Number(**{**found.model_dump(), **be}))


async def failed_number(desk: Desk, outbound: Outbound, control_hub: Any, dialog: Dialog, e164: str) -> Upload:
    """Upload a number to a location to which Control Hub takes none."""
    await control_hub.fail({"method": "POST", "path_contains": "/numbers", "body_contains": e164, "status": 403})
    upload = await submitted(desk, dialog, e164)
    await sync_service(desk, outbound, dialog.service.id)
    await control_hub.heal()
    return upload


async def cooling(desk: Desk, outbound: Outbound, dialog: Dialog, chosen: Chosen) -> None:
    """Release numbers and have them taken off."""
    await release(desk, chosen)
    await sync_service(desk, outbound, dialog.service.id)
