"""A consent stands where its newest version says: no pointer beside the versions that could be set back."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the pointer: what it said is the greatest version there is."""
    op.execute("ALTER TABLE consent_head DROP COLUMN version")


def downgrade() -> None:
    """Point to the newest version again."""
    op.execute("ALTER TABLE consent_head ADD COLUMN version integer")
    op.execute("""
        UPDATE consent_head h
        SET version = (SELECT max(v.version) FROM consent_version v WHERE v.consent_id = h.consent_id)
    """)
    op.execute("ALTER TABLE consent_head ALTER COLUMN version SET NOT NULL")
    op.execute("GRANT UPDATE (version) ON consent_head TO xinqiao_app")
