"""Much of everything in an initialised instance, made by the database itself: a city's log, enterprises and questions.

The rows have the form of real ones, and times over this month or the last day of it that has passed. Leaves can be read
and searched; payloads are not there, as after an erasure, and nothing of it is signed: it is for looking at, not for
verifying.
"""

from dataclasses import dataclass

from sqlalchemy import text

from connectors.conversion.identifiers import organisation_check, uscc_check
from gateway.runtime.database import Database

BANKS, FEEDS = 300, 56
# A UUIDv7 of a moment; random() in it is asked for each row.
FUNCTIONS = """
CREATE OR REPLACE FUNCTION pg_temp.id_of(moment timestamptz) RETURNS uuid LANGUAGE sql VOLATILE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || '7'
        || lpad(to_hex((random() * 4095)::integer), 3, '0') || '8' || substr(md5(random()::text), 1, 15))::uuid $$;
CREATE OR REPLACE FUNCTION pg_temp.moment(part float) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT begun + (now() - begun) * part FROM (SELECT date_trunc('month', now() AT TIME ZONE 'UTC')
        AT TIME ZONE 'UTC' AS begun) m $$;
CREATE OR REPLACE FUNCTION pg_temp.base64url(told text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT rtrim(translate(replace(encode(convert_to(told, 'UTF8'), 'base64'), E'\\n', ''), '+/', '-_'), '=') $$
"""
INSTITUTIONS = """
INSERT INTO institution (institution_id, name, class, status, created_at, event_id)
SELECT 'bank-' || n, '云屿第' || n || '银行', (ARRAY['bank', 'guarantee', 'micro_loan'])[n % 3 + 1], 'active',
    now(), gen_random_uuid() FROM generate_series(1, :banks) n ON CONFLICT DO NOTHING;
INSERT INTO client (client_id, kind, institution_id, status, created_at, event_id, redirect_uris)
SELECT 'bank-' || n || '-a', 'account', 'bank-' || n, 'active', now(), gen_random_uuid(), '{}'
FROM generate_series(1, :banks) n ON CONFLICT DO NOTHING
"""
SUBJECTS = """
INSERT INTO subject (subject_id, uscc, name, created_at)
SELECT pg_temp.id_of(pg_temp.moment(random())), code, '云屿市第' || n || '制造有限公司', now()
FROM unnest(CAST(:codes AS text[])) WITH ORDINALITY AS c (code, n)
"""
QUESTIONS = """
INSERT INTO inquiry (inquiry_id, account, institution, subject_id, uscc, product, purpose, provider, state, outcome,
    units, answer, created_at, settled_at, event_id)
SELECT pg_temp.id_of(at), bank || '-a', bank, s.subject_id, s.uscc, 'score', 'pre_loan', 'embedded', state,
    CASE state WHEN 'answered' THEN 'answered' ELSE 'consent-required' END,
    CASE state WHEN 'answered' THEN 1 ELSE 0 END,
    CASE state WHEN 'answered' THEN pg_temp.base64url('{"alg":"Ed25519"}') || '.' || pg_temp.base64url(
        json_build_object('v', 1, 'subject', s.uscc, 'product', 'score', 'purpose', 'pre_loan', 'institution', bank,
            'score', 400 + n % 400, 'band', (ARRAY['excellent', 'good', 'fair', 'poor'])[n % 4 + 1],
            'reasons', json_build_array())::text) || '.AA' END, at, at, gen_random_uuid()
FROM (SELECT n, pg_temp.moment(random()) AS at, 'bank-' || (1 + n % :banks) AS bank,
        CASE WHEN n % 19 = 0 THEN 'denied' ELSE 'answered' END AS state FROM generate_series(1, :questions) n) asked
JOIN (SELECT subject_id, uscc, row_number() OVER (ORDER BY uscc) AS number FROM subject) s
    ON s.number = 1 + (n::bigint * 7919) % :subjects
"""
CONSENTS = """
WITH made AS (
    SELECT pg_temp.id_of(pg_temp.moment(random())) AS id, 'bank-' || (1 + n % :banks) AS bank, s.uscc, n
    FROM generate_series(1, :consents) n
    JOIN (SELECT uscc, row_number() OVER (ORDER BY uscc) AS number FROM subject) s
        ON s.number = 1 + (n::bigint * 7919) % :subjects
), heads AS (
    INSERT INTO consent_head (consent_id, institution, uscc, uses) SELECT id, bank, uscc, 0 FROM made
)
INSERT INTO consent_version (consent_id, version, status, terms, actor, receipt, recorded_at, event_id)
SELECT id, 1, CASE n % 10 WHEN 0 THEN 'requested' ELSE 'active' END, convert_to(json_build_object(
    'consent_id', id, 'grantee', json_build_object('institution', bank, 'accounts', json_build_array()),
    'grantor', uscc, 'max_uses', NULL, 'products', json_build_array('score'),
    'purpose', json_build_object('code', 'pre_loan'), 'valid_from', '2026-01-01T00:00:00+00:00',
    'valid_until', to_char((now() + make_interval(days => n % 300)) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24\\:MI\\:SS')
        || '+00:00')::text, 'UTF8'), bank || '-a', 'x', now(), gen_random_uuid() FROM made
"""
EVENTS = """
WITH made AS (
    SELECT pg_temp.id_of(at) AS id, at, n, 'bank-' || (1 + n % :banks) AS bank, s.subject_id::text AS subject,
        (ARRAY['inquiry.answered', 'token.issued', 'inquiry.denied', 'consent.requested'])[n % 4 + 1] AS type
    FROM (SELECT n, pg_temp.moment(n::float / :events) AS at FROM generate_series(1, :events) n) told
    JOIN (SELECT subject_id, row_number() OVER (ORDER BY uscc) AS number FROM subject) s
        ON s.number = 1 + (n::bigint * 7919) % :subjects
), leaves AS (
    SELECT made.*, convert_to('{"account":"' || bank || '-a","actor":"' || bank || '-a","c":"' || repeat('0', 64)
        || '","id":"' || id || '","institution":"' || bank || '","outcome":"answered","subject":"' || subject
        || '","ts":"' || to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24\\:MI\\:SS.US') || 'Z","type":"' || type
        || '","v"\\:1}', 'UTF8') AS leaf FROM made
), events AS (
    INSERT INTO audit_event (event_id, log_id, leaf, leaf_hash, ts, type, actor, institution, account, subject, outcome)
    SELECT id, :log, leaf, sha256('\\x00'::bytea || leaf), at, type, bank || '-a', bank, bank || '-a', subject,
        'answered' FROM leaves
)
INSERT INTO audit_leaf (log_id, leaf_index, event_id)
SELECT :log, (SELECT coalesce(max(leaf_index), -1) FROM audit_leaf WHERE log_id = :log) + n, id FROM leaves
"""
BATCHES = """
INSERT INTO batch (batch_id, agency, dataset, sender_batch, digest, way, received_at, row_count, accepted, unresolved,
    corrections, duplicates, natural_persons, rejected, reasons, statement, event_id, mapping)
SELECT pg_temp.id_of(at), f.agency, f.dataset, 'b-' || f.dataset || '-' || n, '\\x00', 'http', at, 1000, 990, 5, 0, 0,
    0, 5, '{"cell-number": 5}', 'x', gen_random_uuid(), '{}'
FROM unnest(CAST(:agencies AS text[]), CAST(:datasets AS text[])) f (agency, dataset)
CROSS JOIN LATERAL (SELECT n, pg_temp.moment(n / 60.0) AS at FROM generate_series(1, 60) n) told
"""
DELIVERIES = """
INSERT INTO peer (peer_id, role, url, jwk, client_id, status, event_id)
VALUES ('city', 'city', 'http://127.0.0.1:1', '{}', 'gateway', 'active', gen_random_uuid()) ON CONFLICT DO NOTHING;
INSERT INTO delivery (delivery_id, kind, peer_id, exchange, message, items_digest, state, attempts, created_at,
    settled_at, receipt, event_id)
SELECT pg_temp.id_of(at), 'usage-results', 'city', gen_random_uuid(), repeat('x', 1500), 'x',
    CASE WHEN n % 500 = 0 THEN 'refused' ELSE 'confirmed' END, 1, at, at, CASE WHEN n % 500 <> 0 THEN 'x' END,
    gen_random_uuid() FROM (SELECT n, pg_temp.moment(random()) AS at FROM generate_series(1, :deliveries) n) told
"""


