"""Every foreseen failure of every mutation: its code, and the path of the input it is about. Nothing is made."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from schema.ids import encode
from tests.api.journey import (
    Api,
    Estate,
    Refusal,
    Site,
    added,
    block,
    connected,
    customer_of,
    estate,
    locations,
    onboard,
    plain_site,
    started,
    submitted,
)

LONG = "x" * 201
DEVICES = [{"name": "sbc", "trunks": ["a", "b"]}]


@dataclass(frozen=True, slots=True)
class World:
    """What there is to name in an input."""

    owner: Estate
    site: Site
    integrated: Site
    pending: str
    unattached: str
    london: str
    system: str
    draft: str
    done: str


Given = Callable[[World], dict[str, Any]]


@pytest.fixture(scope="session")
async def world(shared: Api, integrated: Site) -> World:
    """One of everything, with known names and references."""
    owner = await estate(shared)
    owner = Estate(owner.provider, owner.channel, owner.profile, owner.customer, "taken")
    site = await plain_site(shared, owner, reference="taken", name="taken")
    await customer_of(shared, owner.channel, "taken", reference="taken")
    other = await estate(shared)
    for tenant in (owner.channel, other.channel):
        await customer_of(shared, tenant, "twice", reference="twice")
    unattached = await shared.make(
        "locationCreate", service={"id": site.service}, name="taken", country="US", reference="taken"
    )
    done = await submitted(shared, site, f"{block()}001")
    draft = await started(shared, site, reference="taken")
    above = "query($id: ID!) { node(id: $id) { ... on Tenant { parent { id } } } }"
    system = (await shared.query(above, id=owner.provider))["node"]["parent"]["id"]
    pending = await onboard(shared, owner, mode="INTEGRATED")
    london = (await locations(shared, integrated.service))["London"]
    return World(owner, site, integrated, pending, unattached, london, system, draft, done)


def made_up(kind: str) -> str:
    """Return an id of nothing."""
    return encode(kind, uuid4())


def _tenant(**more: Any) -> dict[str, Any]:
    return {"kind": "SERVICE_PROVIDER", "name": "new", **more}


TENANTS: list[tuple[Given, list[Refusal]]] = [
    (lambda _: _tenant(name=" "), [("BLANK", ("name",))]),
    (lambda _: _tenant(name=LONG), [("TEXT_TOO_LONG", ("name",))]),
    (lambda w: _tenant(parentId=w.owner.provider), [("PARENT_UNFIT", ("parentId",))]),
    (lambda _: _tenant(kind="CHANNEL"), [("PARENT_UNFIT", ("parent",))]),
    (lambda _: _tenant(kind="CHANNEL", parent={"name": "nobody"}), [("NOT_FOUND", ("parent",))]),
    (lambda w: _tenant(kind="CHANNEL", parentId=w.owner.channel), [("PARENT_UNFIT", ("parentId",))]),
    (lambda w: _tenant(kind="CHANNEL", parentId=w.system), [("PARENT_UNFIT", ("parentId",))]),
    (
        lambda w: _tenant(kind="SYSTEM", parentId=w.system, name=""),
        [("BLANK", ("name",)), ("PARENT_UNFIT", ("parentId",))],
    ),
    (lambda _: _tenant(kind="CHANNEL", parentId=made_up("Tenant")), [("NOT_FOUND", ("parentId",))]),
    (lambda w: _tenant(kind="CHANNEL", parentId=w.owner.customer), [("NOT_FOUND", ("parentId",))]),
    (lambda _: _tenant(kind="CHANNEL", parentId="garbage"), [("NOT_FOUND", ("parentId",))]),
]


@pytest.mark.parametrize(("given", "expected"), TENANTS)
async def test_a_tenant_is_refused(api: Api, world: World, given: Given, expected: list[Refusal]) -> None:
    """Names, parents."""
    assert await api.refusals("tenantCreate", **given(world)) == expected


async def test_a_tenant_name_is_taken_once_below_a_parent(api: Api, owner: Estate) -> None:
    """Another parent may have it too."""
    await api.make("tenantCreate", kind="CHANNEL", name="North", parentId=owner.provider)
    again = await api.refusals("tenantCreate", kind="CHANNEL", name=" North ", parentId=owner.provider)
    elsewhere = await api.make("tenantCreate", kind="CHANNEL", name="North", parentId=(await estate(api)).provider)

    assert again == [("NAME_TAKEN", ("name",))]
    assert elsewhere


def _customer(w: World, **more: Any) -> dict[str, Any]:
    return {"tenantId": w.owner.channel, "name": "new", "fullName": "New", "adminEmail": "a@b.example", **more}


CUSTOMERS: list[tuple[Given, list[Refusal]]] = [
    (
        lambda w: _customer(w, name="", fullName=" ", adminEmail="", reference=""),
        [("BLANK", ("name",)), ("BLANK", ("fullName",)), ("BLANK", ("adminEmail",)), ("BLANK", ("reference",))],
    ),
    (lambda w: _customer(w, adminEmail="admin at example"), [("EMAIL_INVALID", ("adminEmail",))]),
    (lambda w: _customer(w, fullName=LONG), [("TEXT_TOO_LONG", ("fullName",))]),
    (lambda w: _customer(w, tenantId=w.system), [("TENANT_UNFIT", ("tenantId",))]),
    (lambda w: _customer(w, tenantId=made_up("Tenant")), [("NOT_FOUND", ("tenantId",))]),
    (lambda w: _customer(w, tenantId="%"), [("NOT_FOUND", ("tenantId",))]),
    (lambda w: _customer(w, name="taken"), [("NAME_TAKEN", ("name",))]),
    (lambda w: _customer(w, reference="taken"), [("NAME_TAKEN", ("reference",))]),
]


@pytest.mark.parametrize(("given", "expected"), CUSTOMERS)
async def test_a_customer_is_refused(api: Api, world: World, given: Given, expected: list[Refusal]) -> None:
    """Names, addresses, tenants; several faults come at once."""
    assert await api.refusals("customerCreate", **given(world)) == expected


CHANGES: list[tuple[Given, list[Refusal]]] = [
    (
        lambda w: {"customer": {"id": w.owner.customer}, "name": " ", "fullName": LONG, "adminEmail": "nobody"},
        [("BLANK", ("name",)), ("TEXT_TOO_LONG", ("fullName",)), ("EMAIL_INVALID", ("adminEmail",))],
    ),
    (lambda w: {"customer": {"id": w.owner.customer}, "name": "taken"}, [("NAME_TAKEN", ("name",))]),
    (lambda _: {"customer": {"id": made_up("Customer")}, "name": "new"}, [("NOT_FOUND", ("customer",))]),
]


@pytest.mark.parametrize(("given", "expected"), CHANGES)
async def test_a_change_of_a_customer_is_refused(api: Api, world: World, given: Given, expected: list[Refusal]) -> None:
    """Names, addresses; several faults come at once."""
    assert await api.refusals("customerUpdate", **given(world)) == expected


def _profile(**more: Any) -> dict[str, Any]:
    return {"name": "new", "carrier": "c", "region": "r", "sbcDevices": DEVICES, **more}


PROFILES: list[tuple[Given, list[Refusal]]] = [
    (
        lambda _: _profile(name="", carrier="", region=""),
        [("BLANK", ("name",)), ("BLANK", ("carrier",)), ("BLANK", ("region",))],
    ),
    (lambda _: _profile(sbcDevices=[{"name": "sbc", "trunks": ["a"]}]), [("TOO_FEW_TRUNKS", ("sbcDevices",))]),
    (lambda _: _profile(sbcDevices=[{"name": "sbc", "trunks": ["a", "a"]}]), [("TOO_FEW_TRUNKS", ("sbcDevices",))]),
    (lambda _: _profile(sbcDevices=[{"name": "sbc", "trunks": ["a", "b", " "]}]), [("BLANK", ("sbcDevices",))]),
    (lambda _: _profile(sbcDevices=[{"name": " ", "trunks": ["a", "b"]}]), [("BLANK", ("sbcDevices",))]),
]


@pytest.mark.parametrize(("given", "expected"), PROFILES)
async def test_a_calling_profile_is_refused(api: Api, world: World, given: Given, expected: list[Refusal]) -> None:
    """Names, trunks."""
    assert await api.refusals("callingProfileCreate", **given(world)) == expected


async def test_a_calling_profile_name_is_taken_once_on_the_platform(api: Api, unique: str) -> None:
    """Everybody uses the same profiles."""
    await api.make("callingProfileCreate", **_profile(name=unique))
    assert await api.refusals("callingProfileCreate", **_profile(name=unique)) == [("NAME_TAKEN", ("name",))]


def _service(w: World, **more: Any) -> dict[str, Any]:
    kind = {"kind": "WEBEX_CLOUD_CONNECT", "mode": "INTEGRATED"}
    return {"customer": {"id": w.owner.customer}, "name": "new", **kind, **more}


SERVICES: list[tuple[Given, list[Refusal]]] = [
    (lambda w: _service(w, name="", reference=" "), [("BLANK", ("name",)), ("BLANK", ("reference",))]),
    (lambda w: _service(w, kind="CX"), [("CX_IS_NON_INTEGRATED", ("mode",))]),
    (lambda w: _service(w, organizationId="org"), [("ORGANIZATION_ID_NOT_TAKEN", ("organizationId",))]),
    (lambda w: _service(w, customer={"id": made_up("Customer")}), [("NOT_FOUND", ("customer",))]),
    (lambda w: _service(w, customer={"id": "garbage"}), [("NOT_FOUND", ("customer",))]),
    (lambda w: _service(w, customer={"reference": "nobody"}), [("NOT_FOUND", ("customer",))]),
    (lambda w: _service(w, customer={"reference": "twice"}), [("AMBIGUOUS_REFERENCE", ("customer",))]),
    (lambda w: _service(w, name="taken"), [("NAME_TAKEN", ("name",))]),
    (lambda w: _service(w, reference="taken"), [("NAME_TAKEN", ("reference",))]),
]


@pytest.mark.parametrize(("given", "expected"), SERVICES)
async def test_a_service_is_refused(api: Api, world: World, given: Given, expected: list[Refusal]) -> None:
    """Names, kinds and modes, customers."""
    assert await api.refusals("serviceOnboard", **given(world)) == expected


REFRESHES: list[tuple[Given, list[Refusal]]] = [
    (lambda w: {"service": {"id": w.site.service}}, [("INTEGRATED_ONLY", ("service",))]),
    (lambda w: {"service": {"id": w.pending}}, [("CONSENT_MISSING", ("service",))]),
    (lambda _: {"service": {"id": made_up("Service")}}, [("NOT_FOUND", ("service",))]),
]


@pytest.mark.parametrize(("given", "expected"), REFRESHES)
async def test_a_refresh_is_refused(api: Api, world: World, given: Given, expected: list[Refusal]) -> None:
    """Only a service whose customer consented has locations in Control Hub that we may read."""
    assert await api.refusals("locationsRefresh", **given(world)) == expected


RESENDS: list[tuple[Given, list[Refusal]]] = [
    (lambda w: {"service": {"id": w.site.service}}, [("INTEGRATED_ONLY", ("service",))]),
    (lambda _: {"service": {"id": made_up("Service")}}, [("NOT_FOUND", ("service",))]),
    (lambda _: {"service": {"reference": "none"}}, [("NOT_FOUND", ("service",))]),
]


@pytest.mark.parametrize(("given", "expected"), RESENDS)
async def test_an_invitation_is_refused(api: Api, world: World, given: Given, expected: list[Refusal]) -> None:
    """Only the customer of an Integrated service has to consent."""
    assert await api.refusals("invitationResend", **given(world)) == expected


def _location(w: World, **more: Any) -> dict[str, Any]:
    return {"service": {"id": w.site.service}, "name": "new", "country": "IT", **more}


LOCATIONS: list[tuple[Given, list[Refusal]]] = [
    (lambda w: _location(w, name="", country="XX"), [("BLANK", ("name",)), ("COUNTRY_UNKNOWN", ("country",))]),
    (lambda w: _location(w, callingCode="1"), [("CALLING_CODE_MISMATCH", ("callingCode",))]),
    (lambda w: _location(w, service={"id": w.integrated.service}), [("NON_INTEGRATED_ONLY", ("service",))]),
    (lambda w: _location(w, service={"id": made_up("Service")}), [("NOT_FOUND", ("service",))]),
    (lambda w: _location(w, name="taken"), [("NAME_TAKEN", ("name",))]),
    (lambda w: _location(w, reference="taken"), [("NAME_TAKEN", ("reference",))]),
]


@pytest.mark.parametrize(("given", "expected"), LOCATIONS)
async def test_a_location_is_refused(api: Api, world: World, given: Given, expected: list[Refusal]) -> None:
    """Names, countries, services."""
    assert await api.refusals("locationCreate", **given(world)) == expected


ATTACHMENTS: list[tuple[Given, list[Refusal]]] = [
    (lambda w: {"location": {"id": w.london}}, [("PSTN_CONNECTION_UNFIT", ("location",))]),
    (lambda _: {"location": {"id": made_up("Location")}}, [("NOT_FOUND", ("location",))]),
    (lambda _: {"location": {"reference": "nowhere"}}, [("NOT_FOUND", ("location",))]),
]


@pytest.mark.parametrize(("given", "expected"), ATTACHMENTS)
async def test_an_attachment_is_refused(api: Api, world: World, given: Given, expected: list[Refusal]) -> None:
    """Numbers may not be added to a location whose PSTN is Cisco's."""
    assert await api.refusals("locationAttach", **given(world)) == expected


