"""Reconciling by the API: what differs is found, shown, accepted and repaired."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from schema.ids import encode
from store.vocabulary import Level
from tests.api.conftest import Running
from tests.api.journey import Api, Site, block, ended, eventually, integrated_site, plain_site, submitted

DRIFTS = """query($by: ServiceBy!, $kind: DriftKind, $open: Boolean = true, $first: Int, $after: String) {
  service(by: $by) {
    reconciledAt driftCounts { kind count }
    drifts(kind: $kind, open: $open, first: $first, after: $after) {
      totalCount pageInfo { hasNextPage endCursor }
      nodes {
        id kind number here there hubLocationId foundAt endedAt ending
        location { name } numberRow { number syncState } service { id }
      }
    }
  }
}"""

SERVICE = """query($by: ServiceBy!) { service(by: $by) {
  organizationId reconciledAt
  licenceCounters { unusedDids userDids contactCenterDids serviceDids serviceCac }
  locations { nodes { name hubId } }
} }"""


@dataclass(frozen=True, slots=True)
class Ground:
    """An Integrated service with numbers that Control Hub has."""

    api: Api
    site: Site
    simulator: str
    numbers: list[str]

    @property
    def by(self) -> dict[str, str]:
        """The name of the service."""
        return {"id": self.site.service}

    async def order(self, path: str, **body: Any) -> None:
        """Do something in Control Hub."""
        (await self.api.http.post(f"{self.simulator}{path}", json=body)).raise_for_status()

    async def service(self) -> dict[str, Any]:
        """Read the service."""
        found: dict[str, Any] = (await self.api.query(SERVICE, by=self.by))["service"]
        return found

    async def hub_id(self, name: str = "New York") -> str:
        """Return Control Hub's id of a location."""
        places = (await self.service())["locations"]["nodes"]
        found: str = next(place["hubId"] for place in places if place["name"] == name)
        return found

    async def reconcile(self) -> None:
        """Ask for a reconciliation and wait for its end."""
        before = await self.api.make("serviceReconcile", "reconciledAt", service=self.by)

        async def done() -> bool:
            return (await self.service())["reconciledAt"] != before["reconciledAt"]

        await eventually(done)

    async def drifts(self, **narrowed: Any) -> dict[str, Any]:
        """Read drifts of the service."""
        found: dict[str, Any] = (await self.api.query(DRIFTS, by=self.by, **narrowed))["service"]
        return found


@pytest.fixture
async def ground(api: Api, running: Running) -> Ground:
    """Three numbers of a new service in Control Hub."""
    site, free = await integrated_site(api), block()
    upload = await submitted(api, site, (f"{free}001", f"{free}003"), webexPhoneType="DID")
    assert await ended(api, upload) == "COMPLETED"
    return Ground(api, site, running.simulator, [f"{free}00{last}" for last in (1, 2, 3)])


async def test_what_differs_is_found_and_shown(ground: Ground) -> None:
    """With the number, the place, both sides and how many there are; the licences are counted."""
    lost, moved, fine = ground.numbers
    await ground.order("/_numbers/remove", numbers=[lost, moved])
    await ground.order("/_numbers/add", numbers=[moved], location=await ground.hub_id("Munich"))

    await ground.reconcile()

    found, counters = await ground.drifts(), (await ground.service())["licenceCounters"]
    nodes = {node["number"]: node for node in found["drifts"]["nodes"]}
    assert nodes[lost]["kind"] == "MISSING_REMOTELY"
    assert nodes[moved] | {"id": "", "foundAt": ""} == {
        "id": "",
        "kind": "OTHER_LOCATION",
        "number": moved,
        "here": "New York",
        "there": "Munich",
        "hubLocationId": await ground.hub_id("Munich"),
        "foundAt": "",
        "endedAt": None,
        "ending": None,
        "location": {"name": "Munich"},
        "numberRow": {"number": moved, "syncState": "DRIFTED"},
        "service": {"id": ground.site.service},
    }
    assert fine not in nodes
    # The main number of Milan, which is no number of ours.
    counts = {"MISSING_REMOTELY": 1, "UNKNOWN_HERE": 1, "OTHER_LOCATION": 1}
    assert found["driftCounts"] == [{"kind": kind, "count": count} for kind, count in counts.items()]
    assert found["drifts"]["totalCount"] == 3
    assert counters == {"unusedDids": 1, "userDids": 1, "contactCenterDids": 0, "serviceDids": 0, "serviceCac": 0}


async def test_drifts_come_in_pages_and_again_by_their_ids(ground: Ground) -> None:
    """A page after the other, each drift once."""
    await ground.order("/_numbers/remove", numbers=ground.numbers)
    await ground.reconcile()

    first = (await ground.drifts(kind="MISSING_REMOTELY", first=2))["drifts"]
    rest = (await ground.drifts(kind="MISSING_REMOTELY", first=2, after=first["pageInfo"]["endCursor"]))["drifts"]
    ids = [node["id"] for node in (*first["nodes"], *rest["nodes"])]
    document = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Drift { number } } }"
    again = (await ground.api.query(document, ids=ids))["nodes"]

    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)
    assert sorted(node["number"] for node in again) == ground.numbers
    assert [node["id"] for node in again] == ids


