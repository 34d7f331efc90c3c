"""An institution's consents on pages: the list, one with its life and uses, and revoking it."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from connectors.conversion.identifiers import Kind, read_identifier
from consent.decision import Consent
from consent.life import CHANGES
from consent.lists import STANDINGS, ConsentFilter
from consent.manner import manner_of
from gateway.consents.at_console import show_terms
from gateway.consents.evidence_routes import Digest, file_response
from gateway.consents.files import LONGEST_FILE, SCAN, SCAN_SUFFIXES, File, add_file, read_file
from gateway.consents.life import change_consent, get_consent
from gateway.consents.link import approval_uri
from gateway.consents.officers import names_of_officers
from gateway.consents.own import OwnConsents, list_own, read_life
from gateway.consents.sheet import LANGUAGE, sheet_of
from gateway.console.form import Form
from gateway.console.render import PageError, page
from gateway.console.table import Cell, Column, Content, Filter, Table, TableQuery, TableSpec, moment_cell, table_query
from gateway.console.words import Words, words_of
from gateway.intake.forms import file_form
from gateway.intake.routes import TheIntake
from gateway.people.guard import SignedForm
from gateway.people.listing import show_table
from gateway.people.qr import draw_qr
from gateway.people.reading import names_of_people
from gateway.people.staff import Staff
from gateway.people.through import Through
from gateway.runtime.clock import now
from gateway.runtime.denial import Denial, DeniedError
from gateway.runtime.reasons import LONGEST, SHORTEST
from gateway.runtime.work import UnitsOfWork
from gateway.web.dependencies import Units
from gateway.web.router import OWN_LIMIT, Router

router = Router(prefix="/console/consents", include_in_schema=False)
EXPIRING_DAYS = 14
TONES = {"requested": "info", "active": "ok", "paused": "warn"}
SPEC = TableSpec(
    "consents",
    (
        Column("enterprise", "about-enterprise"), Column("products", "consent-products"),
        Column("standing", "standing"), Column("until", "consent-until", "time"),
        Column("uses", "consent-uses", "number"), Column("changed", "consent-changed", "time"),
        Column("number", "consent-number", "code", optional=True),
    ),
    (
        Filter("standing", "standing", options=tuple(STANDINGS), prefix="consents-"),
        Filter("enterprise", "credit-code", "text"),
        Filter("ends", "consent-ends", options=("soon",), prefix="consent-ends-"),
    ),
)  # fmt: skip


@router.get("")
async def show_list(
    request: Request,
    units: Units,
    staff: Staff,
    asked: Annotated[TableQuery, Depends(table_query(SPEC))],
    said: str = "",
) -> Response:
    """Show the institution's consents, newest first."""
    chosen, code = asked.filters, read_identifier(asked.filters["enterprise"])
    ends = now() + timedelta(days=EXPIRING_DAYS) if chosen["ends"] else None
    standings = ("active", "paused") if ends and not chosen["standing"] else STANDINGS.get(chosen["standing"])
    uscc = (code.value if code.kind is Kind.USCC else chosen["enterprise"]) or None
    wanted = ConsentFilter(standings=standings, uscc=uscc, ends_before=ends)
    async with units.begin("consents.list", staff.reader) as work:
        found = await list_own(work, wanted, limit=asked.limit, offset=asked.offset)
    words = words_of(request)
    table = Table(SPEC, asked, [_row(row, found, words) for row in found.rows], total=found.total)
    note = said if said in {"consent-requested", "consent-requested-before"} else ""
    return await show_table(request, units, staff.present, "consents", table, note=note)


@router.get("/{consent_id}")
async def show(request: Request, units: Units, staff: Staff, consent_id: UUID) -> Response:
    """Show a consent with its terms in words, its life and its uses."""
    return await _show(request, units, staff, consent_id, Form())


@router.post("/{consent_id}/files", max_body_size=OWN_LIMIT)
async def send_scan(request: Request, units: Units, staff: Staff, consent_id: UUID, intake: TheIntake) -> Response:
    """Take up the scan of what the enterprise signed on paper, whose name says what it is."""
    words = words_of(request)
    try:
        async with file_form(request, staff.present, intake.spool, LONGEST_FILE) as sent:
            scan = File(SCAN, SCAN_SUFFIXES.get(sent.path_suffix, ""), sent.path.read_bytes())
        async with units.begin("consent.scan", staff.acting("consents")) as work:
            await add_file(work, consent_id, scan)
    except PageError as fault:
        if fault.key != "upload-incomplete":
            raise
        return await _show(request, units, staff, consent_id, Form({}, {"file": words(fault.key)}))
    except DeniedError as fault:
        if fault.denial.reason != "evidence-refused":
            raise
        return await _show(request, units, staff, consent_id, Form({}, {"file": words.half(fault)}))
    return RedirectResponse(f"/console/consents/{consent_id}", 303)


