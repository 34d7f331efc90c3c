"""Every page of the console: which roles see it. Whoever adds a page writes down for whom it is meant."""

from collections.abc import Mapping

from gateway.runtime.clock import now
from gateway.statements.months import month_of

# For nobody signed in, or no page but a way from one to another: tried where they belong.
NO_PAGES = {
    "/console", "/console/language/{language}", "/console/theme/{theme}", "/console/sign-in", "/console/enrol",
    "/console/sso", "/console/sso/back",
    # Of questions put together, which the city has none of: tests/inquiries/test_pages.py.
    "/console/ask-many/{batch_id}", "/console/ask-many/{batch_id}/answers.{form}",
    # Of a platform, which the city has none of: tests/sites/test_pages.py.
    "/console/sites/{site}",
    # Of health checks, which the city has none of: tests/inquiries/test_sheet_pages.py.
    "/console/inquiries/{inquiry_id}/records/{figure}", "/console/inquiries/{inquiry_id}/sheet.pdf",
    # Of portraits, likewise: tests/inquiries/test_portrait_exports.py.
    "/console/inquiries/{inquiry_id}/network/{form}",
    # Of trials of a watch, which the city has none of: tests/risk_analysis/test_trial_pages.py.
    "/console/risk-trials/{trial_id}", "/console/risk-trials/{trial_id}/progress",
    # Of two answers: tests/inquiries/test_sheet_pages.py.
    "/console/inquiries/{inquiry_id}/compare/{with_id}",
    # Of consents in bulk, which the city has none of: tests/consents/test_imports.py.
    "/console/consents/-/imports/{import_id}", "/console/consents/-/imports/{import_id}/rows.{form}",
    # Of checks and lists, which the city has none of: tests/crosscheck/test_pages.py.
    "/console/crosschecks/{check_id}", "/console/crosschecks/-/lists/{list_id}",
    # Of warnings and scans, which the city has none of: tests/warnings/test_pages.py.
    "/console/warnings/{warning_id}", "/console/warning-subscriptions/{subscription_id}",
    "/console/joint-scans/{scan_id}", "/console/joint-scans/{scan_id}/found.{form}",
    # Files of consents, which the city has none of: tests/consents/test_paper_pages.py.
    "/console/paper/{consent_id}/scans/{sha256}", "/console/consents/{consent_id}/files/{sha256}",
    "/console/enterprise/consents/{consent_id}/files/{sha256}",
    # Files of cases, likewise: tests/disposal/test_pages.py.
    "/console/cases/{case_id}/files/{sha256}",
}  # fmt: skip
OPEN = frozenset({"/console/help"})  # to whoever is not signed in too
# In the names of roles, one letter for each.
_LETTERS = {
    "o": "operator", "s": "system", "a": "auditor", "r": "regulator", "c": "clerk", "b": "staff", "e": "owner",
    "d": "office",
}  # fmt: skip


def _of(letters: str) -> frozenset[str]:
    return frozenset(_LETTERS[letter] for letter in letters)


