"""Whatever changes state or reads credit data leaves one event of the catalogue: every route, command and step."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from gateway.__main__ import app
from gateway.runtime.events import EVENTS
from gateway.worker import STEPS
from tests.house import objects
from tests.house.objects import OTHER, OWN, arrears
from tests.house.test_ownership import CASE_FILE, town
from tests.identity.test_routes import ROUTES
from tests.stories import today

__all__ = ["town"]
REGULATOR, HANDLER = f"regulator of {objects.CITY}", f"office of {objects.OFFICE}"
TUS = {"Tus-Resumable": "1.0.0"}


@dataclass(frozen=True)
class Call:
    """The event a route leaves (a list of keys: one for each record as well).

    And who calls it, with what made before and what sent, so that it succeeds.
    """

    event: str
    caller: str = "tax"
    make: object = None
    sent: object = field(default_factory=dict)  # or a function of what was made


def file(_values=None):
    return {"headers": {"Batch-Id": str(uuid4())}, "content": arrears(OWN, amount=str(uuid4().int % 10**6)).encode()}


def key_list(_values):
    keys = f"纳税人识别号,税种\n{objects.uscc(120)},增值税\n"
    return {"headers": {"Batch-Id": str(uuid4())}, "content": keys.encode(), "params": {"reason": "报错了"}}


async def request(_town):
    return {}


async def other_record(town):
    shown = (await town.send(f"s-{OTHER}", "GET", "/v1/records")).json()["records"]
    return {"record_id": next(one["record"] for one in shown if one["dataset"] == "ent_registration")}


async def entry(town):
    for step in ("sequence", "publish"):
        await STEPS[step][0](town.story.gateway)
    rows = await events_after(town, None)
    return {"event_id": rows[0].event_id}


async def asked_inquiry(town):
    return {"consent": (await objects.consent(town))["consent_id"]}


def evidence(_made):
    return objects.EVIDENCE


def consent_request(_made):
    until = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    terms = {"subject": objects.uscc(OWN), "products": ["score"], "purpose": "pre_loan", "valid_until": until}
    return {"json": terms}


def report(made):
    return {"json": {"inquiry": made["inquiry_id"], "outcome": "refused", "decided_on": today()}}


async def message_of(town):
    return {"message": objects.message_of(town, uuid4())}


CALLS = {
    "POST /v1/datasets/{dataset}/batches": Call("batch.sealed", make=objects.dataset, sent=file),
    "POST /v1/datasets/{dataset}/batches:check": Call("sample.checked", make=objects.dataset, sent=file),
    "POST /v1/datasets/{dataset}/withdrawals": Call(
        "record.withdrawn record.list_acted", make=objects.dataset, sent=key_list
    ),
    "POST /v1/datasets/{dataset}/uploads": Call(
        "upload.opened", make=objects.dataset, sent={"headers": {"Batch-Id": "y", "Upload-Length": "5", **TUS}}
    ),
    "DELETE /v1/uploads/{upload_id}": Call("upload.ended", make=objects.upload, sent={"headers": TUS}),
    "GET /v1/batches/{batch_id}": Call("batch.read", make=objects.batch),
    "GET /v1/batches/{batch_id}/rejected-rows": Call("rejected_rows.read", make=objects.batch),
    "POST /v1/batches/{batch_id}/reinstate": Call(
        "records.returned", make=objects.ended_batch, sent={"json": {"reason": "清单漏报"}}
    ),
    "GET /v1/quality": Call("quality.read", "auditor-1"),
    "GET /v1/agencies/{code}/quality": Call("quality.read", make=objects.agency),
    "GET /v1/held-deliveries": Call("held.read"),
    "GET /v1/held-deliveries/{held_id}": Call("held.read", make=objects.held),
    "POST /v1/held-deliveries/{held_id}/{decision}": Call("held.discarded", "clerk of tax", make=objects.held),
    "GET /v1/match-proposals": Call("match.read"),
    "GET /v1/match-proposals/{proposal_id}": Call("match.read", make=objects.proposal),
    "POST /v1/match-proposals/{proposal_id}/{decision}": Call(
        "match.rejected", "clerk of tax", make=objects.proposal, sent={"json": {"reason": "不是这家"}}
    ),
    "GET /v1/records": Call("record.listed", f"s-{OWN}"),
    "GET /v1/records/by-dataset": Call("record.listed", f"s-{OWN}"),
    "GET /v1/questions": Call("question.listed", f"s-{OWN}"),
    "GET /v1/questions/{question_id}": Call("question.listed", f"s-{OWN}", make=objects.question),
    "GET /v1/questions/{question_id}/proof": Call("question.proved", f"s-{OWN}", make=objects.published_question),
    "GET /v1/objections": Call("objection.listed", f"s-{OWN}"),
    "GET /v1/open-objections": Call("objection.listed", "auditor-1"),
    "GET /v1/records/{record_id}/history": Call("record.history_read", f"s-{OWN}", make=objects.record),
    "GET /v1/records/{record_id}/proof": Call("record.proved", f"s-{OWN}", make=objects.record),
    "GET /v1/records/{record_id}/proof-file": Call("record.proved", f"s-{OWN}", make=objects.record),
    "POST /v1/records/{record_id}/acts": Call(
        "record.objected", "market_regulation", make=other_record, sent={"json": {"kind": "object", "reason": "有异议"}}
    ),
    "POST /v1/records/{record_id}/objections": Call(
        "record.objected", f"s-{OWN}", make=objects.record, sent={"json": {"reason": "有异议"}}
    ),
    "POST /v1/signatories/{signatory_id}/{decision}": Call(
        "signatory.key_confirmed", f"s-{OWN}", make=objects.signatory_key,
        sent=lambda made: {"json": {"kid": made["kid"]}},
    ),
    "POST /v1/consents": Call("consent.requested", "bank-1", make=request, sent=consent_request),
    "POST /v1/consents/{consent_id}/files": Call("consent.evidenced", "bank-1", make=objects.consent, sent=evidence),
    "GET /v1/consents/{consent_id}/files/{sha256}": Call("consent.evidence_read", "bank-1", make=objects.evidence),
    "POST /v1/consents/{consent_id}/separate-consents": Call(
        "consent.separately_given", f"s-{OWN}", make=objects.person_named, sent=objects.separately
    ),
    "DELETE /v1/consents/{consent_id}/separate-consents/{person}": Call(
        "consent.separately_taken_back", f"s-{OWN}", make=objects.person_who_consented
    ),
    "POST /v1/consents/{consent_id}/{action}": Call("consent.revoked", "bank-1", make=objects.consent),
    "POST /v1/inquiries": Call(
        "inquiry.answered", "bank-1", make=asked_inquiry,
        sent=lambda made: {
            "headers": {"Idempotency-Key": str(uuid4())},
            "json": {"subject": objects.uscc(OWN), "product": "score", "purpose": "pre_loan", **made},
        },
    ),
    "POST /v1/inquiries:explain": Call(
        "inquiry.explained", "bank-1", make=asked_inquiry,
        sent=lambda made: {"json": {"subject": objects.uscc(OWN), "product": "score", "purpose": "pre_loan", **made}},
    ),
    "GET /v1/inquiries/{inquiry_id}": Call("inquiry.replayed", "bank-1", make=objects.inquiry),
    "GET /v1/inquiries/{inquiry_id}/answer": Call("inquiry.replayed", "bank-1", make=objects.inquiry),
    "GET /v1/inquiries/{inquiry_id}/records/{figure}": Call("inquiry.replayed", "bank-1", make=objects.health_check),
    "GET /v1/inquiries/{inquiry_id}/sheet.pdf": Call("inquiry.replayed", "bank-1", make=objects.health_check),
    "GET /v1/inquiries/{inquiry_id}/network/{form}": Call("inquiry.replayed", "bank-1", make=objects.portrait),
    "GET /v1/inquiries/{inquiry_id}/compare/{with_id}": Call(
        "inquiry.replayed inquiry.replayed", "bank-1", make=objects.two_inquiries
    ),
    "POST /v1/obligations/deletions": Call(
        "deletion.attested", "bank-1", make=objects.inquiry,
        sent=lambda made: {"json": {"inquiries": [made["inquiry_id"]]}},
    ),
    "POST /v1/usage-results": Call("usage.reported", "bank-1", make=objects.inquiry, sent=report),
    "GET /v1/usage-results/{result_id}": Call("usage.read", "bank-1", make=objects.usage_result),
    "GET /v1/admin/usage-report": Call("usage.counted", "auditor-1"),
    "POST /v1/webhooks": Call(
        "webhook.added", "bank-1", make=request, sent=lambda _made: {"json": {"url": f"http://127.0.0.1:9/{uuid4()}"}}
    ),
    "POST /v1/webhooks/{webhook_id}:test": Call("webhook.tested", "bank-1", make=objects.webhook),
    "POST /v1/webhooks/{webhook_id}/deliveries/{message_id}:replay": Call(
        "webhook.replayed", "bank-1", make=objects.webhook
    ),
    "POST /v1/webhooks/{webhook_id}:{change}": Call("webhook.disabled", "bank-1", make=objects.webhook),
    "DELETE /v1/webhooks/{webhook_id}": Call("webhook.removed", "bank-1", make=objects.webhook),
    "POST /v1/deliveries": Call(
        "delivery.received", "platform-1", make=message_of, sent=lambda made: {"json": made}
    ),
    "POST /v1/admin/deliveries/{delivery_id}/retry": Call("delivery.retried", "runner-1", make=objects.sent),
    "GET /v1/received": Call("received.read", "auditor-1", sent={"params": {"kind": "usage-results"}}),
    "GET /v1/audit/entries": Call("audit.read", "auditor-1"),
    "GET /v1/audit/entries/{event_id}/proof": Call("audit.proved", "auditor-1", make=entry),
    "GET /v1/audit/entries/{event_id}/tlog-proof": Call("audit.proved", "auditor-1", make=entry),
    "POST /v1/audit/inquiries/{inquiry_id}/replay": Call("inquiry.recomputed", "auditor-1", make=objects.inquiry),
    "GET /v1/audit/inquiries/{inquiry_id}/statements": Call(
        "provider.statement_read", "auditor-1", make=objects.inquiry
    ),
    "GET /v1/audit/statistics": Call("questions.counted", "auditor-1"),
    "GET /v1/overview": Call("overview.read", "auditor-1"),
    "GET /v1/scores/movers": Call("scores.read", "auditor-1"),
    "GET /v1/subjects/{uscc}/network": Call("network.read", "auditor-1", make=objects.own_code),
    "GET /v1/subjects/{uscc}/risks": Call("risk.read", "auditor-1", make=objects.own_code),
    "GET /v1/risks": Call("risk.read", "auditor-1"),
    **dict.fromkeys(
        (f"GET /v1/risk-{part}" for part in ("funnel", "funnel/enterprises", "lead", "open-points")),
        Call("risk.read", "auditor-1"),
    ),
    "POST /v1/risk-trials": Call(
        "risk.trial_asked", "auditor-1", make=objects.no_trial, sent={"json": {"watch": objects.WATCH}}
    ),
    "GET /v1/risk-trials/{trial_id}": Call("risk.read", "auditor-1", make=objects.trial),
    "GET /v1/cases": Call("case.read", "auditor-1"),
    "POST /v1/cases": Call(
        "case.opened", REGULATOR, make=objects.new_risk,
        sent=lambda made: {"json": {"subject": made["uscc"], "type": "distress"}},
    ),
    "GET /v1/cases/{case_id}": Call("case.read", HANDLER, make=objects.case),
    "POST /v1/cases/{case_id}/steps": Call(
        "case.stepped", HANDLER, make=objects.case, sent={"json": {"step": "accept", "words": "已受理"}}
    ),
    "POST /v1/cases/{case_id}/files": Call("case.evidenced", HANDLER, make=objects.case, sent=CASE_FILE),
    "GET /v1/cases/{case_id}/files/{sha256}": Call("case.evidence_read", HANDLER, make=objects.case),
    "GET /v1/cases/{case_id}/replay": Call("case.replayed", "auditor-1", make=objects.case),
    "GET /v1/sites": Call("site.read", "auditor-1"),
    "GET /v1/sites/{site}": Call("site.read", "auditor-1", make=objects.site),
    "GET /v1/risks/learned": Call("risk.read", "auditor-1"),
    "GET /v1/risks/drift": Call("risk.read", "auditor-1"),
    "POST /v1/supervisor-lists": Call(
        "crosscheck.listed", "auditor-1",
        sent={"params": {"supervisor": "某部门"}, "content": f"code\n{objects.uscc(OWN)}\n".encode()},
    ),
    "GET /v1/supervisor-lists/{list_id}": Call("crosscheck.read", "auditor-1", make=objects.supervisor_list),
    "GET /v1/crosschecks/{check_id}": Call("crosscheck.read", "auditor-1", make=objects.crosscheck),
    "POST /v1/warning-subscriptions": Call(
        "inquiry.answered warning.subscribed", "bank-1", make=objects.no_subscription,
        sent=lambda _made: {"json": {"subjects": [objects.uscc(OWN)]}},
    ),
    "POST /v1/warning-subscriptions/{subscription_id}:end": Call("warning.ended", "bank-1", make=objects.subscription),
    "GET /v1/warnings": Call("warning.read", "bank-1"),
    "GET /v1/warnings/{warning_id}": Call("inquiry.replayed", "bank-1", make=objects.warning),
    "POST /v1/warnings/{warning_id}:seen": Call("warning.seen", "bank-1", make=objects.warning),
    "POST /v1/joint-scans": Call(
        "inquiry.batched", "bank-1", make=objects.no_subscription,
        sent=lambda _made: {
            "headers": {"Idempotency-Key": str(uuid4())},
            "json": {"provider": "embedded", "subjects": [objects.uscc(OWN)]},
        },
    ),
    "GET /v1/audit/questions": Call("questions.read", "auditor-1", sent={"params": {"subject": objects.uscc(OWN)}}),
    "GET /v1/audit/questions/evidence": Call(
        "questions.proved", "auditor-1", make=entry, sent={"params": {"subject": objects.uscc(OWN)}}
    ),
}  # fmt: skip
SHOWS_NO_RECORD = "terms, counts and states, no credit data"
# What leaves no event of its own, and why.
WITHOUT = {
    **dict.fromkeys(
        ("GET /livez", "GET /readyz", "GET /.well-known/xinqiao-keys", "GET /.well-known/webhook-keys",
         "GET /.well-known/jwt-vc-issuer",
         "GET /oauth/jwks",
         "GET /.well-known/oauth-authorization-server", "GET /audit/log/checkpoint", "GET /audit/log/tile/{path:path}",
         "GET /", "GET /docs", "GET /docs/signing", "GET /reference",
         "GET /problems/{slug}", "GET /static/{name}",
         "GET /console/language/{language}", "GET /console/help", "OPTIONS /v1/uploads"), "public",
    ),
    **dict.fromkeys(
        ("GET /v1/catalogue.jsonld", "GET /v1/catalogue/agencies", "GET /v1/catalogue/datasets",
         "GET /v1/catalogue/datasets/{dataset}", "GET /v1/catalogue/schema", "GET /console/catalogue",
         "GET /console/tags", "GET /console/tags/{tag}",
         "GET /console/catalogue/{dataset}", "GET /console/catalogue/{dataset}/template.xlsx",
         "GET /v1/datasets/{dataset}/template.xlsx"), "what could be delivered, not what was",
    ),
    **dict.fromkeys(
        ("GET /v1/consent-templates", "GET /v1/consent-templates/{template}", "GET /v1/consents",
         "GET /v1/consents/reasons", "GET /v1/consents/{consent_id}",
         "GET /v1/consents/{consent_id}/evidence",
         "GET /v1/consents/{consent_id}/uses", "GET /v1/signatories", "GET /v1/quota",
         "GET /v1/quota/months", "GET /v1/quota/months.csv",
         "GET /v1/output-policies", "GET /v1/admin/output-policies",
         "GET /v1/quota/costs", "GET /v1/admin/quota/costs",
         "GET /v1/duty-bases", "GET /v1/admin/duty-bases", "GET /v1/data-views", "GET /v1/admin/data-views",
         "GET /v1/usage-report",
         "GET /v1/rates", "GET /v1/admin/rates", "GET /v1/admin/rates/{scope}/{scope_id}",
         "GET /v1/admin/providers", "GET /v1/admin/providers/days", "GET /v1/cards", "GET /v1/cards/{number}",
         "GET /v1/watches", "GET /v1/watches/{number}",
         "GET /v1/consents/{consent_id}/qr.svg", "GET /v1/inquiries",
         "GET /v1/admin/paper", "GET /v1/admin/paper/{consent_id}",
         "POST /v1/consent-imports/drafts", "GET /v1/consent-imports/{import_id}",
         "GET /v1/consent-imports/{import_id}/rows.{form}",
         "GET /v1/inquiries/batches/{batch_id}", "GET /v1/obligations", "GET /v1/recalls",
         "GET /v1/waiting", "GET /v1/alerts",
         "GET /v1/supervisor-lists", "GET /v1/crosschecks", "GET /v1/crosschecks/{check_id}/terms",
         "GET /console/crosschecks",
         "GET /v1/sources", "GET /v1/uploads/{upload_id}", "GET /v1/deliveries/{delivery_id}", "GET /v1/admin/changes",
         "GET /v1/admin/clients", "GET /v1/admin/health", "GET /v1/admin/abnormal-uses",
         "GET /v1/abnormal-uses", "GET /v1/admin/deliveries",
         "GET /v1/admin/deliveries/{delivery_id}",
         "GET /v1/statements", "GET /console/enterprise/statements",
         "GET /v1/webhooks", "GET /v1/webhooks/{webhook_id}", "GET /v1/webhooks/{webhook_id}/deliveries",
         "GET /console/webhooks", "GET /console/webhooks/{webhook_id}",
         "GET /console/webhooks/{webhook_id}/deliveries/{message_id}",
         "GET /v1/admin/institutions", "GET /v1/admin/signatories", "GET /console",
         "GET /console/changes", "GET /console/changes/{change_id}", "GET /console/operations",
         "GET /console/scans",
         "GET /console/institutions", "GET /console/institutions/new", "GET /console/institutions/{institution_id}",
         "GET /console/institutions/{institution_id}/{act}",
         "GET /console/institutions/{institution_id}/accounts/{client_id}",
         "GET /console/institutions/{institution_id}/accounts/{client_id}/{act}", "GET /console/keys",
         "GET /console/agencies", "GET /console/agencies/{code}", "GET /console/sources/{source_id}",
         "GET /console/platforms", "GET /console/deliveries", "GET /console/deliveries/{delivery_id}",
         "GET /console/clients", "GET /console/signatories", "GET /console/sources",
         "GET /console/uploads", "GET /console/recovery-codes", "GET /console/waiting", "GET /console/account",
         "GET /console/account/password", "GET /console/account/device", "GET /console/people",
         "GET /console/people/{person_id}", "GET /console/people/-/invite",
         "GET /console/waiting/count"), SHOWS_NO_RECORD,
    ),
    **dict.fromkeys(
        ("GET /console/search", "GET /console/overview", "GET /console/wall"),
        "search.made, overview.read: tests/overview/test_pages.py",
    ),
    **dict.fromkeys(
        ("GET /console/movers", "GET /console/subjects/{subject}/tags", "GET /console/subjects/{subject}/tags/{tag}",
         "GET /console/enterprise/tags", "GET /console/enterprise/tags/{tag}"),
        "scores.read: tests/scores/test_pages.py",
    ),
    **dict.fromkeys(
        ("GET /console/enterprise/credentials", "POST /console/enterprise/credentials", "GET /console/credentials",
         "POST /console/enterprise/credentials/{credential_id}/take-back", "POST /console/credentials"),
        "credential.*, where they are offered: tests/sharing/test_giving.py",
    ),
    "GET /v1/scores/challenger": SHOWS_NO_RECORD,
    **dict.fromkeys(
        ("GET /v1/warning-subscriptions", "GET /v1/joint-scans", "GET /console/warning-subscriptions",
         "GET /console/joint-scans"), SHOWS_NO_RECORD,
    ),
    **dict.fromkeys(
        ("GET /v1/joint-scans/{scan_id}", "GET /console/joint-scans/{scan_id}",
         "GET /console/joint-scans/{scan_id}/found.{form}"),
        "inquiry.replayed of each answer that is there: tests/warnings/test_scans.py, test_pages.py",
    ),
    **dict.fromkeys(
        ("GET /console/warnings", "GET /console/warnings/{warning_id}",
         "GET /console/warning-subscriptions/{subscription_id}", "POST /console/warnings/{warning_id}/seen",
         "POST /console/warning-subscriptions", "POST /console/warning-subscriptions/list",
         "POST /console/warning-subscriptions/{subscription_id}/end", "POST /console/joint-scans",
         "POST /console/joint-scans/list"),
        "a page over a use case that is called above",
    ),
    "POST /v1/credentials": "credential.issued, where they are offered: tests/sharing/test_issuing.py",
    "GET /console/objections": "a page over a use case that is called above",
    "GET /console/subjects/{subject}/network": "network.read: tests/network/test_pages.py",
    **dict.fromkeys(
        ("GET /console/risks", "GET /console/risks/learned", "GET /console/risks/drift",
         "GET /console/subjects/{subject}/risks"), "risk.read: tests/risk/test_pages.py"
    ),
    **dict.fromkeys(
        (f"GET /console/risk-{part}" for part in (
            "funnel", "funnel/enterprises", "lead", "lead/enterprises", "open", "wall")),
        "risk.read: tests/risk_analysis/test_pages.py",
    ),
    "GET /console/risk-wall/now": "a part of the wall, whose opening was recorded",
    **dict.fromkeys(
        ("POST /console/risk-trials/-/new", "GET /console/risk-trials/{trial_id}"),
        "risk.trial_asked, risk.read: tests/risk_analysis/test_trial_pages.py",
    ),
    **dict.fromkeys(
        ("GET /v1/risk-trials", "GET /console/risk-trials", "GET /console/risk-trials/-/new",
         "GET /console/risk-trials/{trial_id}/progress"), "that trials were asked for, and by whom",
    ),
    "POST /v1/cases/first": "case.opened, as many as there are: tests/disposal/test_opening.py",
    **dict.fromkeys(
        ("GET /console/cases", "GET /console/cases/{case_id}", "POST /console/cases/{case_id}/steps",
         "POST /console/cases/{case_id}/replay", "POST /console/cases/{case_id}/files",
         "GET /console/cases/{case_id}/files/{sha256}",
         "GET /console/cases/-/open", "POST /console/cases/-/open", "GET /console/cases/-/first",
         "POST /console/cases/-/first"), "case.*: tests/disposal/test_pages.py",
    ),
    **dict.fromkeys(("GET /console/sites", "GET /console/sites/{site}"), "site.read: tests/sites/test_pages.py"),
    **dict.fromkeys(
        ("POST /v1/crosschecks", "POST /v1/crosschecks/{check_id}/decision"),
        "crosscheck.proposed and what is decided, by two people: tests/crosscheck/test_doors.py",
    ),
    **dict.fromkeys(
        ("POST /v1/crosschecks/{check_id}/commitment", "POST /v1/crosschecks/{check_id}/message",
         "POST /v1/crosschecks/{check_id}/audit"),
        "crosscheck.committed, done, audited, by the library: tests/crosscheck/test_private.py",
    ),
    **dict.fromkeys(
        ("GET /console/crosschecks/{check_id}", "GET /console/crosschecks/-/lists/{list_id}",
         "POST /console/crosschecks", "POST /console/crosschecks/-/lists",
         "POST /console/crosschecks/{check_id}/{decision}"), "crosscheck.*: tests/crosscheck/test_pages.py",
    ),
    "GET /console/wall/now": "counts on a page whose opening was recorded",
    "PATCH /v1/uploads/{upload_id}": "a piece changes nothing; the last one seals the batch as a push does",
    **dict.fromkeys(
        ("POST /oauth/token", "POST /oauth/par", "POST /oauth/introspect", "POST /oauth/revoke", "GET /oauth/authorize",
         "POST /oauth/authorize"), "token.* and authorization.*: tests/identity/test_token_groups.py, test_codes.py",
    ),
    **dict.fromkeys(
        ("GET /console/sign-in", "POST /console/sign-in", "POST /console/sign-out", "GET /console/enrol",
         "POST /console/enrol", "GET /console/sso", "GET /console/sso/back", "POST /console/recovery-codes",
         "POST /console/account/notice", "POST /console/account/sessions",
         "POST /console/account/password", "POST /console/account/device"),
        "person.*: tests/people/test_signing_in.py, test_recovery.py",
    ),
    **dict.fromkeys(
        ("POST /v1/admin/changes", "POST /v1/admin/changes/{change_id}/{decision}",
         "POST /console/institutions/new", "POST /console/institutions/{institution_id}/standing",
         "POST /console/institutions/{institution_id}/{act}",
         "POST /console/institutions/{institution_id}/accounts/{client_id}/standing",
         "POST /console/institutions/{institution_id}/accounts/{client_id}/keys/{kid}/retire",
         "POST /console/institutions/{institution_id}/accounts/{client_id}/{act}",
         "POST /console/keys/{purpose}/{act}", "POST /console/agencies/{code}/standing",
         "POST /console/changes/{change_id}/{decision}", "POST /console/people/{person_id}/{act}",
         "POST /console/people/-/invite", "POST /console/abnormal-use/{case_id}", "POST /console/costs/{product}",
         "POST /console/providers/-/register", "POST /console/providers/-/join",
         "POST /console/providers/{provider}/{deed}",
         "POST /console/cards/-/release", "POST /console/cards/{number}/return",
         "POST /console/watches/-/release", "POST /console/watches/{number}/return",
         "POST /console/rates/set"),
        "change.* and the event of the change itself: tests/admin/test_admin.py",
    ),
    **dict.fromkeys(
        ("GET /console/audit/checkpoints", "GET /console/audit/checkpoints/growth", "GET /console/audit/verify"),
        "heads of the tree, which are public, and a form",
    ),
    **dict.fromkeys(
        ("GET /v1/admin/changes/{change_id}/handover", "GET /console/people/-/invitations/{change_id}"),
        "change.handed_over: tests/admin/test_handing_over.py",
    ),
    **dict.fromkeys(
        ("POST /v1/signatories/people/{person_id}/{decision}",
         "POST /console/enterprise/signatories/people/{person_id}/{decision}"),
        "owner.*: tests/people/test_owners_who_wait.py",
    ),
    **dict.fromkeys(
        (f"GET /console/{page}" for page in (
            "desk", "ask", "ask-many", "ask-many/template.xlsx", "ask-many/{batch_id}",
            "inquiries", "consents", "consents/new", "consents/{consent_id}", "consents/{consent_id}/sheet",
            "consents/-/templates", "consents/-/templates/{template}", "consents/-/imports",
            "consents/-/imports/template.xlsx", "consents/-/imports/{import_id}",
            "consents/-/imports/{import_id}/rows.{form}", "paper", "paper/{consent_id}",
            "paper/{consent_id}/sheet", "quota", "quota/months.csv", "usage-results", "outputs",
            "duty-bases", "data-views",
            "inquiries/recalls", "usage-results/deletions", "usage-results/deletions/{inquiry_id}",
            "usage-results/report", "usage-results/new/{inquiry_id}",
            "abnormal-use", "costs", "costs/{product}", "rates", "rates/set",
            "providers", "providers/-/register", "providers/-/join", "providers/{provider}",
            "providers/{provider}/{deed}", "cards", "cards/-/release", "cards/{number}", "cards/{number}/return",
            "watches", "watches/-/release", "watches/{number}", "watches/{number}/return")),
        SHOWS_NO_RECORD,
    ),
    **dict.fromkeys(
        ("POST /console/ask", "POST /console/ask-many", "POST /console/ask-many/ask", "POST /v1/inquiries:batch",
         "GET /v1/quota/ledger", "GET /v1/quota/ledger.csv",
         "POST /v1/admin/quota/reconcile",
         "GET /console/ask-many/{batch_id}/answers.{form}", "GET /console/inquiries/{inquiry_id}",
         "GET /console/inquiries/{inquiry_id}/answer", "GET /console/inquiries/{inquiry_id}/records/{figure}",
         "GET /console/inquiries/{inquiry_id}/sheet.pdf", "GET /console/inquiries/{inquiry_id}/compare/{with_id}",
         "GET /console/inquiries/{inquiry_id}/network/{form}",
         "POST /console/consents/new", "POST /console/consents/{consent_id}/revoke",
         "POST /console/usage-results/new/{inquiry_id}", "GET /console/usage-results/{result_id}",
         "POST /console/usage-results/deletions", "POST /console/usage-results/deletions/{inquiry_id}"),
        "inquiry.*, consent.*, usage.*: tests/inquiries/test_through.py, test_pages.py",
    ),
    **dict.fromkeys(
        ("POST /console/consents/{consent_id}/files", "POST /console/paper/{consent_id}",
         "POST /console/paper/{consent_id}/scans",
         "GET /console/paper/{consent_id}/scans/{sha256}", "GET /console/consents/{consent_id}/files/{sha256}",
         "GET /console/enterprise/consents/{consent_id}/files/{sha256}"),
        "consent.*, change.asked: tests/consents/test_paper_pages.py",
    ),
    **dict.fromkeys(
        ("POST /v1/consent-imports", "POST /console/consents/-/imports"), "consent.*: tests/consents/test_imports.py"
    ),
    **dict.fromkeys(
        ("POST /v1/admin/paper/{consent_id}", "POST /v1/admin/paper/{consent_id}/scans",
         "GET /v1/admin/paper/{consent_id}/scans/{sha256}"), "consent.*, change.asked: tests/consents/test_paper.py",
    ),
    **dict.fromkeys(
        ("POST /console/webhooks", "POST /console/webhooks/{webhook_id}/test",
         "POST /console/webhooks/{webhook_id}/change",
         "POST /console/webhooks/{webhook_id}/deliveries/{message_id}/replay"),
        "webhook.*: tests/webhooks/test_sending.py",
    ),
    **dict.fromkeys(
        ("GET /v1/statements/{month}", "GET /v1/statements/{month}/csv", "GET /v1/statements/{month}/pdf",
         "GET /console/enterprise/statements/{month}/{form}"),
        "statement.made, where it was not made before: tests/statements/test_statements.py",
    ),
    **dict.fromkeys(
        ("GET /console/matches", "GET /console/matches/{proposal_id}",
         "POST /console/matches/{proposal_id}/{decision}",
         "GET /console/feeds", "GET /console/held", "GET /console/held/{held_id}",
         "POST /console/held/{held_id}/{decision}", "GET /console/corrections", "GET /console/corrections/{batch_id}",
         "GET /console/corrections/{batch_id}/rejected-rows", "POST /console/corrections/{batch_id}",
         "POST /console/sources/{source_id}/{act}", "GET /console/quality", "GET /console/quality/{agency}",
         "POST /console/uploads/{batch_id}/reinstate",
         "GET /console/uploads/{batch_id}", "GET /console/uploads/{batch_id}/rejected-rows",
         "POST /console/deliveries/{delivery_id}/retry",
         "GET /console/audit", "GET /console/audit/entries", "GET /console/audit/entries/{event_id}",
         "GET /console/audit/entries/{event_id}/proof", "GET /console/audit/entries/{event_id}/tlog-proof",
         "GET /console/audit/inquiries", "GET /console/audit/inquiries/{inquiry_id}",
         "POST /console/audit/inquiries/{inquiry_id}/replay", "GET /console/audit/questions",
         "GET /console/audit/questions/evidence", "GET /console/audit/statistics"),
        "a page over a use case that is called above",
    ),
    **dict.fromkeys(
        ("POST /console/uploads", "GET /console/uploads/previews/{preview_id}",
         "GET /console/uploads/previews/{preview_id}/progress",
         "GET /console/uploads/previews/{preview_id}/rejected-rows",
         *(f"POST /console/uploads/previews/{{preview_id}}/{act}"
           for act in ("answer", "confirm", "discard", "judge"))),
        "preview.*: tests/intake/test_preview_pages.py",
    ),
    **dict.fromkeys(
        ("POST /console/views", "POST /console/views/remove"), "person.*: tests/console/test_saved_views.py"
    ),
    "GET /console/theme/{theme}": "a choice of the reader's",
    **dict.fromkeys(
        ("GET /console/templates", "GET /console/catalogue/{dataset}/schema.json"),
        "what could be delivered, not what was",
    ),
    **dict.fromkeys(
        (f"GET /console/enterprise{part}" for part in (
            "", "/questions", "/questions/{question_id}", "/questions/{question_id}/proof", "/records",
            "/records/of/{dataset}", "/records/{record_id}", "/records/{record_id}/proof",
            "/records/{record_id}/objection", "/objections")), "a page over a use case that is called above",
    ),
    **dict.fromkeys(
        (f"GET /console/enterprise{part}" for part in ("/consents", "/consents/{consent_id}", "/signatories")),
        SHOWS_NO_RECORD,
    ),
    **dict.fromkeys(
        (f"POST /console/enterprise{part}" for part in (
            "/consents/{consent_id}/approve", "/consents/{consent_id}/reject", "/consents/{consent_id}/{action}",
            "/records/{record_id}/objection")), "consent.*, record.objected: tests/consents/test_enterprise_pages.py",
    ),
}  # fmt: skip
CLIENTS = ("account", "agency", "signatory", "platform", "office", "auditor", "operator", "system")
# The command line: the events a command can leave, or none and why.
COMMANDS = {
    "init": "instance.initialised client.added person.invited", "ingest": "batch.sealed batch.held batch.refused",
    "audit who": "questions.read questions.proved", "audit statistics": "questions.counted",
    "audit export": "audit.exported",
    "audit fsck": "audit.checked audit.stopped",
    "audit lift": "audit.stop_lifted", "reconcile": "audit.reconciled",
    "backup": "instance.backed_up", "restore": "instance.restored audit.reconciled",
    "audit accept-loss": "audit.loss_accepted",
    "source add": "source.added", "source suspend": "source.paused",
    "source resume": "source.resumed", "source remove": "source.removed",
    "source reset-watermark": "source.watermark_reset", "record list": "record.listed",
    "record objections": "objection.listed",
    "record history": "record.history_read", "record proof": "record.proved", "record erase": "subject.erased",
    "scan": "scan.started scan.finished scan.failed",
    "network show": "network.read", "network compute": "network.computed",
    "risk judge": "risk.judged columns.appended columns.rebuilt", "risk list": "risk.read", "risk show": "risk.read",
    **{f"risk {verb}": "risk.read" for verb in ("funnel", "lead", "open", "trial")}, "risk try": "risk.trial_asked",
    "case list": "case.read", "case show": "case.read", "case replay": "case.replayed",
    "site judge": "site.judged", "site list": "site.read", "site show": "site.read",
    "crosscheck take": "crosscheck.listed", "crosscheck propose": "crosscheck.proposed",
    "crosscheck approve": "crosscheck.compared crosscheck.approved", "crosscheck reject": "crosscheck.rejected",
    "crosscheck show": "crosscheck.read", "crosscheck audit": "crosscheck.audited",
    "warning tell": "warning.told warning.ended inquiry.answered",
    "columns append": "columns.appended columns.rebuilt", "columns compact": "columns.compacted",
    "columns rebuild": "columns.rebuilt", "columns verify": "columns.verified",
    "record retention": "record.expunged quarantine.emptied", "subject show": "subject.read",
    "match run": "match.compared", "match list": "match.read",
    "subject link": "subject.linked", "quota set": "quota.set change.made",
    "quota reconcile": "quota.reconciled", "quota limit": "quota.limited change.made",
    "quota grant": "quota.granted change.made", "quota rate": "quota.rate_set change.made",
    "quota reverse": "quota.reversed change.made",
    "output set": "output.policy_set change.made", "cost set": "quota.cost_set change.made",
    "provider set": "provider.registered change.made",
    "provider suspend": "provider.suspended joint.suspended change.made",
    "provider resume": "provider.resumed joint.resumed change.made",
    "provider join": "joint.registered change.made",
    "provider statements": "provider.statement_read",
    "score table": "scores.drawn", "score shadow": "scores.compared",
    "score release": "card.released change.made", "score return": "card.released change.made",
    "risk release": "risk.released change.made", "risk return": "risk.released change.made",
    "duty register": "duty.registered change.made", "duty end": "duty.ended change.made",
    "data-view set": "view.set change.made", "data-view end": "view.ended change.made",
    "abnormal decide": "client.hold_lifted client.hold_suspended change.made",
    "consent template-set": "consent.template_set change.made", "consent invalidate": "consent.invalidated change.made",
    "signatory mandate": "signatory.mandate change.made",
    "delegation grant": "delegation.granted change.made", "delegation end": "delegation.ended change.made",
    "institution exit": "institution.exit change.made",
    "inquiry list": "inquiry.listed", "inquiry results": "usage.counted",
    "inquiry show": "inquiry.listed", "score replay": "inquiry.recomputed",
    "keys rotate": "key.next key.active key.retiring",
    "keys promote": "key.active key.retiring", "person invite": "person.invited",
    "person sign-out": "person.sessions_ended",
    "person suspend": "person.suspended change.made", "person resume": "person.resumed change.made",
    "person reset-factor": "person.factor_reset change.made", "deliveries peer": "peer.set",
    "deliveries retry": "delivery.retried",
    "webhook add": "webhook.added", "webhook disable": "webhook.disabled", "webhook enable": "webhook.enabled",
    "webhook remove": "webhook.removed",
    "institution add": "institution.added change.made", "institution agreement": "institution.agreement change.made",
    "institution suspend": "institution.suspended change.made",
    "institution resume": "institution.resumed change.made", "institution close": "institution.closed change.made",
    "account set": "client.for_people change.made",
    "agency signing": "client.signing change.made", "agency held list": "held.read", "agency held show": "held.read",
    "agency held accept": "held.accepted batch.sealed", "agency held discard": "held.discarded",
    "agency quality": "quality.read",
    **{f"{kind} add": "client.added change.made" for kind in CLIENTS},
    **{f"{kind} bind": "client.bound change.made" for kind in ("auditor", "operator", "system")},
    **{f"{kind} limit": "client.limited change.made" for kind in CLIENTS},
    **{f"{kind} key": "client.key_added change.made" for kind in CLIENTS},
    **{f"{kind} key-retire": "client.key_retired change.made" for kind in CLIENTS},
    **{f"{kind} suspend": "client.suspended change.made" for kind in CLIENTS},
    **{f"{kind} resume": "client.resumed change.made" for kind in CLIENTS},
    **{f"{kind} close": "client.closed change.made" for kind in CLIENTS},
}  # fmt: skip
COMMANDS_WITHOUT = {
    "score nights": "figures of all enterprises together, of none by itself",
    **dict.fromkeys(
        (f"enterprise {verb}" for verb in (
            "requests", "consents", "show", "approve", "reject", "pause", "resume", "revoke", "questions", "records",
            "object", "objections")), "over HTTP, as a client of its own: the routes above",
    ),
    **dict.fromkeys(
        (*(f"paper {verb}" for verb in ("list", "show", "enter", "scan", "approve", "return")), "consent import"),
        "over HTTP, as a client of its own: the routes above",
    ),
    **dict.fromkeys(("serve", "worker", "demo"), "processes"),
    **dict.fromkeys(
        ("sandbox", "sandbox code", "sandbox reset", "sandbox samples"), "made-up data, in an instance of its own"
    ),
    "migrate": "the schema, as its owner, before there is a log",
    **dict.fromkeys(
        ("verify", "score sheet", "score network", "audit verify", "audit key", "keys new", "agency draft",
         "agency check", "provider check", "risk learn", "risk evaluate", "score fit", "score validate",
         "score compare", "score backtest", "score to-pmml", "score from-pmml"),
        "no instance",
    ),
    "openapi": "no instance",
    **dict.fromkeys(("sandbox code", "sandbox samples"), "reads and writes files, no instance"),
    "sandbox reset": "what was built by the doors everybody uses, and is deleted whole",
    **dict.fromkeys(
        ("agency schema", "agency template", "agency dcat", "agency show", "dataset list", "dataset show",
         "source connectors"), "the catalogue"
    ),
    **dict.fromkeys(
        ("status", "waiting", "columns status", "scan status",
         "signatory enterprise", "source check", "source list", "source show", "record count",
         "subject unresolved", "keys list", "keys show", "deliveries list", "deliveries show", "deliveries peers",
         "webhook list", "webhook deliveries", "delegation list",
         "consent list", "consent show", "consent templates",
         "consent template", "person list", "person show", "person sessions", "quota list", "quota show",
         "quota limits", "quota rates", "abnormal list", "quota grants", "quota months", "output list", "cost list",
         "duty list", "data-view list", "crosscheck list", "provider list", "provider days", "score cards",
         "risk releases",
         "obligation list", "inquiry recalls", "warning subscriptions",
         "institution list", "institution show", *(f"{kind} list" for kind in CLIENTS),
         *(f"{kind} show" for kind in CLIENTS if kind != "agency")), SHOWS_NO_RECORD,
    ),
}  # fmt: skip
# The worker's steps and what they leave; what stands under no route, command or step is tried where it is told.
STEPS_LEAVE = {
    "batches": "inquiry.answered inquiry.denied", "quota-alerts": "quota.reached", "quota-months": "quota.closed",
    "abnormal-denials": "client.held", "abnormal-subjects": "client.held",
    "intents": "inquiry.expired", "keys": "key.active key.retired", "retention": "record.expunged quarantine.emptied",
    "consents": "consent.lapsed consent.expired consent.exhausted",
    "alerts": "alert.opened alert.closed", "held": "held.expired", "uploads": "upload.ended",
    "previews": "preview.ended",
    "scan": "scan.started scan.finished scan.failed", "network-night": "network.computed",
    "risk": "risk.judged", "challenger": "scores.compared scores.not_compared", "sites": "site.judged",
    "risk-trials": "risk.trial_ended",
    "warnings": "warning.told warning.ended inquiry.answered",
    "columns": "columns.appended columns.rebuilt", "tidy-columns": "columns.compacted",
    "fsck": "audit.checked audit.stopped", "subjects": "record.resolved",
    "statements": "statement.made",
    "duties": "deletion.advanced recall.noticed", "reminders": "deletion.reminded",
    **{f"webhooks-{number}": "webhook.disabled" for number in range(2)},
    **{f"pull-{number}": "batch.sealed batch.held source.secret_renewed" for number in range(3)},
}  # fmt: skip
STEPS_WITHOUT = {
    "server": "no database yet", "disk": "a file of this machine",
    "partitions": "empty tables",
    **dict.fromkeys(
        ("scores", "past-scores", "past-risks", "network"), "follow from the records, and can be computed again"
    ),
    "provider-days": "counters of days that nobody can read any more",
    "ended": "marks nobody can use any more", "told": "messages made of the log",
    "sequence": "the log itself", "publish": "the log itself", "syslog": "the log itself",
}  # fmt: skip
ELSEWHERE = {
    "quota.ledger_read": "tests/quota/test_told.py",
    "provider.signed": "tests/inquiries/test_joint.py",
    "match.accepted match.confirmed match.reopened match.taken_back": "tests/matching/test_deciding.py",
    "crosscheck.committed crosscheck.done": "tests/crosscheck/test_private.py",
    "credential.issued credential.taken_back": "tests/sharing",
    "inquiry.batched": "tests/inquiries/test_batches.py",
    "consent.imported": "tests/consents/test_imports.py",
    "console.exported": "tests/console/test_listing.py",
    "person.view_saved person.view_removed": "tests/console/test_saved_views.py",
    "preview.opened preview.read preview.answered": "tests/intake/test_preview_pages.py",
    "consent.approved consent.rejected consent.paused consent.resumed consent.approval_refused": "tests/consents",
    "consent.superseded consent.invalidated": "tests/consents/test_cases.py",
    "consent.template_set signatory.mandate": "tests/consents/test_cases.py",
    "inquiry.admitted inquiry.denied inquiry.replayed": "tests/inquiries",
    "record.withdrawn record.reinstated record.repaired record.annulled record.confirmed": "tests/records/test_acts.py",
    "delivery.queued delivery.acknowledged delivery.confirmed delivery.refused": "tests/platforms",
    "token.issued token.refused token.revoked authorization.permitted authorization.refused": "tests/identity",
    "person.enrolled person.enrolment_refused person.signed_in person.sign_in_refused": "tests/people",
    "person.signed_out person.recovery_code_used person.factor_reset person.enrolling_again": "tests/people",
    "person.recovery_codes_renewed person.proof_refused": "tests/people/test_recovery.py",
    "person.password_changed": "tests/people/test_own_log_in.py",
    "person.notice_read": "tests/people/test_lost_phone.py",
    "change.handed_over": "tests/admin/test_handing_over.py",
    "signatory.key_objected": "tests/consents/test_signatories.py",
    "owner.confirmed owner.objected": "tests/people/test_owners_who_wait.py",
    "change.asked change.approved change.rejected": "tests/admin",
    "request.refused": "tests/identity/test_refusals.py",
    "search.made": "tests/overview/test_search.py",
    "records.ended": "tests/intake/test_full_lists.py",
}


def command_names(group=app, before=""):
    for command in group.registered_commands:
        yield before + (command.name or command.callback.__name__.replace("_", "-"))
    for inner in group.registered_groups:
        callback = inner.typer_instance.registered_callback
        if callback is not None and callback.invoke_without_command is True:
            yield before + inner.name
        yield from command_names(inner.typer_instance, f"{before}{inner.name} ")


async def events_after(town, moment):
    async with town.story.gateway.database.begin("test.events") as session:
        query = text("""
            SELECT event_id, type FROM audit_event
            WHERE ts > coalesce(CAST(:moment AS timestamptz), '-infinity') ORDER BY event_id
        """)
        return (await session.execute(query, {"moment": moment})).all()


def test_every_route_command_and_step_says_what_it_leaves():
    assert set(ROUTES) == set(CALLS) | set(WITHOUT)
    assert not set(CALLS) & set(WITHOUT)
    assert set(command_names()) == set(COMMANDS) | set(COMMANDS_WITHOUT)
    assert not set(COMMANDS) & set(COMMANDS_WITHOUT)
    assert set(STEPS) == set(STEPS_LEAVE) | set(STEPS_WITHOUT)


def test_every_event_of_the_catalogue_is_left_by_something_and_every_one_left_is_in_it():
    named = set()
    for events in (*(call.event for call in CALLS.values()), *COMMANDS.values(), *STEPS_LEAVE.values(), *ELSEWHERE):
        named |= set(events.split())
    assert named == set(EVENTS)


@pytest.mark.parametrize("name", CALLS)
async def test_a_call_leaves_exactly_one_event(town, name):
    call, (method, path) = CALLS[name], name.split(" ", 1)
    if call.caller == "auditor-1":
        await town.story.enrol("auditor-1", "auditor")
    made = await call.make(town) if call.make else {}
    sent = dict(call.sent(made) if callable(call.sent) else call.sent)
    sent["headers"] = {**await town.headers(call.caller), **sent.get("headers", {})}
    async with town.story.gateway.database.begin("test.moment") as session:
        moment = (await session.execute(text("SELECT max(ts) FROM audit_event"))).scalar_one()
    values = {"decision": "discard", **made}
    answer = await town.story.client.request(method, path.format(**values), **sent)
    assert answer.is_success, answer.text
    assert [event.type for event in await events_after(town, moment)] == call.event.split()
