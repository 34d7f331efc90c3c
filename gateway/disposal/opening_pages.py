"""Opening cases on a page, for regulators: one of an enterprise at risk, or the first of those at risk."""

from typing import Annotated, cast

from fastapi import Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from connectors.store.subjects import find_subject
from gateway.console.form import Form
from gateway.console.render import page
from gateway.console.words import words_of
from gateway.disposal.office_words import office_name
from gateway.disposal.opening import MOST, open_case, open_first
from gateway.disposal.parties import find_offices
from gateway.disposal.reading import find_open_cases
from gateway.people.acting import acting
from gateway.people.guard import SignedForm, signed_in
from gateway.people.sessions import Present
from gateway.risk.reading import find_day
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitsOfWork
from gateway.web.dependencies import Units
from gateway.web.error_table import ERRORS
from gateway.web.router import Router
from risk_monitor.names import KINDS, LEVELS, Kind

router = Router(prefix="/console/cases/-", include_in_schema=False)
Regulator = Annotated[Present, Depends(signed_in("regulator"), scope="function")]
Counted = Annotated[int | None, Query(ge=0, le=MOST)]


@router.get("/open")
async def show_one(
    request: Request, units: Units, present: Regulator,
    subject: Annotated[str, Query(pattern=r"^[0-9A-Z]{18}$")], kind: Annotated[Kind, Query(alias="type")],
) -> Response:  # fmt: skip
    """Ask which office a case is for; where one is open already, lead to it."""
    async with units.begin("case.find-open", acting(present)) as work:
        known = await find_subject(work.session, "uscc", subject)
        case = (await find_open_cases(work, known)).get(kind) if known else None
    if case is not None:
        return RedirectResponse(f"/console/cases/{case}", 303)
    return await _one(request, units, present, subject, kind, Form())


@router.post("/open")
async def open_one(request: Request, units: Units, present: Regulator, typed: SignedForm) -> Response:
    """Open the case and lead to it; what cannot be done says why on the same page."""
    subject, kind = typed.get("subject", ""), typed.get("type", "")
    try:
        async with units.begin("case.open", acting(present)) as work:
            made = await open_case(work, subject, kind, typed.get("office") or None)
    except DeniedError as fault:
        known = ERRORS[fault.denial.reason]
        form = Form(typed, {"": words_of(request).half(fault.denial.detail or known.title)})
        return await _one(request, units, present, subject, kind, form, known.status)
    return RedirectResponse(f"/console/cases/{made.id}", 303)


@router.get("/first")
async def show_first(
    request: Request, units: Units, present: Regulator, opened: Counted = None, already: Counted = None,
    unplaced: Counted = None, beyond: Counted = None,
) -> Response:  # fmt: skip
    """Ask of how many of the first at risk cases are opened; say what the last time came to."""
    counts = (opened, already, unplaced, beyond)
    return await _first(request, units, present, Form(), counts if opened is not None else None)


@router.post("/first")
async def open_the_first(request: Request, units: Units, present: Regulator, typed: SignedForm) -> Response:
    """Open cases of the first at risk."""
    number, kind, level = typed.get("number", ""), typed.get("type", ""), typed.get("level", "")
    if not (number.isascii() and number.isdigit() and 1 <= int(number) <= MOST) or (
        kind not in {"", *KINDS} or level not in {"", *LEVELS}
    ):
        form = Form(typed, {"number": words_of(request)("case-first-wrong", most=MOST)})
        return await _first(request, units, present, form, None, 400)
    async with units.begin("case.first", acting(present)) as work:
        made = await open_first(work, int(number), kind or None, level or None)
    told = f"opened={len(made.cases)}&already={made.already}&unplaced={made.unplaced}&beyond={made.beyond}"
    return RedirectResponse(f"/console/cases/-/first?{told}", 303)


async def _one(
    request: Request, units: UnitsOfWork, present: Present, subject: str, kind: str, form: Form, status: int = 200
) -> Response:
    words = words_of(request)
    async with units.begin("case.offices", acting(present)) as work:
        offices = await find_offices(work)
        known = await find_subject(work.session, "uscc", subject)
    named = [(one, office_name(words, one)) for one in offices]
    name = (known.name if known else "") or words("risk-unnamed")
    return page(
        request, "case_open", present, status=status, form=form, subject=subject, kind=cast(Kind, kind),
        name=name, kinds=KINDS, offices=[("", words("case-office-registered")), *named],
        crumbs=[(name, f"/console/subjects/{subject}/risks"), (words("case-open"), "")],
    )  # fmt: skip


async def _first(
    request: Request,
    units: UnitsOfWork,
    present: Present,
    form: Form,
    counts: tuple[int | None, ...] | None,
    status: int = 200,
) -> Response:
    words = words_of(request)
    async with units.begin("case.first-show", acting(present)) as work:
        day = await find_day(work)
    options = {
        "type": [("", words("case-any")), *((one, words(f"risk-type-{one}")) for one in KINDS)],
        "level": [("", words("case-any")), *((one, words(f"risk-level-{one}")) for one in LEVELS)],
    }
    return page(
        request, "case_first", present, status=status, form=form, counts=counts, day=day, options=options, most=MOST,
        crumbs=[(words("case-first"), "")],
    )  # fmt: skip
