"""On the page of a batch: its agency's clerk takes back what the list has ended."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from gateway.console.render import PageError
from gateway.console.words import words_of
from gateway.intake.pages import batch_page
from gateway.intake.routes import TheIntake
from gateway.people.acting import acting
from gateway.people.guard import SignedForm, signed_in
from gateway.people.sessions import Present
from gateway.records.ended_lists import ReturnRequest, return_ended
from gateway.runtime.denial import DeniedError
from gateway.web.dependencies import Units
from gateway.web.error_table import ERRORS
from gateway.web.router import Router

router = Router(prefix="/console/uploads", include_in_schema=False)
Sender = Annotated[Present, Depends(signed_in("clerk", "system"), scope="function")]


@router.post("/{batch_id}/reinstate")
async def reinstate(
    request: Request, batch_id: UUID, units: Units, intake: TheIntake, present: Sender, form: SignedForm
) -> Response:
    """Bring back what the batch ended, and show its page; what was not done is said there."""
    try:
        async with units.begin("uploads.reinstate", acting(present)) as work:
            await return_ended(work, batch_id, ReturnRequest(form.get("reason", "").strip()))
    except DeniedError as fault:
        if fault.denial.reason == "batch-not-found":
            raise PageError("batch-not-found", 404) from fault
        said, status = words_of(request).half(fault), ERRORS[fault.denial.reason].status
        return await batch_page(request, units, intake, present, batch_id, wrong=said, status=status)
    return RedirectResponse(f"/console/uploads/{batch_id}?said=returned", 303)
