"""What sealed records say of firms in some days: of those that have a number, and of those known by a name alone."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.sites.register import Firm

_SAID = """r.dataset = ANY(CAST(:datasets AS text[])) AND r.event_date BETWEEN :first AND :last
      AND r.canonical IS NOT NULL"""
_NUMBERED = text(f"""
    SELECT f.place, r.dataset, r.event_date, r.key_id, r.canonical
    FROM unnest(CAST(:subjects AS bigint[])) WITH ORDINALITY AS f (subject, place)
    JOIN subject s ON s.number = f.subject JOIN record_visible(:last, NULL) r ON r.subject_id = s.subject_id
    WHERE {_SAID} ORDER BY r.event_date DESC
""")  # noqa: S608 - our own words
_NAMED = text(f"""
    SELECT f.place, r.dataset, r.event_date, r.key_id, r.canonical
    FROM unnest(CAST(:kinds AS text[]), CAST(:values AS text[])) WITH ORDINALITY AS f (kind, value, place)
    JOIN record_visible(:last, NULL) r
      ON r.subject_id IS NULL AND r.identifier_type = f.kind AND r.identifier_value = f.value
    WHERE {_SAID} ORDER BY r.event_date DESC
""")  # noqa: S608 - our own words


class Said(NamedTuple):
    """A record of a firm: the key it is found by, its day, its fields."""

    firm: Firm
    dataset: str
    day: date
    key: bytes
    fields: Mapping[str, Any]


async def read_of_firms(
    session: AsyncSession, firms: Sequence[Firm], datasets: Sequence[str], first: date, last: date
) -> list[Said]:
    """Return what may be shown of these firms' records from a day to another, the newest first of each kind of firm."""
    numbered = [one for one in firms if one.subject is not None]
    named = [one for one in firms if one.subject is None]
    days = {"datasets": list(datasets), "first": first, "last": last}
    by_number = {**days, "subjects": [one.subject for one in numbered]}
    by_name = {**days, "kinds": [one.known_by for one in named], "values": [one.value for one in named]}
    said = []
    for some, query, asked in ((numbered, _NUMBERED, by_number), (named, _NAMED, by_name)):
        rows = await session.execute(query, asked) if some else ()
        said += [
            Said(some[place - 1], dataset, day, key, orjson.loads(canonical)["fields"])
            for place, dataset, day, key, canonical in rows
        ]
    return said
