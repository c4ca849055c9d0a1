"""Counting rows by what they are."""

from uuid import UUID

from provisioning.desk import Desk
from store import numbers, services, uploads
from store.counts import Counts
from store.lookup import Name, one
from store.numbers import NumberFilter
from store.services import ServiceFilter
from store.tables import Customer
from store.uploads import UploadFilter
from store.vocabulary import (
    NumberStatus,
    NumberType,
    ServiceKind,
    ServiceMode,
    ServiceStatus,
    SyncState,
    UploadStatus,
)
from tests.arrange import by_hand, customer, let_be, provider, scope_of, seen_by, service, span, submitted

CELLS = {("A", 1): 10, ("A", 2): 20, ("B", 1): 300, ("B", 2): 4000}


def test_a_column_is_counted_whatever_is_chosen_of_it() -> None:
    """A tab shows how much another tab has; what is chosen of the other columns holds."""
    counts = Counts(CELLS, {"letter": {"A"}, "figure": {2}})
    assert counts.by("letter") == {"A": 20, "B": 4000}
    assert counts.by("figure") == {1: 10, 2: 20}
    assert counts.total() == 20


def test_nothing_chosen_of_a_column_means_all_of_it() -> None:
    """As in the filter."""
    counts = Counts(CELLS, {"letter": (), "figure": {1}})
    assert counts.by("letter") == {"A": 10, "B": 300}
    assert counts.by("figure") == {1: 310, 2: 4020}
    assert counts.total() == 310


async def test_services_are_counted_by_mode_status_and_kind(desk: Desk) -> None:
    """Under the rest of the filter."""
    owner = await customer(desk, await provider(desk))
    other = await customer(desk, await provider(desk, "Other"))
    for name, mode in (
        ("x1", ServiceMode.INTEGRATED),
        ("x2", ServiceMode.NON_INTEGRATED),
        ("b", ServiceMode.INTEGRATED),
    ):
        await service(desk, owner, mode, name=name)
    await service(desk, owner, kind=ServiceKind.CX, name="x3")
    await service(desk, other, name="x4")
    async with desk.read() as reading:
        wanted = ServiceFilter(customer_id=owner.id, search="X", modes=(ServiceMode.INTEGRATED,))
        found = await services.counts(reading, wanted)
        listed = await services.total(reading, wanted)
    assert found.by("mode") == {ServiceMode.INTEGRATED: 1, ServiceMode.NON_INTEGRATED: 2}
    assert found.by("status") == {ServiceStatus.PENDING_CONSENT: 1}
    assert found.by("kind") == {ServiceKind.WEBEX_CLOUD_CONNECT: 1}
    assert found.total() == listed == 1


async def test_numbers_are_counted_by_status_type_and_sync_state(desk: Desk) -> None:
    """Under the rest of the filter; the total is the list's."""
    dialog = await by_hand(desk)
    await submitted(desk, dialog, span("+12125550100", "+12125550104"))
    await let_be(desk, "+12125550100", NumberStatus.RELEASED)
    async with desk.read() as reading:
        wanted = NumberFilter(service_id=dialog.service.id, statuses=(NumberStatus.ACTIVE,))
        found = await numbers.counts(reading, wanted)
        listed = await numbers.total(reading, wanted)
        nowhere = await numbers.counts(reading, NumberFilter(starts_with="+1213"))
    assert found.by("status") == {NumberStatus.ACTIVE: 4, NumberStatus.RELEASED: 1}
    assert found.by("type") == {NumberType.USER: 4}
    assert found.by("sync_state") == {SyncState.MANUAL_PENDING: 4}
    assert found.total() == listed == 4
    assert (nowhere.total(), nowhere.by("status")) == (0, {})


async def test_counts_show_nothing_of_somebody_else(desk: Desk) -> None:
    """Each provider counts its own; the system counts both."""
    ours, theirs = await by_hand(desk), await by_hand(desk)
    await submitted(desk, ours, "+12125550100")
    await submitted(desk, theirs, span("+12125550101", "+12125550102"))
    seen = []
    for who in (desk, await _bound(desk, ours.service.customer_id), await _bound(desk, theirs.service.customer_id)):
        async with who.read() as reading:
            found = (
                await numbers.counts(reading, NumberFilter()),
                await services.counts(reading, ServiceFilter()),
                await uploads.counts_by_status(reading, UploadFilter()),
            )
        seen.append((found[0].total(), found[1].by("status"), found[2].by("status")))
    ready, done = ServiceStatus.READY, UploadStatus.COMPLETED
    assert seen == [(3, {ready: 2}, {done: 2}), (1, {ready: 1}, {done: 1}), (2, {ready: 1}, {done: 1})]


async def _bound(desk: Desk, customer_id: UUID) -> Desk:
    async with desk.read() as reading:
        return seen_by(desk, scope_of(await one(reading, Customer, Name(id=customer_id))))
