"""Writing the audit trail."""

from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from store.database import Transaction
from store.tables import AuditEvent

_SECRET = frozenset({"access_token", "refresh_token", "token_hash"})


def audit(
    transaction: Transaction,
    action: str,
    row: Any,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Note that the actor of the transaction did something to a row; without `after`, the whole new row is kept."""
    owners = _owners(row)
    transaction.audit(
        AuditEvent(
            actor=transaction.scope.actor,
            action=action,
            entity=row.__tablename__,
            entity_id=getattr(row, "id", None) or row.service_id,
            before=_plain(before),
            after=_plain(after or row.model_dump()),
            **owners,
        )
    )


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
    return str(value) if isinstance(value, UUID | datetime) else value
