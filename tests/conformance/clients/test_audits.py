"""GraphQL over HTTP, by the audits of graphql-http."""

from tests.conformance.clients.node import lines


async def test_every_audit_of_graphql_http_is_passed(served: str, bearer: str) -> None:
    """What must be, what should be, and what may be. Without a token nearly all is 401, as section 4.3 has it."""
    async with lines("audits.mjs", f"{served}/graphql", bearer) as printed:
        results = await anext(printed)

    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == 61