async def test_what_was_lost_is_added_again(ground: Ground) -> None:
    """By a sync; the next reconciliation finds nothing."""
    await ground.order("/_numbers/remove", numbers=ground.numbers)
    await ground.reconcile()

    await ground.api.make("driftsRepair", service=ground.by, drifts={"kind": "MISSING_REMOTELY"})

    async def synced() -> bool:
        document = "query($f: NumbersFilter) { numbers(filter: $f) { totalCount } }"
        wanted = {"service": {"id": ground.site.service}, "syncState": "SYNCED"}
        return bool((await ground.api.query(document, f=wanted))["numbers"]["totalCount"] == len(ground.numbers))

    await eventually(synced)
    await ground.reconcile()
    repaired = (await ground.drifts(kind="MISSING_REMOTELY", open=False))["drifts"]["nodes"]
    assert (await ground.drifts(kind="MISSING_REMOTELY"))["drifts"]["nodes"] == []
    assert {node["ending"] for node in repaired} == {"REPAIRED"}


async def test_what_was_lost_is_let_go(ground: Ground) -> None:
    """The service falls back to Pending Provisioning with its last number."""
    await ground.order("/_numbers/remove", numbers=ground.numbers)
    await ground.reconcile()
    drifts = [node["id"] for node in (await ground.drifts(kind="MISSING_REMOTELY"))["drifts"]["nodes"]]

    service = await ground.api.make(
        "driftsAccept", "status driftCounts { kind }", service=ground.by, drifts={"ids": drifts}, idempotencyKey="once"
    )

    assert service == {"status": "PENDING_PROVISIONING", "driftCounts": [{"kind": "UNKNOWN_HERE"}]}
    again = await ground.api.refusals("driftsAccept", service=ground.by, drifts={"ids": drifts})
    assert again == [("DRIFT_ENDED", ("drifts",))] * 3


async def test_a_usage_is_taken_over_with_a_number_type(ground: Ground) -> None:
    """Without one it is refused."""
    await ground.order("/_numbers/remove", numbers=ground.numbers)
    await ground.order("/_numbers/add", numbers=ground.numbers, location=await ground.hub_id(), usage="SERVICE")
    await ground.reconcile()
    given: dict[str, Any] = {"service": ground.by, "drifts": {"kind": "OTHER_USAGE"}}

    refused = await ground.api.refusals("driftsAccept", **given)
    await ground.api.make("driftsAccept", **given, numberType="SERVICE", cacValue=5)
    await ground.reconcile()

    assert refused == [("NUMBER_TYPE_NEEDED", ("numberType",))] * 3
    assert (await ground.drifts(kind="OTHER_USAGE"))["drifts"]["nodes"] == []
    assert (await ground.service())["licenceCounters"]["serviceCac"] == 15


async def test_only_an_integrated_service_with_consent_is_reconciled(api: Api) -> None:
    """The others say why not."""
    plain = await plain_site(api)
    assert await api.refusals("serviceReconcile", service={"id": plain.service}) == [("INTEGRATED_ONLY", ("service",))]
    left = await integrated_site(api)
    await api.make("consentGiveUp", service={"id": left.service})
    assert await api.refusals("serviceReconcile", service={"id": left.service}) == [("CONSENT_WITHDRAWN", ("service",))]


async def test_another_tenants_numbers_of_the_organization_are_neither_reported_nor_shown(
    api: Api, running: Running, unique: str
) -> None:
    """Two providers serve one organization; each hears of its own numbers alone."""
    sites = [await integrated_site(api, unique) for _ in range(2)]
    frees = [block(), block()]
    for site, free in zip(sites, frees, strict=True):
        await ended(api, await submitted(api, site, (f"{free}001", f"{free}002"), webexPhoneType="DID"))
    ours, theirs = (
        Ground(api.as_(running.token(Level.PROVIDER, bound_to=site.estate.provider)), site, running.simulator, [])
        for site in sites
    )
    await ours.order("/_numbers/remove", numbers=[f"{free}001" for free in frees])
    await ours.reconcile()
    await theirs.reconcile()

    seen = [{node["number"] for node in (await one.drifts())["drifts"]["nodes"]} for one in (ours, theirs)]
    (foreign,) = [node["id"] for node in (await theirs.drifts(kind="MISSING_REMOTELY"))["drifts"]["nodes"]]
    document = "query($id: ID!) { node(id: $id) { id } }"
    wanted = [{"id": foreign}, {"id": encode("Drift", uuid4())}]

    main = seen[0] & seen[1]
    assert [numbers - main for numbers in seen] == [{f"{frees[0]}001"}, {f"{frees[1]}001"}]
    assert [(await ours.api.query(document, **one))["node"] for one in wanted] == [None, None]
    assert await ours.api.refusals("driftsAccept", service=ours.by, drifts={"ids": [foreign]}) == [
        ("NOT_FOUND", ("drifts",))
    ]
