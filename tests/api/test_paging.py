"""Going through a list page by page, while it grows."""

from typing import Any

import psycopg
import pytest

from tests.api.journey import Api, Estate, Site, added, block, customer_of, plain_site, started, submitted

NUMBERS = """query(
  $filter: NumbersFilter, $order: NumberOrder!, $direction: OrderDirection,
  $first: Int, $after: String, $last: Int, $before: String
) {
  page: numbers(
    filter: $filter, orderBy: $order, direction: $direction, first: $first, after: $after, last: $last, before: $before
  ) {
    totalCount nodes { number } edges { cursor node { number } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""


@pytest.fixture
async def ten(api: Api, site: Site) -> dict[str, Any]:
    """A filter that ten numbers fit, of which the last four digits are 0000 to 0009."""
    return {"upload": {"id": await submitted(api, site, _span(block(), 0, 9))}}


@pytest.mark.parametrize("order", ["NUMBER", "ACQUIRED_AT"])
async def test_pages_forward_show_every_row_once(api: Api, ten: dict[str, Any], order: str) -> None:
    """Each goes on where the one before ended, and says whether there is more."""
    whole = await _page(api, ten, order, first=100)
    first = await _page(api, ten, order, first=4)
    second = await _page(api, ten, order, first=4, after=first["pageInfo"]["endCursor"])
    third = await _page(api, ten, order, first=4, after=second["pageInfo"]["endCursor"])

    pages = [first, second, third]
    assert [len(page["nodes"]) for page in pages] == [4, 4, 2]
    assert [row for page in pages for row in page["nodes"]] == whole["nodes"]
    assert [page["pageInfo"]["hasNextPage"] for page in pages] == [True, True, False]
    assert [page["totalCount"] for page in pages] == [10, 10, 10]


@pytest.mark.parametrize("order", ["NUMBER", "ACQUIRED_AT"])
async def test_pages_backward_show_every_row_once_and_in_the_lists_own_order(
    api: Api, ten: dict[str, Any], order: str
) -> None:
    """The last page comes first; within a page the order stays."""
    whole = await _page(api, ten, order, first=100)
    last = await _page(api, ten, order, last=4)
    middle = await _page(api, ten, order, last=4, before=last["pageInfo"]["startCursor"])
    start = await _page(api, ten, order, last=4, before=middle["pageInfo"]["startCursor"])

    pages = [start, middle, last]
    assert [row for page in pages for row in page["nodes"]] == whole["nodes"]
    assert [page["pageInfo"]["hasPreviousPage"] for page in pages] == [False, True, True]


async def test_edges_are_the_rows_with_their_cursors(api: Api, ten: dict[str, Any]) -> None:
    """The first and last of them are the page's."""
    page = await _page(api, ten, "NUMBER", first=3)

    assert [edge["node"] for edge in page["edges"]] == page["nodes"]
    assert page["pageInfo"]["startCursor"] == page["edges"][0]["cursor"]
    assert page["pageInfo"]["endCursor"] == page["edges"][-1]["cursor"]


async def test_an_empty_page_has_no_cursors(api: Api, ten: dict[str, Any]) -> None:
    """And nothing on either side."""
    page = await _page(api, {**ten, "status": "RELEASED"}, "NUMBER", first=3)

    assert page == {
        "totalCount": 0,
        "nodes": [],
        "edges": [],
        "pageInfo": {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None},
    }


async def test_rows_that_come_meanwhile_shift_nothing(api: Api, site: Site) -> None:
    """The newest stand in front of a page that was left: the next page has none of them and misses no row."""
    free = block()
    shown = {"service": {"id": site.service}, "startsWith": free}
    await submitted(api, site, _span(free, 0, 9))
    first = await _page(api, shown, "ACQUIRED_AT", first=5)
    await submitted(api, site, _span(free, 50, 59))

    second = await _page(api, shown, "ACQUIRED_AT", first=5, after=first["pageInfo"]["endCursor"])
    before = await _page(api, shown, "ACQUIRED_AT", last=50, before=first["pageInfo"]["startCursor"])

    rows = [row["number"] for row in first["nodes"] + second["nodes"]]
    assert sorted(rows) == [f"{free}{number:03}" for number in range(10)]
    assert len(before["nodes"]) == 10
    assert second["totalCount"] == 20


async def test_rows_that_go_meanwhile_leave_no_gap(api: Api, behind: str, site: Site) -> None:
    """Even the row at which the page ended, and one of the next page."""
    free = block()
    shown = {"upload": {"id": await submitted(api, site, _span(free, 0, 9))}}
    first = await _page(api, shown, "NUMBER", first=4)
    gone = [f"{free}{number:03}" for number in (3, 5)]
    async with await psycopg.AsyncConnection.connect(behind) as owner:
        await owner.execute("DELETE FROM number WHERE e164 = ANY(%s)", [gone])

    second = await _page(api, shown, "NUMBER", first=4, after=first["pageInfo"]["endCursor"])
    back = await _page(api, shown, "NUMBER", last=4, before=second["pageInfo"]["startCursor"])

    assert _lasts(second) == [4, 6, 7, 8]
    assert _lasts(back) == [0, 1, 2]
    assert back["pageInfo"]["hasPreviousPage"] is False


