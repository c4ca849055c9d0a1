"""Take uploads of any size: entries that stay judged, terms of their own, and one question about a whole upload."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

_HELD = """
CREATE FUNCTION upload_numbers_held(for_upload uuid)
RETURNS TABLE ("position" integer, part integer, n bigint, here boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_mergejoin = off AS $$
    SELECT e.position, e.part, substr(h.e164, 2)::bigint, h.service_id = u.service_id
    FROM upload u
    JOIN upload_entry e ON e.upload_id = u.id AND e.verdict IN ('VALID', 'WARNING') AND e.first = e.last
    JOIN number h ON h.e164 = e.first AND h.upload_id <> u.id
    WHERE u.id = for_upload AND h.status IN ('ACTIVE', 'RELEASE_REQUESTED', 'COOLING')
    UNION ALL
    SELECT e.position, e.part, substr(h.e164, 2)::bigint, h.service_id = u.service_id
    FROM upload u
    JOIN upload_entry e ON e.upload_id = u.id AND e.verdict IN ('VALID', 'WARNING') AND e.first < e.last
    JOIN number h ON h.e164 >= e.first AND h.e164 <= e.last AND length(h.e164) = length(e.first) AND h.upload_id <> u.id
    WHERE u.id = for_upload AND h.status IN ('ACTIVE', 'RELEASE_REQUESTED', 'COOLING')
$$
"""

_NEVER_JUDGED = """
UPDATE upload_entry SET verdict = 'INVALID', message = 'Validate the upload to have this entry judged.'
WHERE verdict = 'PENDING'
"""

_TOTALS = """
UPDATE upload SET total = e.size, invalid = e.size, valid = 0, warnings = 0
FROM (SELECT upload_id, sum(size) AS size FROM upload_entry GROUP BY upload_id) AS e
WHERE e.upload_id = upload.id AND upload.status = 'DRAFT'
"""

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("upload", sa.Column("judged_by", sa.String(), nullable=True))
    op.add_column("upload", sa.Column("rows", sa.Integer(), server_default=sa.text("0"), nullable=False))
    for column in (
        sa.Column("overrides", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("cells", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("guess", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("repairs", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("number_type", sa.String(32), nullable=True),
        sa.Column("phone_type", sa.String(32), nullable=True),
        sa.Column("cac", sa.Integer(), nullable=True),
        sa.Column("service_info", sa.String(), nullable=True),
    ):
        op.add_column("upload_entry", column)
    op.execute(_NEVER_JUDGED)
    op.execute(_TOTALS)
    op.create_table(
        "taken_question",
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("owner"),
    )
    for key in ("service_id", "location_id", "sip_connection_id"):
        op.drop_constraint(f"number_{key}_fkey", "number", type_="foreignkey")
    op.drop_constraint("upload_entry_upload_id_fkey", "upload_entry", type_="foreignkey")
    op.drop_index("number_unsettled", "number")
    op.create_index(
        "number_unsettled",
        "number",
        ["service_id", "e164"],
        postgresql_where=sa.text(
            "sync_state IN ('ADD_PENDING', 'UPDATE_PENDING', 'REMOVE_PENDING', 'IN_PROGRESS', 'UNCERTAIN')"
        ),
    )
    op.execute("DROP FUNCTION numbers_held(text[], text[], uuid)")
    op.execute(_HELD)


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead.")
