"""Reading the audit trail."""

from typing import Annotated

import strawberry

from schema.connections import After, Before, Connection, First, Last, listed
from schema.context import Info
from schema.describing import described, published
from schema.ids import decode
from schema.inputs.naming import CustomerBy, ServiceBy, TenantBy
from schema.queries.narrowing import TENANT, Direction, PeriodInput, choices, chosen, ordered, searched, subtree
from schema.scalars import PhoneNumber
from schema.types.audit import AuditEvent
from schema.types.entities import KINDS
from store import audits, tables
from store.actions import AuditAction
from store.audits import AuditFilter, Entity
from store.database import Reading
from store.errors import NotFound
from store.vocabulary import Word


@published
class AuditEventOrder(Word):
    """In which order audit events are listed."""

    AT = "AT", "When they happened; the newest first unless `direction` says otherwise."


_ORDERS = {AuditEventOrder.AT: audits.BY_TIME}


@strawberry.input(
    description="Which audit events: those that fit everything that is said here. What is left out, null or an empty "
    "list does not narrow; a single value may stand where a list is asked for."
)
class AuditEventsFilter:
    """A filter of audit events."""

    tenant: TenantBy | None = described(TENANT, default=None)
    customer: CustomerBy | None = described("Only of this customer and what belongs to it.", default=None)
    service: ServiceBy | None = described(
        "Only of this service and of its uploads, locations and SIP connections. By its id also where it is gone.",
        default=None,
    )
    entity: strawberry.ID | None = described(
        "Only of what has this id, of whatever type, also where it is gone. Of a number: what named it while it was in "
        "its service.",
        default=None,
    )
    number: PhoneNumber | None = described(
        "Only what named this number, alone or in a range: who released it, and when. Its upload says who uploaded it.",
        default=None,
    )
    actor: str | None = described("Only what this actor did, exactly as `actor` says it.", default=None)
    action: list[AuditAction] | None = described("Only these actions.", default=None)
    at: PeriodInput | None = described("Only what happened in this period.", default=None)

    async def decoded(self, reading: Reading) -> AuditFilter:
        """Return the filter for the store. Raises NotFound."""
        return AuditFilter(
            below=await subtree(reading, self.tenant),
            customer_id=await chosen(reading, tables.Customer, self.customer, "customer"),
            service_id=await chosen(reading, tables.Service, self.service, "service"),
            entity=_entity(self.entity),
            number=self.number,
            actor=searched(self.actor),
            actions=choices(self.action),
            at=(self.at or PeriodInput()).decoded(),
        )


def _entity(global_id: strawberry.ID | None) -> Entity | None:
    if global_id is None:
        return None
    path = ("filter", "entity")
    try:
        kind, key = decode(global_id)
    except NotFound as error:
        raise NotFound("object", path=path) from error
    if kind not in KINDS:
        raise NotFound("object", path=path)
    return Entity(KINDS[kind].table.__tablename__, key)


Filter = Annotated[AuditEventsFilter | None, strawberry.argument(description="Which audit events.")]
OrderBy = Annotated[AuditEventOrder, strawberry.argument(description="In which order.")]


@strawberry.type
class AuditQueries:
    """The audit trail."""

    @strawberry.field(
        description="Who did what, when, to which entity, and what it was before and is since, within what you see. "
        "Admins read it, of every level: it tells who of their people works with what."
    )
    async def audit_events(
        self,
        info: Info,
        filter: Filter = None,  # noqa: A002  # the name that clients expect
        order_by: OrderBy = AuditEventOrder.AT,
        direction: Direction = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[AuditEvent]:
        """Read a page of audit events."""
        order = ordered(_ORDERS[order_by], direction, filter)
        async with info.context.desk.read() as reading:
            wanted = await (filter or AuditEventsFilter()).decoded(reading)
        scope = info.context.scope
        return await listed(
            info,
            order,
            (first, after, last, before),
            lambda reading, window: audits.listing(reading, wanted, order, window),
            lambda reading: audits.total(reading, wanted),
            lambda row: AuditEvent.of(row[0], scope),
        )