async def test_rows_of_one_filter_stay_when_others_change_into_it(api: Api, behind: str, site: Site) -> None:
    """A sync changes what is shown: what comes to fit before the place pushes nothing onto the next page."""
    free = block()
    upload = await submitted(api, site, _span(free, 0, 9))
    await _states(behind, free, range(0, 10, 2), "SYNCED")
    shown = {"upload": {"id": upload}, "syncState": "SYNCED"}
    first = await _page(api, shown, "NUMBER", first=2)
    await _states(behind, free, range(1, 10, 2), "SYNCED")

    second = await _page(api, shown, "NUMBER", first=100, after=first["pageInfo"]["endCursor"])

    assert (_lasts(first), _lasts(second)) == ([0, 2], [3, 4, 5, 6, 7, 8, 9])


@pytest.mark.parametrize("order", ["NUMBER", "ACQUIRED_AT"])
async def test_a_list_runs_the_other_way_round_when_told_so(api: Api, ten: dict[str, Any], order: str) -> None:
    """Page by page the same rows in reverse."""
    ways = []
    for direction in ("ASC", "DESC"):
        first = await _page(api, ten, order, direction=direction, first=6)
        rest = await _page(api, ten, order, direction=direction, first=6, after=first["pageInfo"]["endCursor"])
        ways.append([*_lasts(first), *_lasts(rest)])

    assert sorted(ways[0]) == list(range(10))
    assert ways[0] == ways[1][::-1]
    assert order != "NUMBER" or ways[0] == sorted(ways[0])


async def test_a_page_has_fifty_rows_unless_told_otherwise(api: Api, site: Site) -> None:
    """And a hundred at most."""
    wanted = {"upload": {"id": await submitted(api, site, _span(block(), 0, 119))}}

    assert len((await _page(api, wanted, "NUMBER"))["nodes"]) == 50
    assert len((await _page(api, wanted, "NUMBER", first=100))["nodes"]) == 100


async def test_names_that_are_alike_but_for_their_case_are_paged_without_loss(api: Api, owner: Estate) -> None:
    """Where names are equal the ids decide."""
    tenant = await api.make("tenantCreate", kind="CHANNEL", name="Paging", parentId=owner.provider)
    names = ["anna", "Berta", "Änne", "anna-2", "zoe", "Zoe 2"]
    for name in names:
        await customer_of(api, tenant, name)
    document = """query($tenant: ID!, $after: String) {
      customers(filter: { tenant: {id: $tenant} }, first: 2, after: $after) { nodes { name } pageInfo { endCursor } }
    }"""
    seen: list[str] = []
    after = None
    for _ in range(3):
        page = (await api.query(document, tenant=tenant, after=after))["customers"]
        seen += [node["name"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]

    assert sorted(seen) == sorted(names)


@pytest.mark.parametrize(
    ("field", "root"), [("locations", "service"), ("sipConnections", "service"), ("entries", "upload")]
)
async def test_lists_within_things_are_pages_too(api: Api, field: str, root: str) -> None:
    """Forward, with a count, and with the same limits."""
    site = await plain_site(api)
    ids = {"service": site.service, "upload": await started(api, site)}
    await api.make("locationCreate", service={"id": site.service}, name="Second", country="US")
    await api.make(
        "sipConnectionCreate", service={"id": site.service}, name="second", callingProfileId=site.estate.profile
    )
    await added(api, ids["upload"], "+12125550100", "+12125550101")
    kind = f"{root[0].upper()}{root[1:]}By"
    page = "totalCount edges { cursor } pageInfo { hasNextPage endCursor }"
    document = f"""query($by: {kind}!, $first: Int, $after: String) {{
      {root}(by: $by) {{ page: {field}(first: $first, after: $after) {{ {page} }} }}
    }}"""

    first = (await api.query(document, by={"id": ids[root]}, first=1))[root]["page"]
    second = (await api.query(document, by={"id": ids[root]}, first=1, after=first["pageInfo"]["endCursor"]))[root][
        "page"
    ]

    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (2, True)
    assert second["pageInfo"]["hasNextPage"] is False
    assert first["edges"] != second["edges"]
    assert await api.codes(document, by={"id": ids[root]}, first=101) == ["PAGE_SIZE_OUT_OF_RANGE"]
    assert await api.codes(document, by={"id": ids[root]}, after="garbage") == ["CURSOR_INVALID"]


async def _page(api: Api, wanted: dict[str, Any], order: str, **place: Any) -> dict[str, Any]:
    page: dict[str, Any] = (await api.query(NUMBERS, filter=wanted, order=order, **place))["page"]
    return page


def _lasts(page: dict[str, Any]) -> list[int]:
    """Return the last three digits of the numbers on a page."""
    return [int(row["number"][-3:]) for row in page["nodes"]]


async def _states(behind: str, free: str, lasts: range, state: str) -> None:
    """Let numbers stand otherwise with Control Hub, as a sync would."""
    numbers = [f"{free}{last:03}" for last in lasts]
    async with await psycopg.AsyncConnection.connect(behind) as owner:
        await owner.execute("UPDATE number SET sync_state = %s WHERE e164 = ANY(%s)", [state, numbers])


def _span(free: str, first: int, last: int) -> tuple[str, str]:
    return f"{free}{first:03}", f"{free}{last:03}"
