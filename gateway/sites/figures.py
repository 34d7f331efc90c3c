"""The daily figures of sites, read from the sealed records: nothing of them is kept a second time.

Traffic, pages and complaints are those of the records of each platform's days, found by their business keys; opinion is
how many negative reports and complaints there were about a site's firms.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.catalogue.load import get_dataset
from connectors.conversion.keys import business_keys
from connectors.model.folding import document_key
from connectors.records.column_rows import find_delivered
from connectors.store.arrays import bytes_array
from connectors.store.roll import key_id
from gateway.sites.of_firms import read_of_firms
from gateway.sites.register import TRAFFIC, Firm, Placed
from risk_monitor.baselines import Flags, Numbers
from risk_monitor.site_names import SERIES, SeriesName

KEYS_AT_ONCE = 10_000
REPORTS = ("news_opinion", "complaint_site")
# The first of these that a record has is its figure.
FIELDS: Mapping[SeriesName, Sequence[str]] = {
    "traffic": ("uv", "pv", "downloads"), "pages": ("pages",), "complaints": ("complaint_posts",),
}  # fmt: skip
_OF_KEYS = text("""
    SELECT r.event_date, r.canonical FROM record_visible(:as_of, NULL) r
    WHERE r.key_id = ANY(CAST(:keys AS bytea[])) AND r.canonical IS NOT NULL
""")


@dataclass(frozen=True)
class Figures:
    """By series a row per site and a column per day from `first` on: the figures, and where there is one."""

    first: date
    values: Mapping[SeriesName, Numbers]
    given: Mapping[SeriesName, Flags]

    @property
    def days(self) -> int:
        """How many days there are."""
        return int(self.values["traffic"].shape[1])


async def read_figures(session: AsyncSession, sites: Sequence[Placed], first: date, last: date) -> Figures:
    """Return the figures of sites from a day to another, both included."""
    shape = (len(sites), (last - first).days + 1)
    found = Figures(
        first,
        {name: np.zeros(shape, np.int64) for name in SERIES},
        {name: np.zeros(shape, np.bool_) for name in SERIES},
    )
    await _of_platforms(session, sites, found, last)
    await _of_firms(session, sites, found, last)
    return found


async def _of_platforms(session: AsyncSession, sites: Sequence[Placed], found: Figures, last: date) -> None:
    dataset = get_dataset(TRAFFIC)
    rows = {platform: row for row, site in enumerate(sites) for platform in site.platforms}
    days = [(found.first + timedelta(days=at)).isoformat() for at in range(found.days)]
    keys = [
        key_id(dataset, business_keys(dataset, "", "", {"platform_id": platform, "date": day}).key)
        for platform in rows
        for day in days
    ]
    for begin in range(0, len(keys), KEYS_AT_ONCE):
        asked = {"as_of": last, "keys": bytes_array(keys[begin : begin + KEYS_AT_ONCE])}
        for event_date, canonical in await session.execute(_OF_KEYS, asked):
            fields = orjson.loads(canonical)["fields"]
            at, row = (event_date - found.first).days, rows[document_key(fields["platform_id"])]
            for name, named in FIELDS.items():
                figure = _figure(fields, named)
                if figure is not None:  # platforms of one address count together
                    found.values[name][row, at] += figure
                    found.given[name][row, at] = True


async def _of_firms(session: AsyncSession, sites: Sequence[Placed], found: Figures, last: date) -> None:
    agencies = {name: get_dataset(name).agency for name in REPORTS}
    if not await find_delivered(session, agencies):
        return
    found.given["opinion"][:] = True
    rows: dict[Firm, list[int]] = {}
    for row, site in enumerate(sites):
        for firm in site.firms:
            rows.setdefault(firm, []).append(row)
    seen: set[tuple[int, bytes]] = set()  # a firm that is named in two ways has each of its reports once
    for one in await read_of_firms(session, list(rows), REPORTS, found.first, last):
        if _is_against(one.dataset, one.fields):
            for row in rows[one.firm]:
                if (row, one.key) not in seen:
                    seen.add((row, one.key))
                    found.values["opinion"][row, (one.day - found.first).days] += 1


def _is_against(dataset: str, fields: Mapping[str, Any]) -> bool:
    return dataset != "news_opinion" or fields.get("sentiment") == "negative"


def _figure(fields: Mapping[str, Any], names: Iterable[str]) -> int | None:
    """Return the first of these figures that there is, as a whole number from 0 on."""
    said = next((fields[name] for name in names if fields.get(name) is not None), None)
    return None if said is None else max(0, int(Decimal(str(said))))
