"""A table to fit and try cards on, drawn from the store: tags as of past days, and what became of each enterprise.

No looking ahead: tags are computed as an answer of that day's last moment would be computed again, from the records,
acts and feeds that were known then (loading.py, `as_then`). The outcome lies after the day, within a window that is
over. Neither names nor codes stand in the table.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

import polars as pl
from sqlalchemy import text

from connectors.catalogue.load import datasets
from connectors.model.calendar import SHANGHAI, day_of
from connectors.records.outcomes import subjects_known, whom_it_befell
from connectors.records.portfolio import find_feeds
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from gateway.scores.loading import Common, feeding_of, load
from scoring_adapter.enterprise import compute_tags
from scoring_adapter.modeling.table import OUTCOME, PERIOD
from scoring_adapter.tags.load import load_tags

REFUSED = "refused"  # the outcome that usage results tell; any other is a dataset
LONGEST_WINDOW = 1826  # days
BITE = 500  # subjects
Progress = Callable[[int, int], None]
_DECIDED = text("""
    SELECT DISTINCT ON (i.subject_id) i.subject_id, t.told->>'outcome' = 'refused' AS bad
    FROM (SELECT DISTINCT ON (inquiry_id) inquiry_id, convert_from(content, 'UTF8')::jsonb AS told
          FROM usage_result ORDER BY inquiry_id, version DESC) t
    JOIN inquiry i USING (inquiry_id)
    WHERE i.subject_id IS NOT NULL AND (t.told->>'decided_on')::date > :day AND (t.told->>'decided_on')::date <= :until
    ORDER BY i.subject_id, t.told->>'decided_on', i.inquiry_id
""")


@dataclass(frozen=True)
class Drawing:
    """What is drawn: as of these days, with what became of each enterprise within so many days after."""

    days: Sequence[date]
    outcome: str
    window: int


async def draw_table(work: UnitOfWork, drawing: Drawing, progress: Progress) -> pl.DataFrame:
    """Return a row for each enterprise that was known at the end of each day (of usage results: that was decided on in
    the window), with its tags and `outcome`; that they were read is recorded. Raises DeniedError.
    """
    if work.actor.kind != "machine":
        raise DeniedError("insufficient-scope", "只在本机抽取。Tables are drawn at this machine alone.")
    check(drawing, day_of(work.now))
    table = pl.concat([await _of_day(work, drawing, day, progress) for day in sorted(set(drawing.days))])
    payload = {
        "days": [day.isoformat() for day in sorted(set(drawing.days))], "outcome": drawing.outcome,
        "window": drawing.window, "rows": len(table), "bad": int(table[OUTCOME].sum()),
    }  # fmt: skip
    await work.record("scores.drawn", payload, outcome="drawn")
    return table


def check(drawing: Drawing, today: date) -> None:
    """Pass where this can be drawn on a day. Raises DeniedError."""
    if drawing.outcome != REFUSED and drawing.outcome not in datasets():
        raise DeniedError(
            "invalid-request",
            f"结果须为 {REFUSED} 或数据目录。The outcome is {REFUSED} or a dataset: {drawing.outcome}",
        )
    if not 1 <= drawing.window <= LONGEST_WINDOW:
        raise DeniedError("invalid-request", f"窗口须为 1 至 {LONGEST_WINDOW} 天。A window has so many days.")
    if not drawing.days:
        raise DeniedError("invalid-request", "须有截至日。A day is needed.")
    last = max(drawing.days) + timedelta(days=drawing.window)
    if last >= today:
        raise DeniedError("invalid-request", f"窗口到 {last} 才结束。The window is over after {last}: not yet.")


async def _of_day(work: UnitOfWork, drawing: Drawing, day: date, progress: Progress) -> pl.DataFrame:
    tags, moment = load_tags(), datetime.combine(day, time.max, SHANGHAI)
    until = day + timedelta(days=drawing.window)
    outcomes = await _outcomes(work, drawing.outcome, day, until)
    common = Common(feeding_of(await find_feeds(work.session, moment)))
    rows: list[list[int | None]] = []
    after, seen = 0, 0
    while found := await subjects_known(work.session, moment, after, BITE):
        after, seen = found[-1][0], seen + len(found)
        for _, subject in found:
            if drawing.outcome == REFUSED and subject not in outcomes:
                continue
            loaded = await load(work.session, subject, tags, moment, as_then=True, common=common)
            if loaded.held:  # of whom nothing was known then, nothing is learned
                values = compute_tags(tags, loaded.known, day)
                rows.append([int(outcomes.get(subject, False)), *(values[tag.id].value for tag in tags.tags)])
        progress(seen, seen + (BITE if len(found) == BITE else 0))
    schema = {OUTCOME: pl.Int64, **{tag.id: pl.Int64 for tag in tags.tags}}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.with_columns(pl.lit(day.isoformat()).alias(PERIOD))


async def _outcomes(work: UnitOfWork, outcome: str, day: date, until: date) -> dict[UUID, bool]:
    if outcome != REFUSED:
        return dict.fromkeys(await whom_it_befell(work.session, outcome, day, until), True)
    rows = await work.session.execute(_DECIDED, {"day": day, "until": until})
    return {row.subject_id: row.bad for row in rows}
