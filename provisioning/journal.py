"""Writing the audit trail."""

from collections.abc import Iterable
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from store.actions import AuditAction
from store.database import Transaction
from store.spans import spans_of
from store.tables import AuditEvent, Grant, Invitation, Service, Upload
from store.uploads import counts

_SECRET = frozenset({"access_token", "refresh_token", "token_hash"})

_OWNERS = frozenset({"provider_id", "channel_id", "customer_id"})

_OF_SERVICE = (Grant, Invitation)
"""Rows that have no id of their own in the API: what becomes of them is told of their service."""


def audit(
    transaction: Transaction,
    action: AuditAction,
    row: Any,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    numbers: Iterable[str] = (),
) -> None:
    """Note that the actor of the transaction did something to a row; without `before` and `after` it is new.

    `numbers` are the E.164 numbers that were named; whoever asks about one of them is shown this.
    """
    if before is None and after is None:
        after = _whole(row)
    named = spans_of(numbers)
    if named:
        after = {"numbers": sum(span.size for span in named), **(after or {})}
    service_id = row.id if isinstance(row, Service) else getattr(row, "service_id", None)
    is_own = not isinstance(row, _OF_SERVICE)
    transaction.audit(
        AuditEvent(
            actor=transaction.scope.actor,
            actor_level=None if transaction.scope.is_ours else transaction.scope.level,
            action=action,
            entity=(row if is_own else Service).__tablename__,
            entity_id=row.id if is_own else row.service_id,
            service_id=service_id,
            numbers=named or None,
            before=_plain(before),
            after=_plain(after),
            **_owners(row),
        )
    )


def standing(upload: Upload) -> dict[str, Any]:
    """Return what is told of an upload that moves on: its status and its counts."""
    return {"status": upload.status, **counts(upload)}


def _whole(row: Any) -> dict[str, Any]:
    """Return what stands in a new row. Whose it is, its service says; counts begin with nothing."""
    hidden = frozenset() if isinstance(row, Service) else _OWNERS
    return {name: value for name, value in row.model_dump().items() if value and name not in hidden}


def _owners(row: Any) -> dict[str, Any]:
    if hasattr(row, "ownership"):
        owners: dict[str, Any] = row.ownership()
        return owners
    return {"provider_id": getattr(row, "provider_id", None), "channel_id": getattr(row, "channel_id", None)}


def _plain(values: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return what JSON can hold, without secrets."""
    if values is None:
        return None
    return {name: _simple(value) for name, value in values.items() if name not in _SECRET}


def _simple(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
