"""What enterprises signed on paper, for two officers: what waits, a request with its scans, entering who signed.

The second officer decides on the page of the change (gateway/admin/change_pages.py).
"""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Path, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from connectors.conversion.identifiers import Kind, read_identifier
from connectors.model.calendar import day_ends
from consent.decision import Consent
from consent.life import LAPSES_AFTER
from consent.store import search_consents
from gateway.admin.change_words import names_of
from gateway.admin.dependencies import TheMeans
from gateway.admin.names import Names
from gateway.admin.paper import Signed, enter_paper, find_entries_of, find_waiting_papers
from gateway.admin.tables import Change
from gateway.consents.evidence_routes import file_response
from gateway.consents.files import LONGEST_FILE, SCAN_SUFFIXES
from gateway.consents.on_paper import find_request, read_scan, take_scan
from gateway.consents.sheet import sheet_of
from gateway.console.form import Form
from gateway.console.reasons import title_and_remedy
from gateway.console.render import PageError, page
from gateway.console.words import Words, words_of
from gateway.identity.clients.finding import all_institutions
from gateway.intake.forms import file_form
from gateway.intake.routes import TheIntake
from gateway.people.acting import acting
from gateway.people.guard import SecurityPresent, SignedForm
from gateway.people.sessions import Present
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from gateway.web.dependencies import Units
from gateway.web.error_table import ERRORS
from gateway.web.router import OWN_LIMIT, Router

router = Router(prefix="/console/paper", include_in_schema=False)
Digest = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
MOST_FOUND = 50
PICTURES = frozenset({"image/png", "image/jpeg"})
WRONG = {
    "id_number": "paper-wrong-number", "signed_on": "paper-wrong-day", "scan": "paper-wrong-scan",
    "reference": "paper-wrong-reference",
}  # fmt: skip


@router.get("")
async def papers(
    request: Request, units: Units, present: SecurityPresent, enterprise: str = "", said: str = ""
) -> Response:
    """Show what waits to be checked and to be entered; an enterprise's requests, where somebody stands at a counter."""
    words, code = words_of(request), read_identifier(enterprise)
    sound = code.kind is Kind.USCC
    async with units.begin("papers.show", acting(present)) as work:
        waiting = await find_waiting_papers(work)
        found = await _requests_of(work, code.value) if sound else []
        names = await names_of(work.session, [change for change, _ in waiting.to_check])
        houses = {row.institution_id: row.name for row in await all_institutions(work.session)}
    wrong = {"enterprise": words("consent-wrong-code")} if enterprise and not sound else {}
    to_check = [
        {
            **_row(consent, houses, words), "href": f"/console/changes/{change.change_id}",
            "note": words("op-asked-by", who=names.actor(words, change.asked_by)),
            "own": change.asked_person == present.person_id,
        }
        for change, consent in waiting.to_check
    ]  # fmt: skip
    return page(
        request, "papers", present, status=400 if wrong else 200, form=Form({"enterprise": enterprise}, wrong),
        to_check=to_check, to_enter=[_row(one, houses, words) for one in waiting.to_enter], asked=sound,
        found=[_row(one, houses, words) for one in found], said=said == "entered",
    )  # fmt: skip


@router.get("/{consent_id}")
async def show(request: Request, consent_id: UUID, units: Units, present: SecurityPresent, said: str = "") -> Response:
    """Show a request with the text of the paper and its scans, and the form of who signed."""
    return await _show(request, units, present, consent_id, Form({"role": "legal_rep"}), said=said)


@router.get("/{consent_id}/sheet")
async def sheet(request: Request, consent_id: UUID, units: Units, present: SecurityPresent) -> Response:
    """Show the paper to be printed and signed."""
    async with units.begin("paper.sheet", acting(present)) as work:
        found = await find_request(work, consent_id)
    terms = found.consent.terms
    crumbs = [(terms.grantor_name or terms.uscc, f"/console/paper/{consent_id}")]
    return page(request, "paper_sheet", present, crumbs=crumbs, **sheet_of(terms, found.lines))


@router.get("/{consent_id}/scans/{sha256}")
async def scan(consent_id: UUID, sha256: Digest, units: Units, present: SecurityPresent) -> Response:
    """Return a scan: a picture as one, anything else to be saved; that it was read is in the log."""
    async with units.begin("paper.scan", acting(present)) as work:
        taken, content = await read_scan(work, consent_id, sha256)
    if taken.media_type not in PICTURES:
        return file_response(taken, content)
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    return Response(content, media_type=taken.media_type, headers=headers)


