"""The pages: Customer Leads, Numbers Management, and the Tenant drop-down that narrows every list."""

from dataclasses import dataclass
from typing import Any

import pytest

from store.vocabulary import SyncState
from tests.api.journey import Api, Estate, Site, block, customer_of, estate, onboard, plain_site, submitted

LEADS = """query($filter: ServicesFilter, $orderBy: ServiceOrder! = CREATED_AT, $direction: OrderDirection) {
  services(filter: $filter, orderBy: $orderBy, direction: $direction, first: 100) { totalCount nodes {
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

    found = await api.query(LEADS, filter={"tenant": {"id": owner.provider}})

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
    found = await api.query(LEADS, filter={"customer": {"id": family.direct_customer}})
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
        await _ids(api, document, path, f={"tenant": {"id": t}})
        for t in (family.owner.provider, family.owner.channel, stranger)
    ]

    assert seen == [(2, both), (1, one), (0, set())]


async def test_choosing_a_tenant_narrows_customers_and_tenants(api: Api, family: Family) -> None:
    """By the same field of their filters."""
    document = """query($tenant: ID!) {
      customers(filter: { tenant: {id: $tenant} }) { totalCount nodes { id } }
      tenants(filter: { tenant: {id: $tenant} }) { totalCount nodes { id } }
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

    found = await api.query(LEADS, filter={"tenant": {"id": system}, "customer": {"id": family.direct_customer}})

    assert _nodes(found["services"]) == {family.direct.service}


async def test_a_filter_names_things_as_inputs_do(api: Api, unique: str) -> None:
    """By the caller's own reference or by name, too; one that nobody has is told, for an empty list would mislead."""
    site = await plain_site(api, reference=unique)
    await submitted(api, site, f"{block()}001", reference=unique)
    named = {
        "service": {"reference": unique},
        "upload": {"reference": unique},
        "tenant": {"name": f"Channel {site.estate.name}"},
    }

    found = await api.query(NUMBERS, filter=named)

    assert found["numbers"]["totalCount"] == 1
    for field in named:
        made_up = {field: {"name" if field == "tenant" else "reference": f"not {unique}"}}
        assert await api.codes(NUMBERS, filter=made_up) == ["NOT_FOUND"]


@pytest.mark.parametrize("tenant", ["garbage", "VGVuYW50OjAxYTIwNjY1YzM5ODc5YWZhMDY2ZmI2YjI5ODdiZGJj"])
@pytest.mark.parametrize("field", ["services", "numbers", "uploads"])
async def test_a_tenant_that_is_not_there_is_told_so(api: Api, field: str, tenant: str) -> None:
    """An empty list would look as if the tenant had nothing."""
    document = f"query($t: ID!) {{ {field}(filter: {{ tenant: {{id: $t}} }}) {{ totalCount }} }}"
    assert await api.codes(document, t=tenant) == ["NOT_FOUND"]


@pytest.mark.parametrize(
    ("narrowing", "names"),
    [
        ({"kind": "CX"}, ["Beta"]),
        ({"kind": "WEBEX_CLOUD_CONNECT"}, ["alpha", "Gamma"]),
        ({"mode": "INTEGRATED"}, ["Gamma"]),
        ({"status": "PENDING_CONSENT"}, ["Gamma"]),
        ({"status": ["PENDING_CONSENT", "PENDING_PROVISIONING"]}, ["alpha", "Beta", "Gamma"]),
        ({"mode": ["INTEGRATED", "NON_INTEGRATED"], "kind": ["CX"]}, ["Beta"]),
        ({"status": []}, ["alpha", "Beta", "Gamma"]),
        ({"organizationId": "org-beta"}, ["Beta"]),
        ({"organizationId": "org"}, []),
        ({"consentedAt": {"since": "2020-01-01T00:00:00Z"}}, ["alpha", "Beta"]),
        ({"consentedAt": {"before": "2020-01-01T00:00:00Z"}}, []),
        (
            {"lastModifiedAt": {"since": "2020-01-01T00:00:00Z", "before": "2999-01-01T00:00:00Z"}},
            ["alpha", "Beta", "Gamma"],
        ),
        ({"search": " alp "}, ["alpha"]),
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
    found = await api.query(LEADS, filter={"tenant": {"id": trio.provider}, **narrowing}, orderBy="CREATED_AT")

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
        ("CONSENTED_AT", ["Beta", "alpha", "Gamma"]),
        ("NAME", ["alpha", "Beta", "Gamma"]),
        ("CUSTOMER", ["alpha", "Beta", "Gamma"]),
        ("FULL_NAME", ["alpha", "Beta", "Gamma"]),
        ("STATUS", ["Gamma", "alpha", "Beta"]),
        ("MODE", ["Gamma", "alpha", "Beta"]),
        ("CHANNEL", ["alpha", "Beta", "Gamma"]),
        ("ORGANIZATION_ID", ["alpha", "Gamma", "Beta"]),
    ],
)
async def test_services_come_in_the_order_asked_for_and_the_other_way_round(
    api: Api, trio: Estate, order: str, names: list[str]
) -> None:
    """The newest first and names from A to Z, unless told otherwise; equal ones as they were made."""
    own = await api.query(LEADS, filter={"tenant": {"id": trio.provider}}, orderBy=order)
    both = [
        await api.query(LEADS, filter={"tenant": {"id": trio.provider}}, orderBy=order, direction=direction)
        for direction in ("ASC", "DESC")
    ]

    shown = [[line["name"] for line in found["services"]["nodes"]] for found in (own, *both)]
    assert shown[0] == names
    assert shown[1] == shown[2][::-1]
    assert names in shown[1:]


TENANCY = """query($tenants: TenantsFilter, $customers: CustomersFilter, $profiles: CallingProfilesFilter) {
  tenants(filter: $tenants, orderBy: CREATED_AT, direction: ASC) { nodes { name } }
  customers(filter: $customers, orderBy: FULL_NAME, direction: DESC) { nodes { name } }
  callingProfiles(filter: $profiles, orderBy: NAME, direction: DESC) { nodes { name } }
}"""


async def test_tenants_customers_and_profiles_are_searched_and_ordered(api: Api, family: Family) -> None:
    """By the beginning of a name, as services are; tenants by their kind too."""
    name, provider = family.owner.name, family.owner.provider
    wide = {
        "tenants": {"tenant": {"id": provider}},
        "customers": {"tenant": {"id": provider}},
        "profiles": {"search": f"PROFILE {name}"},
    }
    narrow = {
        "tenants": {"tenant": {"id": provider}, "kind": "CHANNEL", "search": "chan"},
        "customers": {"tenant": {"id": provider}, "search": "dir"},
        "profiles": {"search": f"rofile {name}"},
    }

    found = [await api.query(TENANCY, **given) for given in (wide, narrow)]

    shown = [{field: [n["name"] for n in page["nodes"]] for field, page in each.items()} for each in found]
    (own_provider, own_channel), customers = shown[0]["tenants"], shown[0]["customers"]
    assert own_channel == f"Channel {name}"
    assert own_provider != own_channel
    assert customers == [f"Direct {name}", f"Customer {name}"]
    assert shown[0]["callingProfiles"] == [f"Profile {name}"]
    assert shown[1] == {"tenants": [own_channel], "customers": [f"Direct {name}"], "callingProfiles": []}


COUNTS = """query($services: ServicesFilter, $numbers: NumbersFilter, $uploads: UploadsFilter) {
  serviceCounts(filter: $services) { total byMode { mode count } byStatus { status count } byKind { kind count } }
  numberCounts(filter: $numbers) {
    total byStatus { status count } byType { type count } bySyncState { syncState count } bySource { source count }
  }
  uploadCounts(filter: $uploads) { total byStatus { status count } }
}"""


async def test_tabs_and_badges_count_each_value_whichever_is_shown(api: Api, trio: Estate) -> None:
    """Every value of the enum, in its order; what is chosen of a field narrows the other fields."""
    given = {"tenant": {"id": trio.provider}}
    found = await api.query(
        COUNTS,
        services={**given, "mode": "INTEGRATED"},
        numbers={**given, "status": ["RELEASED"]},
        uploads={**given, "status": "DRAFT"},
    )

    counts = found["serviceCounts"]
    assert counts["total"] == 1
    assert counts["byMode"] == [{"mode": "INTEGRATED", "count": 1}, {"mode": "NON_INTEGRATED", "count": 2}]
    assert [(badge["status"], badge["count"]) for badge in counts["byStatus"]] == [
        ("PENDING_CONSENT", 1),
        ("PENDING_PROVISIONING", 0),
        ("READY", 0),
        ("REMOVING", 0),
    ]
    assert counts["byKind"] == [{"kind": "WEBEX_CLOUD_CONNECT", "count": 1}, {"kind": "CX", "count": 0}]
    assert (found["numberCounts"]["total"], found["uploadCounts"]["total"]) == (0, 0)
    assert len(found["numberCounts"]["bySyncState"]) == len(SyncState)


async def test_numbers_and_uploads_are_counted_as_they_are_listed(api: Api) -> None:
    """The total of a filter is the list's; a badge says what the list would be with it."""
    site, free = await plain_site(api), block()
    await submitted(api, site, (f"{free}010", f"{free}012"), numberType="SERVICE", cacValue=4)
    await submitted(api, site, f"{free}001")
    given = {"service": {"id": site.service}, "type": ["SERVICE"]}

    found = await api.query(COUNTS, numbers=given, uploads={"service": {"id": site.service}, "status": "DRAFT"})
    listed = {
        kind: (await api.query(NUMBERS, filter={**given, "type": kind}))["numbers"]["totalCount"]
        for kind in ("USER", "SERVICE", "CONTACT_CENTER")
    }

    counts = found["numberCounts"]
    assert {badge["type"]: badge["count"] for badge in counts["byType"]} == listed
    assert counts["total"] == listed["SERVICE"]
    assert sum(badge["count"] for badge in counts["byStatus"]) == listed["SERVICE"]
    done = {badge["status"]: badge["count"] for badge in found["uploadCounts"]["byStatus"]}
    assert (found["uploadCounts"]["total"], done["COMPLETED"] >= 2) == (0, True)


async def test_a_number_is_taken_apart(api: Api, site: Site) -> None:
    """The procedure's example: country code 1, area code 212, subscriber number 7881500."""
    upload = await submitted(api, site, "+12127881500")

    found = await api.query(NUMBERS, filter={"upload": {"id": upload}})

    assert found["numbers"]["nodes"] == [
        {"number": "+12127881500", "callingCode": "1", "areaCode": "212", "subscriberNumber": "7881500"}
    ]


async def test_a_number_is_found_by_itself(api: Api, site: Site) -> None:
    """By its whole E.164 form; what is not there is null."""
    number = f"{block()}001"
    await submitted(api, site, number)
    document = "query($n: PhoneNumber!) { number(by: { e164: $n }) { number service { id } } }"

    assert await api.query(document, n=number) == {"number": {"number": number, "service": {"id": site.service}}}
    assert await api.query(document, n="+10000000000") == {"number": None}


@pytest.mark.parametrize("strange", ["garbage", "VXBsb2FkOjAxYTIwNjY1YzM5ODc5YWZhMDY2ZmI2YjI5ODdiZGJj"])
async def test_a_number_is_found_by_its_id(api: Api, site: Site, strange: str) -> None:
    """Garbage, and the id of something else, are null."""
    upload = await submitted(api, site, f"{block()}001")
    listed = await api.query(
        "query($u: ID!) { numbers(filter: { upload: {id: $u} }) { nodes { id number } } }", u=upload
    )
    (number,) = listed["numbers"]["nodes"]
    document = "query($id: ID!) { number(by: { id: $id }) { id number } }"

    assert await api.query(document, id=number["id"]) == {"number": number}
    assert await api.query(document, id=strange) == {"number": None}


async def test_numbers_are_found_by_how_they_begin(api: Api, site: Site) -> None:
    """With or without the plus; in the middle does not count."""
    free = block()
    await submitted(api, site, (f"{free}010", f"{free}012"), f"{free}100")

    pasted = f"+1 ({free[2:5]}) {free[5:]}-01"
    with_plus = await api.query(NUMBERS, filter={"startsWith": pasted})
    searched = await api.query(NUMBERS, filter={"search": pasted})
    without = await api.query(NUMBERS, filter={"startsWith": f"{free}01".removeprefix("+")})
    middle = await api.query(NUMBERS, filter={"startsWith": f"{free}01"[3:], "service": {"id": site.service}})

    assert with_plus == without == searched
    assert [node["number"] for node in with_plus["numbers"]["nodes"]] == [f"{free}01{n}" for n in range(3)]
    assert middle["numbers"]["totalCount"] == 0


async def test_numbers_are_narrowed_by_what_the_filter_says(api: Api, site: Site) -> None:
    """Each criterion by itself, and none of them lets a stranger's number in."""
    upload = await submitted(api, site, f"{block()}001", numberType="SERVICE", cacValue=4, serviceInfo="Fax")
    other = await plain_site(api)
    fitting = [
        {"service": {"id": site.service}, "type": "SERVICE"},
        {"customer": {"id": site.estate.customer}, "upload": {"id": upload}},
        {"location": {"id": site.location}, "upload": {"id": upload}},
        {"upload": {"id": upload}, "status": "ACTIVE", "syncState": "MANUAL_PENDING", "source": "ENTRY"},
        {"upload": {"id": upload}, "status": ["RELEASED", "ACTIVE"], "type": ["SERVICE", "USER"], "source": []},
        {"upload": {"id": upload}, "sipConnection": site.connection, "assigned": False},
        {"upload": {"id": upload}, "search": f"customer {site.estate.name} INC"},
    ]
    unfitting = [
        {"upload": {"id": upload}, "type": "USER"},
        {"upload": {"id": upload}, "status": "RELEASED"},
        {"upload": {"id": upload}, "syncState": "SYNCED"},
        {"upload": {"id": upload}, "source": "FILE"},
        {"upload": {"id": upload}, "status": ["RELEASED", "COOLING"]},
        {"upload": {"id": upload}, "assigned": True},
        {"upload": {"id": upload}, "webexPhoneType": ["DID", "TOLLFREE", "MOBILE"]},
        {"upload": {"id": upload}, "sipConnection": other.connection},
        {"upload": {"id": upload}, "location": {"id": other.location}},
        {"upload": {"id": upload}, "search": "nobody is called so"},
    ]

    counts = [(await api.query(NUMBERS, filter=f))["numbers"]["totalCount"] for f in fitting + unfitting]

    assert counts == [1] * len(fitting) + [0] * len(unfitting)


@pytest.fixture(scope="session")
async def trio(shared: Api) -> Estate:
    """A customer with three different services, onboarded one after the other."""
    owner = await estate(shared)
    await onboard(shared, owner, name="alpha")
    await onboard(shared, owner, name="Beta", kind="CX", organizationId="org-beta")
    await onboard(shared, owner, name="Gamma", mode="INTEGRATED")
    return owner


async def _ids(api: Api, document: str, path: tuple[str, ...], **variables: Any) -> tuple[int, set[str]]:
    (found,) = (await api.query(document, **variables)).values()
    nodes = [node[path[0]] if len(path) == 1 else node[path[0]][path[1]] for node in found["nodes"]]
    return found["totalCount"], set(nodes)


def _nodes(connection: dict[str, Any]) -> set[str]:
    assert connection.get("totalCount", len(connection["nodes"])) == len(connection["nodes"])
    return {node["id"] for node in connection["nodes"]}
