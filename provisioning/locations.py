"""Locations: read from Control Hub or entered by hand, and attached to a service."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from controlhub.numbers import HubLocation, HubLocationTelephony
from controlhub.protocol import Hub
from provisioning.desk import Desk
from provisioning.errors import (
    CallingCodeMismatch,
    ConsentMissing,
    CountryUnknown,
    IntegratedOnly,
    LocationCountryUnknown,
    LocationInUse,
    LocationMissing,
    NonIntegratedOnly,
    NumberlineError,
    PstnConnectionUnfit,
    ServiceRemoving,
    refuse_any,
)
from provisioning.journal import audit
from provisioning.numbering.e164 import calling_code_for_country, is_country
from provisioning.repeating import once
from provisioning.texts import name_fault, reference_fault
from store import in_use, locations
from store.actions import AuditAction
from store.database import Reading
from store.jobs import Job, JobName
from store.lookup import Name, one
from store.tables import Location, Service
from store.vocabulary import LocationSource, PstnConnection, ServiceMode, ServiceStatus

UPLOADABLE = frozenset({PstnConnection.LOCAL_GATEWAY, PstnConnection.NON_INTEGRATED_CCP})
"""The PSTN connections to whose locations numbers may be added; on the others the call damages data."""

_AT_ONCE = 5
"""How many locations are asked for their PSTN connection at the same time."""


def refresh_job(service: Service) -> Job:
    """Return the job that reads the organization's locations."""
    return Job(
        JobName.REFRESH_LOCATIONS,
        lock=f"organization:{service.organization_id}",
        arguments={"service_id": str(service.id)},
    )


async def request_refresh(desk: Desk, service: Name) -> Service:
    """Have the locations read from Control Hub; `locations_refreshed_at` moves when it is done.

    Raises NotFound, IntegratedOnly, ConsentMissing, ServiceRemoving.
    """
    async with desk.begin() as transaction:
        found = await one(transaction, Service, service)
        if found.mode is not ServiceMode.INTEGRATED:
            raise IntegratedOnly(path=("service",))
        if found.status is ServiceStatus.PENDING_CONSENT:
            raise ConsentMissing(path=("service",))
        _refuse_removing(found)
        audit(transaction, AuditAction.LOCATIONS_REFRESH_CALLED, found, after={})
        await transaction.defer(refresh_job(found))
        return found


async def refresh(desk: Desk, hub: Hub, access_token: str, service_id: UUID) -> None:
    """Read the organization's locations and store what is new, changed or missing.

    Raises what the hub raises; nothing is stored then.
    """
    found = await hub.locations(access_token)
    slots = asyncio.Semaphore(_AT_ONCE)

    async def telephony(location: HubLocation) -> HubLocationTelephony:
        async with slots:
            return await hub.location_telephony(access_token, location.id)

    details = await asyncio.gather(*(telephony(location) for location in found))
    rows = [_row(location, detail) for location, detail in zip(found, details, strict=True)]
    async with desk.begin() as transaction:
        service = await one(transaction, Service, Name(id=service_id), lock=True)
        before = await locations.known(transaction, service.id)
        await locations.refresh(transaction, service, rows, desk.clock())
        after = await locations.known(transaction, service.id)
        audit(transaction, AuditAction.LOCATIONS_REFRESHED, service, after=_differences(before, after))


