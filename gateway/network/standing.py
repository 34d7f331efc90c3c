"""Where an enterprise stands among all, as the last night computed it: read by key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_OF = text("""
    SELECT (SELECT max(as_of) FROM network_night) AS as_of, holders, holdings, component_size, circle_size, group_size,
           controllers, shares
    FROM network_standing WHERE subject = :subject
""")


@dataclass(frozen=True)
class Standing:
    """An enterprise's standing: how many hold it and how many it holds; how many enterprises its component, the circle
    of holdings it is in and those with its controllers have (None: it is in none); its controllers with their shares.
    """

    as_of: date
    holders: int
    holdings: int
    component_size: int
    circle_size: int | None
    group_size: int | None
    controllers: Sequence[int]
    shares: Sequence[int]


async def find_standing(session: AsyncSession, subject: int) -> Standing | None:
    """Return an enterprise's standing, None before the first night with it."""
    row = (await session.execute(_OF, {"subject": subject})).one_or_none()
    return Standing(*row) if row is not None else None
