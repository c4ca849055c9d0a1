"""Making what a test begins with, through the use cases themselves."""

import asyncio
import re
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import func, select, text
from sqlmodel import SQLModel, col

from api.mail import Outbox
from controlhub.protocol import Hub
from provisioning import consent, invitations, locations
from provisioning.desk import Desk
from provisioning.errors import NumberlineError, Refused
from provisioning.invitations import status_of
from provisioning.locations import NewLocation
from provisioning.routing import NewCallingProfile, NewSipConnection, SbcDevice
from provisioning.routing import create_calling_profile as new_profile
from provisioning.routing import create_sip_connection as new_connection
from provisioning.services import NewService, onboard
from provisioning.tenants import NewCustomer, NewTenant, create_customer, create_tenant
from provisioning.uploads.fill import NewEntries, RawEntry, add_entries, import_file
from provisioning.uploads.judge import validate
from provisioning.uploads.start import ConnectionName, NewUpload, start
from provisioning.uploads.submit import submit
from provisioning.vault import Vault
from store import consents
from store.lookup import Name, one
from store.scope import Scope
from store.tables import (
    AuditEvent,
    CallingProfile,
    Customer,
    Event,
    Invitation,
    Location,
    Number,
    Service,
    SipConnection,
    Tenant,
    Upload,
    UploadEntry,
)
from store.vocabulary import (
    EntryKind,
    EntryVerdict,
    EventKind,
    InvitationStatus,
    Level,
    NumberStatus,
    NumberType,
    ServiceKind,
    ServiceMode,
    ServiceStatus,
    TenantKind,
    WebexPhoneType,
)

REDIRECT_URI = "http://127.0.0.1:1/consent/callback"


@dataclass(frozen=True, slots=True)
class Dialog:
    """What the Upload Numbers dialog needs to be there."""

    service: Service
    location: Location
    connection: SipConnection


async def provider(desk: Desk, name: str = "Carrier") -> Tenant:
    """Make a service provider."""
    return await create_tenant(desk, NewTenant(TenantKind.SERVICE_PROVIDER, name))


async def channel(desk: Desk, parent: Tenant, name: str = "Reseller") -> Tenant:
    """Make a channel."""
    return await create_tenant(desk, NewTenant(TenantKind.CHANNEL, name, Name(id=parent.id)))


async def customer(desk: Desk, tenant: Tenant, name: str = "Acme") -> Customer:
    """Make a customer."""
    return await create_customer(
        desk, NewCustomer(Name(id=tenant.id, path=("tenantId",)), name, f"{name} Inc.", "admin@acme.example")
    )


async def service(
    desk: Desk,
    owner: Customer,
    mode: ServiceMode = ServiceMode.NON_INTEGRATED,
    kind: ServiceKind = ServiceKind.WEBEX_CLOUD_CONNECT,
    name: str = "Cloud Connect",
) -> Service:
    """Onboard a service."""
    return await onboard(desk, NewService(Name(id=owner.id), name, kind, mode))


async def profile(desk: Desk, name: str = "Two trunks") -> CallingProfile:
    """Make a calling profile."""
    return await new_profile(desk, NewCallingProfile(name, "Carrier", "EMEA", (SbcDevice("sbc", ("a", "b")),)))


async def connection(desk: Desk, of: Service, name: str = "Trunk") -> SipConnection:
    """Make a SIP connection with a calling profile of its own."""
    routed = await profile(desk, f"Profile {uuid4()}")
    return await new_connection(desk, NewSipConnection(Name(id=of.id), name, Name(id=routed.id)))


async def location(desk: Desk, of: Service, name: str = "New York", country: str = "US") -> Location:
    """Enter a location by hand and attach it."""
    made = await locations.create(desk, NewLocation(Name(id=of.id), name, country))
    return await locations.attach(desk, Name(id=made.id))


