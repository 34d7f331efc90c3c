"""Cases of abnormal use on a page: to those who decide, to auditors, and to the institution whose account it is."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import Response
from pydantic import ValidationError

from gateway.abnormal.cases import Decision, count_open, list_cases
from gateway.admin.abnormal_actions import DecideAbnormalUse
from gateway.admin.act_forms import refused
from gateway.admin.act_pages import SAID, TheAsker, take_action
from gateway.admin.standing_forms import LONGEST, SHORTEST
from gateway.console.form import Form
from gateway.console.render import PageError, page
from gateway.console.words import words_of
from gateway.people.acting import acting
from gateway.people.guard import SignedForm, signed_in
from gateway.people.sessions import Present
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitsOfWork
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/abnormal-use", include_in_schema=False)
Seeing = Annotated[Present, Depends(signed_in("operator", "auditor", "staff"))]
MOST = 100
DECISIONS: dict[str, Decision] = {"lift": "lift", "suspend": "suspend"}
TONES = {"held": "bad", "lifted": "ok", "suspended": "quiet"}
HERE = "/console/abnormal-use"


@router.get("")
async def show(request: Request, units: Units, present: Seeing, said: str = "") -> Response:
    """Show the newest cases."""
    return await _show(request, units, present, note=SAID.get(said, ""))


@router.post("/{case_id}")
async def decide(request: Request, case_id: UUID, asker: TheAsker, typed: SignedForm) -> Response:
    """Ask that a held account may ask again, or that it is suspended; an auditor approves."""
    decision, reason = DECISIONS.get(typed.get("decision", "")), typed.get("reason", "").strip()
    words = words_of(request)
    if decision is None:
        raise PageError("form-stale", 400)
    if not SHORTEST <= len(reason) <= LONGEST:
        form = Form(typed, {"": words("op-wrong-reason")})
        return await _show(request, asker.units, asker.present, form, status=400)
    try:
        action = DecideAbnormalUse(case=case_id, client=typed.get("client", ""), decision=decision, reason=reason)
    except ValidationError as fault:
        raise PageError("form-stale", 400) from fault
    try:
        return await take_action(asker, action, HERE)
    except DeniedError as fault:
        form = refused({"reason": reason}, fault, words)
        return await _show(request, asker.units, asker.present, form, status=409)


async def _show(
    request: Request, units: UnitsOfWork, present: Present, form: Form | None = None, note: str = "", status: int = 200
) -> Response:
    async with units.begin("abnormal.show", acting(present)) as work:
        cases = await list_cases(work, limit=MOST)
        held = await count_open(work.session) if present.role != "staff" else None
    return page(
        request, "abnormal", present, status=status, cases=cases, form=form or Form(), note=note, tones=TONES,
        held=held.number if held else sum(case.status == "held" for case in cases),
    )  # fmt: skip
