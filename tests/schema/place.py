"""Where mutations are tried: two services without a worker and without Control Hub, and inputs that name their rows."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import uuid4

from sqlmodel import SQLModel, col

from provisioning.desk import Desk
from schema.ids import encode
from store.tables import Drift, Grant, Location, Number, Upload
from store.vocabulary import (
    DriftKind,
    GrantStatus,
    LocationSource,
    PstnConnection,
    ServiceMode,
    ServiceStatus,
    SyncState,
)
from tests import arrange
from tests.arrange import Dialog

Given = dict[str, Any]


@dataclass
class Place:
    """Where mutations are tried: a service whose numbers are added by hand, and one with the customer's consent."""

    desk: Desk
    plain: Dialog
    synced: Dialog
    numbers: Any = field(default_factory=lambda: count(12_125_550_100))

    def free(self) -> str:
        """Return a number that was not used before."""
        return f"+{next(self.numbers)}"

    async def draft(self, dialog: Dialog | None = None) -> Upload:
        """Start an upload of one number."""
        return await arrange.upload(self.desk, dialog or self.plain, self.free())

    async def done(self, dialog: Dialog | None = None) -> Upload:
        """Submit an upload of one number; no worker sends it on."""
        return await arrange.submitted(self.desk, dialog or self.plain, self.free())

    async def number_of(self, upload: Upload, **changes: Any) -> Number:
        """Return the number of an upload, changed."""
        (found,) = await arrange.rows(self.desk, Number, col(Number.id), col(Number.upload_id) == upload.id)
        return await self.changed(found, **changes)

    async def changed(self, row: Any, **changes: Any) -> Any:
        """Let a row be as no use case makes it here."""
        row.sqlmodel_update(changes)
        async with self.desk.begin() as transaction:
            await transaction.session.merge(row)
        return row

    async def drift(self) -> Drift:
        """Let a number of the synced service stray."""
        number = await self.number_of(await self.done(self.synced), sync_state=SyncState.DRIFTED)
        found = Drift(
            service_id=self.synced.service.id,
            kind=DriftKind.MISSING_REMOTELY,
            e164=number.e164,
            number_id=number.id,
            **self.synced.service.ownership(),
        )
        await arrange.put(self.desk, found)
        return found

    def header(self) -> Given:
        """Return the header of an upload by hand."""
        return {
            "service": by("Service", self.plain.service),
            "location": by("Location", self.plain.location),
            "sipConnection": by("SipConnection", self.plain.connection),
            "numberType": "USER",
        }


def by(kind: str, row: Any) -> dict[str, str]:
    """Name a row by its id."""
    return {"id": encode(kind, row.id)}


def of(upload: Upload) -> Given:
    """Name the upload of an input."""
    return {"upload": by("Upload", upload)}


async def synced(desk: Desk) -> Dialog:
    """Make what an Integrated upload needs, as it is after consent; there is no Control Hub here."""
    owner = await arrange.customer(desk, await arrange.provider(desk, f"{uuid4()}"))
    made = await arrange.service(desk, owner, ServiceMode.INTEGRATED)
    now = desk.clock()
    made.sqlmodel_update({"status": ServiceStatus.PENDING_PROVISIONING, "organization_id": "o", "consented_at": now})
    grant = Grant(
        service_id=made.id,
        status=GrantStatus.ACTIVE,
        organization_id="o",
        access_token=b"a",
        access_expires_at=now,
        refresh_token=b"r",
        refresh_expires_at=now,
        granted_by="admin@acme.example",
        **made.ownership(),
    )
    site = Location(
        service_id=made.id,
        source=LocationSource.CONTROL_HUB,
        name="New York",
        country="US",
        calling_code="1",
        hub_id="h",
        pstn_connection=PstnConnection.LOCAL_GATEWAY,
        attached_at=now,
        **made.ownership(),
    )
    await _merge(desk, made, grant, site)
    (there,) = await arrange.rows(desk, Location, col(Location.id), col(Location.service_id) == made.id)
    return Dialog(made, there, await arrange.connection(desk, made))


async def _merge(desk: Desk, *made: SQLModel) -> None:
    async with desk.begin() as transaction:
        for row in made:
            await transaction.session.merge(row)
