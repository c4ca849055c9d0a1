"""Know what is done with a number at Control Hub, whether it was there before, and when an upload was stopped."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("number", sa.Column("task", sa.String(32), server_default=sa.text("'ADD'"), nullable=False))
    op.add_column("number", sa.Column("was_there", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("upload", sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead.")
