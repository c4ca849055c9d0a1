"""Opening an upload: its header."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update

from provisioning.desk import Desk
from provisioning.uploads.start import ConnectionName, start
from store.lookup import Name
from store.tables import Location, Upload
from store.vocabulary import NumberType, PstnConnection, ServiceKind, ServiceMode, UploadStatus, WebexPhoneType
from tests.arrange import (
    Dialog,
    Hubside,
    audited,
    by_hand,
    consented,
    count,
    customer,
    header,
    provider,
    refused,
    removing,
    scope_of,
    seen_by,
    service,
)

USER, SERVICE, CONTACT = NumberType.USER, NumberType.SERVICE, NumberType.CONTACT_CENTER
DID, TOLLFREE = WebexPhoneType.DID, WebexPhoneType.TOLLFREE


@pytest.fixture
async def dialog(desk: Desk) -> Dialog:
    """A Non-Integrated service with all that an upload needs."""
    return await by_hand(desk)


async def test_an_upload_begins_as_a_draft_of_whoever_starts_it(desk: Desk, dialog: Dialog) -> None:
    """With its header, and on record."""
    made = await start(desk, header(dialog, service_info="Reception", reference="U-1"))
    assert (made.status, made.created_by, made.total) == (UploadStatus.DRAFT, "test", 0)
    assert (made.service_info, made.reference) == ("Reception", "U-1")
    assert made.ownership() == dialog.service.ownership()
    assert await audited(desk, made.id) == ["UPLOAD_STARTED"]


async def test_a_connection_may_be_named_in_any_case(desk: Desk, dialog: Dialog) -> None:
    """As the dialog shows it."""
    made = await start(desk, header(dialog, sip_connection=ConnectionName(name="TRUNK")))
    assert made.sip_connection_id == dialog.connection.id


@pytest.mark.parametrize(
    ("number_type", "cac", "kept"),
    [(USER, None, 2), (USER, 2, 2), (SERVICE, 1, 1), (SERVICE, 10_000, 10_000), (CONTACT, None, None), (CONTACT, 2, 2)],
)
async def test_the_cac_value_follows_the_table(
    desk: Desk, dialog: Dialog, number_type: NumberType, cac: int | None, kept: int | None
) -> None:
    """2 for User, what was asked for otherwise."""
    assert (await start(desk, header(dialog, number_type=number_type, cac=cac))).cac == kept


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"cac": 3}, "CAC_FIXED", "cacValue"),
        ({"number_type": SERVICE}, "CAC_REQUIRED", "cacValue"),
        ({"number_type": SERVICE, "cac": 0}, "CAC_OUT_OF_RANGE", "cacValue"),
        ({"number_type": SERVICE, "cac": 10_001}, "CAC_OUT_OF_RANGE", "cacValue"),
        ({"number_type": CONTACT, "cac": 1}, "CAC_OUT_OF_RANGE", "cacValue"),
        ({"phone_type": DID}, "PHONE_TYPE_NOT_OFFERED", "webexPhoneType"),
        ({"reference": " "}, "BLANK", "reference"),
        ({"service_info": "x" * 201}, "TEXT_TOO_LONG", "serviceInfo"),
        ({"sip_connection": ConnectionName(id=uuid4())}, "NOT_FOUND", "sipConnection"),
        ({"sip_connection": ConnectionName(name="nobody")}, "NOT_FOUND", "sipConnection"),
        ({"location": Name(id=uuid4(), path=("location",))}, "NOT_FOUND", "location"),
        ({"service": Name(id=uuid4(), path=("service",))}, "NOT_FOUND", "service"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_header_that_breaks_a_rule_is_refused(
    desk: Desk, dialog: Dialog, changes: dict[str, Any], code: str, path: str
) -> None:
    """With the code of the rule, at its field; nothing is stored."""
    assert await refused(desk, start(desk, header(dialog, **changes))) == [(code, (path,))]


async def test_all_that_is_wrong_with_the_header_comes_at_once(desk: Desk, dialog: Dialog) -> None:
    """Texts first, then types."""
    texts = header(dialog, reference="", service_info="x" * 201)
    types = header(dialog, number_type=SERVICE, phone_type=DID)
    assert await refused(desk, start(desk, texts)) == [("BLANK", ("reference",)), ("TEXT_TOO_LONG", ("serviceInfo",))]
    assert await refused(desk, start(desk, types)) == [
        ("CAC_REQUIRED", ("cacValue",)),
        ("PHONE_TYPE_NOT_OFFERED", ("webexPhoneType",)),
    ]


@pytest.mark.parametrize("number_type", [USER, SERVICE])
async def test_cx_takes_contact_center_numbers_only(desk: Desk, number_type: NumberType) -> None:
    """At the field of the type, whatever the CAC value."""
    cx = await by_hand(desk, kind=ServiceKind.CX)
    attempt = start(desk, header(cx, number_type=number_type, cac=2))
    assert await refused(desk, attempt) == [("NUMBER_TYPE_NOT_OFFERED", ("numberType",))]
    assert (await start(desk, header(cx))).number_type is CONTACT


async def test_an_integrated_service_needs_the_phone_type(desk: Desk, side: Hubside) -> None:
    """Control Hub asks for it."""
    dialog = await consented(desk, side)
    attempt = start(desk, header(dialog, phone_type=None))
    assert await refused(desk, attempt) == [("PHONE_TYPE_REQUIRED", ("webexPhoneType",))]
    assert (await start(desk, header(dialog, phone_type=TOLLFREE))).phone_type is TOLLFREE


async def test_no_upload_before_consent_or_in_removal(desk: Desk, dialog: Dialog) -> None:
    """The service says why."""
    waiting = await service(desk, await customer(desk, await provider(desk)), ServiceMode.INTEGRATED)
    early = start(desk, header(dialog, service=Name(id=waiting.id)))
    assert await refused(desk, early) == [("CONSENT_MISSING", ("service",))]
    await removing(desk, dialog.service)
    assert await refused(desk, start(desk, header(dialog))) == [("SERVICE_REMOVING", ("service",))]


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ({"attached_at": None}, "LOCATION_NOT_ATTACHED"),
        ({"country": ""}, "LOCATION_COUNTRY_UNKNOWN"),
        ({"source": "CONTROL_HUB", "pstn_connection": PstnConnection.CISCO_PSTN}, "PSTN_CONNECTION_UNFIT"),
        ({"source": "CONTROL_HUB", "pstn_connection": None}, "PSTN_CONNECTION_UNFIT"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_the_location_has_to_be_fit_now(desk: Desk, dialog: Dialog, state: dict[str, Any], code: str) -> None:
    """Whatever it was when it was attached."""
    async with desk.begin() as transaction:
        await transaction.session.execute(update(Location).values(**state))
    assert await refused(desk, start(desk, header(dialog))) == [(code, ("location",))]


async def test_a_location_that_is_missing_takes_no_upload(desk: Desk, dialog: Dialog) -> None:
    """Control Hub no longer has it."""
    async with desk.begin() as transaction:
        await transaction.session.execute(update(Location).values(missing_since=desk.clock()))
    assert await refused(desk, start(desk, header(dialog))) == [("LOCATION_MISSING", ("location",))]


async def test_location_and_connection_have_to_be_of_the_same_service(desk: Desk, dialog: Dialog) -> None:
    """Those of another service, even of one in sight, are not found here."""
    other = await by_hand(desk)
    location = start(desk, header(dialog, location=Name(id=other.location.id)))
    connection = start(desk, header(dialog, sip_connection=ConnectionName(id=other.connection.id)))
    assert await refused(desk, location) == [("NOT_FOUND", ("location",))]
    assert await refused(desk, connection) == [("NOT_FOUND", ("sipConnection",))]


async def test_all_that_the_header_names_wrongly_is_told_at_once(desk: Desk, dialog: Dialog) -> None:
    """A form shows each at its field. In a service that is not there, nobody can look for a connection."""
    nowhere = {"service": Name(id=uuid4(), path=("service",)), "location": Name(id=uuid4(), path=("location",))}
    async with desk.begin() as transaction:
        await transaction.session.execute(update(Location).values(attached_at=None))
    unfit = header(dialog, sip_connection=ConnectionName(name="none"))

    assert await refused(desk, start(desk, header(dialog, **nowhere))) == [
        ("NOT_FOUND", ("service",)),
        ("NOT_FOUND", ("location",)),
    ]
    assert await refused(desk, start(desk, unfit)) == [
        ("LOCATION_NOT_ATTACHED", ("location",)),
        ("NOT_FOUND", ("sipConnection",)),
    ]


async def test_a_service_out_of_sight_is_not_found(desk: Desk, dialog: Dialog) -> None:
    """Nobody uploads for somebody else's customer."""
    stranger = seen_by(desk, scope_of(await provider(desk, "Stranger")))
    named = header(dialog, service=Name(id=dialog.service.id, path=("service",)))
    assert await refused(desk, start(stranger, named)) == [("NOT_FOUND", ("service",)), ("NOT_FOUND", ())]


