"""Calling profiles of the platform and the SIP connections of services."""

from dataclasses import dataclass
from uuid import UUID

from provisioning.desk import Desk
from provisioning.errors import NotFound, ServiceRemoving, SipConnectionInUse, TooFewTrunks, refuse_any
from provisioning.journal import audit
from provisioning.repeating import once
from provisioning.texts import length_fault, name_fault
from store import in_use, routing
from store.actions import AuditAction
from store.database import Transaction
from store.lookup import Name, one
from store.tables import CallingProfile, Service, SipConnection
from store.vocabulary import ServiceStatus

FEWEST_TRUNKS = 2
"""A calling profile fails over from one trunk to another, so it needs two."""

_CONNECTION = ("sipConnectionId",)
"""Where in an input the SIP connection stands."""


@dataclass(frozen=True, slots=True)
class SbcDevice:
    """An SBC and the trunks on it."""

    name: str
    trunks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewCallingProfile:
    """A container of trunks and emergency strings."""

    name: str
    carrier: str
    region: str
    sbc_devices: tuple[SbcDevice, ...]
    emergency_strings: tuple[str, ...] = ()


async def create_calling_profile(desk: Desk, new: NewCallingProfile, key: str | None = None) -> CallingProfile:
    """Create a calling profile for everybody to use.

    Raises Refused, NameTaken, IdempotencyKeyReused.
    """
    trunks = [(device.name.strip(), trunk.strip()) for device in new.sbc_devices for trunk in device.trunks]
    refuse_any(
        [
            name_fault(new.name, "name", "name"),
            name_fault(new.carrier, "carrier", "carrier"),
            name_fault(new.region, "region", "region"),
            *(name_fault(device.name, "name of the SBC device", "sbcDevices") for device in new.sbc_devices),
            *(name_fault(trunk, "name of the trunk", "sbcDevices") for _, trunk in trunks),
            *(length_fault(text, "emergency string", "emergencyStrings") for text in new.emergency_strings),
            TooFewTrunks(path=("sbcDevices",)) if len(set(trunks)) < FEWEST_TRUNKS else None,
        ]
    )
    async with desk.begin() as transaction:

        async def make() -> CallingProfile:
            profile = _profile(new)
            await routing.add_profile(transaction, profile)
            audit(transaction, AuditAction.CALLING_PROFILE_CREATED, profile)
            return profile

        return await once(transaction, new, key, CallingProfile, make)


def _profile(new: NewCallingProfile) -> CallingProfile:
    return CallingProfile(
        name=new.name.strip(),
        carrier=new.carrier.strip(),
        region=new.region.strip(),
        sbc_devices=[{"name": device.name, "trunks": list(device.trunks)} for device in new.sbc_devices],
        emergency_strings=list(new.emergency_strings),
    )


@dataclass(frozen=True, slots=True)
class NewSipConnection:
    """A SIP connection of a service and the calling profile that routes its numbers."""

    service: Name
    name: str
    calling_profile: Name


async def create_sip_connection(desk: Desk, new: NewSipConnection, key: str | None = None) -> SipConnection:
    """Create a SIP connection.

    Raises Refused, NotFound for the service or the calling profile, NameTaken, IdempotencyKeyReused.
    """
    refuse_any([name_fault(new.name, "name", "name")])
    async with desk.begin() as transaction:

        async def make() -> SipConnection:
            service = await one(transaction, Service, new.service)
            if service.status is ServiceStatus.REMOVING:
                raise ServiceRemoving(path=("service",))
            profile = await routing.profile(transaction, new.calling_profile)
            connection = SipConnection(
                service_id=service.id, name=new.name.strip(), calling_profile_id=profile.id, **service.ownership()
            )
            await routing.add_connection(transaction, connection)
            audit(transaction, AuditAction.SIP_CONNECTION_CREATED, connection)
            return connection

        return await once(transaction, new, key, SipConnection, make)


@dataclass(frozen=True, slots=True)
class SipConnectionChange:
    """What becomes of a SIP connection; None leaves what is there."""

    connection_id: UUID
    name: str | None = None
    calling_profile: Name | None = None


async def update_sip_connection(desk: Desk, change: SipConnectionChange) -> SipConnection:
    """Give a SIP connection another name or calling profile, which is then that of its numbers, too.

    Raises Refused, NotFound for the connection or the calling profile, NameTaken, ServiceRemoving.
    """
    refuse_any([None if change.name is None else name_fault(change.name, "name", "name")])
    async with desk.begin() as transaction:
        connection = await _locked(transaction, change.connection_id)
        if connection.deleted_at is not None:
            raise NotFound("sip connection", path=_CONNECTION)
        before = _told(connection)
        if change.name is not None:
            connection.name = change.name.strip()
        if change.calling_profile is not None:
            profile = await routing.profile(transaction, change.calling_profile)
            connection.calling_profile_id = profile.id
        if _told(connection) != before:
            await routing.change_connection(transaction, connection)
            audit(transaction, AuditAction.SIP_CONNECTION_UPDATED, connection, before=before, after=_told(connection))
        return connection


async def delete_sip_connection(desk: Desk, connection_id: UUID) -> SipConnection:
    """Delete a SIP connection that nothing uses any more; uploads of before still name it.

    Deleting it again changes nothing. Raises NotFound, SipConnectionInUse, ServiceRemoving.
    """
    async with desk.begin() as transaction:
        connection = await _locked(transaction, connection_id)
        if connection.deleted_at is None:
            use = await in_use.of_connection(transaction, connection)
            if any(use):
                raise SipConnectionInUse(*use, path=_CONNECTION)
            connection.deleted_at = desk.clock()
            await routing.change_connection(transaction, connection)
            after = {"deleted_at": connection.deleted_at}
            audit(transaction, AuditAction.SIP_CONNECTION_DELETED, connection, before=_told(connection), after=after)
        return connection


async def _locked(transaction: Transaction, connection_id: UUID) -> SipConnection:
    named = Name(id=connection_id, path=_CONNECTION)
    service_id = (await one(transaction, SipConnection, named)).service_id
    service = await one(transaction, Service, Name(id=service_id, path=_CONNECTION), lock=True)
    if service.status is ServiceStatus.REMOVING:
        raise ServiceRemoving(path=_CONNECTION)
    return await one(transaction, SipConnection, named, lock=True)


def _told(connection: SipConnection) -> dict[str, str]:
    return {"name": connection.name, "calling profile": str(connection.calling_profile_id)}
