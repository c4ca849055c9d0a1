"""The Node interface."""

import strawberry

from schema.describing import described


@strawberry.interface(description="Anything that can be fetched again by its id.")
class Node:
    """The Relay node."""

    id: strawberry.ID = described("The global id: opaque, stable, good for `node(id:)`.")
