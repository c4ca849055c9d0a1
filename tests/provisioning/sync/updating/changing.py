"""Numbers that are changed here: telling Control Hub so, and where they stand with it."""

from dataclasses import dataclass
from typing import Any

from provisioning.changes import NumberChanges, update
from provisioning.choosing import Chosen
from provisioning.desk import Desk
from provisioning.sync.outbound import Outbound
from provisioning.sync.run import sync_service
from store.lookup import Name
from store.tables import Upload
from store.vocabulary import NumberType, SyncState
from tests.arrange import Dialog, numbers_of
from tests.provisioning.administrator import hub_id, order

JOBS = "/manageNumbers"
START = {"method": "POST", "path_contains": JOBS, "times": 1}
LOOK = {"method": "GET", "path_contains": JOBS}
TO_SERVICE = NumberChanges(NumberType.SERVICE, 30)


@dataclass(frozen=True, slots=True)
class Synced:
    """User numbers that Control Hub has."""

    dialog: Dialog
    upload: Upload
    numbers: list[str]
    organization: str

    @property
    def all(self) -> Chosen:
        """All numbers of the upload."""
        return Chosen(upload=Name(id=self.upload.id))


async def told(desk: Desk, outbound: Outbound, changed: Synced, changes: NumberChanges = TO_SERVICE) -> set[SyncState]:
    """Change all numbers and sync; return where they stand."""
    await update(desk, changed.all, changes)
    await sync_service(desk, outbound, changed.dialog.service.id)
    return await stand(desk, changed)


async def stand(desk: Desk, changed: Synced) -> set[SyncState]:
    """Return where the numbers stand with Control Hub."""
    return {number.sync_state for number in (await numbers_of(desk, changed.dialog.service)).values()}


async def starts(control_hub: Any, changed: Synced) -> int:
    """Return how often a job was asked for."""
    return len(await control_hub.asked(changed.organization, "POST", JOBS))


async def happen(desk: Desk, control_hub: Any, changed: Synced, usage: str = "SERVICE") -> None:
    """Let the numbers have a usage in Control Hub, as a job of which we see nothing brings about."""
    location = await hub_id(desk, changed.dialog)
    await order(control_hub, "/_numbers/remove", numbers=changed.numbers)
    await order(control_hub, "/_numbers/add", numbers=changed.numbers, location=location, usage=usage)
