"""What events say of the rows they come with, column by column: the texts of older ones read as of today. Pure."""

from collections.abc import Mapping

from gateway.evidence.vouched.declaration import (
    UNTOLD,
    Entry,
    Told,
    always,
    leaf,
    said,
    said_lately,
    said_moment,
    said_within,
)


def same(*names: str) -> dict[str, Told]:
    """Have columns say what members of the payload of the same names do."""
    return {name: said(name) for name in names}


def _receipt(entry: Entry) -> object:
    """Return the digest of a receipt. Older events name the last receipt of either kind, and do not say which."""
    return said("receipt")(entry) if entry.payload and "onward" in entry.payload else UNTOLD


COUNTS = ("accepted", "unresolved", "corrections", "duplicates", "natural_persons", "rejected")
LISTED = ("delivery", "ended", "returned", "not_ended")
BATCH = same("agency", "dataset", "sender_batch", "way", "digest", "statement", "counting", *COUNTS, *LISTED) | {
    "batch": said("batch"), "row_count": said("rows"), "agency_signature": said("signature"),
    "corrects": said_lately("corrects"),
}  # fmt: skip
CONSENT = same("version", "terms", "receipt", "approval") | {
    "reason": said_lately("reason"), "gathered": said_lately("gathered"),
    "consent": said("consent"), "status": leaf("outcome"), "actor": leaf("actor"), "recorded_at": leaf("ts"),
}  # fmt: skip
USE = same("account", "institution", "product", "purpose", "inquiry") | {
    "consent": said_within("consent", "id"), "version": said_within("consent", "version"), "used_at": leaf("ts"),
}  # fmt: skip
CHARGE = same("account", "person", "institution", "product", "units", "day", "inquiry")
ASKED = same("account", "person", "institution", "intermediary", "product", "purpose", "provider") | {
    "uscc": said("subject"),
}  # fmt: skip


def kind_of_basis(entry: Entry) -> object:
    """Return the kind of basis that something was answered on; an event that names none is of a consent."""
    if entry.payload and "legal_basis" not in entry.payload:
        return "consent"
    return said_within("legal_basis", "kind")(entry)


def duty_answered_on(entry: Entry) -> object:
    """Return the code of the duty that something was answered on, None where it was another basis."""
    basis = said("legal_basis")(entry)
    return basis.get("duty") if isinstance(basis, Mapping) else None if entry.payload else UNTOLD


def on_consent(entry: Entry) -> object:
    """Tell whether something was answered on a consent; on a duty, and of what is public, there is none."""
    consent = said("consent")(entry)
    return consent if consent is UNTOLD else consent is not None


ANSWERED = ASKED | {
    "legal_basis": kind_of_basis, "duty": duty_answered_on,
    **same("inquiry", "answer"),
    "state": always("answered"), "outcome": leaf("outcome"), "units": said("units"), "answered": always(value=True),
    "consent": said_within("consent", "id"), "version": said_within("consent", "version"),
}  # fmt: skip
UNANSWERED = {"outcome": leaf("outcome"), "units": always(0), "answered": always(value=False)}
MANDATE = same("signatory", "version", "role", "reference", "holder") | {
    "until": said_moment("until"), "recorded_at": leaf("ts"),
}  # fmt: skip
TEMPLATE = same("template", "version", "content") | {"effective_from": said_moment("effective_from")}
FILE = same("consent", "sha256", "sealed")


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


GRANT = same("grant", "scope", "product", "units", "priority", "reason") | {
    "scope_id": said("id"), "holds_from": said_moment("from"), "holds_until": said_moment("until"),
}  # fmt: skip
COST = same("product", "version", "units", "reason") | {"effective_from": said_moment("from")}
PROVIDER = same("provider", "version", "status", "terms", "reason")
CARD = same("number", "model", "digest", "card", "report", "reason") | {"in_force_from": said_moment("from")}
WATCH = same("number", "kind", "version", "digest", "source", "report", "reason")
OUTPUT = same("product", "version", "form", "threshold", "left_out") | {
    "institution": leaf("institution"), "effective_from": said_moment("from"),
}  # fmt: skip
VIEW = same("view", "version", "purpose", "title", "admission", "limit", "reason", "approved_by") | {
    "institution": leaf("institution"), "effective_from": said_moment("from"),
}  # fmt: skip
_LIMITED = ("product", "unit", "period", "limit", "overdraft_pct", "alerts")
PLAN = same("scope") | {"scope_id": said("id"), "effective_from": leaf("ts"), "limits": _day_and_month}
LIMIT = same("scope") | {"scope_id": said("id"), "effective_from": said_moment("from"), "limits": _limit}
RATE = same("scope", "measure") | {
    "scope_id": said("id"), "most": said("limit"), "effective_from": leaf("ts"), "reason": said_lately("reason"),
}  # fmt: skip
ACT = same("dataset", "agency", "version", "number", "effective_on", "reason", "document", "hides") | {
    "record": said("record"), "business_key": said("key"), "lasting": said("lasting"), "act_batch": said("act_batch"),
    "state": leaf("outcome"), "actor": leaf("actor"), "recorded_at": leaf("ts"), "term": said_lately("term"),
}  # fmt: skip
ACTS = {
    "record.withdrawn": "withdraw", "record.reinstated": "reinstate", "record.repaired": "repair",
    "record.objected": "object", "record.annulled": "uphold", "record.confirmed": "reject",
}  # fmt: skip
LIST = same("act_batch", "agency", "dataset", "sender_batch", "digest", "kind", "done", "already", "unknown") | {
    "row_count": said("rows"), "recorded_at": leaf("ts"),
}  # fmt: skip
RECEIVED = same("sender", "delivery", "kind", "receipt", "message") | {
    "exchange": leaf("exch"),
    "digest": said("message"),
}
QUEUED = same("delivery", "kind", "message") | {
    "peer_id": said("peer"), "exchange": leaf("exch"), "items_digest": said("items"), "state": always("pending"),
    "receipt": always(None), "onward_receipt": always(None),
}  # fmt: skip
SETTLED = {"state": leaf("outcome"), "receipt": _receipt, "onward_receipt": said("onward")}


def _content(entry: Entry) -> object:
    """Return what was reported, of all that an event of a usage result says."""
    if entry.payload is None:
        return said("outcome")(entry)
    return {name: entry.payload[name] for name in _REPORTED if name in entry.payload}


_REPORTED = ("outcome", "decided_on", "amount", "balance", "first_time", "defaulted")
USAGE = same("result", "version", "inquiry", "institution") | {
    "account": leaf("account"), "uscc": said("subject"), "exchange": leaf("exch"), "content": _content,
}  # fmt: skip
DELETION = same("inquiry", "person") | {
    "institution": leaf("institution"), "account": leaf("account"), "due": said_moment("due"),
    "attested_at": leaf("ts"),
}  # fmt: skip
INQUIRY = leaf("exch")
