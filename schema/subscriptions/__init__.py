"""The subscriptions: the current state first, then every change as it happens."""

import strawberry

from schema.subscriptions.services import ServiceSubscriptions
from schema.subscriptions.uploads import UploadSubscriptions


@strawberry.type(description="What is pushed while it happens.")
class Subscription(ServiceSubscriptions, UploadSubscriptions):
    """The root of all subscriptions."""
