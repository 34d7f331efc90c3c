"""The network of a portrait as a file, at the console."""

from uuid import UUID

from fastapi.responses import Response

from gateway.inquiries.own_inquiries import get_own_inquiry, reopen_answer
from gateway.inquiries.portrait.exports import Form, network_file
from gateway.people.staff import Staff
from gateway.runtime.denial import Denial, DeniedError
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/inquiries", include_in_schema=False)


@router.get("/{inquiry_id}/network/{form}")
async def download(units: Units, staff: Staff, inquiry_id: UUID, form: Form) -> Response:
    """Give the network of a portrait as a file."""
    async with units.begin("inquiry.show", staff.reader) as work:
        row = await get_own_inquiry(work, inquiry_id)
    async with units.begin("inquiry.reopen", staff.acting("inquiries", row.account)) as work:
        answer = await reopen_answer(work, inquiry_id, as_file=True)
    if isinstance(answer, Denial):
        raise DeniedError(answer.reason)
    return network_file(row.uscc, inquiry_id, answer, form)
