"""What the tests of reconciliations begin with: a service that is in step with Control Hub."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import col

from provisioning.desk import Desk
from provisioning.reconciliation.run import reconcile
from provisioning.sync.outbound import Outbound
from provisioning.sync.run import sync_service
from store.tables import Drift, Location, Number, Service
from store.vocabulary import DriftKind
from tests.arrange import Dialog, Hubside, consented, fetch, numbers_of, rows, span, submitted
from tests.provisioning.administrator import hub_id, order, organization_of


@dataclass(frozen=True, slots=True)
class Ground:
    """A service with numbers that Control Hub has, and the way to both of them."""

    desk: Desk
    side: Hubside
    control_hub: Any
    dialog: Dialog
    numbers: list[str]
    organization: str

    @property
    def service(self) -> Service:
        """The service, as it was made."""
        return self.dialog.service

    @property
    def outbound(self) -> Outbound:
        """What it takes to sync."""
        return Outbound(self.side.hub, self.side.vault, sleep=_no_time)

    async def sync(self) -> None:
        """Sync."""
        await sync_service(self.desk, self.outbound, self.service.id)

    async def reconcile(self, desk: Desk | None = None) -> None:
        """Compare."""
        await reconcile(desk or self.desk, self.side.hub, self.side.vault, self.service.id)

    async def drifts(self) -> list[Drift]:
        """Return all drifts of the service by number, those about main numbers aside."""
        found = await rows(self.desk, Drift, col(Drift.e164), col(Drift.service_id) == self.service.id)
        return [drift for drift in found if drift.there != "Main number"]

    async def open(self) -> list[tuple[str, DriftKind]]:
        """Return (number, kind) of those that are open, by number and kind."""
        return sorted((drift.e164, drift.kind) for drift in await self.drifts() if drift.ended_at is None)

    async def number(self, e164: str) -> Number:
        """Return a number of the service as it now stands."""
        return (await numbers_of(self.desk, self.service))[e164]

    async def now(self) -> Service:
        """Return the service as it now stands."""
        found: Service = await fetch(self.desk, self.service)
        return found

    async def place(self, site: str) -> Location:
        """Return a location of the service."""
        (found,) = await rows(
            self.desk,
            Location,
            col(Location.id),
            col(Location.service_id) == self.service.id,
            col(Location.name) == site,
        )
        place: Location = found
        return place

    async def order(self, path: str, **body: Any) -> None:
        """Do something behind our back."""
        await order(self.control_hub, path, **body)

    async def change(self, *numbers: str, site: str = "New York", **how: str) -> None:
        """Let Control Hub have numbers otherwise."""
        await self.order("/_numbers/remove", numbers=list(numbers))
        await self.add(*numbers, site=site, **how)

    async def add(self, *numbers: str, site: str = "New York", **how: str) -> None:
        """Let Control Hub have numbers that it does not have."""
        await self.order(
            "/_numbers/add", numbers=list(numbers), location=await hub_id(self.desk, self.dialog, site), **how
        )


async def ground(
    desk: Desk, side: Hubside, control_hub: Any, numbers: list[str], organization: str | None = None, **header: Any
) -> Ground:
    """Bring consecutive numbers of a new service to Control Hub."""
    dialog = await consented(desk, side, organization=organization)
    await submitted(desk, dialog, span(numbers[0], numbers[-1]), **header)
    made = Ground(desk, side, control_hub, dialog, numbers, await organization_of(desk, dialog))
    await made.sync()
    return made


async def _no_time(seconds: float) -> None:
    """Go on at once."""
