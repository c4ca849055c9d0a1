"""Fetching anything again by its id."""

import pytest

from tests.api.journey import Api, Site, block, customer_of, estate, plain_site, submitted

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


@pytest.mark.parametrize("kind", ["Customer", "Service", "Location", "Upload", "Number"])
async def test_what_inputs_name_is_read_by_the_same_names(api: Api, ids: dict[str, str], kind: str) -> None:
    """By its id, among others; null where there is nothing, or of another kind."""
    field = kind.lower()
    document = f"query($by: {kind}By!) {{ {field}(by: $by) {{ id }} }}"

    assert await api.query(document, by={"id": ids[kind]}) == {field: {"id": ids[kind]}}
    assert await api.query(document, by={"id": ids["Tenant"]}) == {field: None}


async def test_a_customer_is_read_by_its_reference_and_a_location_by_its_service_and_name(
    api: Api, unique: str
) -> None:
    """As inputs name them; a reference that several have is not one of them."""
    owner = await estate(api)
    site = await plain_site(api, owner)
    made = [
        await customer_of(api, tenant, unique, reference=unique)
        for tenant in (owner.channel, (await estate(api)).channel)
    ]
    here = await api.query(
        "query($by: LocationBy!) { location(by: $by) { id name } }",
        by={"called": {"service": {"id": site.service}, "name": "new york"}},
    )
    reading = "query($by: CustomerBy!) { customer(by: $by) { name } }"

    assert here == {"location": {"id": site.location, "name": "New York"}}
    assert await api.codes(reading, by={"reference": unique}) == ["AMBIGUOUS_REFERENCE"]
    assert await api.query(reading, by={"reference": f"{unique} of nobody"}) == {"customer": None}
    assert await api.query(reading, by={"id": made[0]}) == {"customer": {"name": unique}}


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
