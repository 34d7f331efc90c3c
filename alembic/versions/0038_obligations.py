"""What is owed for an answer: until when its use is to be reported."""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Note of each answer when its report is due; of those given before, as if they were given today."""
    op.execute("ALTER TABLE inquiry ADD COLUMN report_by timestamptz")
    op.execute("CREATE INDEX inquiry_report_by ON inquiry (institution, report_by) WHERE report_by IS NOT NULL")
    op.execute("""
        UPDATE inquiry i SET report_by = now() + interval '30 days' WHERE state = 'answered'
            AND NOT EXISTS (SELECT FROM usage_result u WHERE u.inquiry_id = i.inquiry_id)
    """)
    op.execute("GRANT UPDATE (report_by) ON inquiry TO xinqiao_app")


def downgrade() -> None:
    """Forget it."""
    op.execute("ALTER TABLE inquiry DROP COLUMN report_by")