async def by_hand(
    desk: Desk,
    tenant: Tenant | None = None,
    kind: ServiceKind = ServiceKind.WEBEX_CLOUD_CONNECT,
    country: str = "US",
) -> Dialog:
    """Make all that a Non-Integrated upload needs."""
    owner = await customer(desk, tenant or await provider(desk, f"Carrier {uuid4()}"))
    made = await service(desk, owner, kind=kind)
    return Dialog(made, await location(desk, made, country=country), await connection(desk, made))


def header(dialog: Dialog, **changes: Any) -> NewUpload:
    """Fill in the head of the dialog: User numbers at its location."""
    integrated = dialog.service.mode is ServiceMode.INTEGRATED
    filled = NewUpload(
        Name(id=dialog.service.id),
        Name(id=dialog.location.id),
        ConnectionName(id=dialog.connection.id),
        NumberType.CONTACT_CENTER if dialog.service.kind is ServiceKind.CX else NumberType.USER,
        WebexPhoneType.DID if integrated else None,
    )
    return replace(filled, **changes)


def single(raw: str) -> RawEntry:
    """Type in one number."""
    return RawEntry(EntryKind.SINGLE, raw)


def span(first: str, last: str) -> RawEntry:
    """Type in a range."""
    return RawEntry(EntryKind.RANGE, first, last)


async def upload(desk: Desk, dialog: Dialog, *entries: RawEntry | str, **changes: Any) -> Upload:
    """Start an upload and fill it."""
    started = await start(desk, header(dialog, **changes))
    typed = tuple(single(entry) if isinstance(entry, str) else entry for entry in entries)
    return await add_entries(desk, NewEntries(Name(id=started.id), typed)) if typed else started


async def imported(desk: Desk, to: Upload, content: str, key: str | None = None, *, guess: bool = False) -> Upload:
    """Import the text of a CSV file."""
    return await import_file(desk, Name(id=to.id, path=("upload",)), BytesIO(content.encode()), key, guess=guess)


async def judged(desk: Desk, dialog: Dialog, *entries: RawEntry | str, **changes: Any) -> Upload:
    """Start an upload, fill it and have it judged."""
    filled = await upload(desk, dialog, *entries, **changes)
    return await validate(desk, Name(id=filled.id))


async def submitted(desk: Desk, dialog: Dialog, *entries: RawEntry | str, **changes: Any) -> Upload:
    """Start an upload, fill it and submit it."""
    filled = await upload(desk, dialog, *entries, **changes)
    return await submit(desk, Name(id=filled.id))


@dataclass(frozen=True, slots=True)
class Hubside:
    """What it takes to have a customer consent at the simulator."""

    hub: Hub
    vault: Vault
    http: httpx.AsyncClient
    outbox: Outbox
    keys: tuple[str, ...] = ()


async def invite(desk: Desk, side: Hubside, of: Service) -> str:
    """Send the invitation that waits to be sent, or ask for a fresh one and send that; return its token."""
    token = uuid4().hex
    newest = await newest_invitation(desk, of)
    if status_of(newest, desk.clock()) is not InvitationStatus.SENDING:
        await invitations.resend(desk, Name(id=of.id))
        newest = await newest_invitation(desk, of)
    link = "https://numberline.example/consent/".__add__
    await invitations.send(desk, side.outbox, lambda: token, link, newest.id)
    return token


async def newest_invitation(desk: Desk, of: Service) -> Invitation:
    """Return the newest invitation of a service, which has one."""
    async with desk.read() as reading:
        (newest,) = await consents.newest_invitations(reading, [of.id])
    assert newest is not None
    return newest


async def approve(side: Hubside, organization: str) -> str:
    """Go the browser's way through the consent page and return the code."""
    page = await side.http.get(side.hub.authorize_url("a-state", REDIRECT_URI))
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))
    form = {**fields, "organization": organization, "decision": "approve"}
    answer = await side.http.post(page.url.copy_with(query=None), data=form)
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