@dataclass(frozen=True)
class Much:
    """How much of each."""

    subjects: int = 300_000
    questions: int = 100_000
    consents: int = 20_000
    events: int = 1_000_000
    deliveries: int = 20_000


def uscc(number: int) -> str:
    """Return a sound unified code of an enterprise that does not exist."""
    organisation = f"M{number:07d}"
    body = f"91330300{organisation}{organisation_check(organisation)}"
    return body + uscc_check(body)


async def fill(database: Database, log_id: int, much: Much, feeds: list[tuple[str, str]]) -> None:
    """Add so much of everything, in one transaction, and have the database look at it once."""
    values = {
        **vars(much), "log": log_id, "banks": BANKS,
        "codes": [uscc(number) for number in range(1, much.subjects + 1)],
        "agencies": [agency for agency, _ in feeds], "datasets": [dataset for _, dataset in feeds],
    }  # fmt: skip
    async with database.begin("benchmark.fill", role="owner") as session:
        steps = (FUNCTIONS, INSTITUTIONS, SUBJECTS, QUESTIONS, CONSENTS, EVENTS, BATCHES, DELIVERIES)
        for statement in (one for step in steps for one in step.split(";\n")):
            wanted = {name: value for name, value in values.items() if f":{name}" in statement}
            await session.execute(text(statement), wanted)
        await session.execute(text("ANALYZE"))
