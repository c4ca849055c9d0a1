"""What a caller may do and see by its role and level. What is not its own: see `matrix`."""

from dataclasses import dataclass

import pytest

from store.vocabulary import Level, Role
from tests.api.conftest import Running
from tests.api.journey import Api, Site, block, customer_of, estate, mutation, plain_site, started, submitted

COUNTS = """{
  tenants { totalCount } customers { totalCount } services { totalCount } numbers { totalCount } uploads { totalCount }
}"""


@dataclass(frozen=True, slots=True)
class Place:
    """A provider's service with a number, an upload under way, and somebody at each level who belongs there."""

    site: Site
    provider: str
    channel: str
    customer: str


@pytest.fixture(scope="session")
async def place(shared: Api, running: Running) -> Place:
    """One channel with one customer, and beside it a customer of the provider's own with a service and a number."""
    owner = await estate(shared)
    site = await plain_site(shared, owner)
    await submitted(shared, site, f"{block()}001")
    await started(shared, site)
    beside = await customer_of(shared, owner.provider, "Beside")
    other = await shared.make(
        "serviceOnboard", customer={"id": beside}, name="Beside", kind="CX", mode="NON_INTEGRATED"
    )
    assert other
    return Place(
        site,
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


async def test_who_is_above_is_not_told_by_name(running: Running, shared: Api, place: Place) -> None:
    """Who is at the same level, or above, knows who started an upload."""
    started_by = "query($by: UploadBy!) { upload(by: $by) { createdBy } }"
    provider = shared.as_(running.token(Level.PROVIDER, bound_to=place.site.estate.provider))
    upload = await started(provider, place.site)
    (name,) = (await provider.query("{ viewer { subject } }"))["viewer"].values()

    told = [
        (await reader.query(started_by, by={"id": upload}))["upload"]["createdBy"]
        for reader in (shared, provider, shared.as_(place.channel), shared.as_(place.customer))
    ]

    assert told == [name, name, None, None]


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
