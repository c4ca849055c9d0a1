"""GraphQL over HTTP, by the audits of graphql-http."""

from tests.conformance.clients.node import lines


async def test_every_audit_of_graphql_http_is_passed(served: str) -> None:
    """What must be, what should be, and what may be."""
    async with lines("audits.mjs", f"{served}/graphql") as printed:
        results = await anext(printed)

    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == 61
