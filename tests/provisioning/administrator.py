"""What the customer's administrator does and sees in Control Hub while we are at work there."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from sqlmodel import col

from provisioning.consent import access_token
from provisioning.desk import Desk
from store.tables import Location, Service, Upload
from store.vocabulary import NumberStatus, SyncState, SyncTask
from tests.arrange import Dialog, Hubside, fetch, numbers_of, rows

SILENT = {"path_contains": "/telephony/config/numbers", "method": "GET", "status": 503}
"""A rule by which numbers cannot be read back."""

GONE_ASTRAY = {"method": "POST", "path_contains": "/numbers", "status": 502, "times": 1}
"""A rule by which one request to add numbers gets no answer that says what became of it."""


async def order(control_hub: Any, path: str, **body: Any) -> None:
    """Do something by a control route of the simulator."""
    (await control_hub.http.post(f"{control_hub.address}{path}", json=body)).raise_for_status()


async def assign(control_hub: Any, *numbers: str) -> None:
    """Give numbers to a person."""
    await order(control_hub, "/_numbers/assign", numbers=list(numbers))


async def unassign(control_hub: Any, *numbers: str) -> None:
    """Take numbers from whoever has them."""
    await order(control_hub, "/_numbers/unassign", numbers=list(numbers))


async def turn(control_hub: Any, organization: str, **switches: Any) -> None:
    """Let the organization's Control Hub behave in another way that is known of it."""
    await order(control_hub, "/_switches", organization=organization, switches=switches)


async def usages(control_hub: Any, organization: str) -> dict[str, str]:
    """Return the usage of every number the organization has in New York, by number."""
    found = await control_hub.http.get(f"{control_hub.address}/_numbers", params={"organization": organization})
    return {row["phoneNumber"]: row["numberUsageType"] for row in found.json() if row["phoneNumber"][:2] == "+1"}


async def orders(control_hub: Any, organization: str, method: str, part: str) -> list[list[str]]:
    """Return the numbers of each request of the organization that changed something, or began to."""
    return [row["numbers"] for row in await control_hub.asked(organization, method, part) if row["applied"]]


async def organization_of(desk: Desk, dialog: Dialog) -> str:
    """Return the organization that consented."""
    service: Service = await fetch(desk, dialog.service)
    assert service.organization_id is not None
    return service.organization_id


async def hub_id(desk: Desk, dialog: Dialog, site: str = "New York") -> str:
    """Return Control Hub's id of a location of the service."""
    places = await rows(desk, Location, col(Location.id), col(Location.service_id) == dialog.service.id)
    (found,) = [place.hub_id for place in places if place.name == site]
    assert found is not None
    return str(found)


async def reckoned(desk: Desk, of: Upload) -> tuple[str, int, int, int]:
    """Return (status, added, failed, withdrawn) of an upload whose counts add up with its numbers one by one."""
    upload: Upload = await fetch(desk, of)
    numbers = [n for n in (await numbers_of(desk, Service(id=of.service_id))).values() if n.upload_id == of.id]
    waiting = {SyncState.ADD_PENDING, SyncState.IN_PROGRESS, SyncState.UNCERTAIN}
    pending = sum(n.task is SyncTask.ADD and n.sync_state in waiting for n in numbers)
    released = sum(n.status is NumberStatus.RELEASED for n in numbers)
    assert (upload.submitted, upload.withdrawn) == (
        pending + upload.added + upload.failed + upload.withdrawn,
        released,
    )
    return (upload.status.value, upload.added, upload.failed, upload.withdrawn)


async def put_by_hand(
    desk: Desk, side: Hubside, address: str, dialog: Dialog, numbers: list[str], site: str = "New York"
) -> None:
    """Add numbers to a location as the customer's administrator might."""
    token = await access_token(desk, side.hub, side.vault, dialog.service.id)
    answer = await side.http.post(
        f"{address}/v1/telephony/config/locations/{await hub_id(desk, dialog, site)}/numbers",
        json={"phoneNumbers": numbers},
        headers={"Authorization": f"Bearer {token}"},
    )
    answer.raise_for_status()


async def until(found: Callable[[], Awaitable[list[Any]]]) -> None:
    """Ask until there is something."""
    async with asyncio.timeout(5):
        while not await found():
            pass