def _differences(before: Mapping[str, Sequence[Any]], after: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """Return the names of the locations that are new, changed or missing; both are by Control Hub's id, name first."""
    changed = sorted(after[hub_id][0] for hub_id in after.keys() & before.keys() if after[hub_id] != before[hub_id])
    return {
        "locations": len(after),
        "added": sorted(after[hub_id][0] for hub_id in after.keys() - before.keys()),
        "changed": changed,
        "missing": sorted(before[hub_id][0] for hub_id in before.keys() - after.keys()),
    }


def _row(location: HubLocation, telephony: HubLocationTelephony) -> dict[str, Any]:
    country = (location.country or "").upper()
    known = is_country(country)
    return {
        "hub_id": location.id,
        "name": location.name,
        "country": country if known else "",
        "calling_code": calling_code_for_country(country) if known else "",
        "pstn_connection": _connection(telephony.connection_type),
        "main_number": telephony.main_number,
    }


def _connection(hub_type: str | None) -> PstnConnection:
    """Return our word for a connection type; one that Control Hub invents later counts as not usable."""
    try:
        return PstnConnection[hub_type or "NOT_SET"]
    except KeyError:
        return PstnConnection.NOT_SET


@dataclass(frozen=True, slots=True)
class NewLocation:
    """A location of a Non-Integrated service, entered by hand. The calling code follows from the country."""

    service: Name
    name: str
    country: str
    calling_code: str | None = None
    reference: str | None = None


async def create(desk: Desk, new: NewLocation, key: str | None = None) -> Location:
    """Enter a location by hand.

    Raises Refused, NotFound for the service, NonIntegratedOnly, ServiceRemoving, NameTaken, IdempotencyKeyReused.
    """
    refuse_any(
        [name_fault(new.name, "name", "name"), reference_fault(new.reference), _country_fault(new), _code_fault(new)]
    )
    async with desk.begin() as transaction:

        async def make() -> Location:
            service = await one(transaction, Service, new.service)
            if service.mode is not ServiceMode.NON_INTEGRATED:
                raise NonIntegratedOnly(path=("service",))
            _refuse_removing(service)
            location = _manual(new, service)
            await locations.add(transaction, location)
            audit(transaction, AuditAction.LOCATION_CREATED, location)
            return location

        return await once(transaction, new, key, Location, make)


def _country_fault(new: NewLocation) -> NumberlineError | None:
    return None if is_country(new.country.upper()) else CountryUnknown(new.country, path=("country",))


def _code_fault(new: NewLocation) -> NumberlineError | None:
    country = new.country.upper()
    if new.calling_code is None or not is_country(country):
        return None
    expected = calling_code_for_country(country)
    fits = new.calling_code.removeprefix("+") == expected
    return None if fits else CallingCodeMismatch(country, expected, path=("callingCode",))


def _manual(new: NewLocation, service: Service) -> Location:
    country = new.country.upper()
    return Location(
        service_id=service.id,
        source=LocationSource.MANUAL,
        name=new.name.strip(),
        reference=new.reference,
        country=country,
        calling_code=calling_code_for_country(country),
        **service.ownership(),
    )


async def attach(desk: Desk, location: Name) -> Location:
    """Attach a location to its service, so that numbers can be uploaded to it. Attaching it again changes nothing.

    Raises NotFound, LocationMissing, LocationCountryUnknown, PstnConnectionUnfit, ServiceRemoving.
    """
    async with desk.begin() as transaction:
        service_id = (await one(transaction, Location, location)).service_id
        # The service before the location: the order in which a refresh locks them too.
        service = await one(transaction, Service, Name(id=service_id, path=location.path), lock=True)
        found = await one(transaction, Location, location, lock=True)
        _refuse_removing(service, named_by="location")
        refuse_unfit(found)
        if found.attached_at is None:
            found.attached_at = service.last_modified_at = desk.clock()
            transaction.session.add_all([found, service])
            after = {"attached_at": found.attached_at}
            audit(transaction, AuditAction.LOCATION_ATTACHED, found, before={"attached_at": None}, after=after)
        return found


async def detach(desk: Desk, location: Name) -> Location:
    """Detach a location that nothing uses any more, whether or not Control Hub still has it.

    Detaching it again changes nothing. Raises NotFound, LocationInUse, ServiceRemoving.
    """
    async with desk.begin() as transaction:
        service_id = (await one(transaction, Location, location)).service_id
        service = await one(transaction, Service, Name(id=service_id, path=location.path), lock=True)
        found = await one(transaction, Location, location, lock=True)
        _refuse_removing(service, named_by="location")
        if found.attached_at is not None:
            await _refuse_used(transaction, found)
            before = {"attached_at": found.attached_at}
            audit(transaction, AuditAction.LOCATION_DETACHED, found, before=before, after={"attached_at": None})
            found.attached_at, service.last_modified_at = None, desk.clock()
            transaction.session.add_all([found, service])
        return found


async def _refuse_used(reading: Reading, location: Location) -> None:
    use = await in_use.of_location(reading, location)
    if any(use):
        raise LocationInUse(*use, path=("location",))


def refuse_unfit(location: Location, *, named_by: str = "location") -> None:
    """Raise if numbers cannot be brought to the location, whoever wants it; `named_by` is what of the input names it.

    Raises LocationMissing, LocationCountryUnknown, PstnConnectionUnfit.
    """
    if location.missing_since is not None:
        raise LocationMissing(path=(named_by,))
    if not location.country:
        raise LocationCountryUnknown(path=(named_by,))
    if location.source is LocationSource.CONTROL_HUB and location.pstn_connection not in UPLOADABLE:
        raise PstnConnectionUnfit(str(location.pstn_connection), path=(named_by,))


def _refuse_removing(service: Service, *, named_by: str = "service") -> None:
    if service.status is ServiceStatus.REMOVING:
        raise ServiceRemoving(path=(named_by,))
