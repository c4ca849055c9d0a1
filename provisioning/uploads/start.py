"""Opening the dialog: the header of an upload."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from provisioning.desk import Desk
from provisioning.errors import (
    ConsentMissing,
    LocationNotAttached,
    NotFound,
    NumberlineError,
    Refused,
    RuleBroken,
    ServiceRemoving,
    Unavailable,
    refuse_any,
)
from provisioning.journal import audit
from provisioning.locations import refuse_unfit
from provisioning.number_types import check, check_phone_type
from provisioning.repeating import once
from provisioning.texts import length_fault, reference_fault
from provisioning.verdicts import Fault
from store import routing, uploads
from store.actions import AuditAction
from store.database import Reading, Transaction
from store.lookup import Name, one
from store.tables import Location, Service, SipConnection, Upload
from store.vocabulary import NumberType, ServiceStatus, UploadStatus, WebexPhoneType

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class ConnectionName:
    """A SIP connection, by our id or by its name in the service. Exactly one of them is set."""

    id: UUID | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class NewUpload:
    """The header: where the numbers go and what they are for."""

    service: Name
    location: Name
    sip_connection: ConnectionName
    number_type: NumberType
    phone_type: WebexPhoneType | None = None
    cac: int | None = None
    service_info: str | None = None
    reference: str | None = None


async def start(desk: Desk, new: NewUpload, key: str | None = None) -> Upload:
    """Open an upload.

    Raises Refused, NotFound, ConsentMissing, ServiceRemoving, LocationNotAttached and what else speaks against the
    location, RuleBroken (number type, CAC value, phone type), NameTaken, IdempotencyKeyReused.
    """
    async with desk.begin() as transaction:
        return await once(transaction, new, key, Upload, lambda: opened(desk, transaction, new))


async def opened(desk: Desk, transaction: Transaction, new: NewUpload) -> Upload:
    """Open an upload. Raises what `start` raises."""
    refuse_texts(new)
    service, location, connection = await _referred(transaction, new)
    upload = _upload(desk, new, service, location, connection)
    await uploads.add(transaction, upload)
    audit(transaction, AuditAction.UPLOAD_STARTED, upload)
    return upload


async def _referred(transaction: Transaction, new: NewUpload) -> tuple[Service, Location, SipConnection]:
    """Return what the header refers to. Raises Refused with all that it names wrongly."""
    faults: list[NumberlineError] = []
    service = await _noted(faults, one(transaction, Service, new.service))
    if service is None:
        await _noted(faults, one(transaction, Location, new.location))
        raise Refused(faults)
    refuse_closed(service)
    location = await _noted(faults, located(transaction, service, new.location))
    connection = await _noted(faults, connected(transaction, service, new.sip_connection))
    if location is None or connection is None:
        raise Refused(faults)
    return service, location, connection


async def _noted(faults: list[NumberlineError], search: Awaitable[Found]) -> Found | None:
    """Return what is found, or None and note why nothing is."""
    try:
        return await search
    except Unavailable:
        raise
    except NumberlineError as error:
        faults.append(error)
        return None


def refuse_texts(new: NewUpload) -> None:
    """Raise Refused with what is wrong with the texts of a header."""
    refuse_any([reference_fault(new.reference), info_fault(new.service_info)])


def refuse_closed(service: Service, *, named_by: str = "service") -> None:
    """Raise if numbers cannot be uploaded to the service in its present status; `named_by` is what names it."""
    if service.status is ServiceStatus.PENDING_CONSENT:
        raise ConsentMissing(path=(named_by,))
    if service.status is ServiceStatus.REMOVING:
        raise ServiceRemoving(path=(named_by,))


def refuse_unattached(location: Location, *, named_by: str = "location") -> None:
    """Raise if numbers cannot be uploaded to the location as it now is; `named_by` is as for a service."""
    refuse_unfit(location, named_by=named_by)
    if location.attached_at is None:
        raise LocationNotAttached(path=(named_by,))


async def located(reading: Reading, service: Service, name: Name) -> Location:
    """Return the location of the service, fit for uploads. Raises NotFound and what speaks against it."""
    location = await one(reading, Location, name)
    if location.service_id != service.id:
        raise NotFound("location", path=("location",))
    refuse_unattached(location)
    return location


async def connected(reading: Reading, service: Service, name: ConnectionName) -> SipConnection:
    """Return the SIP connection of the service. Raises NotFound."""
    if name.id is not None:
        return await routing.connection_by_id(reading, service.id, name.id, "sipConnection")
    return await routing.connection_named(reading, service.id, name.name or "", "sipConnection")


def _upload(desk: Desk, new: NewUpload, service: Service, location: Location, connection: SipConnection) -> Upload:
    return Upload(
        service_id=service.id,
        location_id=location.id,
        sip_connection_id=connection.id,
        reference=new.reference,
        service_info=new.service_info,
        number_type=new.number_type,
        phone_type=new.phone_type,
        cac=checked_cac(desk, service, new.number_type, new.phone_type, new.cac),
        status=UploadStatus.DRAFT,
        created_by=desk.scope.actor,
        created_by_level=desk.scope.level,
        **service.ownership(),
    )


def checked_cac(
    desk: Desk, service: Service, number_type: NumberType, phone_type: WebexPhoneType | None, cac: int | None
) -> int | None:
    """Return the CAC value that numbers of these terms get.

    Raises Refused with what is wrong with number type, CAC value and phone type.
    """
    found = check(number_type, cac, service.kind, desk.limits.cac)
    refuse_any([_broken(found, "cacValue"), _broken(check_phone_type(phone_type, service.mode), "webexPhoneType")])
    return found if isinstance(found, int) else None


def info_fault(service_info: str | None) -> NumberlineError | None:
    """Return what is wrong with the service info."""
    return length_fault(service_info, "service info", "serviceInfo")


def _broken(found: object, field: str) -> NumberlineError | None:
    if not isinstance(found, Fault):
        return None
    about_type = found.code.startswith("NUMBER_TYPE")
    return RuleBroken(found.code.value, found.message, path=("numberType" if about_type else field,))
