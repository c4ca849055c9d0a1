"""Look into an index for each number of an upload, whatever joins the statement around it may use."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER FUNCTION upload_numbers_held(uuid) SET enable_nestloop = on")


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead.")
