"""What happens to consents and tokens behind our back, as control routes."""

import sqlite3

from starlette.routing import Route

from controlhub.simulator import grants
from controlhub.simulator.orders import Order, order_route


class Organization(Order):
    """The body of POST /_tokens/revoke and /_tokens/expire."""

    organization: str


class Narrowing(Organization):
    """The body of POST /_tokens/narrow: the scopes that remain."""

    scopes: list[str]


class Management(Order):
    """The body of POST /_organizations/manage: the partner's tokens act on the customer with `?orgId=`."""

    partner: str
    customer: str


def authority_routes(db: sqlite3.Connection) -> list[Route]:
    """Return the control routes."""
    return [
        order_route(db, "/_tokens/revoke", Organization, _revoke),
        order_route(db, "/_tokens/expire", Organization, _expire),
        order_route(db, "/_tokens/narrow", Narrowing, _narrow),
        order_route(db, "/_organizations/manage", Management, _manage),
    ]


def _revoke(db: sqlite3.Connection, body: Organization) -> None:
    grants.revoke(db, body.organization)


def _expire(db: sqlite3.Connection, body: Organization) -> None:
    """End the access tokens before their time; the refresh tokens stay good."""
    grants.expire_access(db, body.organization)


def _narrow(db: sqlite3.Connection, body: Narrowing) -> None:
    grants.narrow(db, body.organization, " ".join(body.scopes))


def _manage(db: sqlite3.Connection, body: Management) -> None:
    grants.manage(db, body.customer, body.partner)
