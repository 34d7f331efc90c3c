"""Another party's object is not there: every route that names one, tried by every kind of stranger it lets in."""

import re
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from uuid import uuid4

import pytest

from tests.house import objects
from tests.house.objects import OWN, Town, arrears
from tests.identities import add_proof
from tests.identity.test_routes import ROUTES
from tests.persons import signed_in
from tests.stories import Story, slug, today
from tests.visits import client_of


@dataclass(frozen=True)
class Row:
    """How the object is made, who may, who may not and is told so with `refusal`, and what else is sent."""

    make: object
    owners: tuple[str, ...]
    strangers: tuple[str, ...]
    refusal: tuple[int, str]
    sent: object = field(default_factory=dict)  # or a function of the path's values


AGENCIES, BANKS = (("tax",), ("market_regulation",)), (("bank-1", "bank-1b"), ("bank-2",))
CLERKS = (("clerk of tax",), ("clerk of market_regulation",))
STAFF = (("staff of bank",), ("staff of bank-two",))
OWNERS = ((f"owner of {OWN}",), (f"owner of {objects.OTHER}",))
OFFICES = ((f"office of {objects.OFFICE}",), (f"office of {objects.OTHER_OFFICE}",))
CASE = (*OFFICES, (404, "case-not-found"))
HIDDEN, NOT_YOURS = (404, "not-found"), (403, "dataset-not-yours")
FILE = {"headers": {"Batch-Id": "x"}, "content": arrears(OWN).encode()}
CASE_FILE = {"headers": {"Content-Type": "text/plain"}, "content": "整改照片说明".encode()}
TUS = {"headers": {"Tus-Resumable": "1.0.0"}}
RECORD = (("market_regulation", "s-1"), ("tax", "s-2"), (404, "record-not-found"))
QUESTION = (("s-1",), ("s-2",), (404, "question-not-found"))
CONSENT = (("bank-1", "s-1"), ("bank-2", "s-2"), (404, "consent-not-found"))
WEBHOOK = (*BANKS, (404, "webhook-not-found"))
PRIVATE = (("platform-1",), ("platform-2",), (404, "crosscheck-not-found"))
UPLOAD = (*AGENCIES, (404, "upload-not-found"))
ROWS = {
    "POST /v1/datasets/{dataset}/batches": Row(objects.dataset, *AGENCIES, NOT_YOURS, FILE),
    "POST /v1/datasets/{dataset}/batches:check": Row(objects.dataset, *AGENCIES, NOT_YOURS, FILE),
    "POST /v1/datasets/{dataset}/withdrawals": Row(
        objects.dataset, *AGENCIES, NOT_YOURS, {**FILE, "params": {"reason": "报错了"}}
    ),
    "POST /v1/datasets/{dataset}/uploads": Row(
        objects.dataset, *AGENCIES, NOT_YOURS,
        {"headers": {"Batch-Id": "y", "Upload-Length": "5", "Tus-Resumable": "1.0.0"}},
    ),
    "GET /v1/uploads/{upload_id}": Row(objects.upload, *UPLOAD),
    "PATCH /v1/uploads/{upload_id}": Row(
        objects.upload, *UPLOAD,
        {
            "headers": {**TUS["headers"], "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"},
            "content": b"a",
        },
    ),
    "DELETE /v1/uploads/{upload_id}": Row(objects.upload, *UPLOAD, TUS),
    "GET /v1/batches/{batch_id}": Row(objects.batch, *AGENCIES, (404, "batch-not-found")),
    "GET /v1/batches/{batch_id}/rejected-rows": Row(objects.batch, *AGENCIES, (404, "batch-not-found")),
    "POST /v1/batches/{batch_id}/reinstate": Row(
        objects.ended_batch, *AGENCIES, (404, "batch-not-found"), {"json": {"reason": "清单漏报"}}
    ),
    "GET /v1/agencies/{code}/quality": Row(objects.agency, *AGENCIES, (404, "agency-not-found")),
    "GET /v1/held-deliveries/{held_id}": Row(objects.held, *AGENCIES, (404, "held-not-found")),
    "POST /v1/held-deliveries/{held_id}/{decision}": Row(objects.held, *CLERKS, (404, "held-not-found")),
    "GET /v1/match-proposals/{proposal_id}": Row(objects.proposal, *AGENCIES, (404, "match-not-found")),
    "POST /v1/match-proposals/{proposal_id}/{decision}": Row(
        objects.proposal, *CLERKS, (404, "match-not-found"), {"json": {"reason": "不是这家"}}
    ),
    "GET /v1/cases/{case_id}": Row(objects.case, *CASE),
    "POST /v1/cases/{case_id}/steps": Row(objects.case, *CASE, {"json": {"step": "accept", "words": "已受理"}}),
    "POST /v1/cases/{case_id}/files": Row(objects.case, *CASE, CASE_FILE),
    "GET /v1/cases/{case_id}/files/{sha256}": Row(objects.case, *CASE),
    "GET /console/cases/{case_id}": Row(objects.case, *OFFICES, HIDDEN),
    "POST /console/cases/{case_id}/steps": Row(
        objects.case, *OFFICES, HIDDEN, {"data": {"step": "accept", "words": "已受理"}}
    ),
    "POST /console/cases/{case_id}/files": Row(
        objects.case, *OFFICES, HIDDEN, {"files": {"file": ("甲.pdf", b"%PDF-1")}}
    ),
    "GET /console/cases/{case_id}/files/{sha256}": Row(objects.case, *OFFICES, HIDDEN),
    "GET /v1/records/{record_id}/proof": Row(objects.record, *RECORD),
    "GET /v1/records/{record_id}/proof-file": Row(objects.record, *RECORD),
    "GET /v1/records/{record_id}/history": Row(objects.record, *RECORD),
    "POST /v1/records/{record_id}/acts": Row(
        objects.record, ("market_regulation",), ("tax",), (404, "record-not-found"),
        {"json": {"kind": "object", "reason": "有异议"}}
    ),
    "POST /v1/records/{record_id}/objections": Row(
        objects.record, ("s-1",), ("s-2",), (404, "record-not-found"), {"json": {"reason": "有异议"}}
    ),
    "POST /v1/signatories/{signatory_id}/{decision}": Row(
        objects.signatory_key, ("s-1",), ("s-2",), (404, "signatory-not-found"),
        lambda values: {"json": {"kid": values["kid"]}},
    ),
    "GET /v1/consents/{consent_id}": Row(objects.consent, *CONSENT),
    "GET /v1/consents/{consent_id}/evidence": Row(objects.consent, *CONSENT),
    "GET /v1/consents/{consent_id}/uses": Row(objects.consent, *CONSENT),
    "POST /v1/consents/{consent_id}/files": Row(objects.consent, *CONSENT, objects.EVIDENCE),
    "GET /v1/consents/{consent_id}/files/{sha256}": Row(objects.evidence, *CONSENT),
    "POST /v1/consents/{consent_id}/separate-consents": Row(
        objects.person_named, ("s-1",), ("s-2",), (404, "consent-not-found"), objects.separately
    ),
    "DELETE /v1/consents/{consent_id}/separate-consents/{person}": Row(
        objects.person_named_by_hash, ("s-1",), ("s-2",), (404, "consent-not-found")
    ),
    "GET /v1/consents/{consent_id}/qr.svg": Row(objects.consent, *CONSENT),
    "POST /v1/consents/{consent_id}/{action}": Row(objects.consent, *CONSENT),
    "GET /v1/questions/{question_id}": Row(objects.question, *QUESTION),
    "GET /v1/questions/{question_id}/proof": Row(objects.published_question, *QUESTION),
    "GET /v1/inquiries/{inquiry_id}": Row(objects.inquiry, *BANKS, (404, "inquiry-not-found")),
    "GET /v1/inquiries/{inquiry_id}/answer": Row(
        objects.inquiry, ("bank-1",), ("bank-2",), (404, "inquiry-not-found")
    ),
    "GET /v1/inquiries/{inquiry_id}/records/{figure}": Row(
        objects.health_check, ("bank-1",), ("bank-2",), (404, "inquiry-not-found")
    ),
    "GET /v1/inquiries/{inquiry_id}/sheet.pdf": Row(
        objects.health_check, ("bank-1",), ("bank-2",), (404, "inquiry-not-found")
    ),
    "GET /v1/inquiries/{inquiry_id}/network/{form}": Row(
        objects.portrait, ("bank-1",), ("bank-2",), (404, "inquiry-not-found")
    ),
    "GET /v1/inquiries/{inquiry_id}/compare/{with_id}": Row(
        objects.two_inquiries, ("bank-1",), ("bank-2",), (404, "inquiry-not-found")
    ),
    "GET /v1/usage-results/{result_id}": Row(objects.usage_result, *BANKS, (404, "usage-result-not-found")),
    "GET /v1/webhooks/{webhook_id}": Row(objects.webhook, *WEBHOOK),
    "GET /v1/webhooks/{webhook_id}/deliveries": Row(objects.webhook, *WEBHOOK),
    "POST /v1/webhooks/{webhook_id}:test": Row(objects.webhook, *WEBHOOK),
    "POST /v1/webhooks/{webhook_id}:{change}": Row(objects.webhook, *WEBHOOK),
    "POST /v1/webhooks/{webhook_id}/deliveries/{message_id}:replay": Row(objects.webhook, *WEBHOOK),
    "DELETE /v1/webhooks/{webhook_id}": Row(
        objects.webhook, ("bank-1",), ("bank-2",), (404, "webhook-not-found")
    ),
    "GET /console/webhooks/{webhook_id}": Row(objects.webhook, *STAFF, HIDDEN),
    "POST /console/webhooks/{webhook_id}/test": Row(objects.webhook, *STAFF, HIDDEN),
    "POST /console/webhooks/{webhook_id}/change": Row(
        objects.webhook, *STAFF, HIDDEN, {"data": {"change": "disable"}}
    ),
    "GET /console/webhooks/{webhook_id}/deliveries/{message_id}": Row(objects.webhook, *STAFF, HIDDEN),
    "POST /console/webhooks/{webhook_id}/deliveries/{message_id}/replay": Row(objects.webhook, *STAFF, HIDDEN),
    "GET /v1/deliveries/{delivery_id}": Row(
        objects.delivery, ("platform-1",), ("platform-2",), (404, "delivery-not-found")
    ),
    "GET /v1/crosschecks/{check_id}/terms": Row(objects.private_check, *PRIVATE),
    "POST /v1/crosschecks/{check_id}/commitment": Row(objects.private_check, *PRIVATE, {"json": {"statement": "x"}}),
    "POST /v1/crosschecks/{check_id}/message": Row(
        objects.private_check, *PRIVATE, {"json": {"statement": "x", "message": "x"}}
    ),
    "GET /console/quality/{agency}": Row(objects.agency, *CLERKS, HIDDEN),
    "GET /console/matches/{proposal_id}": Row(objects.proposal, *CLERKS, HIDDEN),
    "POST /console/matches/{proposal_id}/{decision}": Row(
        objects.proposal, *CLERKS, HIDDEN, {"data": {"reason": "不是这家"}}
    ),
    "GET /console/held/{held_id}": Row(objects.held, *CLERKS, HIDDEN),
    "POST /console/held/{held_id}/{decision}": Row(objects.held, *CLERKS, HIDDEN, {"data": {"sure": "yes"}}),
    "GET /console/corrections/{batch_id}": Row(objects.batch, *CLERKS, HIDDEN),
    "GET /console/corrections/{batch_id}/rejected-rows": Row(objects.batch, *CLERKS, HIDDEN),
    "POST /console/corrections/{batch_id}": Row(objects.batch, *CLERKS, HIDDEN, {"files": {"file": ("a.csv", b"x")}}),
    **{f"{method} /console/uploads/previews/{{preview_id}}{part}": Row(objects.preview, *CLERKS, HIDDEN)
       for method, part in (("GET", ""), ("GET", "/progress"), ("GET", "/rejected-rows"), ("POST", "/answer"),
                            ("POST", "/judge"), ("POST", "/confirm"), ("POST", "/discard"))},
    "GET /console/uploads/{batch_id}": Row(objects.batch, *CLERKS, HIDDEN),
    "POST /console/uploads/{batch_id}/reinstate": Row(
        objects.ended_batch, *CLERKS, HIDDEN, {"data": {"reason": "清单漏报"}}
    ),
    "GET /console/uploads/{batch_id}/rejected-rows": Row(objects.batch, *CLERKS, HIDDEN),
    "POST /v1/warning-subscriptions/{subscription_id}:end": Row(
        objects.subscription, *BANKS, (404, "subscription-not-found")
    ),
    "GET /v1/warnings/{warning_id}": Row(objects.warning, *BANKS, (404, "warning-not-found")),
    "POST /v1/warnings/{warning_id}:seen": Row(objects.warning, *BANKS, (404, "warning-not-found")),
    "GET /v1/joint-scans/{scan_id}": Row(objects.joint_scan, *BANKS, (404, "joint-scan-not-found")),
    "GET /console/warnings/{warning_id}": Row(objects.warning, *STAFF, HIDDEN),
    "POST /console/warnings/{warning_id}/seen": Row(objects.warning, *STAFF, HIDDEN),
    "GET /console/warning-subscriptions/{subscription_id}": Row(objects.subscription, *STAFF, HIDDEN),
    "POST /console/warning-subscriptions/{subscription_id}/end": Row(objects.subscription, *STAFF, HIDDEN),
    "GET /console/joint-scans/{scan_id}": Row(objects.joint_scan, *STAFF, HIDDEN),
    "GET /console/joint-scans/{scan_id}/found.{form}": Row(objects.joint_scan, *STAFF, HIDDEN),
    "GET /v1/inquiries/batches/{batch_id}": Row(objects.inquiry_batch, *BANKS, (404, "inquiry-batch-not-found")),
    "GET /console/ask-many/{batch_id}": Row(objects.inquiry_batch, *STAFF, HIDDEN),
    "GET /console/ask-many/{batch_id}/answers.{form}": Row(
        objects.inquiry_batch_file, *STAFF, HIDDEN
    ),
    "GET /console/inquiries/{inquiry_id}": Row(objects.inquiry, *STAFF, HIDDEN),
    "GET /console/inquiries/{inquiry_id}/answer": Row(objects.inquiry, *STAFF, HIDDEN),
    "GET /console/inquiries/{inquiry_id}/records/{figure}": Row(objects.health_check, *STAFF, HIDDEN),
    "GET /console/inquiries/{inquiry_id}/compare/{with_id}": Row(objects.two_inquiries, *STAFF, HIDDEN),
    "GET /console/inquiries/{inquiry_id}/network/{form}": Row(objects.portrait, *STAFF, HIDDEN),
    "GET /console/inquiries/{inquiry_id}/sheet.pdf": Row(objects.health_check, *STAFF, HIDDEN),
    "GET /console/consents/{consent_id}": Row(objects.consent, *STAFF, HIDDEN),
    "GET /v1/consent-imports/{import_id}": Row(objects.consent_import, *BANKS, (404, "import-not-found")),
    "GET /v1/consent-imports/{import_id}/rows.{form}": Row(
        objects.consent_import, *BANKS, (404, "import-not-found")
    ),
    "GET /console/consents/-/imports/{import_id}": Row(objects.consent_import, *STAFF, HIDDEN),
    "GET /console/consents/-/imports/{import_id}/rows.{form}": Row(objects.consent_import, *STAFF, HIDDEN),
    "GET /console/consents/{consent_id}/sheet": Row(objects.consent, *STAFF, HIDDEN),
    "POST /console/consents/{consent_id}/files": Row(
        objects.consent, *STAFF, HIDDEN, {"files": {"file": ("a.pdf", b"%PDF-1")}}
    ),
    "GET /console/consents/{consent_id}/files/{sha256}": Row(objects.evidence, *STAFF, HIDDEN),
    "GET /console/enterprise/consents/{consent_id}/files/{sha256}": Row(objects.evidence, *OWNERS, HIDDEN),
    "POST /console/consents/{consent_id}/revoke": Row(
        objects.consent, *STAFF, HIDDEN, {"data": {"reason": "贷款已结清"}}
    ),
    "GET /console/usage-results/new/{inquiry_id}": Row(objects.inquiry, *STAFF, HIDDEN),
    "POST /console/usage-results/new/{inquiry_id}": Row(
        objects.inquiry, *STAFF, HIDDEN, {"data": {"outcome": "refused", "decided_on": today()}}
    ),
    **{f"{method} /console/usage-results/deletions/{{inquiry_id}}": Row(objects.inquiry, *STAFF, HIDDEN)
       for method in ("GET", "POST")},
    "GET /console/usage-results/{result_id}": Row(objects.usage_result, *STAFF, HIDDEN),
    **{f"{method} /console/enterprise/consents/{{consent_id}}{part}": Row(objects.consent, *OWNERS, HIDDEN)
       for method, part in (("GET", ""), ("POST", "/approve"), ("POST", "/reject"), ("POST", "/{action}"))},
    "GET /console/enterprise/questions/{question_id}": Row(objects.question, *OWNERS, HIDDEN),
    "GET /console/enterprise/questions/{question_id}/proof": Row(objects.published_question, *OWNERS, HIDDEN),
    **{f"{method} /console/enterprise/records/{{record_id}}{part}": Row(objects.record, *OWNERS, HIDDEN)
       for method, part in (("GET", ""), ("GET", "/proof"), ("GET", "/objection"), ("POST", "/objection"))},
}  # fmt: skip
# A path parameter that names no party's object, and why.
NOBODYS = {
    "GET /problems/{slug}": "what a problem means is public",
    "GET /audit/log/tile/{path:path}": "the log is public",
    "GET /v1/consent-templates/{template}": "what a consent may ask for at most is for everybody who has a client",
    **dict.fromkeys(
        (
            *(f"GET /v1/statements/{{month}}{part}" for part in ("", "/csv", "/pdf")),
            "GET /console/enterprise/statements/{month}/{form}",
        ),
        "of the caller's own enterprise alone (tests/statements)",
    ),
    "POST /console/enterprise/credentials/{credential_id}/take-back": "tests/sharing/test_giving.py",
    "GET /static/{name}": "style sheets, icons and scripts are for everybody",
    "GET /console/language/{language}": "a choice of the reader's",
    "GET /console/theme/{theme}": "as above",
    "GET /console/enterprise/records/of/{dataset}": "of the visitor's own enterprise alone (test_enterprise_pages.py)",
    "GET /console/tags/{tag}": "the catalogue of tags is open to whoever signs in",
    "GET /console/enterprise/tags/{tag}": "of the visitor's own enterprise alone (tests/scores/test_pages.py)",
    "GET /console/subjects/{subject}/tags": "overseers see every enterprise; nobody else is let in",
    "GET /console/subjects/{subject}/tags/{tag}": "as above",
    **dict.fromkeys(
        ("GET /v1/subjects/{uscc}/network", "GET /console/subjects/{subject}/network"),
        "overseers see every enterprise; no other kind is let in (tests/network/test_doors.py)",
    ),
    **dict.fromkeys(
        ("GET /v1/subjects/{uscc}/risks", "GET /console/subjects/{subject}/risks"),
        "overseers see every enterprise; no other kind is let in (tests/risk/test_doors.py)",
    ),
    **dict.fromkeys(
        (
            *(f"GET {door}/risk-trials/{{trial_id}}" for door in ("/v1", "/console")),
            "GET /console/risk-trials/{trial_id}/progress",
        ),
        "overseers see every trial; no other kind is let in (tests/risk_analysis/test_doors.py)",
    ),
    "GET /v1/cases/{case_id}/replay": "overseers see every case; no others are let in (tests/disposal/test_doors.py)",
    "POST /console/cases/{case_id}/replay": "as above (tests/disposal/test_pages.py)",
    **dict.fromkeys(
        ("GET /v1/sites/{site}", "GET /console/sites/{site}"),
        "overseers see every platform; no other kind is let in (tests/sites/test_doors.py)",
    ),
    **dict.fromkeys(
        (
            "GET /v1/supervisor-lists/{list_id}",
            "GET /v1/crosschecks/{check_id}",
            "POST /v1/crosschecks/{check_id}/decision",
            "POST /v1/crosschecks/{check_id}/audit",
            "GET /console/crosschecks/{check_id}",
            "GET /console/crosschecks/-/lists/{list_id}",
            "POST /console/crosschecks/{check_id}/{decision}",
        ),
        "overseers see every list and check; no other kind is let in (tests/crosscheck/test_plain.py)",
    ),
    "GET /console/catalogue/{dataset}": "the catalogue is open to whoever signs in",
    "GET /console/catalogue/{dataset}/template.xlsx": "as above",
    "GET /console/catalogue/{dataset}/schema.json": "as above",
    "GET /v1/datasets/{dataset}/template.xlsx": "the catalogue is open to every client",
    "GET /v1/catalogue/datasets/{dataset}": "the catalogue is open to every client",
    "GET /v1/audit/entries/{event_id}/proof": "auditors see every entry; no other kind is let in",
    "GET /v1/audit/entries/{event_id}/tlog-proof": "as above",
    "POST /v1/audit/inquiries/{inquiry_id}/replay": "auditors see every inquiry; no other kind is let in",
    "GET /v1/audit/inquiries/{inquiry_id}/statements": "as above",
    **dict.fromkeys(
        (
            "GET /console/audit/entries/{event_id}",
            "GET /console/audit/entries/{event_id}/proof",
            "GET /console/audit/entries/{event_id}/tlog-proof",
            "GET /console/audit/inquiries/{inquiry_id}",
            "POST /console/audit/inquiries/{inquiry_id}/replay",
        ),
        "as above",
    ),
    "GET /v1/admin/rates/{scope}/{scope_id}": "operators and auditors see those of all; no other kind is let in",
    "POST /v1/admin/changes/{change_id}/{decision}": "the instance's; nobody approves their own (test_admin.py)",
    "POST /console/changes/{change_id}/{decision}": "as above",
    "GET /console/changes/{change_id}": "as above",
    "GET /console/consents/-/templates/{template}": "what a consent may ask for at most is for every institution",
    **dict.fromkeys(
        (
            "GET /v1/admin/paper/{consent_id}",
            "POST /v1/admin/paper/{consent_id}",
            "POST /v1/admin/paper/{consent_id}/scans",
            "GET /v1/admin/paper/{consent_id}/scans/{sha256}",
            "GET /console/paper/{consent_id}",
            "POST /console/paper/{consent_id}",
            "GET /console/paper/{consent_id}/sheet",
            "POST /console/paper/{consent_id}/scans",
            "GET /console/paper/{consent_id}/scans/{sha256}",
        ),
        "the instance's; security administrators alone are let in (tests/consents/test_paper.py, test_paper_pages.py)",
    ),
    "POST /console/abnormal-use/{case_id}": "the instance's; only an operator asks (tests/abnormal/test_pages.py)",
    "POST /v1/signatories/people/{person_id}/{decision}": "tried in tests/people/test_owners_who_wait.py",
    "POST /console/enterprise/signatories/people/{person_id}/{decision}": "as above",
    "GET /console/people/{person_id}": "the instance's; security administrators alone are let in",
    "POST /console/people/{person_id}/{act}": "as above",
    "GET /console/people/-/invitations/{change_id}": "who asked and who approved (tests/admin/test_handing_over.py)",
    "GET /v1/admin/changes/{change_id}/handover": "who asked and who approved (tests/admin/test_handing_over.py)",
    "GET /v1/admin/deliveries/{delivery_id}": "the instance's; system administrators and auditors alone are let in",
    "POST /v1/admin/deliveries/{delivery_id}/retry": "as above",
    "GET /console/deliveries/{delivery_id}": "as above",
    "POST /console/deliveries/{delivery_id}/retry": "as above",
    "GET /console/institutions/{institution_id}": "the instance's; security administrators alone are let in",
    "POST /console/institutions/{institution_id}/standing": "as above",
    "GET /console/institutions/{institution_id}/{act}": "as above",
    "POST /console/institutions/{institution_id}/{act}": "as above",
    "GET /console/institutions/{institution_id}/accounts/{client_id}": "as above",
    "POST /console/institutions/{institution_id}/accounts/{client_id}/standing": "as above",
    "POST /console/institutions/{institution_id}/accounts/{client_id}/keys/{kid}/retire": "as above",
    "GET /console/institutions/{institution_id}/accounts/{client_id}/{act}": "as above",
    "POST /console/institutions/{institution_id}/accounts/{client_id}/{act}": "as above",
    "POST /console/keys/{purpose}/{act}": "as above",
    "GET /console/providers/{provider}": "the instance's; administrators and auditors alone are let in",
    "GET /console/providers/{provider}/{deed}": "the instance's; security administrators alone are let in",
    "POST /console/providers/{provider}/{deed}": "as above",
    "GET /v1/cards/{number}": "the card is published: to institutions, and to whoever runs the instance",
    "GET /console/cards/{number}": "the instance's; administrators and auditors alone are let in",
    "GET /console/cards/{number}/return": "the instance's; security administrators alone are let in",
    "POST /console/cards/{number}/return": "as above",
    "GET /v1/watches/{number}": "the instance's; operators and auditors alone are let in (tests/watches)",
    "GET /console/watches/{number}": "the instance's; administrators and auditors alone are let in",
    "GET /console/watches/{number}/return": "the instance's; security administrators alone are let in",
    "POST /console/watches/{number}/return": "as above",
    "GET /console/costs/{product}": "as above",
    "POST /console/costs/{product}": "as above",
    "GET /console/agencies/{code}": "as above",
    "POST /console/agencies/{code}/standing": "as above",
    "GET /console/sources/{source_id}": "the instance's; system administrators alone are let in",
    "POST /console/sources/{source_id}/{act}": "the instance's; system administrators alone are let in",
}
HOUSES = {"clerk": "agency", "staff": "institution", "office": "office"}
VALUES = {"decision": "discard", "form": "csv"}


