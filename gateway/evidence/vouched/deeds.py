"""Tables whose rows each come with an event: what was handed in, decided, answered, charged, reported, received. Pure.

Whoever adds a column that decides something names it here, and in the event; a test holds the columns of all tables
against this and against unseen.py.
"""

import json
from collections.abc import Mapping

from consent.life import EVENTS
from gateway.evidence.vouched.declaration import (
    AT,
    UNTOLD,
    Deed,
    Entry,
    Says,
    Told,
    always,
    digest,
    digest_of_json,
    leaf,
    said,
    said_moment,
    said_within,
)


def _same(*names: str) -> dict[str, Told]:
    return {name: said(name) for name in names}


def _receipt(entry: Entry) -> object:
    """Return the digest of a receipt. Older events name the last receipt of either kind, and do not say which."""
    return said("receipt")(entry) if entry.payload and "onward" in entry.payload else UNTOLD


_COUNTS = ("accepted", "unresolved", "corrections", "duplicates", "natural_persons", "rejected")
_LISTED = ("delivery", "ended", "returned", "not_ended")
_BATCH = _same("agency", "dataset", "sender_batch", "way", "digest", "statement", "counting", *_COUNTS, *_LISTED) | {
    "batch": said("batch"), "row_count": said("rows"), "agency_signature": said("signature"),
    "corrects": lambda entry: None if entry.payload and "corrects" not in entry.payload else said("corrects")(entry),
}  # fmt: skip


def _reason(entry: Entry) -> object:
    """Return why something was changed; an event that names no reason says that there was none."""
    return None if entry.payload and "reason" not in entry.payload else said("reason")(entry)


def _gathered(entry: Entry) -> object:
    """Return what was gathered for a consent by then; an event that names nothing says that nothing was."""
    return None if entry.payload and "gathered" not in entry.payload else said("gathered")(entry)


_CONSENT = _same("version", "terms", "receipt", "approval") | {
    "reason": _reason, "gathered": _gathered,
    "consent": said("consent"), "status": leaf("outcome"), "actor": leaf("actor"), "recorded_at": leaf("ts"),
}  # fmt: skip
_ANSWER = _same("account", "institution", "product", "purpose", "answer", "inquiry") | {
    "consent": said_within("consent", "id"), "version": said_within("consent", "version"), "used_at": leaf("ts"),
}  # fmt: skip
_CHARGE = _same("account", "person", "institution", "product", "units", "day", "inquiry")
_ASKED = _same("account", "person", "institution", "intermediary", "product", "purpose", "provider") | {
    "uscc": said("subject"),
}  # fmt: skip


def _basis(entry: Entry) -> object:
    """Return the kind of basis that something was answered on; an event that names none is of a consent."""
    if entry.payload and "legal_basis" not in entry.payload:
        return "consent"
    return said_within("legal_basis", "kind")(entry)


def _on_duty(entry: Entry) -> object:
    """Return the code of the duty that something was answered on, None where it was another basis."""
    basis = said("legal_basis")(entry)
    return basis.get("duty") if isinstance(basis, Mapping) else None if entry.payload else UNTOLD


def _named_duty(entry: Entry) -> object:
    """Return the code of the duty that a denied question named; older ones name none."""
    return None if entry.payload and "duty" not in entry.payload else said("duty")(entry)


_ANSWERED = _ASKED | {
    "legal_basis": _basis, "duty": _on_duty,
    "inquiry": said("inquiry"),
    "state": always("answered"), "outcome": leaf("outcome"), "units": said("units"), "answered": always(value=True),
    "consent": said_within("consent", "id"), "version": said_within("consent", "version"),
}  # fmt: skip
_UNANSWERED = {"outcome": leaf("outcome"), "units": always(0), "answered": always(value=False)}
_MANDATE = _same("signatory", "version", "role", "reference", "holder") | {
    "until": said_moment("until"), "recorded_at": leaf("ts"),
}  # fmt: skip
_TEMPLATE = _same("template", "version", "content") | {"effective_from": said_moment("effective_from")}
_FILE = _same("consent", "sha256", "sealed")


def _day_and_month(entry: Entry) -> object:
    """Return the two limits of a plan."""
    if entry.payload is None:
        return said("per_day")(entry)
    plain = {"product": "*", "unit": "unit", "overdraft_pct": 0, "alerts": [50, 80, 100]}
    return [{**plain, "period": period, "limit": entry.payload[f"per_{period}"]} for period in ("day", "month")]