async def test_a_reference_is_unique_in_the_service(desk: Desk, dialog: Dialog) -> None:
    """And free in another."""
    other = await by_hand(desk)
    await start(desk, header(dialog, reference="U-1"))
    assert await refused(desk, start(desk, header(dialog, reference="U-1"))) == [("NAME_TAKEN", ("reference",))]
    assert (await start(desk, header(other, reference="U-1"))).reference == "U-1"


async def test_a_repeated_request_starts_one_upload(desk: Desk, dialog: Dialog) -> None:
    """With the same key."""
    made = [await start(desk, header(dialog), "key") for _ in range(2)]
    assert made[0].id == made[1].id
    assert await count(desk, Upload) == 1


async def test_a_key_is_for_one_request(desk: Desk, dialog: Dialog) -> None:
    """Another header with the same key is refused; without a key every request starts an upload."""
    await start(desk, header(dialog), "key")
    other = start(desk, header(dialog, service_info="Desk"), "key")
    assert await refused(desk, other) == [("IDEMPOTENCY_KEY_REUSED", ("idempotencyKey",))]
    await start(desk, header(dialog))
    assert await count(desk, Upload) == 2


async def test_a_header_that_was_refused_leaves_its_key_free(desk: Desk, dialog: Dialog) -> None:
    """The corrected one is another request."""
    assert await refused(desk, start(desk, header(dialog, reference=" "), "key")) == [("BLANK", ("reference",))]
    assert (await start(desk, header(dialog, reference="U-1"), "key")).reference == "U-1"
