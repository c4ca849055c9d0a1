"""Let the audit trail be read: by entity, service, actor, action, number and time."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import INT8MULTIRANGE

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_OF_SERVICE = ("upload", "location", "sip_connection", "invitation")

_KEYS = {"audit_event_by_time": ("at",), "audit_event_by_action": ("action", "at"), "audit_event_by_number": ("at",)}
_WHERE = {"audit_event_by_number": sa.text("numbers IS NOT NULL")}
_OWNERS = {"": (), "_of_provider": ("provider_id",), "_of_channel": ("channel_id",)}
_NARROWED = {
    "audit_event_customer": "customer_id",
    "audit_event_service": "service_id",
    "audit_event_entity": "entity_id",
    "audit_event_actor": "actor",
}

_OURS = "('worker', 'consent page')"
"""The parts of the platform that acted by themselves so far."""


def upgrade() -> None:
    op.add_column("audit_event", sa.Column("service_id", sa.Uuid()))
    op.add_column("audit_event", sa.Column("actor_level", sa.String(32)))
    op.add_column("audit_event", sa.Column("numbers", INT8MULTIRANGE()))
    _fill()
    op.alter_column("audit_event", "action", type_=sa.String(32))
    op.drop_index("audit_event_entity", "audit_event")
    op.drop_index("audit_event_provider", "audit_event")
    for name, key in _KEYS.items():
        for suffix, owner in _OWNERS.items():
            columns = [*owner, *key, "id"]
            op.create_index(f"{name}{suffix}", "audit_event", columns, postgresql_where=_WHERE.get(name))
    for name, column in _NARROWED.items():
        op.create_index(name, "audit_event", [column, "at", "id"])


def _fill() -> None:
    op.execute("UPDATE audit_event SET action = upper(replace(action, ' ', '_'))")
    # Nobody below is told the name of somebody of whom it is not known where he stands.
    op.execute(f"UPDATE audit_event SET actor_level = 'SYSTEM' WHERE actor NOT IN {_OURS}")  # noqa: S608  # our own words
    op.execute("UPDATE audit_event SET service_id = entity_id WHERE entity IN ('service', 'consent_grant')")
    for table in _OF_SERVICE:
        op.execute(f"""
            UPDATE audit_event AS a SET service_id = t.service_id FROM {table} AS t
            WHERE a.entity = '{table}' AND a.entity_id = t.id
        """)  # noqa: S608  # our own words
    op.execute("""
        UPDATE audit_event SET entity = 'service', entity_id = service_id
        WHERE entity IN ('invitation', 'consent_grant') AND service_id IS NOT NULL
    """)


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead.")
