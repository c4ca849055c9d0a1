"""Going through numbers."""

from collections.abc import AsyncIterator
from typing import Any

from gql import GraphQLRequest
from gql.client import AsyncClientSession

NUMBERS_PAGE = """
query NumbersPage($filter: NumbersFilter, $first: Int, $after: String) {
  numbers(filter: $filter, orderBy: NUMBER, first: $first, after: $after) {
    nodes { id number status syncState }
    pageInfo { hasNextPage endCursor }
  }
}
"""


async def numbers_of(
    session: AsyncClientSession, service: str, first: int = 100
) -> AsyncIterator[list[dict[str, Any]]]:
    """Go through all numbers of a service, a page at a time."""
    more, after = True, None
    while more:
        wanted = {"filter": {"service": {"id": service}}, "first": first, "after": after}
        page = (await session.execute(GraphQLRequest(NUMBERS_PAGE, variable_values=wanted)))["numbers"]
        yield page["nodes"]
        more, after = page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"]