_FOR: tuple[tuple[str, str], ...] = (
    ("oracsbed", """recovery-codes account account/password account/device waiting waiting/count search help
        catalogue catalogue/{dataset} catalogue/{dataset}/template.xlsx catalogue/{dataset}/schema.json
        tags tags/{tag}"""),
    ("ra", """overview wall wall/now movers subjects/{subject}/tags subjects/{subject}/tags/{tag}
        subjects/{subject}/network risks risks/learned risks/drift subjects/{subject}/risks sites crosschecks
        risk-funnel risk-funnel/enterprises risk-lead risk-lead/enterprises risk-open risk-trials risk-trials/-/new
        risk-wall risk-wall/now"""),
    ("dra", "cases cases/{case_id}"),
    ("r", "cases/-/open cases/-/first"),
    ("o", """people people/-/invite people/-/invitations/{change_id} people/{person_id} clients keys agencies
        agencies/{code} costs/{product} rates rates/set
        providers/-/register providers/-/join providers/{provider}/{deed} cards/-/release cards/{number}/return
        watches/-/release watches/{number}/return
        institutions institutions/new institutions/{institution_id} institutions/{institution_id}/{act}
        institutions/{institution_id}/accounts/{client_id} institutions/{institution_id}/accounts/{client_id}/{act}
        paper paper/{consent_id} paper/{consent_id}/sheet"""),
    ("oab", "abnormal-use costs"),
    ("oa", """changes changes/{change_id} signatories providers providers/{provider} cards cards/{number}
        watches watches/{number}"""),
    ("oac", "objections matches matches/{proposal_id}"),
    ("oab", "consents/-/templates consents/-/templates/{template}"),
    ("os", "operations scans"),
    ("s", "sources sources/{source_id} platforms deliveries deliveries/{delivery_id}"),
    ("sc", """feeds uploads uploads/{batch_id} uploads/{batch_id}/rejected-rows uploads/previews/{preview_id}
        uploads/previews/{preview_id}/progress uploads/previews/{preview_id}/rejected-rows held held/{held_id}
        corrections corrections/{batch_id} corrections/{batch_id}/rejected-rows templates"""),
    ("sarc", "quality quality/{agency}"),
    ("a", """audit audit/questions audit/questions/evidence audit/inquiries audit/inquiries/{inquiry_id}
        audit/statistics audit/entries audit/entries/{event_id} audit/entries/{event_id}/proof
        audit/entries/{event_id}/tlog-proof audit/verify audit/checkpoints audit/checkpoints/growth"""),
    ("b", """desk ask ask-many ask-many/template.xlsx inquiries inquiries/{inquiry_id} inquiries/{inquiry_id}/answer
        consents consents/new consents/-/imports consents/-/imports/template.xlsx
        consents/{consent_id} consents/{consent_id}/sheet quota quota/months.csv usage-results
        usage-results/new/{inquiry_id} usage-results/{result_id} inquiries/recalls usage-results/deletions
        usage-results/deletions/{inquiry_id} usage-results/report
        warnings warning-subscriptions joint-scans
        outputs duty-bases data-views credentials webhooks webhooks/{webhook_id}
        webhooks/{webhook_id}/deliveries/{message_id}"""),
    ("e", """enterprise enterprise/consents enterprise/consents/{consent_id} enterprise/questions
        enterprise/questions/{question_id} enterprise/questions/{question_id}/proof enterprise/records
        enterprise/records/of/{dataset} enterprise/records/{record_id} enterprise/records/{record_id}/proof
        enterprise/records/{record_id}/objection enterprise/objections enterprise/signatories
        enterprise/tags enterprise/tags/{tag} enterprise/statements enterprise/statements/{month}/{form}
        enterprise/credentials"""),
)  # fmt: skip
PAGES = {f"/console/{path}": _of(letters) for letters, paths in _FOR for path in paths.split()}
# The city's one is another's: they are told that there is none.
ANOTHERS = {"/console/people/-/invitations/{change_id}": frozenset({"auditor"})}
# What stands in an address, and what must be asked for; ids come from the city.
VALUES = {
    "dataset": "tax_arrears", "tag": "reg_capital", "agency": "tax", "code": "tax", "form": "csv",
    "person_id": "clerk-1", "institution_id": "bank", "client_id": "bank-1", "act": "quota", "product": "score",
    "provider": "five-force", "deed": "change", "number": "0",
    "template": "pre-loan", "month": str(month_of(now()).stepped(-1)),
}  # fmt: skip
ASKED = {
    "/console/audit/checkpoints/growth": "?before={before}&after={after}",
    "/console/audit/questions/evidence": "?subject={subject}",
    "/console/cases/-/open": "?subject={subject}&type=distress",
}


def address(path: str, ids: Mapping[str, str]) -> str:
    """Return where a page of the city is."""
    of_page = {**VALUES, **ids}
    if "invitations" in path:
        of_page["change_id"] = ids.get("invitation_id", "")
    return (path + ASKED.get(path, "")).format_map(of_page)
