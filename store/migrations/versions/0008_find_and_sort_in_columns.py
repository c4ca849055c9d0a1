"""Find and sort in columns what were expressions: under row-level security no index serves those (decision 22)."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_KEYS = {
    "service": {
        "service_by_name": ("name_key", "text COLLATE pg_c_utf8", "lower(name COLLATE pg_c_utf8)"),
        "service_by_consent": (
            "consent_key",
            "timestamptz",
            "coalesce(consented_at, '0001-01-01 00:00:00+00'::timestamptz)",
        ),
    },
    "customer": {
        "customer_by_name": ("name_key", "text COLLATE pg_c_utf8", "lower(name COLLATE pg_c_utf8)"),
        "customer_by_full_name": ("full_name_key", "text COLLATE pg_c_utf8", "lower(full_name COLLATE pg_c_utf8)"),
    },
}
"""By table and index: the column, its type, and what it holds."""

_OWNERS = {"": (), "_of_provider": ("provider_id",), "_of_channel": ("channel_id",)}


def upgrade() -> None:
    for table, indexes in _KEYS.items():
        for index, (key, kind, expression) in indexes.items():
            op.execute(f"ALTER TABLE {table} ADD COLUMN {key} {kind} GENERATED ALWAYS AS ({expression}) STORED")
            for suffix, owner in _OWNERS.items():
                op.drop_index(f"{index}{suffix}", table)
                op.create_index(f"{index}{suffix}", table, [*owner, key, "id"])


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead.")
