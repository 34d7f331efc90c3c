"""A signed answer, or what is made of it, handed out as a file to people of the institution at the console."""

from uuid import UUID

from gateway.inquiries.own_inquiries import get_own_inquiry, reopen_answer
from gateway.inquiries.portrait.names import names_of
from gateway.inquiries.tables import Inquiry
from gateway.people.through import Through
from gateway.runtime.denial import Denial, DeniedError
from gateway.runtime.work import UnitsOfWork


async def take_answer(units: UnitsOfWork, staff: Through, inquiry_id: UUID) -> tuple[Inquiry, str, dict[str, str]]:
    """Return an inquiry of the person's institution with its signed answer, to be given as a file, and the names beside
    it; that is recorded.

    Raises DeniedError where it is not given to this person now.
    """
    async with units.begin("inquiry.show", staff.reader) as work:
        row = await get_own_inquiry(work, inquiry_id)
    async with units.begin("inquiry.reopen", staff.acting("inquiries", row.account)) as work:
        answer = await reopen_answer(work, inquiry_id, as_file=True)
        names = {} if isinstance(answer, Denial) else await names_of(work, answer)
    if isinstance(answer, Denial):
        raise DeniedError(answer.reason)
    return row, answer, names