def _limit(entry: Entry) -> object:
    if entry.payload is None:
        return said("limit")(entry)
    return [{name: entry.payload.get(name) for name in _LIMITED}]


_GRANT = _same("grant", "scope", "product", "units", "priority", "reason") | {
    "scope_id": said("id"), "holds_from": said_moment("from"), "holds_until": said_moment("until"),
}  # fmt: skip
_COST = _same("product", "version", "units", "reason") | {"effective_from": said_moment("from")}
_OUTPUT = _same("product", "version", "form", "threshold", "left_out") | {
    "institution": leaf("institution"), "effective_from": said_moment("from"),
}  # fmt: skip
_LIMITED = ("product", "unit", "period", "limit", "overdraft_pct", "alerts")
_PLAN = _same("scope") | {"scope_id": said("id"), "effective_from": leaf("ts"), "limits": _day_and_month}
_LIMIT = _same("scope") | {"scope_id": said("id"), "effective_from": said_moment("from"), "limits": _limit}
_RATE = _same("scope", "measure") | {
    "scope_id": said("id"), "most": said("limit"), "effective_from": leaf("ts"), "reason": _reason,
}  # fmt: skip


def _term(entry: Entry) -> object:
    """Return by when an objection is seen to; an older event, and one of another act, names nothing."""
    return None if entry.payload and "term" not in entry.payload else said("term")(entry)


_ACT = _same("dataset", "agency", "version", "number", "effective_on", "reason", "document", "hides") | {
    "record": said("record"), "business_key": said("key"), "lasting": said("lasting"), "act_batch": said("act_batch"),
    "state": leaf("outcome"), "actor": leaf("actor"), "recorded_at": leaf("ts"), "term": _term,
}  # fmt: skip
_ACTS = {
    "record.withdrawn": "withdraw", "record.reinstated": "reinstate", "record.repaired": "repair",
    "record.objected": "object", "record.annulled": "uphold", "record.confirmed": "reject",
}  # fmt: skip
_LIST = _same("act_batch", "agency", "dataset", "sender_batch", "digest", "kind", "done", "already", "unknown") | {
    "row_count": said("rows"), "recorded_at": leaf("ts"),
}  # fmt: skip
_RECEIVED = _same("sender", "delivery", "kind", "receipt", "message") | {
    "exchange": leaf("exch"),
    "digest": said("message"),
}
_QUEUED = _same("delivery", "kind", "message") | {
    "peer_id": said("peer"), "exchange": leaf("exch"), "items_digest": said("items"), "state": always("pending"),
    "receipt": always(None), "onward_receipt": always(None),
}  # fmt: skip
_SETTLED = {"state": leaf("outcome"), "receipt": _receipt, "onward_receipt": said("onward")}


def _content(entry: Entry) -> object:
    """Return what was reported, of all that an event of a usage result says."""
    if entry.payload is None:
        return said("outcome")(entry)
    return {name: entry.payload[name] for name in _REPORTED if name in entry.payload}


_REPORTED = ("outcome", "decided_on", "amount", "balance", "first_time")
_USAGE = _same("result", "version", "inquiry", "institution") | {
    "account": leaf("account"), "uscc": said("subject"), "exchange": leaf("exch"), "content": _content,
}  # fmt: skip
_DELETION = _same("inquiry", "person") | {
    "institution": leaf("institution"), "account": leaf("account"), "due": said_moment("due"),
    "attested_at": leaf("ts"),
}  # fmt: skip
_INQUIRY = leaf("exch")

