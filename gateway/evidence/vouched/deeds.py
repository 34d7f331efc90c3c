"""Tables whose rows each come with an event: what was handed in, decided, answered, charged, reported, received. Pure.

Whoever adds a column that decides something names it here, and in the event; a test holds the columns of all tables
against this and against unseen.py.
"""

import json
from collections.abc import Mapping

from consent.life import EVENTS
from gateway.evidence.vouched.declaration import (
    AT,
    Deed,
    Says,
    always,
    digest,
    digest_of_json,
    leaf,
    said,
    said_lately,
    said_within,
)
from gateway.evidence.vouched.told import (
    ACT,
    ACTS,
    ANSWER,
    ANSWERED,
    ASKED,
    BATCH,
    CARD,
    CHARGE,
    CONSENT,
    COST,
    COUNTS,
    DELETION,
    FILE,
    GRANT,
    INQUIRY,
    LIMIT,
    LIST,
    LISTED,
    MANDATE,
    OUTPUT,
    PLAN,
    PROVIDER,
    QUEUED,
    RATE,
    RECEIVED,
    SETTLED,
    TEMPLATE,
    UNANSWERED,
    USAGE,
    VIEW,
    duty_answered_on,
    kind_of_basis,
    same,
)

DEEDS: tuple[Deed, ...] = (
    Deed(
        "batches", "batch",
        f"""SELECT event_id AS entry, batch_id AS batch, agency, dataset, sender_batch, way,
                   encode(digest, 'hex') AS digest, statement, agency_signature, row_count,
                   {", ".join((*COUNTS, *LISTED))}, corrects, counting FROM batch""",  # noqa: S608 - our own words
        {"batch.sealed": Says(BATCH)},
        {"statement": digest, "agency_signature": digest, "counting": digest_of_json},
    ),
    Deed(
        "consents", "consent_version",
        f"""SELECT event_id AS entry, consent_id AS consent, version, status, convert_from(terms, 'UTF8') AS terms,
                   actor, approval, receipt, reason, gathered, {AT.format("recorded_at")} AS recorded_at
            FROM consent_version""",  # noqa: S608
        dict.fromkeys(EVENTS, Says(CONSENT)),
        {"terms": digest, "approval": digest, "gathered": digest},
    ),
    Deed(
        "mandates", "signatory_mandate",
        f"""SELECT event_id AS entry, signatory, version, role, reference, {AT.format("valid_until")} AS until, holder,
                   {AT.format("recorded_at")} AS recorded_at FROM signatory_mandate""",  # noqa: S608
        {"signatory.mandate": Says(MANDATE)},
    ),
    Deed(
        "templates", "consent_template",
        f"""SELECT event_id AS entry, template, version, content, {AT.format("effective_from")} AS effective_from
            FROM consent_template""",  # noqa: S608
        {"consent.template_set": Says(TEMPLATE)}, {"content": digest},
    ),
    Deed(
        "consent-files", "consent_file",
        """SELECT event_id AS entry, consent_id AS consent, sha256, encode(sha256(sealed), 'hex') AS sealed
           FROM consent_file""",
        {"consent.evidenced": Says(FILE)},
    ),
    Deed(
        "answers", "consent_use",
        f"""SELECT u.event_id AS entry, u.inquiry_id AS inquiry, u.consent_id AS consent, u.version, u.account,
                   u.institution, u.product, u.purpose, {AT.format("u.used_at")} AS used_at,
                   coalesce(i.packed, convert_to(i.answer, 'UTF8')) AS answer
            FROM consent_use u LEFT JOIN inquiry i USING (inquiry_id)""",  # noqa: S608
        {"inquiry.answered": Says(ANSWER)}, {"answer": digest},
    ),
    Deed(
        "inquiries", "inquiry",
        """SELECT event_id AS entry, inquiry_id AS inquiry, account, person, institution, intermediary, uscc, product,
                  purpose, provider, consent_id AS consent, consent_version AS version, duty, state, outcome, units,
                  num_nonnulls(answer, packed) = 1 AS answered,
                  CASE WHEN consent_version IS NULL THEN legal_basis ELSE coalesce(legal_basis, 'consent') END
                      AS legal_basis
           FROM inquiry""",
        {
            "inquiry.admitted": Says(
                {**same("inquiry", "person", "provider"), "state": always("admitted"), **UNANSWERED,
                 "consent": said_within("consent", "id"), "version": said_within("consent", "version"),
                 "legal_basis": kind_of_basis, "duty": duty_answered_on},
                INQUIRY, ends=False,
            ),
            "inquiry.answered": Says(ANSWERED, INQUIRY),
            "inquiry.denied": Says(
                ASKED | {"state": always("denied"), **UNANSWERED}, INQUIRY,
                alone={"inquiry": said("inquiry"), "consent": said("named"), "version": always(None),
                       "legal_basis": always(None), "duty": said_lately("duty")},
            ),
            "inquiry.expired": Says({"state": always("expired"), **UNANSWERED}, INQUIRY),
        },
    ),
    Deed(
        "charges", "quota_ledger",
        """SELECT event_id AS entry, inquiry_id AS inquiry, account, person, institution, product, units, day
           FROM quota_ledger""",
        {"inquiry.answered": Says(CHARGE), "quota.reversed": Says(CHARGE)},
    ),
    Deed(
        "reversals", "quota_reversal",
        "SELECT event_id AS entry, charge, entry_id AS reversal, reason FROM quota_reversal",
        {"quota.reversed": Says({**same("charge", "reason"), "reversal": said("entry")})},
    ),
    Deed(
        "months", "quota_month_total",
        """SELECT event_id AS entry, month, scope, scope_id, charges, reversals, units, products, signature
           FROM quota_month_total""",
        {"quota.closed": Says(
            {**same("month", "scope", "charges", "reversals", "units", "products", "signature"),
             "scope_id": said("id")},
        )},
        {"signature": digest},
    ),
    Deed(
        "limits", "quota_limit",
        f"""SELECT event_id AS entry, scope, scope_id, {AT.format("effective_from")} AS effective_from,
                   jsonb_agg(jsonb_build_object(
                       'product', product, 'unit', unit, 'period', period, 'limit', most,
                       'overdraft_pct', overdraft_pct, 'alerts', alerts) ORDER BY period) AS limits
            FROM quota_limit GROUP BY event_id, scope, scope_id, effective_from""",  # noqa: S608
        {"quota.set": Says(PLAN), "quota.limited": Says(LIMIT)},
    ),
    Deed(
        "rates", "rate_limit",
        f"""SELECT event_id AS entry, scope, scope_id, measure, most, reason,
                   {AT.format("effective_from")} AS effective_from FROM rate_limit""",  # noqa: S608
        {"quota.rate_set": Says(RATE)},
    ),
    Deed(
        "costs", "product_cost",
        f"""SELECT event_id AS entry, product, version, units, reason,
                   {AT.format("effective_from")} AS effective_from FROM product_cost""",  # noqa: S608
        {"quota.cost_set": Says(COST)},
    ),
    Deed(
        "providers", "provider_version",
        "SELECT event_id AS entry, provider, version, status, terms, reason FROM provider_version",
        {"provider.registered": Says(PROVIDER), "provider.suspended": Says(PROVIDER),
         "provider.resumed": Says(PROVIDER)},
    ),
    Deed(
        "provider-statements", "provider_statement",
        """SELECT event_id AS entry, inquiry_id AS inquiry, provider, version, encode(sha256(body), 'hex') AS body,
                  signature FROM provider_statement""",
        {"provider.signed": Says(same("inquiry", "provider", "version", "body", "signature"))},
    ),
    Deed(
        "joint-answers", "joint_version",
        "SELECT event_id AS entry, provider, version, status, terms, reason FROM joint_version",
        {"joint.registered": Says(PROVIDER), "joint.suspended": Says(PROVIDER), "joint.resumed": Says(PROVIDER)},
    ),
    Deed(
        "match-runs", "match_run",
        """SELECT r.event_id AS entry, r.run_id AS run, r.digest, r.versions, r.names, r.subjects, r.proposals,
                  p.found FROM match_run r CROSS JOIN LATERAL (
               SELECT coalesce(jsonb_agg(jsonb_build_array(
                   proposal_id, agency, kind, value, subject_id, weight::text, levels)
                   ORDER BY proposal_id::text COLLATE "C"), '[]') AS found
               FROM match_proposal WHERE run_id = r.run_id) p""",
        {"match.compared": Says(
            same("run", "digest", "versions", "names", "subjects", "proposals", "found"),
        )},
        {"found": digest_of_json},
    ),
    Deed(
        "case-files", "disposal_file",
        """SELECT event_id AS entry, case_id::text AS "case", sha256, media_type, size,
                  encode(sha256(sealed), 'hex') AS sealed, sealed_sha256, taken_by FROM disposal_file""",
        {"case.evidenced": Says(same("case", "sha256", "media_type", "size", "sealed") | {
            "sealed_sha256": said("sealed"), "taken_by": leaf("actor"),
        })},
    ),
    Deed(
        "cards", "card_release",
        f"""SELECT event_id AS entry, number, model, digest, encode(sha256(convert_to(source, 'UTF8')), 'hex') AS card,
                   encode(sha256(convert_to(report, 'UTF8')), 'hex') AS report, reason,
                   {AT.format("in_force_from")} AS in_force_from FROM card_release""",  # noqa: S608
        {"card.released": Says(CARD)},
    ),
    Deed(
        "output-policies", "output_policy",
        f"""SELECT event_id AS entry, institution, product, version, form, threshold, left_out,
                   {AT.format("effective_from")} AS effective_from FROM output_policy""",  # noqa: S608
        {"output.policy_set": Says(OUTPUT)},
    ),
    Deed(
        "views", "data_view",
        f"""SELECT event_id AS entry, institution, name AS view, version, purpose, title, admission,
                   limit_columns AS "limit", reason, approved_by, {AT.format("effective_from")} AS effective_from
            FROM data_view""",  # noqa: S608
        {"view.set": Says(VIEW), "view.ended": Says(VIEW)},
    ),
    Deed(
        "grants", "quota_grant",
        f"""SELECT event_id AS entry, grant_id AS "grant", scope, scope_id, product, units, priority, reason,
                   {AT.format("holds_from")} AS holds_from, {AT.format("holds_until")} AS holds_until
            FROM quota_grant""",  # noqa: S608
        {"quota.granted": Says(GRANT)},
    ),
    Deed(
        "usage-results", "usage_result",
        """SELECT event_id AS entry, result_id AS result, version, inquiry_id AS inquiry, account, institution, uscc,
                  exchange, convert_from(content, 'UTF8') AS content FROM usage_result""",
        {"usage.reported": Says(USAGE)}, {"content": json.loads},
    ),
    Deed(
        "deletions", "deletion_attestation",
        f"""SELECT event_id AS entry, inquiry_id AS inquiry, institution, account, person,
                   {AT.format("due")} AS due, {AT.format("attested_at")} AS attested_at FROM deletion_attestation""",  # noqa: S608
        {"deletion.attested": Says(DELETION)},
    ),
    Deed(
        "recalls", "recall",
        """SELECT event_id AS entry, institution, kind, count(*) AS answers,
                  jsonb_agg(inquiry_id ORDER BY inquiry_id) AS inquiries FROM recall
           GROUP BY event_id, institution, kind""",
        {"recall.noticed": Says(same("kind", "answers", "inquiries") | {"institution": leaf("institution")})},
        {"inquiries": digest_of_json},
    ),
    Deed(
        "acts", "record_act",
        f"""SELECT event_id AS entry, record_id AS record, dataset, agency, business_key, version, number, kind, state,
                   hides, lasting, effective_on, reason, document, actor, act_batch, term,
                   {AT.format("recorded_at")} AS recorded_at FROM record_act
            WHERE kind NOT IN ('end', 'return')""",  # noqa: S608 - those: set_acts.py
        {name: Says(ACT | {"kind": always(kind)}) for name, kind in ACTS.items()},
    ),
    Deed(
        "act-lists", "act_batch",
        f"""SELECT event_id AS entry, act_batch, agency, dataset, sender_batch, encode(digest, 'hex') AS digest, kind,
                   row_count, done, already, unknown, {AT.format("recorded_at")} AS recorded_at
            FROM act_batch""",  # noqa: S608
        {"record.list_acted": Says(LIST)},
    ),
    Deed(
        "statements", "enterprise_statement",
        """SELECT event_id AS entry, uscc AS enterprise, month, questions, encode(sha256(content), 'hex') AS digest,
                  signature FROM enterprise_statement""",
        {"statement.made": Says(same("enterprise", "month", "questions", "digest", "signature"))},
        {"signature": digest},
    ),
    Deed(
        "received", "received",
        """SELECT event_id AS entry, sender, delivery_id AS delivery, exchange, kind, encode(digest, 'hex') AS digest,
                  message, receipt FROM received""",
        {"delivery.received": Says(RECEIVED)}, {"message": digest, "receipt": digest},
    ),
    Deed(
        "deliveries", "delivery",
        """SELECT event_id AS entry, delivery_id AS delivery, kind, peer_id, exchange, message, items_digest, state,
                  receipt, onward_receipt FROM delivery""",
        {
            "delivery.queued": Says(QUEUED, said("delivery"), ends=False),
            "delivery.acknowledged": Says(SETTLED, said("delivery"), ends=False),
            "delivery.confirmed": Says(SETTLED, said("delivery")),
            "delivery.refused": Says(SETTLED, said("delivery"), ends=False),
            "delivery.retried": Says({"state": leaf("outcome")}, said("delivery"), ends=False),
        },
        {"message": digest, "receipt": digest, "onward_receipt": digest},
        older=frozenset({"usage.reported", "inquiry.answered", "delivery.received"}), key="delivery",
    ),
)  # fmt: skip
BY_EVENT: Mapping[str, tuple[Deed, ...]] = {
    name: tuple(deed for deed in DEEDS if name in deed.events) for deed in DEEDS for name in deed.events
}
