"""Fetching anything again by its id."""

import pytest

from tests.api.journey import Api, Site, block, submitted

KINDS = ["Tenant", "Customer", "CallingProfile", "Service", "Location", "SipConnection", "Upload", "Number"]

NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"


@pytest.fixture(scope="session")
async def ids(shared: Api, site: Site) -> dict[str, str]:
    """An id of each kind."""
    upload = await submitted(shared, site, f"{block()}001")
    document = "query($filter: NumbersFilter) { numbers(filter: $filter) { nodes { id } } }"
    number = (await shared.query(document, filter={"upload": {"id": upload}}))["numbers"]["nodes"][0]["id"]
    owner = site.estate
    known = [
        owner.provider,
        owner.customer,
        owner.profile,
        site.service,
        site.location,
        site.connection,
        upload,
        number,
    ]
    return dict(zip(KINDS, known, strict=True))


@pytest.mark.parametrize("kind", KINDS)
async def test_a_node_is_fetched_by_its_id(api: Api, ids: dict[str, str], kind: str) -> None:
    """Whatever kind it is of."""
    found = await api.query("query($id: ID!) { node(id: $id) { __typename id } }", id=ids[kind])
    assert found == {"node": {"__typename": kind, "id": ids[kind]}}


async def test_nodes_come_in_the_order_of_their_ids(api: Api, ids: dict[str, str]) -> None:
    """Null stands where there is nothing, and what is asked for twice comes twice."""
    asked = [ids["Upload"], "garbage", ids["Service"], ids["Upload"], "", ids["Number"]]

    found = (await api.query(NODES, ids=asked))["nodes"]

    kinds = [node and node["__typename"] for node in found]
    assert kinds == ["Upload", None, "Service", "Upload", None, "Number"]
    assert [node["id"] for node in found if node] == [asked[0], asked[2], asked[3], asked[5]]


async def test_a_node_leads_on_to_what_belongs_to_it(api: Api, ids: dict[str, str]) -> None:
    """A number fetched by its id is as whole as in a list."""
    document = """query($id: ID!) { node(id: $id) { ... on Number {
      service { id fullName channelName } location { id } customer { id tenant { id parent { id } } }
      sipConnection { id callingProfile { id } } callingProfile { id } upload { id service { id } }
    } } }"""

    number = (await api.query(document, id=ids["Number"]))["node"]

    assert number["service"]["id"] == ids["Service"]
    assert number["location"] == {"id": ids["Location"]}
    assert number["customer"]["tenant"]["parent"] == {"id": ids["Tenant"]}
    assert number["callingProfile"] == number["sipConnection"]["callingProfile"] == {"id": ids["CallingProfile"]}
    assert number["upload"] == {"id": ids["Upload"], "service": {"id": ids["Service"]}}


async def test_nodes_takes_at_most_a_hundred_ids(api: Api, ids: dict[str, str]) -> None:
    """Lists have a ceiling."""
    assert len((await api.query(NODES, ids=[ids["Service"]] * 100))["nodes"]) == 100
    assert await api.codes(NODES, ids=[ids["Service"]] * 101) == ["TOO_MANY_NODES"]
