"""The pages: Customer Leads, Numbers Management, and the Tenant drop-down that narrows every list."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.api.journey import Api, Estate, Site, block, customer_of, estate, onboard, plain_site, submitted

LEADS = """query($filter: ServicesFilter, $orderBy: ServiceOrder! = CREATED_AT) {
  services(filter: $filter, orderBy: $orderBy, first: 100) { totalCount nodes {
    id fullName name customer { id name } channelName mode kind status organizationId consentedAt lastModifiedAt
  } }
}"""

NUMBERS = """query($filter: NumbersFilter) { numbers(filter: $filter, orderBy: NUMBER) { totalCount nodes {
  number callingCode areaCode subscriberNumber
} } }"""


@dataclass(frozen=True, slots=True)
class Family:
    """A provider with a customer of its own and one of its channel, each with a service and a number."""

    owner: Estate
    direct_customer: str
    direct: Site
    indirect: Site
    uploads: dict[str, str]


@pytest.fixture(scope="session")
async def family(shared: Api) -> Family:
    """Two branches below one provider."""
    owner = await estate(shared)
    customer = await customer_of(shared, owner.provider, f"Direct {owner.name}")
    branch = Estate(owner.provider, owner.channel, owner.profile, customer, owner.name)
    direct, indirect = await plain_site(shared, branch), await plain_site(shared, owner)
    uploads = {place.service: await submitted(shared, place, f"{block()}001") for place in (direct, indirect)}
    return Family(owner, customer, direct, indirect, uploads)


async def test_a_line_of_the_customer_leads_page_has_every_column(api: Api) -> None:
    """Full Name, Service Name, Customer, Channel Name, Mode, Status, Organization ID, Consented On, Last Modified."""
    owner = await estate(api)
    service = await onboard(api, owner, name="Cloud Connect", organizationId="org-1")

    found = await api.query(LEADS, filter={"tenant": owner.provider})

    (line,) = found["services"]["nodes"]
    assert line.pop("consentedAt") is not None
    assert line.pop("lastModifiedAt") is not None
    assert line == {
        "id": service,
        "fullName": f"Customer {owner.name} Inc.",
        "name": "Cloud Connect",
        "customer": {"id": owner.customer, "name": f"Customer {owner.name}"},
        "channelName": f"Channel {owner.name}",
        "mode": "NON_INTEGRATED",
        "kind": "WEBEX_CLOUD_CONNECT",
        "status": "PENDING_PROVISIONING",
        "organizationId": "org-1",
    }


async def test_a_customer_without_a_channel_has_no_channel_name(api: Api, family: Family) -> None:
    """It belongs to the provider directly."""
    found = await api.query(LEADS, filter={"customer": family.direct_customer})
    assert [line["channelName"] for line in found["services"]["nodes"]] == [None]


@pytest.mark.parametrize(
    ("field", "path"),
    [("services", ("id",)), ("numbers", ("service", "id")), ("uploads", ("service", "id"))],
)
async def test_choosing_a_tenant_narrows_a_list_to_its_subtree(
    api: Api, family: Family, field: str, path: tuple[str, ...]
) -> None:
    """The provider sees both branches, the channel its own, another provider nothing."""
    selection = path[0] if len(path) == 1 else f"{path[0]} {{ {path[1]} }}"
    kind = f"{field[0].upper()}{field[1:]}Filter"
    document = f"query($f: {kind}) {{ {field}(filter: $f) {{ totalCount nodes {{ {selection} }} }} }}"
    both, one = {family.direct.service, family.indirect.service}, {family.indirect.service}
    stranger = (await estate(api)).provider

    seen = [
        await _ids(api, document, path, f={"tenant": t})
        for t in (family.owner.provider, family.owner.channel, stranger)
    ]

    assert seen == [(2, both), (1, one), (0, set())]


async def test_choosing_a_tenant_narrows_customers_and_tenants(api: Api, family: Family) -> None:
    """Their argument is called tenant too."""
    document = """query($tenant: ID) {
      customers(tenant: $tenant) { totalCount nodes { id } } tenants(tenant: $tenant) { totalCount nodes { id } }
    }"""
    wide = await api.query(document, tenant=family.owner.provider)
    narrow = await api.query(document, tenant=family.owner.channel)

    assert _nodes(wide["customers"]) == {family.direct_customer, family.owner.customer}
    assert _nodes(wide["tenants"]) == {family.owner.provider, family.owner.channel}
    assert _nodes(narrow["customers"]) == {family.owner.customer}
    assert _nodes(narrow["tenants"]) == {family.owner.channel}


async def test_the_system_tenant_narrows_nothing(api: Api, family: Family) -> None:
    """Everything is below it."""
    above = "query($id: ID!) { node(id: $id) { ... on Tenant { parent { id } } } }"
    system = (await api.query(above, id=family.owner.provider))["node"]["parent"]["id"]

    found = await api.query(LEADS, filter={"tenant": system, "customer": family.direct_customer})

    assert _nodes(found["services"]) == {family.direct.service}


@pytest.mark.parametrize("tenant", ["garbage", "VGVuYW50OjAxYTIwNjY1YzM5ODc5YWZhMDY2ZmI2YjI5ODdiZGJj"])
@pytest.mark.parametrize("field", ["services", "numbers", "uploads"])
async def test_a_tenant_that_is_not_there_is_told_so(api: Api, field: str, tenant: str) -> None:
    """An empty list would look as if the tenant had nothing."""
    document = f"query($t: ID) {{ {field}(filter: {{ tenant: $t }}) {{ totalCount }} }}"
    assert await api.codes(document, t=tenant) == ["NOT_FOUND"]


@pytest.mark.parametrize(
    ("narrowing", "names"),
    [
        ({"kind": "CX"}, ["Beta"]),
        ({"kind": "WEBEX_CLOUD_CONNECT"}, ["alpha", "Gamma"]),
        ({"mode": "INTEGRATED"}, ["Gamma"]),
        ({"status": "PENDING_CONSENT"}, ["Gamma"]),
        ({"search": "ALP"}, ["alpha"]),
        ({"search": "lpha"}, []),
        ({"search": "%"}, []),
        ({"search": "_lpha"}, []),
        ({"kind": "CX", "status": "READY"}, []),
        ({}, ["alpha", "Beta", "Gamma"]),
    ],
)
async def test_services_are_narrowed_by_what_the_filter_says(
    api: Api, trio: Estate, narrowing: dict[str, Any], names: list[str]
) -> None:
    """All of it together; % and _ are letters like any other."""
    found = await api.query(LEADS, filter={"tenant": trio.provider, **narrowing}, orderBy="CREATED_AT")

    assert sorted((line["name"] for line in found["services"]["nodes"]), key=str.lower) == names
    assert found["services"]["totalCount"] == len(names)


async def test_services_are_found_by_the_names_of_their_customer(api: Api, trio: Estate) -> None:
    """Short or full, in any case."""
    found = await api.query(LEADS, filter={"search": f"customer {trio.name} INC"})
    assert found["services"]["totalCount"] == 3


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("CREATED_AT", ["Gamma", "Beta", "alpha"]),
        ("LAST_MODIFIED_AT", ["Gamma", "Beta", "alpha"]),
    ],
)
async def test_services_come_in_the_order_asked_for(api: Api, trio: Estate, order: str, names: list[str]) -> None:
    """The newest first, unless told otherwise."""
    found = await api.query(LEADS, filter={"tenant": trio.provider}, orderBy=order)
    assert [line["name"] for line in found["services"]["nodes"]] == names


async def test_a_number_is_taken_apart(api: Api, site: Site) -> None:
    """The procedure's example: country code 1, area code 212, subscriber number 7881500."""
    upload = await submitted(api, site, "+12127881500")

    found = await api.query(NUMBERS, filter={"upload": upload})

    assert found["numbers"]["nodes"] == [
        {"number": "+12127881500", "callingCode": "1", "areaCode": "212", "subscriberNumber": "7881500"}
    ]


