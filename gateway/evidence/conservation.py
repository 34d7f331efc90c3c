"""Conservation: what an instance holds, and what must be equal in it, whatever was killed when.

Records, charges, uses, entries, deliveries and receipts are counted on both sides of every commit they share; every
query of QUERIES returns what is not equal, and must be empty. This module and export.py alone read across the tables of
all packages.
"""

from collections.abc import Mapping

from sqlalchemy import text

from gateway.quota.reconciling import BURNT, CHARGED, CLOSED, COSTED, COUNTERS, REVERSED
from gateway.runtime.work import UnitOfWork

_HELD = text("""
    SELECT (SELECT count(*) FROM audit_event) AS events,
           (SELECT coalesce(max(size), 0) FROM audit_checkpoint) AS signed,
           (SELECT count(*) FROM subject) AS subjects,
           (SELECT count(*) FROM record_visible((now() AT TIME ZONE 'Asia/Shanghai')::date, NULL)) AS records,
           (SELECT count(*) FROM record_visible((now() AT TIME ZONE 'Asia/Shanghai')::date, NULL)
            WHERE subject_id IS NULL) AS unresolved,
           (SELECT count(*) FROM inquiry WHERE state = 'answered') AS answered,
           (SELECT count(*) FROM inquiry WHERE state = 'denied') AS denied,
           (SELECT count(*) FROM delivery WHERE state IN ('pending', 'acknowledged')) AS waiting,
           (SELECT count(*) FROM delivery WHERE state = 'refused') AS refused,
           (SELECT count(*) FROM source WHERE last_fault IS NOT NULL) AS failing
""")
QUERIES: Mapping[str, str] = {
    "records are those their batch counted": """
        SELECT b.batch_id::text AS what, b.accepted + b.unresolved + b.corrections AS counted, count(r.*) AS found
        FROM batch b LEFT JOIN record r USING (batch_id)
        GROUP BY b.batch_id HAVING b.accepted + b.unresolved + b.corrections <> count(r.*)""",
    "rejected rows are those their batch counted": """
        SELECT b.batch_id::text, b.rejected, count(r.*) FROM batch b LEFT JOIN rejected_row r USING (batch_id)
        GROUP BY b.batch_id HAVING b.rejected <> count(r.*)""",
    "records and rejected rows have a batch": """
        SELECT o.batch_id::text, 0, count(*) FROM (
            SELECT batch_id FROM record UNION ALL SELECT batch_id FROM rejected_row) o
        WHERE NOT EXISTS (SELECT FROM batch b WHERE b.batch_id = o.batch_id) GROUP BY o.batch_id""",
    "a key has one current record": """
        SELECT dataset || ' ' || business_key, 1, count(*) FROM record WHERE superseded_at IS NULL
        GROUP BY dataset, agency, business_key HAVING count(*) > 1""",
    "a record that was replaced has the version that replaced it": """
        SELECT r.record_id::text, 1, 0 FROM record r WHERE r.superseded_at IS NOT NULL AND NOT EXISTS (
            SELECT FROM record n WHERE n.business_key = r.business_key AND n.dataset = r.dataset
                AND n.agency = r.agency AND n.version = r.version + 1 AND n.recorded_at = r.superseded_at)""",
    "a record has the digest of its content": """
        SELECT record_id::text, 1, 0 FROM record
        WHERE canonical IS NOT NULL AND digest <> sha256('\\x00'::bytea || canonical)""",
    "the records of a batch are numbered without a gap": """
        SELECT batch_id::text, count(*), max(leaf_index) + 1 FROM record
        GROUP BY batch_id HAVING count(*) <> max(leaf_index) + 1""",
    "a record is found by its own key": """
        SELECT record_id::text, 1, 0 FROM record
        WHERE key_id <> substr(sha256(convert_to(dataset || '|' || agency || '|' || business_key, 'UTF8')), 1, 16)""",
    "a record of a credit code is that enterprise's": """
        SELECT r.record_id::text, 1, 0 FROM record r LEFT JOIN subject s USING (subject_id)
        WHERE r.identifier_type = 'uscc' AND s.uscc IS DISTINCT FROM r.identifier_value""",
    "a record of a name or an old code is of an enterprise known by it": """
        SELECT r.record_id::text, 1, 0 FROM record r
        WHERE r.identifier_type <> 'uscc' AND r.subject_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM subject_known k WHERE k.kind = r.identifier_type AND k.value = r.identifier_value
                AND k.subject_id = r.subject_id)""",
    "a record without content has its tombstone": """
        SELECT r.record_id::text, 1, count(t.*) FROM record r LEFT JOIN record_tombstone t USING (record_id)
        WHERE r.canonical IS NULL GROUP BY r.record_id HAVING count(t.*) <> 1""",
    "every act is upon a record that is there": """
        SELECT a.act_id::text, 1, 0 FROM record_act a
        WHERE NOT EXISTS (SELECT FROM record r WHERE r.record_id = a.record_id)""",
    "counters are the sum of the ledger": COUNTERS,
    "a grant has burnt what its counter says": BURNT,
    "every answer is charged once, and nothing else is": CHARGED,
    "a charge is what its product cost": COSTED,
    "what was taken back is a charge, once": REVERSED,
    "a closed month is what its entries add up to": CLOSED,
    "every answer is one use of its consent": """
        SELECT coalesce(h.consent_id, u.consent_id)::text, coalesce(h.uses, 0), coalesce(u.uses, 0)
        FROM consent_head h FULL JOIN (SELECT consent_id, count(*) AS uses FROM consent_use GROUP BY 1) u
        USING (consent_id) WHERE coalesce(h.uses, 0) <> coalesce(u.uses, 0)""",
    "an answer is a use of a consent where it rests on one, and nowhere else": """
        SELECT i.inquiry_id::text, (coalesce(i.legal_basis, 'consent') = 'consent')::int,
            (u.inquiry_id IS NOT NULL)::int
        FROM inquiry i LEFT JOIN consent_use u USING (inquiry_id)
        WHERE i.state = 'answered'
            AND (coalesce(i.legal_basis, 'consent') = 'consent') <> (u.inquiry_id IS NOT NULL)""",
    "no reservation is open for a settled inquiry": """
        SELECT r.inquiry_id::text, 0, r.units FROM quota_reservation r JOIN inquiry i USING (inquiry_id)
        WHERE r.state = 'open' AND i.state <> 'admitted'""",
    "every answer, batch, consent and result has its entry": """
        SELECT o.event_id::text, 1, 0 FROM (
            SELECT event_id FROM consent_use UNION ALL SELECT event_id FROM batch
            UNION ALL SELECT event_id FROM consent_version UNION ALL SELECT event_id FROM usage_result
            UNION ALL SELECT event_id FROM received
            UNION ALL SELECT event_id FROM deletion_attestation UNION ALL SELECT event_id FROM record_act
            UNION ALL SELECT event_id FROM record_tombstone) o
        WHERE NOT EXISTS (SELECT FROM audit_event e WHERE e.event_id = o.event_id)""",
    "every entry is in the tree or waits for it": """
        SELECT e.event_id::text, 1, (l.event_id IS NOT NULL)::int + (p.event_id IS NOT NULL)::int
        FROM audit_event e LEFT JOIN audit_leaf l USING (event_id) LEFT JOIN audit_pending p USING (event_id)
        WHERE (l.event_id IS NOT NULL) = (p.event_id IS NOT NULL)""",
    "every usage result is queued for each city": """
        SELECT u.result_id::text, (SELECT count(*) FROM peer WHERE role = 'city' AND status = 'active'), count(d.*)
        FROM usage_result u LEFT JOIN delivery d USING (exchange) GROUP BY u.result_id, u.version
        HAVING count(d.*) < (SELECT count(*) FROM peer WHERE role = 'city' AND status = 'active'
                             AND event_id < min(u.event_id::text)::uuid)""",
    "a report is owed for every answer until it is there": """
        SELECT i.inquiry_id::text, (u.inquiry_id IS NULL)::int, (i.report_by IS NOT NULL)::int
        FROM inquiry i LEFT JOIN usage_result u ON u.inquiry_id = i.inquiry_id AND u.version = 1
        WHERE (i.state = 'answered' AND u.inquiry_id IS NULL AND coalesce(i.legal_basis, 'consent') = 'consent'
               AND i.product <> 'risk_watch')
            <> (i.report_by IS NOT NULL)""",
    "what is said to be deleted has its attestation": """
        SELECT coalesce(i.inquiry_id, d.inquiry_id)::text, (i.inquiry_id IS NOT NULL)::int,
            (d.inquiry_id IS NOT NULL)::int
        FROM (SELECT inquiry_id FROM inquiry WHERE deleted_at IS NOT NULL) i
        FULL JOIN deletion_attestation d USING (inquiry_id) WHERE i.inquiry_id IS NULL OR d.inquiry_id IS NULL""",
    "a settled delivery has its receipt": """
        SELECT delivery_id::text, 1, 0 FROM delivery
        WHERE state IN ('acknowledged', 'confirmed') AND receipt IS NULL""",
}


async def count_held(work: UnitOfWork) -> Mapping[str, int]:
    """Return how much there is of what an instance holds, by name."""
    return dict((await work.session.execute(_HELD)).mappings().one())


async def find_differences(work: UnitOfWork) -> list[tuple[str, str, int, int]]:
    """Return (rule, what, expected, found) wherever two sides differ."""
    found = []
    for rule, query in QUERIES.items():
        found += [(rule, str(row[0]), int(row[1]), int(row[2])) for row in await work.session.execute(text(query))]
    return found
