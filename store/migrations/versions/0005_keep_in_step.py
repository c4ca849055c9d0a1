"""Let syncs rest, numbers cool, and differences from Control Hub be kept."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("service", sa.Column("sync_tries", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("service", sa.Column("sync_resumes_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("service", sa.Column("waiting_code", sa.String(), nullable=True))
    op.add_column("service", sa.Column("waiting_message", sa.String(), nullable=True))
    op.add_column("upload", sa.Column("waiting_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("service", sa.Column("reconciled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("sip_connection", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_index("sip_connection_name", "sip_connection")
    op.create_index(
        "sip_connection_name",
        "sip_connection",
        ["service_id", sa.text("lower(name)")],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index("number_cooling", "number", ["cooling_until"], postgresql_where=sa.text("status = 'COOLING'"))
    op.create_table(
        "drift",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("e164", sa.Text(collation="C"), nullable=False),
        sa.Column("number_id", sa.Uuid(), nullable=True),
        sa.Column("hub_location_id", sa.String(), nullable=True),
        sa.Column("here", sa.String(), nullable=True),
        sa.Column("there", sa.String(), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ending", sa.String(32), nullable=True),
        sa.Column("tolerated", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "drift_standing",
        "drift",
        ["service_id", "kind", "e164"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL OR tolerated"),
    )
    op.create_index("drift_open", "drift", ["service_id", "id"], postgresql_where=sa.text("ended_at IS NULL"))
    op.create_index("drift_service", "drift", ["service_id", "id"])


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead.")
