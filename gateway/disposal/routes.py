"""Cases over HTTP: regulators open them and decide what offices ask for, offices see to their own, auditors read."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from gateway.disposal.documents import case_document, replay_document, whole_document
from gateway.disposal.opening import MOST, open_case, open_first
from gateway.disposal.reading import Wanted, list_cases, read_case, show
from gateway.disposal.replaying import replay_case
from gateway.disposal.stepping import LONGEST, MOST_FILES, SHORTEST, Said, step_case
from gateway.identity.caller import working
from gateway.runtime.work import UnitOfWork
from gateway.web.router import Router
from risk_monitor.case_names import Authority, Measure, Outcome, State, Step
from risk_monitor.names import Kind, Level

router = Router(prefix="/v1/cases", tags=["案件处置 Cases"])
Seeing = Annotated[UnitOfWork, Depends(working("cases", "audit"), scope="function")]
Overseeing = Annotated[UnitOfWork, Depends(working("audit"), scope="function")]
Office = Annotated[
    str | None, Field(pattern=r"^[1-9][0-9]{5}$", description="处置办的区划代码 An office, by its county's code.")
]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class NewCase(BaseModel):
    """A case to be opened."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    subject: Annotated[str, Field(pattern=r"^[0-9A-Z]{18}$", description="统一社会信用代码 Whom it is about.")]
    type: Annotated[Kind, Field(description="风险类型 A type of risk that it stands at a level of.")]
    office: Office = None


class First(BaseModel):
    """How many of the first at risk to open cases of."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    number: Annotated[int, Field(ge=1, le=MOST)]
    type: Kind | None = None
    level: Level | None = None


class OneStep(BaseModel):
    """A step, in words, with what it asks for; docs/cases.md says which step needs what."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    step: Step
    words: Annotated[str, Field(min_length=SHORTEST, max_length=LONGEST)]
    files: Annotated[list[Digest], Field(max_length=MOST_FILES, description="已交的材料 Handed in before.")] = []
    until: date | None = None
    to: Authority | None = None
    office: Office = None
    outcome: Outcome | None = None
    measure: Measure | None = None
    reference: Annotated[str | None, Field(min_length=1, max_length=100, description="文书编号 Of a document.")] = None


@router.get("", summary="案件 Cases")
async def cases(
    work: Seeing,
    state: State | None = None,
    office: Annotated[str, Query(pattern=r"^([1-9][0-9]{5})?$")] = "",
    outcome: Outcome | None = None,
    overdue: Annotated[bool, Query(description="只列超期的 Open past their day alone.")] = False,  # noqa: FBT002
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """Return cases, open ones first, those that are due first: to an office its own, to those who oversee all."""
    wanted = Wanted(state or "", office, outcome or "", overdue)
    return {"cases": [case_document(one) for one in await list_cases(work, wanted, limit, offset)]}


@router.post("", status_code=201, summary="立案 Open a case")
async def open_one(sent: NewCase, work: Overseeing) -> dict[str, Any]:
    """Open a case of an enterprise at risk; a regulator does. Without an office, the one it belongs to sees to it."""
    return case_document(await show(work, await open_case(work, sent.subject, sent.type, sent.office)))


@router.post("/first", summary="按序立案 Open the first cases")
async def open_many(sent: First, work: Overseeing) -> dict[str, Any]:
    """Open cases of the first at risk, as the list of risks has them, and no more than people can look at.

    `opened` are the cases; `already` were open; `unplaced` belong to no office; `beyond` are past what people can do.
    """
    made = await open_first(work, sent.number, sent.type, sent.level)
    return {
        "opened": [str(one.id) for one in made.cases], "already": made.already, "unplaced": made.unplaced,
        "beyond": made.beyond,
    }  # fmt: skip


@router.get("/{case_id}", summary="一个案件 One case")
async def case(case_id: UUID, work: Seeing) -> dict[str, Any]:
    """Return one case with its points, all that was done, its files, and what authorities were told."""
    return whole_document(await read_case(work, case_id))


@router.post("/{case_id}/steps", summary="办理案件 Take a step")
async def step(case_id: UUID, sent: OneStep, work: Seeing) -> dict[str, Any]:
    """Take a step: a person of the office, or a regulator where the city decides.

    `dismiss` and `close` are final: a closed case stays closed. `grant` of a transfer sends it at once.
    """
    said = Said(**{**sent.model_dump(), "files": tuple(sent.files)})
    return case_document(await show(work, await step_case(work, case_id, said)))


@router.get("/{case_id}/replay", summary="由日志重放 Replay a case")
async def replay(case_id: UUID, work: Overseeing) -> dict[str, Any]:
    """Return a case played again from the log alone, and whether its row says the same."""
    return replay_document(await replay_case(work, case_id))
