"""What a caller may do and see: its role, its level, and that what is not its own does not exist for it."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from api.demo.client import Refused
from schema.ids import encode
from store.vocabulary import Level, Role
from tests.api.conftest import Running
from tests.api.journey import SCHEMA, Api, Site, block, customer_of, estate, mutation, plain_site, started, submitted

COUNTS = """{
  tenants { totalCount } customers { totalCount } services { totalCount } numbers { totalCount } uploads { totalCount }
}"""


@dataclass(frozen=True, slots=True)
class Place:
    """A provider's service with a number, an upload under way, and somebody at each level who belongs there."""

    site: Site
    draft: str
    done: str
    provider: str
    channel: str
    customer: str


@pytest.fixture(scope="session")
async def place(shared: Api, running: Running) -> Place:
    """One channel with one customer, and beside it a customer of the provider's own with a service and a number."""
    owner = await estate(shared)
    site = await plain_site(shared, owner)
    done = await submitted(shared, site, f"{block()}001")
    beside = await customer_of(shared, owner.provider, "Beside")
    other = await shared.make(
        "serviceOnboard", customer={"id": beside}, name="Beside", kind="CX", mode="NON_INTEGRATED"
    )
    assert other
    return Place(
        site,
        await started(shared, site),
        done,
        running.token(Level.PROVIDER, bound_to=owner.provider),
        running.token(Level.CHANNEL, bound_to=owner.channel),
        running.token(Level.CUSTOMER, bound_to=owner.customer),
    )


@pytest.fixture(scope="session")
async def stranger(shared: Api, running: Running) -> Api:
    """The admin of another provider, who has nothing."""
    return shared.as_(running.token(Level.PROVIDER, bound_to=(await estate(shared)).provider))


@pytest.mark.parametrize(
    ("level", "counts"),
    [("provider", (2, 2, 2, 1, 2)), ("channel", (1, 1, 1, 1, 2)), ("customer", (0, 1, 1, 1, 2))],
)
async def test_each_level_sees_its_own_subtree(shared: Api, place: Place, level: str, counts: tuple[int, ...]) -> None:
    """Tenants, customers, services, numbers and uploads."""
    found = await shared.as_(getattr(place, level)).query(COUNTS)
    assert (
        tuple(found[field]["totalCount"] for field in ("tenants", "customers", "services", "numbers", "uploads"))
        == counts
    )


async def test_a_customer_reads_its_own_and_writes_nothing(shared: Api, place: Place) -> None:
    """Even as Admin: uploading is the provider's and the channel's business."""
    own = shared.as_(place.customer)
    document = "query($by: ServiceBy!) { service(by: $by) { status customer { tenant { id } } } }"

    read = await own.query(document, by={"id": place.site.service})
    written = await own.codes(mutation("uploadStart"), input=place.site.header())

    assert read == {"service": {"status": "READY", "customer": {"tenant": None}}}
    assert written == ["FORBIDDEN"]


@pytest.mark.parametrize("field", sorted(SCHEMA.mutation_type.fields if SCHEMA.mutation_type else ()))
async def test_a_monitor_cannot_write(running: Running, shared: Api, field: str) -> None:
    """Not one mutation, not even at system level; the input is not looked at."""
    monitor = shared.as_(running.token(role=Role.MONITOR))
    answer = (await monitor.post(mutation(field, "__typename"), input=GIVEN[field])).json()

    assert answer["data"] is None
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]


async def test_a_monitor_reads_and_follows(running: Running, shared: Api, place: Place) -> None:
    """That is what the role is for."""
    monitor = shared.as_(running.token(role=Role.MONITOR))
    status = "subscription($s: [ServiceBy!]!) { serviceStatusChanged(services: $s) { status } }"

    events = monitor.follow(status, s=[{"id": place.site.service}])

    assert (await anext(events))["serviceStatusChanged"] == {"status": "READY"}
    await events.aclose()


async def test_an_operator_uploads_and_does_not_create_customers(running: Running, shared: Api, place: Place) -> None:
    """Customers are the Admin's."""
    operator = shared.as_(running.token(Level.CHANNEL, Role.OPERATOR, place.site.estate.channel))
    given = {"tenantId": place.site.estate.channel, "name": "n", "fullName": "n", "adminEmail": "a@b.example"}

    assert await operator.make("uploadStart", **place.site.header())
    assert await operator.codes(mutation("customerCreate"), input=given) == ["FORBIDDEN"]


