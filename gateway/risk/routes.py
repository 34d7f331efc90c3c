"""Risks over HTTP, for those who oversee."""

from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Path, Query

from gateway.identity.caller import working
from gateway.risk.documents import drift_document, learned_document, risks_document, risks_of_document
from gateway.risk.learned_reading import read_drift, read_learned
from gateway.risk.reading import MOST, read_risks, read_risks_of
from gateway.runtime.work import UnitOfWork
from gateway.web.router import Router
from risk_monitor.names import Kind, Level

router = Router(prefix="/v1", tags=["风险监测 Risk watch"])
Overseeing = Annotated[UnitOfWork, Depends(working("audit"), scope="function")]
Code = Annotated[str, Path(pattern=r"^[0-9A-Z]{18}$", description="统一社会信用代码 Its unified social credit code.")]


@router.get("/risks", summary="风险企业 Enterprises at risk")
async def risks(
    work: Overseeing,
    kind: Annotated[Kind | None, Query(alias="type", description="风险类型 A type of risk.")] = None,
    level: Annotated[Level | None, Query(description="等级 A level.")] = None,
    since: Annotated[
        date | None, Query(description="自该日起才到该等级的 At its level since this day or later.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
) -> dict[str, Any]:
    """Return who is at risk, those to look at first first: by level, then by score, with each point and what it says.

    `day` tells of the last day on which all were judged; its `budget` is how many people can look at.
    """
    return risks_document(await read_risks(work, kind, level, since, limit))


@router.get("/risks/learned", summary="模型所列企业 Enterprises by the model")
async def learned(work: Overseeing, limit: Annotated[int, Query(ge=1, le=MOST)] = 100) -> dict[str, Any]:
    """Return whom the model in force has look at first: the chance to go bad, what told against each, and the levels at
    which the rules have them. None where no model is in force. A chance is no level.
    """
    return learned_document(await read_learned(work, limit))


@router.get("/risks/drift", summary="分布变动 Drift")
async def drift(work: Overseeing) -> dict[str, Any]:
    """Return how far each measure of the last day is from the first day of what is in force, as PSI in millionths."""
    return drift_document(await read_drift(work))


@router.get("/subjects/{uscc}/risks", summary="企业的风险 An enterprise's risks")
async def risks_of(uscc: Code, work: Overseeing) -> dict[str, Any]:
    """Return at which level of which type of risk an enterprise stands, why and since when, and where it stood."""
    return risks_of_document(*await read_risks_of(work, uscc))