async def test_a_number_is_found_by_itself(api: Api, site: Site) -> None:
    """By its whole E.164 form; what is not there is null."""
    number = f"{block()}001"
    await submitted(api, site, number)
    document = "query($n: PhoneNumber!) { number(number: $n) { number service { id } } }"

    assert await api.query(document, n=number) == {"number": {"number": number, "service": {"id": site.service}}}
    assert await api.query(document, n="+10000000000") == {"number": None}


async def test_numbers_are_found_by_how_they_begin(api: Api, site: Site) -> None:
    """With or without the plus; in the middle does not count."""
    free = block()
    await submitted(api, site, (f"{free}010", f"{free}012"), f"{free}100")

    with_plus = await api.query(NUMBERS, filter={"startsWith": f"{free}01"})
    without = await api.query(NUMBERS, filter={"startsWith": f"{free}01".removeprefix("+")})
    middle = await api.query(NUMBERS, filter={"startsWith": f"{free}01"[3:], "service": site.service})

    assert with_plus == without
    assert [node["number"] for node in with_plus["numbers"]["nodes"]] == [f"{free}01{n}" for n in range(3)]
    assert middle["numbers"]["totalCount"] == 0


async def test_numbers_are_narrowed_by_what_the_filter_says(api: Api, site: Site) -> None:
    """Each criterion by itself, and none of them lets a stranger's number in."""
    upload = await submitted(api, site, f"{block()}001", numberType="SERVICE", cacValue=4, serviceInfo="Fax")
    fitting = [
        {"service": site.service, "type": "SERVICE"},
        {"customer": site.estate.customer, "upload": upload},
        {"location": site.location, "upload": upload},
        {"upload": upload, "status": "ACTIVE", "syncState": "MANUAL_PENDING", "source": "ENTRY"},
    ]
    unfitting = [
        {"upload": upload, "type": "USER"},
        {"upload": upload, "status": "RELEASED"},
        {"upload": upload, "syncState": "SYNCED"},
        {"upload": upload, "source": "FILE"},
    ]

    counts = [(await api.query(NUMBERS, filter=f))["numbers"]["totalCount"] for f in fitting + unfitting]

    assert counts == [1, 1, 1, 1, 0, 0, 0, 0]


@pytest.fixture(scope="session")
async def trio(shared: Api) -> Estate:
    """A customer with three different services, onboarded one after the other."""
    owner = await estate(shared)
    await onboard(shared, owner, name="alpha")
    await onboard(shared, owner, name="Beta", kind="CX")
    await onboard(shared, owner, name="Gamma", mode="INTEGRATED")
    return owner


async def _ids(api: Api, document: str, path: tuple[str, ...], **variables: Any) -> tuple[int, set[str]]:
    (found,) = (await api.query(document, **variables)).values()
    nodes = [node[path[0]] if len(path) == 1 else node[path[0]][path[1]] for node in found["nodes"]]
    return found["totalCount"], set(nodes)


def _nodes(connection: dict[str, Any]) -> set[str]:
    assert connection.get("totalCount", len(connection["nodes"])) == len(connection["nodes"])
    return {node["id"] for node in connection["nodes"]}
