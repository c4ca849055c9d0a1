"""Create every table, the job tables of Procrastinate and the one question about other people's numbers."""

import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy.dialects import postgresql

_NUMBERS_HELD = """
CREATE FUNCTION numbers_held(firsts text[], lasts text[], for_service uuid)
RETURNS TABLE (e164 text, here boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT n.e164, n.service_id = for_service
    FROM unnest(firsts, lasts) AS r (first, last)
    JOIN number n ON n.e164 BETWEEN r.first AND r.last AND length(n.e164) = length(r.first)
    WHERE n.status IN ('ACTIVE', 'RELEASE_REQUESTED', 'COOLING')
$$
"""

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=True),
        sa.Column("channel_id", sa.Uuid(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("entity", sa.String(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("audit_event_entity", "audit_event", ["entity_id", "id"], unique=False)
    op.create_index("audit_event_provider", "audit_event", ["provider_id", "id"], unique=False)
    op.create_table(
        "calling_profile",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("sbc_devices", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("emergency_strings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("calling_profile_name", "calling_profile", [sa.literal_column("lower(name)")], unique=True)
    op.create_table(
        "event",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True, cache=1), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("upload_id", sa.Uuid(), nullable=True),
        sa.Column("before", sa.String(), nullable=True),
        sa.Column("after", sa.String(), nullable=True),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("event_service", "event", ["service_id", "id"], unique=False)
    op.create_index("event_upload", "event", ["upload_id", "id"], unique=False)
    op.create_table(
        "idempotency_key",
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("owner", "operation", "key"),
    )
    op.create_table(
        "tenant",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("provider_id", sa.Uuid(), nullable=True),
        sa.Column("channel_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["tenant.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "tenant_name",
        "tenant",
        [sa.literal_column("coalesce(parent_id, id)"), sa.literal_column("lower(name)")],
        unique=True,
    )
    op.create_index("tenant_provider", "tenant", ["provider_id", "id"], unique=False)
    op.create_table(
        "customer",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("full_name", sa.String(), nullable=False),
        sa.Column("admin_email", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"],
            ["tenant.id"],
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["tenant.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("customer_channel", "customer", ["channel_id", "id"], unique=False)
    op.create_index(
        "customer_name",
        "customer",
        ["provider_id", sa.literal_column("coalesce(channel_id, provider_id)"), sa.literal_column("lower(name)")],
        unique=True,
    )
    op.create_index("customer_provider", "customer", ["provider_id", "id"], unique=False)
    op.create_index(
        "customer_reference",
        "customer",
        ["provider_id", sa.literal_column("coalesce(channel_id, provider_id)"), "reference"],
        unique=True,
        postgresql_where=sa.text("reference IS NOT NULL"),
    )
    op.create_table(
        "service",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("mode", sa.String(32), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("organization_id", sa.String(), nullable=True),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("locations_refreshed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_modified_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unused_dids", sa.Integer(), nullable=True),
        sa.Column("user_dids", sa.Integer(), nullable=True),
        sa.Column("contact_center_dids", sa.Integer(), nullable=True),
        sa.Column("service_dids", sa.Integer(), nullable=True),
        sa.Column("service_cac", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("service_channel", "service", ["channel_id", "id"], unique=False)
    op.create_index("service_name", "service", ["customer_id", sa.literal_column("lower(name)")], unique=True)
    op.create_index("service_organization", "service", ["organization_id"], unique=False)
    op.create_index("service_provider", "service", ["provider_id", "id"], unique=False)
    op.create_index(
        "service_reference",
        "service",
        ["customer_id", "reference"],
        unique=True,
        postgresql_where=sa.text("reference IS NOT NULL"),
    )
    op.create_table(
        "consent_grant",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("organization_id", sa.String(), nullable=False),
        sa.Column("access_token", sa.LargeBinary(), nullable=False),
        sa.Column("access_expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refresh_token", sa.LargeBinary(), nullable=False),
        sa.Column("refresh_expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted_by", sa.String(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("service_id"),
    )
    op.create_table(
        "invitation",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("invitation_service", "invitation", ["service_id", "id"], unique=False)
    op.create_index("invitation_token", "invitation", ["token_hash"], unique=True)
    op.create_table(
        "location",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("calling_code", sa.String(), nullable=False),
        sa.Column("attached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hub_id", sa.String(), nullable=True),
        sa.Column("pstn_connection", sa.String(32), nullable=True),
        sa.Column("main_number", sa.String(), nullable=True),
        sa.Column("missing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "location_hub",
        "location",
        ["service_id", "hub_id"],
        unique=True,
        postgresql_where=sa.text("hub_id IS NOT NULL"),
    )
    op.create_index(
        "location_name",
        "location",
        ["service_id", sa.literal_column("lower(name)")],
        unique=True,
        postgresql_where=sa.text("hub_id IS NULL"),
    )
    op.create_index(
        "location_reference",
        "location",
        ["service_id", "reference"],
        unique=True,
        postgresql_where=sa.text("reference IS NOT NULL"),
    )
    op.create_index("location_service", "location", ["service_id", "id"], unique=False)
    op.create_table(
        "sip_connection",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("calling_profile_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["calling_profile_id"],
            ["calling_profile.id"],
        ),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "sip_connection_name", "sip_connection", ["service_id", sa.literal_column("lower(name)")], unique=True
    )
    op.create_table(
        "upload",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("location_id", sa.Uuid(), nullable=False),
        sa.Column("sip_connection_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("service_info", sa.String(), nullable=True),
        sa.Column("number_type", sa.String(32), nullable=False),
        sa.Column("phone_type", sa.String(32), nullable=True),
        sa.Column("cac", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("error_policy", sa.String(32), nullable=True),
        sa.Column("waiting_code", sa.String(), nullable=True),
        sa.Column("waiting_message", sa.String(), nullable=True),
        sa.Column("total", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("valid", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("invalid", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("warnings", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("submitted", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("added", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("failed", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("withdrawn", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("validated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["location.id"],
        ),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["sip_connection_id"],
            ["sip_connection.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("upload_channel", "upload", ["channel_id", "id"], unique=False)
    op.create_index("upload_customer", "upload", ["customer_id", "id"], unique=False)
    op.create_index("upload_provider", "upload", ["provider_id", "id"], unique=False)
    op.create_index(
        "upload_reference",
        "upload",
        ["service_id", "reference"],
        unique=True,
        postgresql_where=sa.text("reference IS NOT NULL"),
    )
    op.create_index("upload_service", "upload", ["service_id", "id"], unique=False)
    op.create_table(
        "number",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("location_id", sa.Uuid(), nullable=False),
        sa.Column("sip_connection_id", sa.Uuid(), nullable=False),
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("e164", sa.Text(collation="C"), nullable=False),
        sa.Column("calling_code", sa.String(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("subscriber_number", sa.String(), nullable=False),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("phone_type", sa.String(32), nullable=True),
        sa.Column("cac", sa.Integer(), nullable=True),
        sa.Column("service_info", sa.String(), nullable=True),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("sync_state", sa.String(32), nullable=False),
        sa.Column("assignment", sa.String(), nullable=True),
        sa.Column("error_code", sa.String(), nullable=True),
        sa.Column("error_message", sa.String(), nullable=True),
        sa.Column("error_tracking_id", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("error_retryable", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("acquired_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cooling_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["location.id"],
        ),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["service.id"],
        ),
        sa.ForeignKeyConstraint(
            ["sip_connection_id"],
            ["sip_connection.id"],
        ),
        sa.ForeignKeyConstraint(
            ["upload_id"],
            ["upload.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("number_channel", "number", ["channel_id", "id"], unique=False)
    op.create_index("number_customer", "number", ["customer_id", "id"], unique=False)
    op.create_index("number_e164", "number", ["e164", "id"], unique=False)
    op.create_index(
        "number_live",
        "number",
        ["e164"],
        unique=True,
        postgresql_where=sa.text("status IN ('ACTIVE', 'RELEASE_REQUESTED', 'COOLING')"),
    )
    op.create_index("number_provider", "number", ["provider_id", "id"], unique=False)
    op.create_index("number_service", "number", ["service_id", "id"], unique=False)
    op.create_index(
        "number_unsettled",
        "number",
        ["service_id", "e164"],
        unique=False,
        postgresql_where=sa.text("sync_state IN ('ADD_PENDING', 'IN_PROGRESS', 'UNCERTAIN')"),
    )
    op.create_index("number_upload", "number", ["upload_id", "sync_state", "e164"], unique=False)
    op.create_table(
        "upload_entry",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("raw", sa.String(), nullable=False),
        sa.Column("raw_last", sa.String(), nullable=True),
        sa.Column("first", sa.Text(collation="C"), nullable=True),
        sa.Column("last", sa.Text(collation="C"), nullable=True),
        sa.Column("size", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("calling_code", sa.String(), nullable=True),
        sa.Column("area_code", sa.String(), nullable=True),
        sa.Column("verdict", sa.String(32), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("message", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("upload_id", "position", "part"),
    )
    op.execute(_NUMBERS_HELD)
    op.execute("INSERT INTO tenant (kind, name) VALUES ('SYSTEM', 'System')")
    # A later version of Procrastinate brings its own migrations; each becomes a migration here.
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("This is the first version; drop the database instead.")