@router.get("/{consent_id}/files/{sha256}")
async def file(units: Units, staff: Staff, consent_id: UUID, sha256: Digest) -> Response:
    """Return a file of a consent, to be saved; that it was read is in the log."""
    async with units.begin("consent.file", staff.reader) as work:
        return file_response(*await read_file(work, consent_id, sha256))


@router.get("/{consent_id}/sheet")
async def sheet(request: Request, units: Units, staff: Staff, consent_id: UUID) -> Response:
    """Show the paper for an enterprise that signs on paper: printed, signed, and handed in as a scan."""
    async with units.begin("consent.sheet", staff.reader) as work:
        terms = (await get_consent(work, consent_id)).terms
        shown = sheet_of(terms, await show_terms(work, terms, LANGUAGE))
    crumbs = [(terms.uscc, f"/console/consents/{consent_id}")]
    return page(request, "paper_sheet", staff.present, crumbs=crumbs, **shown)


@router.post("/{consent_id}/revoke")
async def revoke(request: Request, units: Units, staff: Staff, consent_id: UUID, form: SignedForm) -> Response:
    """Revoke a consent for a reason that the enterprise reads."""
    reason, words = form.get("reason", "").strip(), words_of(request)
    if not SHORTEST <= len(reason) <= LONGEST:
        wrong = Form({"reason": reason}, {"reason": words("consent-reason-wrong")})
        return await _show(request, units, staff, consent_id, wrong)
    async with units.begin("consent.revoke", staff.acting("consents")) as work:
        changed = await change_consent(work, consent_id, "revoke", reason=reason)
    if isinstance(changed, Denial):
        raise DeniedError(changed.reason)
    return RedirectResponse(f"/console/consents/{consent_id}", 303)


async def _show(request: Request, units: UnitsOfWork, staff: Through, consent_id: UUID, form: Form) -> Response:
    async with units.begin("consent.show", staff.reader) as work:
        life = await read_life(work, consent_id)
        actors = [version.actor for version in life.versions] + [used.account for used in life.used]
        actors += [one.captured_by for one in life.consent.gathered.files]
        people = await names_of_people(work, actors)
        officers = await names_of_officers(work, actors)
    words, terms, standing = words_of(request), life.consent.terms, life.consent.status
    link = approval_uri(units.issuer, life.consent)
    return page(
        request, "consent", staff.present, status=400 if form.errors else 200, form=form, life=life,
        people=people | officers, where=f"/console/consents/{consent_id}", standing=standing,
        on_paper={one.version for one in life.versions if manner_of(one.approval).get("channel") == "paper"},
        crumbs=[(life.name or terms.uscc, "")], tone=TONES.get(standing, "quiet"),
        lines=life.words[words.language], most=LONGEST_FILE // 1024**2, staff_may=bool(staff.accounts),
        may_revoke=standing in CHANGES["revoke"].before and bool(staff.accounts),
        shortest=SHORTEST, longest=LONGEST, link=link, qr=draw_qr(link) if link else "",
    )  # fmt: skip


def _row(consent: Consent, found: OwnConsents, words: Words) -> list[Content]:
    uses, changed = consent.uses, consent.changed_at or ""
    terms, name = consent.terms, found.names.get(consent.terms.uscc)
    products = words("list-comma").join(words(f"product-{code}") for code in terms.products)
    most = words("consent-any-number") if terms.max_uses is None else words.number(terms.max_uses)
    return [
        Cell(name or terms.uscc, href=f"/console/consents/{terms.consent_id}", sub=terms.uscc if name else ""),
        Cell(products, sub=words(f"purpose-{terms.purpose}")),
        Cell(words(f"standing-{consent.status}"), tone=TONES.get(consent.status, "quiet")),  # type: ignore[arg-type]
        moment_cell(words, terms.valid_until),
        Cell(f"{words.number(uses)} / {most}"),
        moment_cell(words, changed),
        str(terms.consent_id),
    ]  # fmt: skip
