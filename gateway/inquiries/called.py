"""What an answer that is printed calls the enterprise and the institution, so that its sheet needs nothing else.

The name of an individually owned business is personal data: what is signed cannot be erased, so it is left out.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.conversion.identifiers import Kind
from connectors.conversion.sole_traders import is_sole_trader
from connectors.store.subjects import Subject
from gateway.inquiries.health import HEALTH_CHECK
from gateway.inquiries.portrait.rules import PORTRAIT
from gateway.inquiries.request import InquiryRequest

PRINTED = frozenset({HEALTH_CHECK, PORTRAIT})
_NAMES = text("SELECT institution_id, name FROM institution WHERE institution_id = ANY(CAST(:ids AS text[]))")


async def find_called(
    session: AsyncSession, asked: Sequence[tuple[InquiryRequest, Subject]]
) -> list[Mapping[str, str]]:
    """Return the members that name who asked and about whom, of each question; none of a product without a sheet."""
    ids = {request.institution for request, _ in asked if request.product in PRINTED}
    rows = await session.execute(_NAMES, {"ids": sorted(ids)}) if ids else ()
    names = {row.institution_id: row.name for row in rows}
    return [
        _members(names.get(request.institution), subject) if request.product in PRINTED else {}
        for request, subject in asked
    ]


def _members(institution: str | None, subject: Subject) -> dict[str, str]:
    sole = is_sole_trader(Kind.USCC, subject.uscc or "", "")
    told = {"institution_name": institution, "subject_name": None if sole else subject.name}
    return {name: value for name, value in told.items() if value}
