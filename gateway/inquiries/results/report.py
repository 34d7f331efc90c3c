"""The report of what came of answers in a period: by product and view, by band, and in all.

1. An institution reads its own, in full; operators, auditors and regulators those of one or of all, protected
   (protection.py), by product without the institutions' own views.
2. What is counted are answers that were given in the period, each with what was reported of it last.
3. Bands and views stand in the signed answers alone, which are read a part at a time, beside the event loop.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row, text

from connectors.model.calendar import day_ends, day_of, day_starts
from gateway.inquiries.results.protection import protected, protected_total, protected_under
from gateway.inquiries.results.tally import NO_BAND, Came, Group, Tally, tally, together
from gateway.inquiries.statistics import Period
from gateway.inquiries.tables import STORED
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.runtime.filters import refuse_filter
from gateway.runtime.work import UnitOfWork
from signing.jws import payload_of
from signing.packed import unpack

LONGEST_DAYS = 366
DEFAULT_DAYS = 365
MOST_ANSWERS = 200_000
_PART = 1000
_BANDS = ("excellent", "good", "fair", "poor")  # from the best down
_OF = """
    i.inquiry_id >= :low AND i.inquiry_id < :high AND i.created_at >= :since AND i.created_at < :until
    AND i.state = 'answered' AND (CAST(:institution AS text) IS NULL OR i.institution = :institution)
"""
_COUNT = text(f"SELECT count(*) FROM inquiry i WHERE {_OF}")  # noqa: S608 - our own words
_ANSWERS = text(f"""
    SELECT i.inquiry_id, i.uscc, i.product, {STORED} AS answer, u.content FROM inquiry i
    LEFT JOIN LATERAL (SELECT content FROM usage_result u WHERE u.inquiry_id = i.inquiry_id
                       ORDER BY version DESC LIMIT 1) u ON true
    WHERE {_OF} AND i.inquiry_id > :after ORDER BY i.inquiry_id LIMIT :most
""")  # noqa: S608 - likewise
_NONE = UUID(int=0)


@dataclass(frozen=True)
class Report:
    """What came of a period's answers, its days included: `whose` None for those of all institutions."""

    since: date
    until: date
    whose: str | None
    total: dict[str, Any]
    products: Sequence[dict[str, Any]]
    bands: Sequence[dict[str, Any]]


async def read_own_results(work: UnitOfWork, since: date | None = None, until: date | None = None) -> Report:
    """Return the acting institution's report in full. Raises DeniedError for a period that is none."""
    days = await _days(work, since, until)
    groups = tally(await _came(work, days, work.actor.institution_id or ""))
    return _report(days, work.actor.institution_id, groups)


async def read_results(
    work: UnitOfWork, institution: str | None = None, since: date | None = None, until: date | None = None
) -> Report:
    """Return the report of one institution, or of all, for whoever oversees them: protected, and recorded. Raises
    DeniedError for whoever does not, and for a period that is none.
    """
    if work.actor.kind not in {"operator", "auditor", "machine"}:
        raise DeniedError("insufficient-scope")
    days = await _days(work, since, until)
    groups = tally(
        Came(Group(one.group.product, "", 0, one.group.band), one.uscc, one.content)
        for one in await _came(work, days, institution)
    )
    full = _report(days, institution, groups)
    products = protected(full.products)
    bands = [
        line for one in products
        for line in protected_under(one, [band for band in full.bands if band["product"] == one["product"]])
    ]  # fmt: skip
    found = Report(*days, institution, protected_total(full.total), products, bands)
    payload = {"since": days[0].isoformat(), "until": days[1].isoformat(), "of": institution}
    await work.record("usage.counted", payload, institution=institution, outcome="read")
    return found


def report_document(found: Report) -> dict[str, Any]:
    """Return a report as the interface shows it. Pure."""
    return {
        "since": found.since.isoformat(), "until": found.until.isoformat(), "institution": found.whose,
        "total": found.total, "products": list(found.products), "bands": list(found.bands),
    }  # fmt: skip


async def _days(work: UnitOfWork, since: date | None, until: date | None) -> tuple[date, date]:
    today = day_of(await database_now(work.session))
    for name, day in (("since", since), ("until", until)):
        if day is not None and not 2000 < day.year < 2200:
            raise refuse_filter(name, "年份不对 another year")
    last = until or today
    first = since or last - timedelta(days=DEFAULT_DAYS - 1)
    if first > last:
        raise refuse_filter("since", "须不晚于 until not after until")
    if (last - first).days >= LONGEST_DAYS:
        raise refuse_filter("since", f"最多 {LONGEST_DAYS} 天 at most {LONGEST_DAYS} days")
    return first, last


async def _came(work: UnitOfWork, days: tuple[date, date], institution: str | None) -> list[Came]:
    """Return the answers that were given on these days with what came of each."""
    values = {**Period(day_starts(days[0]), day_ends(days[1])).values(), "institution": institution}
    if (await work.session.execute(_COUNT, values)).scalar_one() > MOST_ANSWERS:
        raise refuse_filter("since", f"超过 {MOST_ANSWERS} 份应答，请缩短期间 too many answers: choose fewer days")
    found: list[Came] = []
    after = _NONE
    while rows := (await work.session.execute(_ANSWERS, {**values, "after": after, "most": _PART})).all():
        found += await asyncio.to_thread(_read, rows)
        after = rows[-1].inquiry_id
    return found


def _read(rows: Iterable[Row[Any]]) -> list[Came]:
    return [
        Came(_group_of(row.product, payload_of(unpack(row.answer))), row.uscc,
             orjson.loads(row.content) if row.content is not None else None)
        for row in rows
    ]  # fmt: skip


def _group_of(product: str, told: dict[str, Any]) -> Group:
    view = told.get("view") or (told.get("scope") or {}).get("view") or {"name": "", "version": 0}
    return Group(product, view["name"], view["version"], told.get("band") or NO_BAND)


def _report(days: tuple[date, date], whose: str | None, groups: dict[Group, Tally]) -> Report:
    by_product: dict[tuple[str, str, int], list[Tally]] = {}
    by_band: dict[tuple[str, str], list[Tally]] = {}
    for group, counted in groups.items():
        by_product.setdefault((group.product, group.view, group.version), []).append(counted)
        by_band.setdefault((group.product, group.band), []).append(counted)
    return Report(
        *days, whose, together(groups.values()).members(),
        [{"product": product, "view": view or None, "version": version or None, **together(several).members()}
         for (product, view, version), several in sorted(by_product.items())],
        [{"product": product, "band": band, **together(several).members()}
         for (product, band), several in sorted(by_band.items(), key=_by_band)],
    )  # fmt: skip


def _by_band(item: tuple[tuple[str, str], Any]) -> tuple[str, int, str]:
    (product, band), _ = item
    return product, _BANDS.index(band) if band in _BANDS else len(_BANDS), band