async def accept(desk: Desk, side: Hubside, token: str, organization: str) -> Service:
    """Consent with an invitation on behalf of an organization."""
    code = await approve(side, organization)
    return await consent.accept(desk, side.hub, side.vault, consent.token_hash(token), code, REDIRECT_URI)


async def refresh(desk: Desk, side: Hubside, of: Service) -> dict[str, Location]:
    """Read the locations from the simulator; return them by name."""
    token = await consent.access_token(desk, side.hub, side.vault, of.id)
    await locations.refresh(desk, side.hub, token, of.id)
    async with desk.read() as reading:
        found = await reading.session.scalars(select(Location).where(col(Location.service_id) == of.id))
        return {row.name: row for row in found.all()}


async def consented(desk: Desk, side: Hubside, site: str = "New York", organization: str | None = None) -> Dialog:
    """Make all that an Integrated upload needs, at an organization of its own unless it is named."""
    owner = await customer(desk, await provider(desk, f"Carrier {uuid4()}"))
    made = await service(desk, owner, ServiceMode.INTEGRATED)
    made = await accept(desk, side, await invite(desk, side, made), organization or f"Organization {uuid4()}")
    found = await refresh(desk, side, made)
    attached = await locations.attach(desk, Name(id=found[site].id))
    return Dialog(made, attached, await connection(desk, made))


def scope_of(row: Tenant | Customer) -> Scope:
    """Return the scope of somebody bound to the tenant or customer."""
    if isinstance(row, Customer):
        return Scope(Level.CUSTOMER, row.id, "tester")
    level = Level.PROVIDER if row.kind is TenantKind.SERVICE_PROVIDER else Level.CHANNEL
    return Scope(level, row.id, "tester")


def seen_by(desk: Desk, scope: Scope) -> Desk:
    """Return the desk of somebody else."""
    return replace(desk, scope=scope)


def at(desk: Desk, moment: datetime) -> Desk:
    """Return the desk at another time."""
    return replace(desk, clock=lambda: moment)


async def fetch(desk: Desk, row: Any) -> Any:
    """Return the row as it now stands."""
    async with desk.read() as reading:
        return await one(reading, type(row), Name(id=row.id))


async def rows(desk: Desk, table: type[Any], order: Any, *conditions: Any) -> Sequence[Any]:
    """Return rows of a table in an order."""
    async with desk.read() as reading:
        return (await reading.session.scalars(select(table).where(*conditions).order_by(order))).all()


async def count(desk: Desk, table: type[SQLModel]) -> int:
    """Return how many rows a table has."""
    async with desk.read() as reading:
        return int((await reading.session.execute(select(func.count()).select_from(table))).scalar_one())


async def numbers_of(desk: Desk, of: Service) -> dict[str, Number]:
    """Return the numbers of a service by E.164, ascending."""
    found = await rows(desk, Number, col(Number.e164), col(Number.service_id) == of.id)
    return {number.e164: number for number in found}


async def entries_of(desk: Desk, of: Upload) -> list[UploadEntry]:
    """Return the entries of an upload, in order."""
    found = await rows(desk, UploadEntry, col(UploadEntry.position), col(UploadEntry.upload_id) == of.id)
    return sorted(found, key=lambda entry: (entry.position, entry.part))


async def parts_of(desk: Desk, of: Upload) -> list[tuple[int, int, str | None, str | None, str | None]]:
    """Return the entries of an upload as (position, part, first, last, code), in order."""
    return [(e.position, e.part, e.first, e.last, e.code) for e in await entries_of(desk, of)]


def figures(of: Upload) -> tuple[int, int, int, int, int]:
    """Return (rows, total, valid, invalid, warnings)."""
    return (of.rows, of.total, of.valid, of.invalid, of.warnings)