@router.post("/{consent_id}/scans", max_body_size=OWN_LIMIT)
async def send_scan(
    request: Request, consent_id: UUID, units: Units, intake: TheIntake, present: SecurityPresent
) -> Response:
    """Take up a scan, whose name says what it is."""
    try:
        async with file_form(request, present, intake.spool, LONGEST_FILE) as sent:
            content = sent.path.read_bytes()
            media_type = SCAN_SUFFIXES.get(sent.path_suffix, "")
        async with units.begin("paper.scan-taken", acting(present)) as work:
            await take_scan(work, consent_id, media_type, content)
    except PageError as fault:
        if fault.key != "upload-incomplete":
            raise
        wrong = Form({"role": "legal_rep"}, {"file": words_of(request)(fault.key)})
        return await _show(request, units, present, consent_id, wrong, status=400)
    except DeniedError as fault:
        return await _refused(request, units, present, consent_id, {"role": "legal_rep"}, "file", fault)
    return RedirectResponse(f"/console/paper/{consent_id}?said=scan", 303)


@router.post("/{consent_id}")
async def enter(
    request: Request, consent_id: UUID, units: Units, means: TheMeans, present: SecurityPresent, form: SignedForm
) -> Response:
    """Enter who signed; it waits for another officer."""
    words = words_of(request)
    try:
        signed = Signed.model_validate(_signed(form))
    except ValidationError as fault:
        names = [str(error["loc"][0]) for error in fault.errors()]
        wrong = {name: words(WRONG.get(name, "op-wrong-form")) for name in names}
        return await _show(request, units, present, consent_id, Form(form, wrong), status=400)
    try:
        async with units.begin("paper.enter", acting(present)) as work:
            await enter_paper(work, means, consent_id, signed)
    except DeniedError as fault:
        field = "id_number" if fault.denial.reason == "invalid-request" else ""
        return await _refused(request, units, present, consent_id, form, field, fault)
    return RedirectResponse("/console/paper?said=entered", 303)


def _signed(form: dict[str, str]) -> dict[str, object]:
    until = form.get("until", "")
    try:
        last = day_ends(date.fromisoformat(until)) if until else None
    except (ValueError, OverflowError):
        last = until  # type: ignore[assignment]  # the model refuses it
    given = ("scan", "shown", "id_number", "role", "signed_on")
    return {**{name: form.get(name, "") for name in given}, "reference": form.get("reference") or None, "until": last}


async def _requests_of(work: UnitOfWork, uscc: str) -> list[Consent]:
    keys, now = work.keys.publics("consent"), await database_now(work.session)
    return await search_consents(work.session, keys, now, limit=MOST_FOUND, uscc=uscc, status="requested")


def _row(consent: Consent, houses: dict[str, str], words: Words) -> dict[str, object]:
    terms = consent.terms
    left = (consent.changed_at or terms.valid_from) + LAPSES_AFTER
    return {
        "title": terms.grantor_name or terms.uscc, "href": f"/console/paper/{terms.consent_id}",
        "note": f"{houses.get(terms.institution, terms.institution)} · {words(f'purpose-{terms.purpose}')}",
        "left": words("op-until", moment=words.moment(left)),
    }  # fmt: skip


async def _refused(
    request: Request, units: UnitsOfWork, present: Present, consent_id: UUID, typed: dict[str, str], field: str,
    fault: DeniedError,
) -> Response:  # fmt: skip
    """Show the page again with what is wrong, or that there is no such request."""
    reason = fault.denial.reason
    if reason == "consent-not-found":
        raise PageError("not-found", 404) from fault
    words = words_of(request)
    wrong = Form(typed, {field: words.half(fault) if fault.denial.detail else title_and_remedy(words, reason)})
    return await _show(request, units, present, consent_id, wrong, status=ERRORS[reason].status)


async def _show(
    request: Request, units: UnitsOfWork, present: Present, consent_id: UUID, form: Form, *, status: int = 200,
    said: str = "",
) -> Response:  # fmt: skip
    words = words_of(request)
    try:
        async with units.begin("paper.show", acting(present)) as work:
            found = await find_request(work, consent_id)
            entries = await find_entries_of(work, consent_id)
            names = await names_of(work.session, entries)
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    terms = found.consent.terms
    return page(
        request, "paper", present, status=status, found=found, form=form, said=said if said == "scan" else "",
        waits=found.consent.status == "requested", approvals=found.consent.approvals,
        until=(found.consent.changed_at or terms.valid_from) + LAPSES_AFTER,
        entries=[_entry(one, names, words) for one in entries], most_megabytes=LONGEST_FILE // 1024**2,
        crumbs=[(terms.grantor_name or terms.uscc, "")],
    )  # fmt: skip


def _entry(change: Change, names: Names, words: Words) -> dict[str, object]:
    return {"id": change.change_id, "who": names.actor(words, change.asked_by), "at": change.asked_at}
