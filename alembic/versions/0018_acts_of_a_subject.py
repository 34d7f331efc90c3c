"""An act upon one enterprise's record never hides another's that came later under the same number."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

VISIBLE = """
CREATE OR REPLACE FUNCTION record_visible(as_of date, known_at timestamptz) RETURNS SETOF public.record
LANGUAGE sql STABLE AS $$
    SELECT r.* FROM public.record r
    WHERE (r.superseded_at IS NULL OR r.superseded_at > known_at)
      AND (known_at IS NULL OR r.recorded_at <= known_at)
      AND (r.event_date IS NULL OR r.event_date <= as_of)
      AND (r.publish_until IS NULL OR r.publish_until >= as_of)
      AND NOT EXISTS (
        SELECT FROM public.record_act a
        WHERE a.business_key = r.business_key AND a.dataset = r.dataset AND a.agency = r.agency
          AND a.hides AND (a.lasting OR a.version >= r.version)
          AND a.effective_on <= as_of AND (known_at IS NULL OR a.recorded_at <= known_at)
          AND NOT EXISTS (
            SELECT FROM public.record o WHERE o.record_id = a.record_id AND o.subject_id <> r.subject_id)
          AND NOT EXISTS (
            SELECT FROM public.record_act b
            WHERE b.business_key = a.business_key AND b.dataset = a.dataset AND b.agency = a.agency
              AND b.number > a.number
              AND b.effective_on <= as_of AND (known_at IS NULL OR b.recorded_at <= known_at)))
$$
"""
BEFORE = """
CREATE OR REPLACE FUNCTION record_visible(as_of date, known_at timestamptz) RETURNS SETOF public.record
LANGUAGE sql STABLE AS $$
    SELECT r.* FROM public.record r
    WHERE (r.superseded_at IS NULL OR r.superseded_at > known_at)
      AND (known_at IS NULL OR r.recorded_at <= known_at)
      AND (r.event_date IS NULL OR r.event_date <= as_of)
      AND (r.publish_until IS NULL OR r.publish_until >= as_of)
      AND NOT EXISTS (
        SELECT FROM public.record_act a
        WHERE a.business_key = r.business_key AND a.dataset = r.dataset AND a.agency = r.agency
          AND a.hides AND (a.lasting OR a.version >= r.version)
          AND a.effective_on <= as_of AND (known_at IS NULL OR a.recorded_at <= known_at)
          AND NOT EXISTS (
            SELECT FROM public.record_act b
            WHERE b.business_key = a.business_key AND b.dataset = a.dataset AND b.agency = a.agency
              AND b.number > a.number
              AND b.effective_on <= as_of AND (known_at IS NULL OR b.recorded_at <= known_at)))
$$
"""


def upgrade() -> None:
    """Tell acts apart by whom they were upon."""
    op.execute(VISIBLE)


def downgrade() -> None:
    """Go back to what 0013 said."""
    op.execute(BEFORE)
