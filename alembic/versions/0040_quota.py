"""Quota by rows: limits of every scope and period, their counters, grants, alerts, closed months.

Plans of a day and a month become two limits each. Keys of counters only ever grow in number, under an exclusive lock
(xinqiao_quota_lock takes it shared), so that whoever charges knows all counters of whom is charged.
"""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

MOST = 2**40
LOCK = "7251, hashtext('')"  # gateway/runtime/locks.py: Lock.QUOTA_KEYS
KEY = "scope, scope_id, product, unit, period, starts"
LIMITS = (
    f"""CREATE TABLE quota_limit (
        scope text CHECK (scope IN ('platform', 'institution', 'account', 'consent')), scope_id text, product text,
        unit text CHECK (unit IN ('unit', 'inquiry')),
        period text CHECK (period IN ('none', 'day', 'week', 'month', 'year', 'contract')),
        effective_from timestamptz, most bigint CHECK (most BETWEEN 0 AND {MOST}),
        overdraft_pct smallint NOT NULL CHECK (overdraft_pct BETWEEN 0 AND 100), alerts smallint[] NOT NULL,
        event_id uuid NOT NULL, CHECK ((scope = 'platform') = (scope_id = '')),
        PRIMARY KEY (scope, scope_id, product, unit, period, effective_from))""",
    """INSERT INTO quota_limit
       SELECT scope, scope_id, '*', 'unit', p.period, effective_from, p.most, 0, '{50,80,100}', event_id
       FROM quota_plan CROSS JOIN LATERAL (VALUES ('day', per_day), ('month', per_month)) AS p (period, most)""",
    "DROP TABLE quota_plan",
    "SELECT xinqiao_make_evidence('quota_limit')",
    "ALTER TABLE quota_period ADD COLUMN product text NOT NULL DEFAULT '*'",
    "ALTER TABLE quota_period ADD COLUMN unit text NOT NULL DEFAULT 'unit'",
    "ALTER TABLE quota_period ADD COLUMN covered bigint NOT NULL DEFAULT 0 CHECK (covered >= 0)",
    "ALTER TABLE quota_period DROP CONSTRAINT quota_period_pkey",
    f"ALTER TABLE quota_period ADD PRIMARY KEY ({KEY})",
    "ALTER TABLE quota_period DROP CONSTRAINT quota_period_period_check",
    "GRANT UPDATE (used, covered) ON quota_period TO xinqiao_app",
    "ALTER TABLE quota_reservation ADD COLUMN consent_id uuid",
    "ALTER TABLE quota_ledger ADD COLUMN consent_id uuid",
    "ALTER TABLE quota_ledger ADD COLUMN overdraft integer NOT NULL DEFAULT 0 CHECK (overdraft >= 0)",
    """CREATE TABLE quota_grant (
        grant_id uuid PRIMARY KEY, scope text NOT NULL CHECK (scope IN ('platform', 'institution', 'account')),
        scope_id text NOT NULL, product text NOT NULL, units bigint NOT NULL CHECK (units > 0),
        holds_from timestamptz NOT NULL, holds_until timestamptz NOT NULL CHECK (holds_until > holds_from),
        priority smallint NOT NULL CHECK (priority BETWEEN 0 AND 100), reason text NOT NULL, event_id uuid NOT NULL)""",
    "CREATE INDEX quota_grant_holder ON quota_grant (scope, scope_id, holds_until)",
    "SELECT xinqiao_make_evidence('quota_grant')",
    """CREATE TABLE quota_burn (
        burn_id uuid PRIMARY KEY, grant_id uuid NOT NULL, inquiry_id uuid NOT NULL, units bigint NOT NULL,
        event_id uuid NOT NULL)""",
    "CREATE INDEX quota_burn_grant ON quota_burn (grant_id)",
    "CREATE INDEX quota_burn_inquiry ON quota_burn (inquiry_id)",
    "SELECT xinqiao_make_evidence('quota_burn')",
    f"""CREATE TABLE quota_alert (
        scope text, scope_id text, product text, unit text, period text, starts date, threshold smallint,
        used bigint NOT NULL, most bigint NOT NULL, reached_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        told_at timestamptz, event_id uuid CHECK ((told_at IS NULL) = (event_id IS NULL)),
        PRIMARY KEY ({KEY}, threshold))""",
    "CREATE INDEX quota_alert_untold ON quota_alert (reached_at) WHERE told_at IS NULL",
    "GRANT SELECT, INSERT, UPDATE (told_at, event_id) ON quota_alert TO xinqiao_app",
)
FUNCTIONS = (
    # Calendar periods, half open; the counter of what never ends begins with the calendar.
    """CREATE FUNCTION xinqiao_quota_span(
        period text, day date, agreed_from date, agreed_until date, OUT starts date, OUT ends date)
        LANGUAGE sql IMMUTABLE AS $$
        SELECT CASE period WHEN 'day' THEN day
                           WHEN 'none' THEN DATE '0001-01-01'
                           WHEN 'contract' THEN coalesce(agreed_from, DATE '0001-01-01')
                           ELSE date_trunc(period, day::timestamp)::date END,
               CASE period WHEN 'day' THEN day + 1
                           WHEN 'none' THEN DATE '9999-12-31'
                           WHEN 'contract' THEN coalesce(agreed_until + 1, DATE '9999-12-31')
                           ELSE (date_trunc(period, day::timestamp) + ('1 ' || period)::interval)::date END
        $$""",
    """CREATE FUNCTION xinqiao_quota_holders(accounts text[], institutions text[], products text[], consents uuid[])
        RETURNS TABLE (scope text, scope_id text, wanted text, agreed_from date, agreed_until date)
        LANGUAGE sql STABLE AS $$
        WITH asked AS (
            SELECT DISTINCT a.account, a.institution, a.product, a.consent, i.agreement_from, i.agreement_until
            FROM unnest(accounts, institutions, products, consents) AS a (account, institution, product, consent)
            LEFT JOIN institution i ON i.institution_id = a.institution)
        SELECT 'platform', '', product, NULL::date, NULL::date FROM asked
        UNION SELECT 'institution', institution, product, agreement_from, agreement_until FROM asked
        UNION SELECT 'account', account, product, agreement_from, agreement_until FROM asked
        UNION SELECT 'consent', consent::text, product, agreement_from, agreement_until FROM asked
              WHERE consent IS NOT NULL
        $$""",
    """CREATE FUNCTION xinqiao_quota_keys(
        accounts text[], institutions text[], products text[], consents uuid[], day date)
        RETURNS TABLE (scope text, scope_id text, product text, unit text, period text, starts date, ends date)
        LANGUAGE sql STABLE AS $$
        WITH holders AS MATERIALIZED (SELECT * FROM xinqiao_quota_holders(accounts, institutions, products, consents))
        SELECT DISTINCT l.scope, l.scope_id, l.product, l.unit, l.period, s.starts, s.ends
        FROM holders h JOIN quota_limit l
            ON l.scope = h.scope AND l.scope_id = h.scope_id AND l.product IN ('*', h.wanted)
        CROSS JOIN LATERAL xinqiao_quota_span(l.period, day, h.agreed_from, h.agreed_until) s
        UNION ALL
        SELECT DISTINCT 'grant', g.grant_id::text, '*', 'unit', 'none', DATE '0001-01-01', DATE '9999-12-31'
        FROM holders h JOIN quota_grant g
            ON g.scope = h.scope AND g.scope_id = h.scope_id AND g.product IN ('*', h.wanted)
        WHERE g.holds_until > clock_timestamp()
        $$""",
    # What the ledger has of a counter, and charges in flight by now: asked under the exclusive lock alone.
    """CREATE FUNCTION xinqiao_quota_posted(
        of_scope text, of_id text, of_product text, of_unit text, since date, until date) RETURNS bigint
        LANGUAGE sql STABLE AS $$
        SELECT coalesce(sum(CASE of_unit WHEN 'inquiry' THEN sign(units) ELSE units END), 0)::bigint FROM quota_ledger
        WHERE day >= since AND day < until AND (of_product = '*' OR product = of_product)
            AND CASE of_scope WHEN 'account' THEN account = of_id WHEN 'institution' THEN institution = of_id
                              WHEN 'consent' THEN consent_id = of_id::uuid ELSE of_scope = 'platform' END
        $$""",
    # Opens what is missing, then locks, both in one order: by the first day of the period. What a day has in common
    # with the next comes before what is new on it, so that whoever finds the day over keeps the order going on.
    # All or none is opened before anything is locked: who held some and had to make the others would wait for those
    # who made them and wait for him. Each statement sees what was committed before it.
    f"""CREATE FUNCTION xinqiao_quota_lock(
        accounts text[], institutions text[], products text[], consents uuid[], on_day date) RETURNS date
        LANGUAGE plpgsql AS $$
        DECLARE
            today date;
        BEGIN
            PERFORM pg_advisory_xact_lock_shared({LOCK});
            today := coalesce(on_day, (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date);
            INSERT INTO quota_period (scope, scope_id, product, unit, period, starts, used)
            SELECT k.scope, k.scope_id, k.product, k.unit, k.period, k.starts,
                   CASE k.period WHEN 'contract' THEN xinqiao_quota_posted(
                       k.scope, k.scope_id, k.product, k.unit, k.starts, k.ends) ELSE 0 END
            FROM xinqiao_quota_keys(accounts, institutions, products, consents, today) k
            WHERE NOT EXISTS (SELECT FROM quota_period p WHERE p.scope = k.scope AND p.scope_id = k.scope_id
                AND p.product = k.product AND p.unit = k.unit AND p.period = k.period AND p.starts = k.starts)
            ORDER BY k.starts, k.period, k.scope, k.scope_id, k.product, k.unit
            ON CONFLICT DO NOTHING;
            PERFORM FROM xinqiao_quota_keys(accounts, institutions, products, consents, today) k
            JOIN quota_period p USING ({KEY})
            ORDER BY p.starts, p.period, p.scope, p.scope_id, p.product, p.unit FOR NO KEY UPDATE OF p;
            RETURN today;
        END $$""",  # noqa: S608 - constants
)
TABLES = ("quota_alert", "quota_burn", "quota_grant", "quota_limit")