def _connection(w: World, **more: Any) -> dict[str, Any]:
    return {"service": {"id": w.site.service}, "name": "new", "callingProfileId": w.owner.profile, **more}


CONNECTIONS: list[tuple[Given, list[Refusal]]] = [
    (lambda w: _connection(w, name=" "), [("BLANK", ("name",))]),
    (lambda w: _connection(w, service={"id": made_up("Service")}), [("NOT_FOUND", ("service",))]),
    (lambda w: _connection(w, callingProfileId=made_up("CallingProfile")), [("NOT_FOUND", ("callingProfileId",))]),
    (lambda w: _connection(w, callingProfileId=w.site.service), [("NOT_FOUND", ("callingProfileId",))]),
    (lambda w: _connection(w, name="pstn"), [("NAME_TAKEN", ("name",))]),
]


@pytest.mark.parametrize(("given", "expected"), CONNECTIONS)
async def test_a_sip_connection_is_refused(api: Api, world: World, given: Given, expected: list[Refusal]) -> None:
    """Names, services, profiles."""
    assert await api.refusals("sipConnectionCreate", **given(world)) == expected


STARTS: list[tuple[Given, list[Refusal]]] = [
    (lambda w: w.site.header(service={"id": made_up("Service")}), [("NOT_FOUND", ("service",))]),
    (lambda w: w.site.header(service={"reference": "none"}), [("NOT_FOUND", ("service",))]),
    (lambda w: w.site.header(location={"id": made_up("Location")}), [("NOT_FOUND", ("location",))]),
    (lambda w: w.site.header(location={"id": w.integrated.location}), [("NOT_FOUND", ("location",))]),
    (lambda w: w.site.header(location={"id": w.unattached}), [("LOCATION_NOT_ATTACHED", ("location",))]),
    (lambda w: w.site.header(sipConnection={"id": made_up("SipConnection")}), [("NOT_FOUND", ("sipConnection",))]),
    (lambda w: w.site.header(sipConnection={"id": w.integrated.connection}), [("NOT_FOUND", ("sipConnection",))]),
    (lambda w: w.site.header(sipConnection={"name": "none"}), [("NOT_FOUND", ("sipConnection",))]),
    (
        lambda _: {"service": {"id": "x"}, "location": {"id": "y"}, "sipConnection": {"id": "z"}, "numberType": "USER"},
        [("NOT_FOUND", ("service",)), ("NOT_FOUND", ("location",))],
    ),
    (
        lambda w: w.site.header(location={"id": w.site.service}, sipConnection={"id": "z"}),
        [("NOT_FOUND", ("location",)), ("NOT_FOUND", ("sipConnection",))],
    ),
    (lambda w: w.site.header(service={"id": w.pending}), [("CONSENT_MISSING", ("service",))]),
    (lambda w: w.site.header(cacValue=3), [("CAC_FIXED", ("cacValue",))]),
    (lambda w: w.site.header(numberType="SERVICE"), [("CAC_REQUIRED", ("cacValue",))]),
    (lambda w: w.site.header(numberType="SERVICE", cacValue=0), [("CAC_OUT_OF_RANGE", ("cacValue",))]),
    (lambda w: w.site.header(numberType="SERVICE", cacValue=10_001), [("CAC_OUT_OF_RANGE", ("cacValue",))]),
    (lambda w: w.site.header(webexPhoneType="DID"), [("PHONE_TYPE_NOT_OFFERED", ("webexPhoneType",))]),
    (
        lambda w: w.integrated.header(cacValue=1),
        [("CAC_FIXED", ("cacValue",)), ("PHONE_TYPE_REQUIRED", ("webexPhoneType",))],
    ),
    (lambda w: w.site.header(reference="taken"), [("NAME_TAKEN", ("reference",))]),
    (
        lambda w: w.site.header(reference="", serviceInfo=LONG),
        [("BLANK", ("reference",)), ("TEXT_TOO_LONG", ("serviceInfo",))],
    ),
]


