"""Subscriptions by the clients of graphql-sse and graphql-ws, cut off in between."""

import json

import pytest

from tests.api.journey import Api, plain_site, submitted
from tests.conformance.clients.line import Line
from tests.conformance.clients.node import lines

STATUS = """subscription($s: [ServiceBy!]!, $after: String) {
  serviceStatusChanged(services: $s, after: $after) { status cursor }
}"""


@pytest.mark.parametrize("transport", ["sse", "ws"])
async def test_a_client_that_was_cut_off_gets_what_it_missed(api: Api, line: Line, transport: str) -> None:
    """Once and in order, and then the end."""
    site = await plain_site(api)
    variables = json.dumps({"s": [{"id": site.service}]})

    async with lines("follow.mjs", transport, f"{line.address}/graphql", api.token or "", STATUS, variables) as printed:
        seen = [await anext(printed)]
        line.cut()
        await submitted(api, site, "+12125550100" if transport == "sse" else "+12125550101")
        line.mend()
        seen.append(await anext(printed))
        line.cut()
        await api.make("serviceRemove", selection="status", service={"id": site.service})
        line.mend()
        seen += [result async for result in printed]

    statuses = [result["data"]["serviceStatusChanged"]["status"] for result in seen]
    assert statuses == ["PENDING_PROVISIONING", "READY", "REMOVING", None]
