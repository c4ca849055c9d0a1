"""Let every list be read in each of its orders, by whoever may see what of it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_NAME = sa.text("lower(name COLLATE pg_c_utf8)")
_FULL_NAME = sa.text("lower(full_name COLLATE pg_c_utf8)")
_CONSENT = sa.text("coalesce(consented_at, '0001-01-01 00:00:00+00'::timestamptz)")


def upgrade() -> None:
    op.create_index("number_provider_e164", "number", ["provider_id", "e164", "id"])
    op.create_index(
        "number_channel_e164",
        "number",
        ["channel_id", "e164", "id"],
        postgresql_where=sa.text("channel_id IS NOT NULL"),
    )
    op.create_index("number_customer_e164", "number", ["customer_id", "e164", "id"])
    op.create_index("number_service_e164", "number", ["service_id", "e164", "id"])
    _sorted_by("service", "service_by_name", _NAME)
    _sorted_by("service", "service_by_change", "last_modified_at")
    _sorted_by("service", "service_by_consent", _CONSENT)
    _sorted_by("service", "service_by_status", "status")
    _sorted_by("customer", "customer_by_name", _NAME)
    _sorted_by("customer", "customer_by_full_name", _FULL_NAME)


def _sorted_by(table: str, name: str, key: str | sa.TextClause) -> None:
    op.create_index(name, table, [key, "id"])
    op.create_index(f"{name}_of_provider", table, ["provider_id", key, "id"])
    op.create_index(f"{name}_of_channel", table, ["channel_id", key, "id"])


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead.")
