"""Know at which level whoever started an upload stands: nobody below is told the name."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Of those that are there nobody knows: they are told to the system alone.
    op.add_column("upload", sa.Column("created_by_level", sa.String(32), nullable=False, server_default="SYSTEM"))
    op.alter_column("upload", "created_by_level", server_default=None)


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead.")
