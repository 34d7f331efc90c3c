"""The funnel: how many were judged, stood at a level, became a case, were confirmed, were handled; by what they are.

Judged are those of the last judging up to the period's end. Suspects are enterprises, each once in a group; cases are
those that were opened in the period, and what has become of them by now. By months, suspects are those who came to a
level of a type in that month and stood at none before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal, get_args

from sqlalchemy import text

from gateway.records.access import demand_overseer
from gateway.risk.judged import DIVISION, SECTION
from gateway.risk_analysis.chosen import CHOSEN, NOWHERE, OPENED, STOOD, Chosen, section_letter
from gateway.runtime.work import UnitOfWork
from risk_monitor.shares import percent_of

By = Literal["division", "section", "type", "month"]
BY: tuple[By, ...] = get_args(By)
_MONTH = "to_char({day}, 'YYYY-MM')"
_OPENED_ON = "r.opened_at AT TIME ZONE 'Asia/Shanghai'"
_KEYS = {"division": DIVISION, "section": f"CAST({SECTION} AS text)", "type": "r.type", "all": "''"}
_SUSPECTS = "SELECT {key} AS key, count(DISTINCT r.subject) AS suspect {STOOD} {CHOSEN} GROUP BY 1"
_CASES = """
    SELECT {key} AS key, count(*) AS opened, count(r.confirmed_at) AS confirmed, count(r.closed_at) AS handled
    {OPENED} {CHOSEN} GROUP BY 1
"""
_NEW = "AND r.before_level IS NULL AND r.holds_from >= :first"
_JUDGED = text("""
    WITH days AS (SELECT max(as_of) AS as_of FROM risk_judged WHERE as_of < :after
                  GROUP BY CASE WHEN CAST(:monthly AS boolean) THEN to_char(as_of, 'YYYY-MM') END)
    SELECT as_of, division, section, sum(subjects) AS subjects FROM risk_judged JOIN days USING (as_of)
    WHERE (CAST(:division AS text) IS NULL OR division = :division)
      AND (CAST(:section AS integer) IS NULL OR section = :section)
      AND (as_of >= :first OR NOT CAST(:monthly AS boolean))
    GROUP BY 1, 2, 3
""")
_OUTCOMES = text(f"SELECT r.outcome, count(*) AS cases {OPENED} {CHOSEN} AND r.outcome IS NOT NULL GROUP BY 1")


@dataclass(frozen=True)
class Stages:
    """One group; `judged` None where the day that would tell is not known."""

    key: str
    judged: int | None = None
    suspect: int = 0
    opened: int = 0
    confirmed: int = 0
    handled: int = 0

    @property
    def handled_percent(self) -> Decimal | None:
        """How many of the cases are handled, in per cent; None without a case."""
        return percent_of(self.handled, self.opened)


@dataclass(frozen=True)
class Funnel:
    """All together, then group by group; how the cases that are handled ended; the day of the last judging."""

    chosen: Chosen
    by: By
    judged_on: date | None
    total: Stages
    groups: Sequence[Stages]
    outcomes: Mapping[str, int]


async def read_funnel(work: UnitOfWork, chosen: Chosen, by: By) -> Funnel:
    """Return the funnel and record that it was read. Raises DeniedError for whoever does not oversee."""
    found = await take_funnel(work, chosen, by)
    await work.record("risk.read", {"view": "funnel", "found": found.total.suspect}, outcome="read")
    return found


async def take_funnel(work: UnitOfWork, chosen: Chosen, by: By) -> Funnel:
    """Return the funnel, for a view whose opening was recorded. Raises DeniedError as above."""
    demand_overseer(work)
    judged_on, judged = await _judged(work, chosen, by)
    counted = await _counted(work, chosen, by)
    keys = sorted({*counted, *(key for key in judged if by != "type")})
    groups = [Stages(key, judged.get("" if by == "type" else key), **counted.get(key, {})) for key in keys]
    rows = await work.session.execute(_OUTCOMES, chosen.values)
    whole = (await _counted(work, chosen, "all")).get("", {})
    newest = judged.get(max(judged), 0) if by == "month" and judged else sum(judged.values())
    return Funnel(
        chosen, by, judged_on, Stages("", newest if judged_on else None, **whole),
        groups if by == "month" else sorted(groups, key=lambda one: (-one.suspect, one.key)),
        {row.outcome: row.cases for row in sorted(rows, key=lambda row: (-row.cases, row.outcome))},
    )  # fmt: skip


async def _counted(work: UnitOfWork, chosen: Chosen, by: str) -> dict[str, dict[str, int]]:
    """Return suspects and cases of each group."""
    stood, opened = (_MONTH.format(day=day) if by == "month" else _KEYS[by] for day in ("r.holds_from", _OPENED_ON))
    more = _NEW if by == "month" else ""
    found: dict[str, dict[str, int]] = {}
    suspects = text(_SUSPECTS.format(key=stood, STOOD=STOOD, CHOSEN=CHOSEN + more))
    for query in (suspects, text(_CASES.format(key=opened, OPENED=OPENED, CHOSEN=CHOSEN))):
        for row in (await work.session.execute(query, chosen.values)).mappings():
            told = dict(row)
            found.setdefault(_named(by, told.pop("key")), {}).update(told)
    return found


async def _judged(work: UnitOfWork, chosen: Chosen, by: By) -> tuple[date | None, dict[str, int]]:
    """Return the day of the last judging, and how many were judged of each group; of types all, under no name."""
    values: dict[str, Any] = {**chosen.values, "monthly": by == "month"}
    found: dict[str, int] = {}
    last = None
    for row in await work.session.execute(_JUDGED, values):
        keys = {
            "division": row.division or NOWHERE,
            "section": section_letter(row.section),
            "month": f"{row.as_of:%Y-%m}",
        }
        key = keys.get(by, "")
        found[key] = found.get(key, 0) + int(row.subjects)
        last = max(last or row.as_of, row.as_of)
    return last, found


def _named(by: str, key: str) -> str:
    if by == "section":
        return section_letter(int(key))
    return key or NOWHERE if by == "division" else key
