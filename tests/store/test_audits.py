"""The audit trail is read off an index, by whatever it is narrowed, however long it is."""

from contextlib import closing
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import event

from provisioning.desk import Desk
from store import audits
from store.actions import AuditAction
from store.audits import BY_TIME, AuditFilter, Entity
from store.database import Database
from store.migrate import as_application
from store.paging import Window
from store.scope import Scope
from store.spans import Span, spans_of
from store.vocabulary import Level
from tests.arrange import seen_by

PROVIDER, CHANNEL, CUSTOMER, SERVICE = (UUID(int=1 << 64 | kind) for kind in range(4))
"""Of 20 providers, 200 channels, 2,000 customers and 2,000 services, one each."""

_FILL = """
INSERT INTO audit_event (provider_id, channel_id, customer_id, service_id, actor, actor_level, action, entity,
                         entity_id, numbers, at)
SELECT pg_temp.key(n % 20, 0), pg_temp.key(n % 200, 1), pg_temp.key(n % 2000, 2), pg_temp.key(n % 2000, 3),
       'actor ' || n % 500, 'SYSTEM', CASE WHEN n % 100 = 1 THEN 'NUMBERS_RELEASED' ELSE 'UPLOAD_STARTED' END,
       'service', pg_temp.key(n % 2000, 3),
       CASE WHEN n % 100 = 1 THEN CAST('{[' || n || ',' || n || ']}' AS int8multirange) END,
       TIMESTAMPTZ '2026-01-01 00:00:00+00' + n * INTERVAL '1 minute'
FROM generate_series(1, 200_000) AS n
"""

_KEY = """
CREATE FUNCTION pg_temp.key(high bigint, low bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT CAST(lpad(to_hex(high), 16, '0') || lpad(to_hex(low), 16, '0') AS uuid)
$$
"""

PLACE = ("2026-03-01T00:00:00+00:00", str(UUID(int=7)))
"""Somewhere in the middle."""


@pytest.fixture
def filled(owner_url: str) -> None:
    """A long trail."""
    with closing(psycopg.connect(owner_url, autocommit=True)) as owner:
        owner.execute(_KEY)
        owner.execute(_FILL)
        owner.execute("VACUUM ANALYZE audit_event")


@pytest.fixture
def sent(database: Database) -> list[tuple[str, Any]]:
    """The statements that are sent."""
    found: list[tuple[str, Any]] = []
    event.listen(
        database._reading.sync_engine,  # the statement itself is what is looked at
        "before_cursor_execute",
        lambda _c, _r, statement, given, *_: found.append((statement, given)),
    )
    return found


SYSTEM = Scope(Level.SYSTEM, None, "t")
OF_PROVIDER = Scope(Level.PROVIDER, PROVIDER, "t")
OF_CHANNEL = Scope(Level.CHANNEL, CHANNEL, "t")
OF_CUSTOMER = Scope(Level.CUSTOMER, CUSTOMER, "t")
RELEASED = (AuditAction.NUMBERS_RELEASED,)

FILTERS = [
    (SYSTEM, AuditFilter(), "audit_event_by_time"),
    (OF_PROVIDER, AuditFilter(), "audit_event_by_time_of_provider"),
    (OF_CHANNEL, AuditFilter(), "audit_event_by_time_of_channel"),
    (OF_CUSTOMER, AuditFilter(), "audit_event_customer"),
    (SYSTEM, AuditFilter(actions=RELEASED), "audit_event_by_action"),
    (OF_PROVIDER, AuditFilter(actions=RELEASED), "audit_event_by_action_of_provider"),
    (OF_CHANNEL, AuditFilter(actions=RELEASED), "audit_event_by_action_of_channel"),
    (SYSTEM, AuditFilter(number="+7"), "audit_event_by_number"),
    (OF_PROVIDER, AuditFilter(number="+7"), "audit_event_by_number_of_provider"),
    (OF_CHANNEL, AuditFilter(number="+7"), "audit_event_by_number_of_channel"),
    (SYSTEM, AuditFilter(customer_id=CUSTOMER), "audit_event_customer"),
    (OF_PROVIDER, AuditFilter(service_id=SERVICE), "audit_event_service"),
    (OF_PROVIDER, AuditFilter(entity=Entity("service", SERVICE)), "audit_event_entity"),
    (SYSTEM, AuditFilter(actor="actor 1"), "audit_event_actor"),
    (OF_PROVIDER, AuditFilter(actor="actor 1"), "audit_event_actor"),
]


@pytest.mark.usefixtures("filled")
async def test_each_filter_is_read_in_the_order_of_an_index(
    desk: Desk, owner_url: str, sent: list[tuple[str, Any]]
) -> None:
    """From the start and from a place, under row-level security; nothing is sorted, and no page reads far."""
    used = []
    for scope, wanted, _ in FILTERS:
        for window in (Window(50), Window(50, PLACE)):
            async with seen_by(desk, scope).read() as reading:
                await audits.listing(reading, wanted, BY_TIME, window)
            used.append(await _index(owner_url, scope, *sent[-1]))
    assert used == [index for _, _, index in FILTERS for _ in range(2)]


async def _index(owner_url: str, scope: Scope, statement: str, given: Any) -> str:
    """Return the one index that a statement is read off, with "Sort" where it is sorted."""
    async with await psycopg.AsyncConnection.connect(as_application(owner_url)) as connection:
        # Of a few rows a sort costs less than it takes to read them in order; of many it does not.
        await connection.execute("SET enable_sort = off")
        await connection.execute("SELECT set_config('numberline.scope', %s, true)", [scope.principal])
        lines = await (await connection.execute("EXPLAIN (FORMAT JSON) " + statement, given)).fetchone()  # type: ignore[arg-type]  # our own words
    assert lines is not None
    return " ".join(_steps(lines[0][0]["Plan"]))


def _steps(plan: dict[str, Any]) -> list[str]:
    below = [step for one in plan.get("Plans", []) if one["Parent Relationship"] == "Outer" for step in _steps(one)]
    named = plan.get("Index Name") or (plan["Node Type"] if plan["Node Type"] not in {"Limit"} else None)
    return [*([named] if named else []), *below]


def test_runs_of_numbers_are_held_as_ranges() -> None:
    """Each number once, in order, whatever order they came in."""
    numbers = ["+12125550102", "+12125550100", "+12125550101", "+390612345", "+12125550101"]
    assert spans_of(numbers) == [Span("+390612345", "+390612345", 1), Span("+12125550100", "+12125550102", 3)]
