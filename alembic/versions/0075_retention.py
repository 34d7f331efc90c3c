"""What grows by the day may be deleted once nobody reads it: how providers answered, a challenger's nights, pieces of
scans. Days of providers that can be read stay out of the service's reach: a function deletes the others.
"""

from alembic import op

revision = "0075"
down_revision = "0073"
branch_labels = None
depends_on = None

UP = (
    # 400 days with today can be read: gateway/providers/days.py.
    """CREATE FUNCTION xinqiao_forget_provider_days() RETURNS void
       LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
           DELETE FROM provider_day WHERE day <= (now() AT TIME ZONE 'Asia/Shanghai')::date - 400 $$""",
    "REVOKE ALL ON FUNCTION xinqiao_forget_provider_days() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION xinqiao_forget_provider_days() TO xinqiao_app",
    "GRANT DELETE ON challenger_night, scan_piece TO xinqiao_app",
)


def upgrade() -> None:
    """Make the function, and let the service delete the rest."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Take it back: what was deleted stays so."""
    op.execute("REVOKE DELETE ON challenger_night, scan_piece FROM xinqiao_app")
    op.execute("DROP FUNCTION xinqiao_forget_provider_days()")
