"""Following an upload."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from connect import following
from gql import GraphQLRequest
from gql.transport.exceptions import TransportConnectionFailed, TransportServerError
from websockets.exceptions import ConnectionClosed

UPLOAD_PROGRESS = """
subscription UploadProgress($upload: ID!, $after: String) {
  uploadProgressed(upload: {id: $upload}, after: $after) {
    cursor
    status
    ended
    counts { submitted pending added failed }
  }
}
"""

TOKEN_REFUSED = 4403
"""The code with which the socket is closed where the token is missing or not good."""


async def follow_upload(
    address: str, token: str, upload: str, pause_s: float = 1, patience_s: float = 15
) -> AsyncIterator[dict[str, Any]]:
    """Follow an upload. Where the connection is lost, it is made again and goes on where it was."""
    after = None
    while True:
        try:
            async with following(address, token, patience_s) as session:
                request = GraphQLRequest(UPLOAD_PROGRESS, variable_values={"upload": upload, "after": after})
                async for event in session.subscribe(request):
                    after = event["uploadProgressed"]["cursor"]
                    yield event["uploadProgressed"]
                return
        except (TransportConnectionFailed, TransportServerError) as lost:
            if is_refused(lost):
                raise
            await asyncio.sleep(pause_s)


def is_refused(lost: Exception) -> bool:
    """Say whether it is of no use to try again."""
    closed = lost.__cause__
    return isinstance(closed, ConnectionClosed) and closed.rcvd is not None and closed.rcvd.code == TOKEN_REFUSED