@pytest.mark.parametrize(("given", "expected"), STARTS)
async def test_an_upload_is_refused(api: Api, world: World, given: Given, expected: list[Refusal]) -> None:
    """Services, locations, connections, the table of number types and CAC values."""
    assert await api.refusals("uploadStart", **given(world)) == expected


ENTRY = [{"single": "+12125550100"}]
MANY = {"range": {"first": "+12125560000", "last": "+12125569999"}}
ADDITIONS: list[tuple[Given, list[Refusal]]] = [
    (lambda w: {"upload": {"id": w.draft}, "entries": []}, [("NOTHING_TO_ADD", ("entries",))]),
    (lambda _: {"upload": {"id": made_up("Upload")}, "entries": ENTRY}, [("NOT_FOUND", ("upload",))]),
    (lambda _: {"upload": {"reference": "none"}, "entries": ENTRY}, [("NOT_FOUND", ("upload",))]),
    (lambda w: {"upload": {"id": w.done}, "entries": ENTRY}, [("STATE_FORBIDS", ("upload",))]),
    (lambda w: {"upload": {"id": w.draft}, "entries": ENTRY * 10_001}, [("TOO_MANY_ENTRIES", ("entries",))]),
    (lambda w: {"upload": {"id": w.draft}, "entries": [*ENTRY, MANY]}, [("UPLOAD_TOO_LARGE", ("entries",))]),
]


