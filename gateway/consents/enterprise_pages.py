"""The consents of an enterprise in its own people's hands: what waits, what is in force, one with all that was done."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from consent.life import STATUSES
from gateway.consents.at_console import Answer, Answered, approve_at_console, reject_at_console
from gateway.consents.evidence_routes import Digest, file_response
from gateway.consents.files import read_file
from gateway.consents.life import change_consent
from gateway.consents.of_enterprise import OwnConsent, get_own, list_own
from gateway.consents.reasons import REASONS, reason_of
from gateway.consents.shown import digest_of
from gateway.consents.words import products_in, purpose_in
from gateway.console.form import Form
from gateway.console.reasons import title_and_remedy
from gateway.console.render import PageError, page
from gateway.console.table import Cell, Column, Content, Filter, TableQuery, TableSpec, in_memory, table_query
from gateway.console.words import Words, words_of
from gateway.identity.clients.peer import address_of
from gateway.people.acting import acting
from gateway.people.guard import OwnerActing, SignedForm
from gateway.people.listing import show_table
from gateway.people.sessions import Present
from gateway.people.signin import SignInWaitError
from gateway.runtime.denial import Denial, DeniedError
from gateway.runtime.reasons import is_reason
from gateway.runtime.work import UnitsOfWork
from gateway.web.dependencies import TheSettings, Units
from gateway.web.error_table import ERRORS
from gateway.web.router import Router

router = Router(prefix="/console/enterprise/consents", include_in_schema=False)
TONES = {"active": "ok", "requested": "warn", "paused": "info"}
SAID = frozenset({"approved", "rejected", "paused", "resumed", "revoked", "already"})
MADE = {"pause": "paused", "resume": "resumed", "revoke": "revoked"}
SPEC = TableSpec(
    "enterprise-consents",
    (
        Column("institution", "ent-institution", sortable=True),
        Column("products", "ent-products"),
        Column("purpose", "ent-purpose", sortable=True),
        Column("standing", "ent-standing", sortable=True),
        Column("uses", "ent-uses", kind="number", sortable=True),
        Column("until", "ent-until", kind="time", sortable=True),
        Column("asked", "ent-changed", kind="time", sortable=True, optional=True),
    ),
    (Filter("standing", "ent-standing", options=STATUSES, prefix="ent-standing-"),),
)


@router.get("")
async def consents(
    request: Request, units: Units, present: OwnerActing, asked: Annotated[TableQuery, Depends(table_query(SPEC))]
) -> Response:
    """Show what waits for an answer, and every consent of the enterprise."""
    async with units.begin("enterprise.consents", acting(present)) as work:
        found = await list_own(work)
    words, standing = words_of(request), asked.filters["standing"]
    table = in_memory(
        SPEC, asked, [one for one in found if not standing or one.standing == standing],
        cells=lambda one: _cells(words, one),
        keys={
            "institution": lambda one: one.institution, "standing": lambda one: STATUSES.index(one.standing),
            "purpose": lambda one: one.consent.terms.purpose, "uses": lambda one: one.consent.uses,
            "until": lambda one: one.consent.terms.valid_until,
            "asked": lambda one: one.consent.changed_at,
        },
    )  # fmt: skip
    waiting = [one for one in found if one.standing == "requested"]
    in_force = sum(one.standing == "active" for one in found)
    return await show_table(
        request, units, present, "enterprise_consents", table, waiting=waiting, in_force=in_force,
        products_in=products_in, purpose_in=purpose_in,
    )  # fmt: skip


@router.get("/{consent_id}")
async def consent(request: Request, consent_id: UUID, units: Units, present: OwnerActing, said: str = "") -> Response:
    """Show one consent: what it allows, who asked on it, what was done; and what can be done now."""
    return await _show(request, units, present, consent_id, said=said if said in SAID else "")


@router.get("/{consent_id}/files/{sha256}")
async def file(consent_id: UUID, sha256: Digest, units: Units, present: OwnerActing) -> Response:
    """Return a file of a consent, to be saved; that it was read is in the log."""
    async with units.begin("enterprise.consent-file", acting(present)) as work:
        return file_response(*await read_file(work, consent_id, sha256))


@router.post("/{consent_id}/approve")
async def approve(
    request: Request, consent_id: UUID, units: Units, settings: TheSettings, present: OwnerActing, form: SignedForm
) -> Response:
    """Approve with a code, over the text that was shown."""
    code, address = form.get("code", "").replace(" ", ""), str(address_of(request, settings) or "")
    answer = Answer(form.get("shown", ""), words_of(request).language, code, address)
    try:
        done = await approve_at_console(units, acting(present), present.person_id, consent_id, answer)
    except SignInWaitError as fault:
        wrong = words_of(request).count("ent-code-wait", fault.seconds)
        shown = await _show(request, units, present, consent_id, Form({}, {"code": wrong}), status=429)
        shown.headers["Retry-After"] = str(fault.seconds)
        return shown
    return await _answered(request, units, present, consent_id, done, "approved", field="code")


@router.post("/{consent_id}/reject")
async def reject(request: Request, consent_id: UUID, units: Units, present: OwnerActing, form: SignedForm) -> Response:
    """Reject, and say why."""
    reason = reason_of("reject", form.get("chosen", ""), form.get("words", ""))
    answer = Answer(form.get("shown", ""), words_of(request).language, reason=reason)
    if not is_reason(reason):
        wrong = Form(form, {"words": words_of(request)("ent-reason-wrong")})
        return await _show(request, units, present, consent_id, wrong, status=400)
    async with units.begin("consent.reject-at-console", acting(present)) as work:
        done = await reject_at_console(work, consent_id, answer)
    return await _answered(request, units, present, consent_id, done, "rejected", field="words")


@router.post("/{consent_id}/{action}")
async def change(
    request: Request,
    consent_id: UUID,
    action: Literal["pause", "resume", "revoke"],
    units: Units,
    present: OwnerActing,
    form: SignedForm,
) -> Response:
    """Pause, resume or revoke; a reason is written to the log and read by the institution."""
    reason = reason_of(action, form.get("chosen", ""), form.get("words", "")) or None
    if (action == "revoke" and reason is None) or (reason is not None and not is_reason(reason)):
        wrong = Form(form, {"words": words_of(request)("ent-reason-wrong")})
        return await _show(request, units, present, consent_id, wrong, status=400)
    async with units.begin("consent.change-at-console", acting(present)) as work:
        done = await change_consent(work, consent_id, action, reason=reason)
    told = done if isinstance(done, Denial) else Answered(done, made=True)
    return await _answered(request, units, present, consent_id, told, MADE[action], field="")


async def _answered(
    request: Request,
    units: UnitsOfWork,
    present: Present,
    consent_id: UUID,
    done: Answered | Denial,
    made: str,
    *,
    field: str,
) -> Response:
    """Lead back to the consent where it is done, or was before; otherwise show it as it stands, and why not."""
    if isinstance(done, Answered):
        if done.made:
            request.app.state.metrics.count("consent", done.consent.status)
        said = made if done.made else "already"
        return RedirectResponse(f"/console/enterprise/consents/{consent_id}?said={said}", 303)
    if done.reason == "consent-not-found":
        raise PageError("not-found", 404)
    text = title_and_remedy(words_of(request), done.reason)
    at = field if done.reason.startswith("one-time-code") else ""
    return await _show(request, units, present, consent_id, Form({}, {at: text}), status=ERRORS[done.reason].status)


async def _show(
    request: Request,
    units: UnitsOfWork,
    present: Present,
    consent_id: UUID,
    form: Form | None = None,
    *,
    said: str = "",
    status: int = 200,
) -> Response:
    words = words_of(request)
    try:
        async with units.begin("enterprise.consent", acting(present)) as work:
            found = await get_own(work, consent_id, words.language)
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    title = words("ent-consent-to", name=found.own.institution)
    return page(
        request, "enterprise_consent", present, status=status, found=found, own=found.own,
        terms=found.own.consent.terms, shown=digest_of(found.lines), form=form or Form(), said=said,
        reasons=reason_options(words), tone=TONES.get(found.own.standing, "quiet"), crumbs=[(title, "")],
        products_in=products_in, purpose_in=purpose_in,
    )  # fmt: skip


def reason_options(words: Words) -> dict[str, list[tuple[str, str]]]:
    """Return the reasons to choose from by action, in the visitor's language."""
    return {
        action: [(code, words.either(*texts)) for code, texts in listed.items()] for action, listed in REASONS.items()
    }


def _cells(words: Words, one: OwnConsent) -> list[Content]:
    consent, terms = one.consent, one.consent.terms
    most = words.number(terms.max_uses) if terms.max_uses else words("ent-unlimited")
    return [
        Cell(one.institution, href=f"/console/enterprise/consents/{terms.consent_id}"),
        products_in(words.language, terms.products),
        purpose_in(words.language, terms.purpose),
        Cell(words(f"ent-standing-{one.standing}"), tone=TONES.get(one.standing, "quiet")),  # type: ignore[arg-type] # tones
        f"{words.number(one.consent.uses)} / {most}",
        Cell(words.day(terms.valid_until), title=words.exactly(terms.valid_until)),
        words.moment(consent.changed_at),
    ]
