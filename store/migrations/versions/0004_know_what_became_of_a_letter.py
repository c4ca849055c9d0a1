"""Know of every invitation whether its letter was taken or refused; one is there before its letter is written."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("invitation", "token_hash", existing_type=sa.LargeBinary(), nullable=True)
    op.add_column("invitation", sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("invitation", sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("invitation", sa.Column("problem", sa.String(), nullable=True))
    # Until now an invitation was written down in the moment in which its letter was handed over.
    op.execute("UPDATE invitation SET sent_at = created_at")


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead.")