READS = [
    ("Service", "query($id: ID!) { service(by: { id: $id }) { id } }"),
    ("Upload", "query($id: ID!) { upload(by: { id: $id }) { id } }"),
    ("Customer", "query($id: ID!) { customer(by: { id: $id }) { id } }"),
    ("Location", "query($id: ID!) { location(by: { id: $id }) { id } }"),
    ("Service", 'query($id: ID!) { location(by: { called: { service: { id: $id }, name: "n" } }) { id } }'),
    ("Service", 'query($id: ID!) { upload(by: { inService: { service: { id: $id }, reference: "r" } }) { id } }'),
    ("Service", "query($id: ID!) { node(id: $id) { id } }"),
    ("Location", "query($id: ID!) { nodes(ids: [$id]) { id } }"),
    ("Service", "query($id: ID!) { numbers(filter: { service: {id: $id} }) { totalCount nodes { id } } }"),
    ("Customer", "query($id: ID!) { services(filter: { customer: {id: $id} }) { totalCount } }"),
    ("Tenant", "query($id: ID!) { services(filter: { tenant: {id: $id} }) { totalCount } }"),
    ("Tenant", "query($id: ID!) { tenants(filter: { tenant: {id: $id} }) { totalCount } }"),
    ("Tenant", "query($id: ID!) { customers(filter: { tenant: {id: $id} }) { totalCount } }"),
    ("Tenant", "query($id: ID!) { serviceCounts(filter: { tenant: {id: $id} }) { total } }"),
    ("Customer", "query($id: ID!) { serviceCounts(filter: { customer: {id: $id} }) { total } }"),
    ("Customer", "query($id: ID!) { numberCounts(filter: { customer: {id: $id} }) { total } }"),
    ("Location", "query($id: ID!) { numbers(filter: { location: {id: $id} }) { totalCount nodes { id } } }"),
    ("SipConnection", "query($id: ID!) { numbers(filter: { sipConnection: $id }) { totalCount nodes { id } } }"),
    ("Upload", "query($id: ID!) { numberCounts(filter: { upload: {id: $id} }) { total byStatus { count } } }"),
    ("Service", "query($id: ID!) { auditEvents(filter: { entity: $id }) { totalCount nodes { id } } }"),
    ("Service", "query($id: ID!) { uploadCounts(filter: { service: {id: $id} }) { total } }"),
]


@pytest.mark.parametrize(("kind", "document"), READS)
async def test_what_is_somebody_elses_reads_like_nothing(stranger: Api, place: Place, kind: str, document: str) -> None:
    """Byte for byte the answer to an id that was made up."""
    foreign = await stranger.post(document, id=_ids(place)[kind])
    made_up = await stranger.post(document, id=encode(kind, uuid4()))

    assert foreign.content == made_up.content
    assert foreign.status_code == made_up.status_code


def _writes(ids: dict[str, str]) -> dict[str, dict[str, Any]]:
    entry = [{"single": "+12125550100"}]
    header = {
        "service": {"id": ids["Service"]},
        "location": {"id": ids["Location"]},
        "sipConnection": {"id": ids["SipConnection"]},
        "numberType": "USER",
    }
    kind = {"kind": "CX", "mode": "NON_INTEGRATED"}
    return {
        "customerCreate": {"tenantId": ids["Tenant"], "name": "n", "fullName": "n", "adminEmail": "a@b.example"},
        "serviceOnboard": {"customer": {"id": ids["Customer"]}, "name": "n", **kind},
        "customerUpdate": {"customer": {"id": ids["Customer"]}, "name": "n"},
        "invitationResend": {"service": {"id": ids["Service"]}},
        "invitationRevoke": {"service": {"id": ids["Service"]}},
        "consentGiveUp": {"service": {"id": ids["Service"]}},
        "locationsRefresh": {"service": {"id": ids["Service"]}},
        "serviceReconcile": {"service": {"id": ids["Service"]}},
        "driftsAccept": {"service": {"id": ids["Service"]}, "drifts": {"kind": "MISSING_REMOTELY"}},
        "driftsRepair": {"service": {"id": ids["Service"]}, "drifts": {"kind": "MISSING_REMOTELY"}},
        "locationCreate": {"service": {"id": ids["Service"]}, "name": "n", "country": "US"},
        "locationAttach": {"location": {"id": ids["Location"]}},
        "sipConnectionCreate": {
            "service": {"id": ids["Service"]},
            "name": "n",
            "callingProfileId": ids["CallingProfile"],
        },
        "locationDetach": {"location": {"id": ids["Location"]}},
        "sipConnectionUpdate": {"sipConnectionId": ids["SipConnection"], "name": "n"},
        "sipConnectionDelete": {"sipConnectionId": ids["SipConnection"]},
        "uploadStart": header,
        "uploadAddNumbers": {"upload": {"id": ids["Upload"]}, "entries": entry},
        "uploadImport": {"upload": {"id": ids["Upload"]}, "source": {"text": "+12125550100"}},
        "uploadRemoveEntries": {"upload": {"id": ids["Upload"]}, "positions": [0]},
        "uploadCancel": {"upload": {"id": ids["Upload"]}},
        "uploadValidate": {"upload": {"id": ids["Upload"]}},
        "uploadSubmit": {"upload": {"id": ids["Upload"]}},
        "uploadUpdate": {"upload": {"id": ids["Upload"]}, "serviceInfo": "n"},
        "uploadStop": {"upload": {"id": ids["Upload"]}},
        "uploadRetryFailed": {"upload": {"id": ids["Upload"]}},
        "uploadRollBack": {"upload": {"id": ids["Upload"]}},
        "numbersUpload": {**header, "entries": entry},
        "numbersValidate": {**header, "entries": entry},
        "numbersUpdate": {"numbers": {"upload": {"id": ids["Upload"]}}, "changes": {"serviceInfo": "n"}},
        "serviceRemove": {"service": {"id": ids["Service"]}},
        "numbersRelease": {"numbers": {"upload": {"id": ids["Upload"]}}},
        "numbersRestore": {"numbers": {"upload": {"id": ids["Upload"]}}},
        "numbersConfirmManual": {"numbers": {"upload": {"id": ids["Upload"]}}},
    }


