"""Keyset pages."""

from datetime import UTC, datetime

import pytest

from provisioning.desk import Desk
from provisioning.tenants import NewTenant, create_tenant
from store import entries, services, tenants
from store.paging import CursorInvalid, Page, Window
from store.tenants import TenantFilter
from store.vocabulary import TenantKind
from tests.arrange import by_hand, customer, provider, service, upload

LETTERS = ("B", "C", "D")


async def make(desk: Desk, *names: str) -> None:
    """Make providers of these names; System comes after them."""
    for name in names:
        await create_tenant(desk, NewTenant(TenantKind.SERVICE_PROVIDER, name))


async def turn(desk: Desk, window: Window) -> Page[tuple[object]]:
    """Read one page of tenants by name."""
    async with desk.read() as reading:
        return await tenants.listing(reading, TenantFilter(), tenants.BY_NAME, window)


def names(page: Page[tuple[object]]) -> list[str]:
    """Return the names on a page."""
    return [row[0].name for row in page.rows]


async def test_a_page_begins_after_the_last_row_of_the_one_before(desk: Desk) -> None:
    """Rows that come before the place meanwhile do not shift the next page."""
    await make(desk, *LETTERS)
    first = await turn(desk, Window(2))
    await make(desk, "A")
    second = await turn(desk, Window(2, tenants.BY_NAME.cursor(first.rows[-1])))
    assert [*names(first), *names(second)] == ["B", "C", "D", "System"]


async def test_pages_forward_say_what_lies_on_either_side(desk: Desk) -> None:
    """The first has nothing before it, the last nothing after it."""
    await make(desk, *LETTERS)
    first = await turn(desk, Window(3))
    last = await turn(desk, Window(3, tenants.BY_NAME.cursor(first.rows[-1])))
    assert (names(first), first.has_previous, first.has_next) == (["B", "C", "D"], False, True)
    assert (names(last), last.has_previous, last.has_next) == (["System"], True, False)


async def test_pages_backward_keep_the_order_of_the_list(desk: Desk) -> None:
    """From the end, and then before a place."""
    await make(desk, *LETTERS)
    last = await turn(desk, Window(3, backward=True))
    first = await turn(desk, Window(3, tenants.BY_NAME.cursor(last.rows[0]), backward=True))
    assert (names(last), last.has_previous, last.has_next) == (["C", "D", "System"], True, False)
    assert (names(first), first.has_previous, first.has_next) == (["B"], False, True)


async def test_a_page_that_is_just_full_has_no_next_one(desk: Desk) -> None:
    """No empty page at the end."""
    await make(desk, *LETTERS)
    assert (await turn(desk, Window(4))).has_next is False
    assert (await turn(desk, Window(4, backward=True))).has_previous is False


@pytest.mark.parametrize("cursor", [(), ("B",), ("B", "not an id"), ("B", "C", "D")])
async def test_a_cursor_of_another_list_is_refused(desk: Desk, cursor: tuple[str, ...]) -> None:
    """With a code of its own, not as an internal error."""
    with pytest.raises(CursorInvalid) as refused:
        await turn(desk, Window(2, cursor))
    assert refused.value.code == "CURSOR_INVALID"


async def test_rows_of_equal_keys_are_told_apart_by_their_ids(desk: Desk) -> None:
    """Services changed in the same instant come once each, the last made first."""
    owner = await customer(desk, await provider(desk))
    made = [await service(desk, owner, name=name) for name in ("one", "two", "three")]
    same = datetime(2026, 11, 1, 12, 0, 0, 123456, tzinfo=UTC)
    async with desk.begin() as transaction:
        for row in made:
            await services.touch(transaction, row.id, same)
    seen, cursor = [], None
    async with desk.read() as reading:
        for _ in made:
            window = Window(1, cursor)
            found = await services.listing(reading, services.ServiceFilter(), services.BY_CHANGE, window)
            seen.extend(row[0].name for row in found.rows)
            cursor = services.BY_CHANGE.cursor(found.rows[-1])
    assert seen == ["three", "two", "one"]


async def test_entries_come_in_the_order_in_which_they_were_put_in(desk: Desk) -> None:
    """Ten come after nine: positions are numbers, in cursors too."""
    typed = [f"+12125550{index:03d}" for index in range(12)]
    filled = await upload(desk, await by_hand(desk), *typed)
    async with desk.read() as reading:
        first = await entries.listing(reading, filled.id, None, Window(10))
        cursor = entries.IN_ORDER.cursor(first.rows[-1])
        second = await entries.listing(reading, filled.id, None, Window(10, cursor))
    assert [row[0].raw for row in [*first.rows, *second.rows]] == typed