@pytest.fixture(scope="module")
async def town(gateway):
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(client_of(gateway, event_hooks={"request": [add_proof]}))
        story = Story(gateway, client, {})
        await objects.settle(story)
        made = Town(story, {})
        for somebody in (
            *CLERKS[0],
            *CLERKS[1],
            *STAFF[0],
            *STAFF[1],
            *OWNERS[0],
            *OWNERS[1],
            *OFFICES[0],
            *OFFICES[1],
        ):
            made.browsers[somebody] = await stack.enter_async_context(client_of(gateway))
            role, _, house = somebody.partition(" of ")
            belongs = {"enterprise": objects.uscc(int(house))} if role == "owner" else {HOUSES[role]: house}
            await signed_in(gateway, made.browsers[somebody], f"{house}-{role}", role, **belongs)
        await objects.batch(made, arrears(*range(100, 130)))  # what is unlike these is held
        yield made


def test_every_route_that_names_an_object_has_a_row():
    assert {name for name in ROUTES if "{" in name} == set(ROWS) | set(NOBODYS)
    assert not set(ROWS) & set(NOBODYS)


@pytest.mark.parametrize("name", ROWS)
async def test_anothers_object_is_refused_as_one_that_is_not_there(town, name):
    row, (method, path) = ROWS[name], name.split(" ", 1)
    values = {**VALUES, **await row.make(town)}
    nowhere = {**values, **{key: str(uuid4()) for key in values if key.endswith("_id")}, "code": "nobody"}

    async def send(who, values):
        sent = row.sent(values) if callable(row.sent) else row.sent
        return await town.send(who, method, path.format(**values), **sent)

    for stranger in row.strangers:
        refused = await send(stranger, values)
        assert refused.status_code == row.refusal[0], (stranger, refused.text)
        if not path.startswith("/console"):
            assert slug(refused) == row.refusal[1], stranger
        if refused.status_code == 404:
            assert_same(refused, await send(stranger, nowhere))
    for owner in row.owners:
        allowed = await send(owner, values)
        assert allowed.status_code not in {401, 403, 404, 405, 500, 503}, (owner, allowed.text)


def assert_same(refused, none):
    """Whether an object is another's or not there at all, the answer differs in nothing but the id that was sent."""
    shown, expected = (re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", answer.text) for answer in (refused, none))
    assert (refused.status_code, shown) == (none.status_code, expected)
