"""The analysis of the risk watch over HTTP, for those who oversee."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from gateway.identity.caller import working
from gateway.risk_analysis.behind import MOST, Stage, read_behind
from gateway.risk_analysis.chosen import Chosen
from gateway.risk_analysis.documents import behind_document, funnel_document, leads_document, open_document
from gateway.risk_analysis.funnel import By, read_funnel
from gateway.risk_analysis.lead import read_leads
from gateway.risk_analysis.left_open import read_left_open
from gateway.risk_analysis.period import period_of
from gateway.risk_analysis.trial_documents import find_moved, moved_document, trial_document
from gateway.risk_analysis.trials import ask_trial, list_trials, read_trial
from gateway.runtime.work import UnitOfWork
from gateway.web.router import Router
from risk_monitor.names import Kind, Level
from risk_monitor.tried import LONGEST

router = Router(prefix="/v1", tags=["风险监测 Risk watch"])
Overseeing = Annotated[UnitOfWork, Depends(working("audit"), scope="function")]
Since = Annotated[date | None, Query(description="自该日 From this day on; twelve months unless it is said.")]
Until = Annotated[date | None, Query(description="至该日 Up to this day; today unless it is said.")]
OfType = Annotated[Kind | None, Query(alias="type", description="风险类型 A type of risk.")]
InDivision = Annotated[
    str | None, Query(pattern=r"^([0-9]{6}|-)$", description="行政区划代码 A division, GB/T 2260; - none.")
]
OfSection = Annotated[str | None, Query(pattern=r"^[A-T-]$", description="行业门类 A section of GB/T 4754; - none.")]


async def read_chosen(
    work: Overseeing,
    since: Since = None,
    until: Until = None,
    kind: OfType = None,
    division: InDivision = None,
    section: OfSection = None,
) -> Chosen:
    """Return what is to be looked at. Raises DeniedError where the days are no period."""
    return Chosen(period_of(since, until, work.now), kind, division, section)


TheChosen = Annotated[Chosen, Depends(read_chosen)]


class Tried(BaseModel):
    """A watch to be tried out."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    watch: str = Field(min_length=1, max_length=LONGEST, description="YAML：risk_monitor/watches")


@router.get("/risk-funnel", summary="风险漏斗 The funnel of risks")
async def funnel(
    work: Overseeing,
    chosen: TheChosen,
    by: Annotated[By, Query(description="按什么分组 What groups are by.")] = "division",
) -> dict[str, Any]:
    """Return how many were judged, stood at a level, became a case, were confirmed, were handled; all, and by groups.

    Suspects are enterprises; cases are those opened in the period. `handled_percent` is of the cases, to one decimal.
    """
    return funnel_document(await read_funnel(work, chosen, by))


@router.get("/risk-funnel/enterprises", summary="漏斗中的企业 Enterprises behind the funnel")
async def behind(
    work: Overseeing,
    chosen: TheChosen,
    stage: Annotated[Stage, Query(description="哪一级 Which figure.")] = "suspect",
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
) -> dict[str, Any]:
    """Return the enterprises behind a figure of the funnel: suspects by their level, cases with the newest first."""
    return {"enterprises": [behind_document(one) for one in await read_behind(work, chosen, stage, limit)]}


@router.get("/risk-lead", summary="预警提前量 How early risks were seen")
async def lead(
    work: Overseeing,
    level: Annotated[Level, Query(description="自该等级起算 From this level on, or a higher one.")] = "notice",
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = MOST,
) -> dict[str, Any]:
    """Return the days from the first standing at a level to the first official act after it: quartiles by type.

    `earlier` were acted upon before alone, `none` not yet: neither is in the quartiles. Those who came to the level in
    the period are looked at.
    """
    return leads_document(await read_leads(work, period_of(since, until, work.now), level, limit))


@router.get("/risk-open-points", summary="无法判断的风险点 Points that cannot be told")
async def open_points(work: Overseeing) -> dict[str, Any]:
    """Return for how many enterprises each point could not be told at the last judging, since data is missing."""
    return open_document(await read_left_open(work))


@router.post("/risk-trials", summary="试算监测规则 Try a watch out", status_code=202)
async def ask(tried: Tried, work: Overseeing) -> dict[str, Any]:
    """Have a watch tried out on everybody. One trial at a time; nothing is put in force."""
    return trial_document(await ask_trial(work, tried.watch))


@router.get("/risk-trials", summary="试算列表 Trials")
async def trials(work: Overseeing) -> dict[str, Any]:
    """Return the trials that are kept, the newest first."""
    return {"trials": [trial_document(one) for one in await list_trials(work)]}


@router.get("/risk-trials/{trial_id}", summary="一次试算 One trial")
async def trial(trial_id: UUID, work: Overseeing) -> dict[str, Any]:
    """Return how far a trial is; once it has ended, how many would stand at each level by the watch in force and by the
    one that is tried, who would be new, go, rise or fall, and how well each finds those whose outcome is known.
    """
    found = await read_trial(work, trial_id)
    return {**trial_document(found), "moves": [moved_document(one) for one in await find_moved(work.session, found)]}
