"""The network of a portrait as a file, at the console."""

from uuid import UUID

from fastapi.responses import Response

from gateway.inquiries.answer_files import take_answer
from gateway.inquiries.portrait.exports import Form, network_file
from gateway.people.staff import Staff
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/inquiries", include_in_schema=False)


@router.get("/{inquiry_id}/network/{form}")
async def download(units: Units, staff: Staff, inquiry_id: UUID, form: Form) -> Response:
    """Give the network of a portrait as a file."""
    row, answer, names = await take_answer(units, staff, inquiry_id)
    return network_file(row.uscc, inquiry_id, answer, form, names)