def upgrade() -> None:
    """Create the tables, and bring plans into the limits."""
    for statement in (*LIMITS, *FUNCTIONS):
        op.execute(statement)


def downgrade() -> None:
    """Go back to plans of a day and a month; what they cannot say is lost."""
    op.execute("DROP FUNCTION xinqiao_quota_lock(text[], text[], text[], uuid[], date)")
    op.execute("DROP FUNCTION xinqiao_quota_posted(text, text, text, text, date, date)")
    op.execute("DROP FUNCTION xinqiao_quota_keys(text[], text[], text[], uuid[], date)")
    op.execute("DROP FUNCTION xinqiao_quota_holders(text[], text[], text[], uuid[])")
    op.execute("DROP FUNCTION xinqiao_quota_span(text, date, date, date)")
    op.execute("""CREATE TABLE quota_plan (
        scope text CHECK (scope IN ('account', 'institution')), scope_id text, effective_from timestamptz,
        per_day bigint NOT NULL, per_month bigint NOT NULL, event_id uuid NOT NULL,
        PRIMARY KEY (scope, scope_id, effective_from))""")
    op.execute("""INSERT INTO quota_plan
        SELECT scope, scope_id, effective_from, min(most) FILTER (WHERE period = 'day'),
               min(most) FILTER (WHERE period = 'month'), event_id FROM quota_limit
        WHERE scope IN ('account', 'institution') AND product = '*' AND unit = 'unit' AND period IN ('day', 'month')
            AND most IS NOT NULL GROUP BY scope, scope_id, effective_from, event_id HAVING count(*) = 2""")
    op.execute("SELECT xinqiao_make_evidence('quota_plan')")
    for table in TABLES:
        op.execute(f"DROP TABLE {table}")
    op.execute("DELETE FROM quota_period WHERE product <> '*' OR unit <> 'unit' OR period NOT IN ('day', 'month')")
    op.execute("ALTER TABLE quota_period DROP COLUMN product, DROP COLUMN unit, DROP COLUMN covered")
    op.execute("ALTER TABLE quota_period ADD PRIMARY KEY (scope, scope_id, period, starts)")
    op.execute("ALTER TABLE quota_period ADD CHECK (period IN ('day', 'month'))")
    op.execute("ALTER TABLE quota_ledger DROP COLUMN consent_id, DROP COLUMN overdraft")
    op.execute("ALTER TABLE quota_reservation DROP COLUMN consent_id")
