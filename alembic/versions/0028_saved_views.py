"""Views of a table that a person keeps."""

import sqlalchemy as sa

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "saved_view",
        sa.Column("person_id", sa.Text(), sa.ForeignKey("person.person_id"), primary_key=True),
        sa.Column("table_name", sa.Text(), primary_key=True),
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON saved_view TO xinqiao_app")


def downgrade() -> None:
    """Drop it."""
    op.drop_table("saved_view")