@pytest.mark.parametrize(("given", "expected"), ADDITIONS)
async def test_an_addition_is_refused(api: Api, world: World, given: Given, expected: list[Refusal]) -> None:
    """Nothing to add, nothing to add to, or too much."""
    assert await api.refusals("uploadAddNumbers", **given(world)) == expected


async def test_a_range_that_would_make_an_upload_too_large_is_refused(api: Api, site: Site) -> None:
    """What is there counts, and nothing of what is refused is stored."""
    upload = await started(api, site)
    await added(api, upload, ("+12123000000", "+12123009999"))

    refused = await api.refusals("uploadAddNumbers", upload={"id": upload}, entries=ENTRY)

    document = "query($by: UploadBy!) { upload(by: $by) { entries { totalCount } } }"
    assert refused == [("UPLOAD_TOO_LARGE", ("entries",))]
    assert (await api.query(document, by={"id": upload}))["upload"] == {"entries": {"totalCount": 1}}


LOOKS: list[tuple[Given, list[Refusal]]] = [
    (lambda _: {"upload": {"id": made_up("Upload")}}, [("NOT_FOUND", ("upload",))]),
    (lambda _: {"upload": {"id": "garbage"}}, [("NOT_FOUND", ("upload",))]),
    (lambda w: {"upload": {"id": w.done}}, [("STATE_FORBIDS", ("upload",))]),
    (lambda w: {"upload": {"id": w.draft}}, [("NOTHING_TO_ADD", ("upload",))]),
]