async def counted(desk: Desk, of: Upload) -> tuple[int, int, int, int, int]:
    """Count the entries of an upload one by one: what `figures` has to say."""
    found = await entries_of(desk, of)
    good = [e for e in found if e.verdict is not EntryVerdict.INVALID]
    total, valid = sum(e.size for e in found), sum(e.size for e in good)
    warnings = sum(e.size for e in good if e.verdict is EntryVerdict.WARNING)
    return (sum(e.line is not None and e.part == 0 for e in found), total, valid, total - valid, warnings)


async def let_be(desk: Desk, e164: str, status: NumberStatus) -> None:
    """Let a number be in a state to which no use case leads yet."""
    async with desk.begin() as transaction:
        (found,) = await rows(desk, Number, col(Number.id), col(Number.e164) == e164)
        found.status = status
        await transaction.session.merge(found)


async def counts_told(desk: Desk, of: Upload) -> list[int]:
    """Return the totals that were announced for an upload, in order."""
    found = await rows(desk, Event, col(Event.id), col(Event.upload_id) == of.id)
    return [event.counts["total"] for event in found if event.kind is EventKind.UPLOAD_COUNTS and event.counts]


async def audited(desk: Desk, entity_id: UUID) -> list[str]:
    """Return what was done to an entity, in order."""
    found = await rows(desk, AuditEvent, col(AuditEvent.id), col(AuditEvent.entity_id) == entity_id)
    return [record.action for record in found]


async def announced(desk: Desk, of: Service) -> list[tuple[str, str | None, str | None]]:
    """Return the events of a service as (kind, before, after), in order."""
    found = await rows(desk, Event, col(Event.id), col(Event.service_id) == of.id)
    return [(event.kind.value, event.before, event.after) for event in found]


async def jobs(desk: Desk) -> list[tuple[str, str, datetime | None]]:
    """Return the jobs as (name, lock, not before), in the order in which they were deferred."""
    async with desk.read() as reading:
        found = await reading.session.execute(
            text("SELECT task_name, lock, scheduled_at FROM procrastinate_jobs ORDER BY id")
        )
        return [(name, lock, scheduled) for name, lock, scheduled in found.all()]


async def everything(desk: Desk) -> dict[str, int]:
    """Return how many rows every table holds, jobs included.

    But for the account of questions: who has asked, has asked, whatever came of it.
    """
    tables = [*(name for name in SQLModel.metadata.tables if name != "taken_question"), "procrastinate_jobs"]
    async with desk.read() as reading:
        return {
            name: int((await reading.session.execute(text(f'SELECT count(*) FROM "{name}"'))).scalar_one())  # noqa: S608  # names of our own tables
            for name in tables
        }


async def put(desk: Desk, *made: SQLModel) -> None:
    """Store rows as they are, where no use case leads there yet."""
    async with desk.begin() as transaction:
        for row in made:
            transaction.session.add(row)


async def removing(desk: Desk, of: Service) -> None:
    """Let a service be in removal, to which no use case leads yet."""
    async with desk.begin() as transaction:
        found = await one(transaction, Service, Name(id=of.id))
        found.status = ServiceStatus.REMOVING
        transaction.session.add(found)


async def blocked(desk: Desk) -> None:
    """Wait until somebody waits for a lock in this database."""
    waits = text("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
    async with asyncio.timeout(5), desk.read() as reading:
        while (await reading.session.execute(waits)).first() is None:
            pass


async def refused(
    desk: Desk, attempt: Awaitable[Any], *, told: frozenset[str] = frozenset()
) -> list[tuple[str, tuple[str, ...]]]:
    """Make an attempt that must be refused and leave every table as it was; return the codes and their paths.

    `told` names the tables in which the reason may be noted.
    """
    before = await everything(desk)
    with pytest.raises((NumberlineError, Refused)) as raised:
        await attempt
    changed = {table for table, size in (await everything(desk)).items() if size != before[table]}
    assert changed <= told, "something was half-stored"
    errors = raised.value.errors if isinstance(raised.value, Refused) else (raised.value,)
    return [(error.code, error.path) for error in errors]
