"""How each mutation of the schema is brought to succeed, without a worker and without Control Hub."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

from provisioning.locations import NewLocation, create
from schema.ids import encode
from store.tables import Upload
from store.vocabulary import NumberStatus, SyncState, UploadStatus
from tests import arrange
from tests.schema.place import Given, Place, by, of


def made_by(upload: Upload) -> Given:
    """Choose the numbers that an upload made."""
    return {"numbers": of(upload)}


def invited(place: Place) -> Given:
    """Name the service with the customer's consent."""
    return {"service": by("Service", place.synced.service)}


async def tenant(_: Place) -> Given:
    """A provider."""
    return {"kind": "SERVICE_PROVIDER", "name": f"Provider {uuid4()}"}


async def profile(_: Place) -> Given:
    """A calling profile."""
    devices = [{"name": "sbc", "trunks": ["a", "b"]}]
    return {"name": f"Profile {uuid4()}", "carrier": "c", "region": "r", "sbcDevices": devices}


async def customer(place: Place) -> Given:
    """A customer of the same provider."""
    owner = encode("Tenant", place.plain.service.provider_id)
    return {"tenant": {"id": owner}, "name": "New", "fullName": "New Inc.", "adminEmail": "a@b.example"}


async def other_customer(place: Place) -> Given:
    """Another name for the customer."""
    return {"customer": {"id": encode("Customer", place.plain.service.customer_id)}, "fullName": "Acme Limited"}


async def service(place: Place) -> Given:
    """Another service of the customer."""
    kind = {"kind": "CX", "mode": "NON_INTEGRATED"}
    return {"customer": {"id": encode("Customer", place.plain.service.customer_id)}, "name": f"{uuid4()}", **kind}


async def consent(place: Place) -> Given:
    """The service with the customer's consent."""
    return invited(place)


async def to_be_removed(place: Place) -> Given:
    """A service of its own."""
    owner = await arrange.customer(place.desk, await arrange.provider(place.desk, f"{uuid4()}"))
    return {"service": by("Service", await arrange.service(place.desk, owner))}


async def new_location(place: Place) -> Given:
    """A location by hand."""
    return {"service": by("Service", place.plain.service), "name": f"Site {uuid4()}", "country": "US"}


async def location(place: Place) -> Given:
    """A location that is not attached."""
    new = NewLocation(arrange.Name(id=place.plain.service.id), f"Site {uuid4()}", "US")
    return {"location": by("Location", await create(place.desk, new))}


async def attached(place: Place) -> Given:
    """A location without numbers."""
    return {"location": by("Location", await arrange.location(place.desk, place.plain.service, f"Site {uuid4()}"))}


async def new_connection(place: Place) -> Given:
    """A SIP connection."""
    used = {"id": encode("CallingProfile", place.plain.connection.calling_profile_id)}
    return {"service": by("Service", place.plain.service), "name": f"{uuid4()}", "callingProfile": used}


async def connection(place: Place) -> Given:
    """A SIP connection without numbers."""
    made = await arrange.connection(place.desk, place.plain.service, f"{uuid4()}")
    return {"sipConnectionId": encode("SipConnection", made.id)}


async def other_connection(place: Place) -> Given:
    """Another name for a SIP connection."""
    return {**await connection(place), "name": f"{uuid4()}"}


async def header(place: Place) -> Given:
    """The header of an upload."""
    return place.header()


async def whole(place: Place) -> Given:
    """A header and a number."""
    return {**place.header(), "entries": [{"single": place.free()}]}


async def draft(place: Place) -> Given:
    """An upload of one number."""
    return of(await place.draft())


async def entries(place: Place) -> Given:
    """One more number."""
    return {**await draft(place), "entries": [{"single": place.free()}]}


async def pasted(place: Place) -> Given:
    """One more number, pasted."""
    return {**await draft(place), "source": {"text": place.free()}}


async def positions(place: Place) -> Given:
    """The first entry."""
    return {**await draft(place), "positions": [0]}


async def other_header(place: Place) -> Given:
    """Another service info."""
    return {**await draft(place), "serviceInfo": "reception"}


async def under_way(place: Place) -> Given:
    """An upload that Control Hub has not answered."""
    return of(await place.done(place.synced))


async def failed(place: Place) -> Given:
    """An upload that Control Hub has not taken, but might."""
    upload = await place.done(place.synced)
    await place.number_of(upload, sync_state=SyncState.FAILED, error_retryable=True)
    return of(await place.changed(upload, status=UploadStatus.FAILED, failed=1))


async def done(place: Place) -> Given:
    """An upload that has ended."""
    return of(await place.done())


async def uploaded(place: Place) -> Given:
    """The number of an upload."""
    return made_by(await place.done())


async def other_info(place: Place) -> Given:
    """Another service info for a number."""
    return {**await uploaded(place), "changes": {"serviceInfo": "reception"}}


async def cooling(place: Place) -> Given:
    """A number that cools."""
    upload = await place.done()
    until = place.desk.clock() + timedelta(days=30)
    await place.number_of(upload, status=NumberStatus.COOLING, cooling_until=until)
    return made_by(upload)


async def squatted(place: Place) -> Given:
    """A number that is live."""
    number = await place.number_of(await place.done())
    return {"numbers": [{"single": number.e164}], "reason": "ported away"}


async def drift(place: Place) -> Given:
    """A drift."""
    return {**invited(place), "drifts": {"ids": [encode("Drift", (await place.drift()).id)]}}


WORKS: dict[str, Callable[[Place], Awaitable[Given]]] = {
    "tenantCreate": tenant,
    "callingProfileCreate": profile,
    "customerCreate": customer,
    "customerUpdate": other_customer,
    "serviceOnboard": service,
    "serviceRemove": to_be_removed,
    "serviceReconcile": consent,
    "invitationResend": consent,
    "invitationRevoke": consent,
    "locationsRefresh": consent,
    "locationCreate": new_location,
    "locationAttach": location,
    "locationDetach": attached,
    "sipConnectionCreate": new_connection,
    "sipConnectionUpdate": other_connection,
    "sipConnectionDelete": connection,
    "uploadStart": header,
    "uploadAddNumbers": entries,
    "uploadImport": pasted,
    "uploadRemoveEntries": positions,
    "uploadUpdate": other_header,
    "uploadValidate": draft,
    "uploadSubmit": draft,
    "uploadCancel": draft,
    "uploadStop": under_way,
    "uploadRetryFailed": failed,
    "uploadRollBack": done,
    "numbersUpload": whole,
    "numbersValidate": whole,
    "numbersUpdate": other_info,
    "numbersConfirmManual": uploaded,
    "numbersRelease": uploaded,
    "numbersRestore": cooling,
    "numbersReclaim": squatted,
    "driftsAccept": drift,
    "driftsRepair": drift,
    # Last: nothing is synced afterwards.
    "consentGiveUp": consent,
}
"""How each mutation is brought to succeed, in the order in which they are tried."""
