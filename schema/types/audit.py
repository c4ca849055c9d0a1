"""The audit trail: who did what, when, to what, and what it was before and is since."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Self
from uuid import UUID

import strawberry

from schema.context import Info
from schema.describing import described
from schema.ids import encode
from schema.scalars import Json
from schema.types.entities import KINDS, NAMES
from schema.types.nodes import Node
from schema.types.uploads import NumberRange
from store import tables
from store.actions import AuditAction
from store.scope import Scope
from store.vocabulary import Level

_REFERENCES = {
    "parent_id": ("parent", "Tenant"),
    "customer_id": ("customer", "Customer"),
    "service_id": ("service", "Service"),
    "location_id": ("location", "Location"),
    "sip_connection_id": ("sipConnection", "SipConnection"),
    "calling_profile_id": ("callingProfile", "CallingProfile"),
}
"""The columns that refer to an entity: the field that shows it, and the kind of its id."""

_RENAMED = {"phone_type": "webexPhoneType", "cac": "cacValue"}
"""The columns of which the field has another name."""

_WITHIN = frozenset(
    {
        "id",
        "provider_id",
        "channel_id",
        "created_at",
        "created_by",
        "created_by_level",
        "last_modified_at",
        "judged_by",
        "stopped_at",
        "sync_tries",
        "sync_resumes_at",
        "waiting_code",
        "waiting_message",
        "waiting_until",
        "counted_at",
        "unused_dids",
        "user_dids",
        "contact_center_dids",
        "service_dids",
        "service_cac",
    }
)
"""The columns that are our own business, or told by the event itself."""


@strawberry.type(
    description="What one field was before and is since. Where much was done at once, also how much: `numbers`, "
    "`leaving` (numbers that Control Hub has to give up first), `entries`, `drifts` by kind, and what was asked for, "
    "such as a `reason`."
)
class AuditChange:
    """A change of one field."""

    field: str = described("The name of the field, as in the type of `entity` or in what belongs to it.")
    before: Json | None = described("Its value before; null where it had none, or where only the new one is told.")
    after: Json | None = described("Its value since; null where it has none. An entity is told by its id.")


@strawberry.type(
    description="Something that somebody did, or that the platform did by itself. It stays as it is for ever, also "
    "when what it is about is gone."
)
class AuditEvent(Node):
    """An event of the audit trail."""

    at: datetime = described("When it was done: what was done at once has one time.")
    action: AuditAction = described("What was done.")
    actor: str | None = described(
        "Who did it: the `subject` of a viewer or, where `actorLevel` is null, the part of the platform that did it by "
        'itself, such as "worker". Null for somebody above you: whoever acts for your provider or the platform is not '
        "told by name."
    )
    actor_level: Level | None = described("At which level whoever did it stands; null for the platform itself.")
    entity_id: strawberry.ID = described("The global id of what it was done to, also where that is gone.")
    changes: list[AuditChange] = described(
        "What is different since, by field; without the tenant above where you may not see it."
    )
    kind: strawberry.Private[str]
    entity_key: strawberry.Private[UUID]
    key: strawberry.Private[UUID]

    @classmethod
    def of(cls, row: tables.AuditEvent, viewer: Scope) -> Self:
        """Convert a row for somebody."""
        kind = NAMES[row.entity]
        may_be_named = row.actor_level is None or row.actor_level in viewer.names
        return cls(
            id=strawberry.ID(encode("AuditEvent", row.id)),
            at=row.at,
            action=row.action,
            actor=row.actor if may_be_named else None,
            actor_level=row.actor_level,
            entity_id=strawberry.ID(encode(kind, row.entity_id)),
            changes=list(_changes(row.before or {}, row.after or {}, viewer)),
            kind=kind,
            entity_key=row.entity_id,
            key=row.id,
        )

    @strawberry.field(description="What it was done to, as it is now; null where it is gone.")
    async def entity(self, info: Info) -> Node | None:
        """Load the entity."""
        return await KINDS[self.kind].load(info, self.entity_key)

    @strawberry.field(
        description="The numbers that it was done to, as ranges of consecutive ones, ascending; at most 1,000 ranges. "
        "Those of an upload are with the upload."
    )
    async def numbers(self, info: Info) -> list[NumberRange]:
        """Read the ranges."""
        return [NumberRange.of(span) for span in await info.context.loaders.audited_numbers.load(self.key)]


def shown(column: str) -> str | None:
    """Return the field that shows a column, or what else is told; None for what is not shown."""
    if column in _WITHIN:
        return None
    if column in _REFERENCES:
        return _REFERENCES[column][0]
    first, *rest = column.split("_")
    return _RENAMED.get(column, first + "".join(map(str.capitalize, rest)))


def _changes(before: Mapping[str, Any], after: Mapping[str, Any], viewer: Scope) -> Iterator[AuditChange]:
    for column in sorted(before.keys() | after.keys()):
        field, was, now = shown(column), before.get(column), after.get(column)
        if column == "parent_id" and not _is_seen(now, viewer):
            continue
        if field is not None and was != now:
            yield AuditChange(field=field, before=_value(column, was), after=_value(column, now))


def _is_seen(parent: str | None, viewer: Scope) -> bool:
    """Return whether somebody sees the tenant above one that he sees: it may stand above himself."""
    return viewer.level is Level.SYSTEM or parent == str(viewer.id)


def _value(column: str, value: Any) -> Any:
    return encode(_REFERENCES[column][1], UUID(value)) if value is not None and column in _REFERENCES else value