DEEDS: tuple[Deed, ...] = (
    Deed(
        "batches", "batch",
        f"""SELECT event_id AS entry, batch_id AS batch, agency, dataset, sender_batch, way,
                   encode(digest, 'hex') AS digest, statement, agency_signature, row_count,
                   {", ".join((*_COUNTS, *_LISTED))}, corrects, counting FROM batch""",  # noqa: S608 - our own words
        {"batch.sealed": Says(_BATCH)},
        {"statement": digest, "agency_signature": digest, "counting": digest_of_json},
    ),
    Deed(
        "consents", "consent_version",
        f"""SELECT event_id AS entry, consent_id AS consent, version, status, convert_from(terms, 'UTF8') AS terms,
                   actor, approval, receipt, reason, gathered, {AT.format("recorded_at")} AS recorded_at
            FROM consent_version""",  # noqa: S608
        dict.fromkeys(EVENTS, Says(_CONSENT)),
        {"terms": digest, "approval": digest, "gathered": digest},
    ),
    Deed(
        "mandates", "signatory_mandate",
        f"""SELECT event_id AS entry, signatory, version, role, reference, {AT.format("valid_until")} AS until, holder,
                   {AT.format("recorded_at")} AS recorded_at FROM signatory_mandate""",  # noqa: S608
        {"signatory.mandate": Says(_MANDATE)},
    ),
    Deed(
        "templates", "consent_template",
        f"""SELECT event_id AS entry, template, version, content, {AT.format("effective_from")} AS effective_from
            FROM consent_template""",  # noqa: S608
        {"consent.template_set": Says(_TEMPLATE)}, {"content": digest},
    ),
    Deed(
        "consent-files", "consent_file",
        """SELECT event_id AS entry, consent_id AS consent, sha256, encode(sha256(sealed), 'hex') AS sealed
           FROM consent_file""",
        {"consent.evidenced": Says(_FILE)},
    ),
    Deed(
        "answers", "consent_use",
        f"""SELECT u.event_id AS entry, u.inquiry_id AS inquiry, u.consent_id AS consent, u.version, u.account,
                   u.institution, u.product, u.purpose, {AT.format("u.used_at")} AS used_at, i.answer
            FROM consent_use u LEFT JOIN inquiry i USING (inquiry_id)""",  # noqa: S608
        {"inquiry.answered": Says(_ANSWER)}, {"answer": digest},
    ),
    Deed(
        "inquiries", "inquiry",
        """SELECT event_id AS entry, inquiry_id AS inquiry, account, person, institution, intermediary, uscc, product,
                  purpose, provider, consent_id AS consent, consent_version AS version, duty, state, outcome, units,
                  answer IS NOT NULL AS answered,
                  CASE WHEN consent_version IS NULL THEN legal_basis ELSE coalesce(legal_basis, 'consent') END
                      AS legal_basis
           FROM inquiry""",
        {
            "inquiry.admitted": Says(
                {**_same("inquiry", "person", "provider"), "state": always("admitted"), **_UNANSWERED,
                 "consent": said_within("consent", "id"), "version": said_within("consent", "version"),
                 "legal_basis": _basis, "duty": _on_duty},
                _INQUIRY, ends=False,
            ),
            "inquiry.answered": Says(_ANSWERED, _INQUIRY),
            "inquiry.denied": Says(
                _ASKED | {"state": always("denied"), **_UNANSWERED}, _INQUIRY,
                alone={"inquiry": said("inquiry"), "consent": said("named"), "version": always(None),
                       "legal_basis": always(None), "duty": _named_duty},
            ),
            "inquiry.expired": Says({"state": always("expired"), **_UNANSWERED}, _INQUIRY),
        },
    ),
    Deed(
        "charges", "quota_ledger",
        """SELECT event_id AS entry, inquiry_id AS inquiry, account, person, institution, product, units, day
           FROM quota_ledger""",
        {"inquiry.answered": Says(_CHARGE), "quota.reversed": Says(_CHARGE)},
    ),
    Deed(
        "reversals", "quota_reversal",
        "SELECT event_id AS entry, charge, entry_id AS reversal, reason FROM quota_reversal",
        {"quota.reversed": Says({**_same("charge", "reason"), "reversal": said("entry")})},
    ),
    Deed(
        "months", "quota_month_total",
        """SELECT event_id AS entry, month, scope, scope_id, charges, reversals, units, products, signature
           FROM quota_month_total""",
        {"quota.closed": Says(
            {**_same("month", "scope", "charges", "reversals", "units", "products", "signature"),
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
        {"quota.set": Says(_PLAN), "quota.limited": Says(_LIMIT)},
    ),
    Deed(
        "rates", "rate_limit",
        f"""SELECT event_id AS entry, scope, scope_id, measure, most, reason,
                   {AT.format("effective_from")} AS effective_from FROM rate_limit""",  # noqa: S608
        {"quota.rate_set": Says(_RATE)},
    ),
    Deed(
        "costs", "product_cost",
        f"""SELECT event_id AS entry, product, version, units, reason,
                   {AT.format("effective_from")} AS effective_from FROM product_cost""",  # noqa: S608
        {"quota.cost_set": Says(_COST)},
    ),
    Deed(
        "output-policies", "output_policy",
        f"""SELECT event_id AS entry, institution, product, version, form, threshold, left_out,
                   {AT.format("effective_from")} AS effective_from FROM output_policy""",  # noqa: S608
        {"output.policy_set": Says(_OUTPUT)},
    ),
    Deed(
        "grants", "quota_grant",
        f"""SELECT event_id AS entry, grant_id AS "grant", scope, scope_id, product, units, priority, reason,
                   {AT.format("holds_from")} AS holds_from, {AT.format("holds_until")} AS holds_until
            FROM quota_grant""",  # noqa: S608
        {"quota.granted": Says(_GRANT)},
    ),
    Deed(
        "usage-results", "usage_result",
        """SELECT event_id AS entry, result_id AS result, version, inquiry_id AS inquiry, account, institution, uscc,
                  exchange, convert_from(content, 'UTF8') AS content FROM usage_result""",
        {"usage.reported": Says(_USAGE)}, {"content": json.loads},
    ),
    Deed(
        "deletions", "deletion_attestation",
        f"""SELECT event_id AS entry, inquiry_id AS inquiry, institution, account, person,
                   {AT.format("due")} AS due, {AT.format("attested_at")} AS attested_at FROM deletion_attestation""",  # noqa: S608
        {"deletion.attested": Says(_DELETION)},
    ),
    Deed(
        "recalls", "recall",
        """SELECT event_id AS entry, institution, kind, count(*) AS answers,
                  jsonb_agg(inquiry_id ORDER BY inquiry_id) AS inquiries FROM recall
           GROUP BY event_id, institution, kind""",
        {"recall.noticed": Says(_same("kind", "answers", "inquiries") | {"institution": leaf("institution")})},
        {"inquiries": digest_of_json},
    ),
    Deed(
        "acts", "record_act",
        f"""SELECT event_id AS entry, record_id AS record, dataset, agency, business_key, version, number, kind, state,
                   hides, lasting, effective_on, reason, document, actor, act_batch, term,
                   {AT.format("recorded_at")} AS recorded_at FROM record_act
            WHERE kind NOT IN ('end', 'return')""",  # noqa: S608 - those: set_acts.py
        {name: Says(_ACT | {"kind": always(kind)}) for name, kind in _ACTS.items()},
    ),
    Deed(
        "act-lists", "act_batch",
        f"""SELECT event_id AS entry, act_batch, agency, dataset, sender_batch, encode(digest, 'hex') AS digest, kind,
                   row_count, done, already, unknown, {AT.format("recorded_at")} AS recorded_at
            FROM act_batch""",  # noqa: S608
        {"record.list_acted": Says(_LIST)},
    ),
    Deed(
        "statements", "enterprise_statement",
        """SELECT event_id AS entry, uscc AS enterprise, month, questions, encode(sha256(content), 'hex') AS digest,
                  signature FROM enterprise_statement""",
        {"statement.made": Says(_same("enterprise", "month", "questions", "digest", "signature"))},
        {"signature": digest},
    ),
    Deed(
        "received", "received",
        """SELECT event_id AS entry, sender, delivery_id AS delivery, exchange, kind, encode(digest, 'hex') AS digest,
                  message, receipt FROM received""",
        {"delivery.received": Says(_RECEIVED)}, {"message": digest, "receipt": digest},
    ),
    Deed(
        "deliveries", "delivery",
        """SELECT event_id AS entry, delivery_id AS delivery, kind, peer_id, exchange, message, items_digest, state,
                  receipt, onward_receipt FROM delivery""",
        {
            "delivery.queued": Says(_QUEUED, said("delivery"), ends=False),
            "delivery.acknowledged": Says(_SETTLED, said("delivery"), ends=False),
            "delivery.confirmed": Says(_SETTLED, said("delivery")),
            "delivery.refused": Says(_SETTLED, said("delivery"), ends=False),
            "delivery.retried": Says({"state": leaf("outcome")}, said("delivery"), ends=False),
        },
        {"message": digest, "receipt": digest, "onward_receipt": digest},
        older=frozenset({"usage.reported", "inquiry.answered", "delivery.received"}), key="delivery",
    ),
)  # fmt: skip
BY_EVENT: Mapping[str, tuple[Deed, ...]] = {
    name: tuple(deed for deed in DEEDS if name in deed.events) for deed in DEEDS for name in deed.events
}
