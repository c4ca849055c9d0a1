"""Connections to Numberline."""

from gql import Client
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport


def asking(address: str, token: str, schema: str | None = None) -> Client:
    """Return a client for queries and mutations; with the text of schema.graphql it checks documents before it asks."""
    transport = HTTPXAsyncTransport(
        url=f"{address}/graphql",
        headers={
            "authorization": f"Bearer {token}",
            "accept": "application/graphql-response+json",
            "graphql-require-preflight": "1",  # for files
        },
        timeout=120,  # a file of a million rows takes the better part of a minute
    )
    return Client(transport=transport, schema=schema)


def following(address: str, token: str, patience_s: float = 15) -> Client:
    """Return a client for subscriptions."""
    transport = WebsocketsTransport(
        url=f"{address.replace('http', 'ws', 1)}/graphql",
        subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
        init_payload={"authorization": f"Bearer {token}"},
        close_timeout=patience_s / 3,
        ping_interval=patience_s * 2 / 3,  # a network can go away without a word: then no pong comes back
    )
    return Client(transport=transport)