@pytest.mark.parametrize("field", ["uploadValidate", "uploadSubmit"])
@pytest.mark.parametrize(("given", "expected"), LOOKS)
async def test_validating_and_submitting_are_refused(
    api: Api, world: World, field: str, given: Given, expected: list[Refusal]
) -> None:
    """There has to be an upload that is not over, with something in it."""
    assert await api.refusals(field, **given(world)) == expected


@pytest.mark.parametrize(
    ("entries", "policy", "refusal"),
    [
        (["nonsense"], "IGNORE_FAILED", ("NOTHING_VALID", ("upload",))),
        (["nonsense"], "REJECT_EVERYTHING", ("NOTHING_VALID", ("upload",))),
        (["+12124550100", "nonsense"], "REJECT_EVERYTHING", ("INVALID_ENTRIES", ("upload",))),
    ],
)
async def test_a_refused_submit_stores_nothing(
    api: Api, site: Site, entries: list[str], policy: str, refusal: Refusal
) -> None:
    """The upload can be mended and submitted again, and no number of it is there."""
    upload = await started(api, site)
    await added(api, upload, *entries)

    refused = await api.refusals("uploadSubmit", upload={"id": upload}, errorPolicy=policy)

    document = """query($by: UploadBy!, $id: ID!) {
      upload(by: $by) { status counts { submitted } } numbers(filter: { upload: {id: $id} }) { totalCount }
    }"""
    left = await api.query(document, by={"id": upload}, id=upload)
    assert refused == [refusal]
    assert left == {"upload": {"status": "DRAFT", "counts": {"submitted": 0}}, "numbers": {"totalCount": 0}}


async def test_a_connection_of_one_service_may_be_called_like_one_of_another(api: Api, site: Site) -> None:
    """Names are unique in the service, not beyond."""
    other = await onboard(api, site.estate)
    assert await connected(api, other, site.estate.profile, "pstn")