KINDS = ["Tenant", "Customer", "CallingProfile", "Service", "Location", "SipConnection", "Upload"]
GIVEN: dict[str, dict[str, Any]] = {
    "tenantCreate": {"kind": "SERVICE_PROVIDER", "name": "n"},
    "callingProfileCreate": {"name": "n", "carrier": "c", "region": "r", "sbcDevices": []},
    "numbersReclaim": {"numbers": [{"single": "+12125550100"}], "reason": "r"},
    **_writes({kind: encode(kind, uuid4()) for kind in KINDS}),
}
"""An input for every mutation."""


@pytest.mark.parametrize("field", sorted(_writes(dict.fromkeys(KINDS, ""))))
async def test_what_is_somebody_elses_is_written_like_nothing(stranger: Api, place: Place, field: str) -> None:
    """Byte for byte the answer to an id that was made up; what was there stays as it is."""
    document = mutation(field, "__typename")
    foreign = await stranger.post(document, input=_writes(_ids(place))[field])
    made_up = await stranger.post(document, input=GIVEN[field])

    assert foreign.content == made_up.content
    assert b"NOT_FOUND" in foreign.content


async def test_what_is_somebody_elses_cannot_be_followed(stranger: Api, place: Place) -> None:
    """A subscription to it ends with the error that a made-up id gets."""
    status = "subscription($s: [ServiceBy!]!) { serviceStatusChanged(services: $s) { status } }"
    refused = []
    for service in (place.site.service, encode("Service", uuid4())):
        with pytest.raises(Refused) as caught:
            await anext(stranger.follow(status, s=[{"id": service}]))
        refused.append(caught.value.args)

    assert refused[0] == refused[1]
    assert "NOT_FOUND" in str(refused[0])


async def test_a_number_of_somebody_else_is_taken_but_nobody_says_by_whom(
    stranger: Api, shared: Api, place: Place
) -> None:
    """A number is live at most once on the whole platform."""
    number = f"{block()}001"
    await submitted(shared, place.site, number)
    site = await plain_site(shared)
    upload = await started(shared, site)
    await shared.make("uploadAddNumbers", upload={"id": upload}, entries=[{"single": number}])

    judged = await shared.make("uploadValidate", "entries { nodes { code message } }", upload={"id": upload})

    (entry,) = judged["entries"]["nodes"]
    assert entry["code"] == "TAKEN"
    assert place.site.estate.name not in entry["message"]
    document = "query($n: PhoneNumber!) { number(by: { e164: $n }) { id } }"
    assert await stranger.query(document, n=number) == {"number": None}


def _ids(place: Place) -> dict[str, str]:
    owner, site = place.site.estate, place.site
    known = [owner.provider, owner.customer, owner.profile, site.service, site.location, site.connection, place.draft]
    return dict(zip(KINDS, known, strict=True))
