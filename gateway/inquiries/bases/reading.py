"""The duties that questions name: locked while they are judged, and read. Nothing where no question names one."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.inquiries.bases.basis import Duty
from gateway.inquiries.request import InquiryRequest

Named = tuple[str, str | None]  # an institution, and the code of a duty
_NAMED = """
    FROM duty_basis d JOIN unnest(CAST(:institutions AS text[]), CAST(:codes AS text[])) AS m (institution, code)
        USING (institution, code)
"""
# Many ask on one duty at once; whoever ends it waits for them. Another institution's is neither locked nor read.
_LOCK = f"SELECT institution, code {_NAMED} ORDER BY code FOR SHARE OF d"
_LOCK_WAITING, _LOCK_FREE = text(_LOCK), text(f"{_LOCK} SKIP LOCKED")
_FIND = text(f"SELECT d.* {_NAMED}")


async def lock_duties(session: AsyncSession, requests: Sequence[InquiryRequest], *, waits: bool) -> set[Named]:
    """Lock the duties that questions name; return those that somebody else has, none where this `waits` for them."""
    values = _values_of(requests)
    if values is None:
        return set()
    held = {tuple(row) for row in await session.execute(_LOCK_WAITING if waits else _LOCK_FREE, values)}
    if waits:
        return set()
    return {(row.institution, row.code) for row in await session.execute(_FIND, values)} - held


async def find_duties(session: AsyncSession, requests: Sequence[InquiryRequest]) -> dict[Named, Duty]:
    """Return the duties that questions name, of their own institutions."""
    values = _values_of(requests)
    if values is None:
        return {}
    return {(row.institution, row.code): duty_of(row) for row in await session.execute(_FIND, values)}


def duty_of(row: Any) -> Duty:  # noqa: ANN401 - a row of the table, mapped or not
    """Return the duty that a row is."""
    return Duty(
        row.code, row.institution, row.law, row.article, tuple(row.purposes), tuple(row.products), row.valid_from,
        row.valid_until, tuple(row.categories), tuple(row.sources), tuple(row.datasets), row.ended_at,
    )  # fmt: skip


def _values_of(requests: Sequence[InquiryRequest]) -> dict[str, object] | None:
    """Return the arrays that name duties, each once; None where no question names one."""
    named = sorted({(one.institution, one.duty) for one in requests if one.duty is not None})
    if not named:
        return None
    return {"institutions": [one for one, _ in named], "codes": [code for _, code in named]}
