"""Lists by the Relay cursor connections specification: pages by keyset, never by offset."""

import base64
import binascii
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import strawberry

from schema.context import Info
from schema.describing import described
from schema.selections import asked_names
from store.database import Reading
from store.errors import NumberlineError
from store.paging import CursorInvalid, Order, Page, Window

Item = TypeVar("Item")

DEFAULT_PAGE = 50
"""How many rows a page has unless told otherwise."""

LARGEST_PAGE = 100
"""How many rows a page may have."""

First = Annotated[int | None, strawberry.argument(description="How many rows after `after`, 1 to 100; default 50.")]
After = Annotated[str | None, strawberry.argument(description="The cursor after which the page begins.")]
Last = Annotated[int | None, strawberry.argument(description="How many rows before `before`, 1 to 100.")]
Before = Annotated[str | None, strawberry.argument(description="The cursor before which the page ends.")]


BESIDE_THE_PAGE = frozenset({"totalCount", "__typename"})
"""What a list tells without a page of it."""

Place = tuple[int | None, str | None, int | None, str | None]
"""first, after, last and before, as they came."""


@dataclass(eq=False)
class PageSizeOutOfRange(NumberlineError):
    """A page has 1 to {most} rows; ask for that many and go on with the cursor."""

    code = "PAGE_SIZE_OUT_OF_RANGE"
    most: int = LARGEST_PAGE


@dataclass(eq=False)
class PageBothWays(NumberlineError):
    """Page forward with first and after, or backward with last and before, not both at once."""

    code = "PAGE_BOTH_WAYS"


@strawberry.type(description="Whether there is more, and where this page begins and ends.")
class PageInfo:
    """The Relay page info."""

    has_next_page: bool = described("Whether there are rows behind this page.")
    has_previous_page: bool = described("Whether there are rows before this page.")
    start_cursor: str | None = described("The cursor of the first row; null on an empty page.")
    end_cursor: str | None = described(
        "The cursor of the last row: pass it as `after` for the next page. Null on an empty page."
    )


@strawberry.type(description="One {node} of a page, with its place in the list.")
class Edge(Generic[Item]):
    """A row and its cursor."""

    cursor: str = described("The place of this row; good for the same filter, order and direction.")
    node: Item = described("The row itself.")


@strawberry.type(description="A page of a list of {node}: take `nodes`, or `edges` where you need the cursor of each.")
class Connection(Generic[Item]):
    """A page; edges and the count are made when asked for."""

    nodes: list[Item] = described("The rows of this page.")
    page_info: PageInfo = described("Where this page stands in the list.")
    cursor: strawberry.Private[Callable[[int], str]]
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @strawberry.field(description="The rows of this page with their cursors.")
    def edges(self) -> list[Edge[Item]]:
        """Pair the rows with their cursors."""
        return [Edge(cursor=self.cursor(place), node=node) for place, node in enumerate(self.nodes)]

    @strawberry.field(description="How many rows the whole list has; counted only when asked for.")
    async def total_count(self) -> int:
        """Count the list."""
        return await self.count()


def window(order: Order, first: int | None, after: str | None, last: int | None, before: str | None) -> Window:
    """Return which rows are asked for.

    Raises PageSizeOutOfRange, PageBothWays, CursorInvalid.
    """
    backward = last is not None or before is not None
    if backward and (first is not None or after is not None):
        raise PageBothWays
    size = last if backward else first
    if size is not None and not 1 <= size <= LARGEST_PAGE:
        raise PageSizeOutOfRange
    return Window(size or DEFAULT_PAGE, decode_cursor(order, before if backward else after), backward)


async def listed(
    info: Info,
    order: Order,
    place: Place,
    page: Callable[[Reading, Window], Awaitable[Page[Any]]],
    total: Callable[[Reading], Awaitable[int]],
    convert: Callable[[Any], Item],
) -> Connection[Item]:
    """Read one page of a list and return it as a connection; page and count are each read when they are asked for.

    Raises PageSizeOutOfRange, PageBothWays, CursorInvalid.
    """
    wanted = window(order, *place)
    found: Page[Any] = Page([], has_next=False, has_previous=False)
    if not asked_names(info) <= BESIDE_THE_PAGE:
        async with info.context.desk.read() as reading:
            found = await page(reading, wanted)

    async def count() -> int:
        async with info.context.desk.read() as reading:
            return await total(reading)

    def cursor(place: int) -> str:
        return encode_cursor(order, found.rows[place])

    page_info = PageInfo(
        has_next_page=found.has_next,
        has_previous_page=found.has_previous,
        start_cursor=cursor(0) if found.rows else None,
        end_cursor=cursor(-1) if found.rows else None,
    )
    return Connection(nodes=[convert(row) for row in found.rows], page_info=page_info, cursor=cursor, count=count)


def encode_cursor(order: Order, row: Any) -> str:
    """Return the place of a row in an order."""
    place = json.dumps([order.name, *order.cursor(row)], separators=(",", ":"))
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def decode_cursor(order: Order, cursor: str | None) -> tuple[str, ...] | None:
    """Return the place that a cursor stands for. Raises CursorInvalid, also for a cursor of another order or filter."""
    if cursor is None:
        return None
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise CursorInvalid from error
    if not isinstance(place, list) or not all(isinstance(part, str) for part in place) or place[:1] != [order.name]:
        raise CursorInvalid
    return tuple(place[1:])
