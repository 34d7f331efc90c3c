"""Proposals as people look at them: both names beside each other, how they compare, and how often that was right."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import func, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from connectors.matching.reading import Sample, load_samples
from connectors.personal.sealing import Protector, is_sealed
from connectors.store.tables import SubjectRow
from gateway.matching.deciding import OVERSEERS, agency_of, get_own
from gateway.matching.tables import MatchProposal, MatchRun
from gateway.runtime.database import raw
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

Status = Literal["open", "accepted", "confirmed", "rejected", "taken_back", "outdated"]
WAITING = ("open", "accepted")
# From which weight on, and how many in a hundred first proposals of that weight were right: docs/matching.md.
GRADES: dict[str, tuple[float, int]] = {"high": (4.0, 97), "middle": (0.0, 85), "low": (-99.0, 62)}
_COUNT = text("SELECT count(*) FILTER (WHERE status = 'open'), count(*) FILTER (WHERE status = 'accepted') "
              "FROM match_proposal WHERE status IN ('open', 'accepted')")  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """A proposal with what it is about. `sample` is None where its records are another's by now, or gone."""

    proposal: MatchProposal
    sample: Sample | None
    uscc: str | None
    registered: str | None

    @property
    def grade(self) -> str:
        """How sure it is, in three steps."""
        return next(grade for grade, (least, _) in GRADES.items() if self.proposal.weight >= least)


async def read_proposals(
    work: UnitOfWork, protector: Protector, *, status: Status | None = None, after: UUID | None = None,
    offset: int = 0, limit: int = 100,
) -> list[Shown]:  # fmt: skip
    """Return proposals that the actor sees, the surest first; without a status, those that wait."""
    if work.actor.kind not in OVERSEERS and agency_of(work) is None:
        raise DeniedError("insufficient-scope")
    query = select(MatchProposal).where(*_conditions(work, status))
    if after:
        last = await get_own(work, after)
        query = query.where(
            (col(MatchProposal.weight) < last.weight)
            | ((col(MatchProposal.weight) == last.weight) & (col(MatchProposal.proposal_id) > after))
        )
    query = query.order_by(col(MatchProposal.weight).desc(), col(MatchProposal.proposal_id))
    rows = (await work.session.execute(query.offset(offset).limit(limit))).scalars().all()
    await work.record("match.read", {"found": len(rows)}, outcome="read")
    return await show(work, protector, rows)


async def read_proposal(work: UnitOfWork, protector: Protector, proposal_id: UUID) -> tuple[Shown, list[Shown]]:
    """Return one proposal, and what else is proposed for the same records of the agency. Raises DeniedError."""
    proposal = await get_own(work, proposal_id)
    query = (
        select(MatchProposal)
        .where(
            col(MatchProposal.agency) == proposal.agency, col(MatchProposal.kind) == proposal.kind,
            col(MatchProposal.value) == proposal.value, col(MatchProposal.status) != "outdated",
            col(MatchProposal.proposal_id) != proposal_id,
        )
        .order_by(col(MatchProposal.weight).desc(), col(MatchProposal.proposal_id))
    )  # fmt: skip
    others = (await work.session.execute(query)).scalars().all()
    await work.record("match.read", {"found": 1 + len(others)}, outcome="read")
    shown = await show(work, protector, [proposal, *others])
    return shown[0], shown[1:]


async def count_proposals(work: UnitOfWork, status: Status | None = None) -> int:
    """Return how many the actor sees; without a status, how many wait."""
    query = select(func.count()).select_from(MatchProposal).where(*_conditions(work, status))
    return int((await work.session.execute(query)).scalar_one())


async def count_waiting(session: AsyncSession) -> tuple[int, int]:
    """Return how many proposals nobody looked at, and how many wait for a second person."""
    opened, accepted = (await session.execute(_COUNT)).one()
    return int(opened), int(accepted)


async def last_run(session: AsyncSession) -> MatchRun | None:
    """Return the newest run, None where there was none."""
    query = select(MatchRun).order_by(col(MatchRun.run_id).desc()).limit(1)
    return (await session.execute(query)).scalar_one_or_none()


def _conditions(work: UnitOfWork, status: Status | None) -> list[Any]:
    conditions: list[Any] = [col(MatchProposal.status).in_([status] if status else WAITING)]
    if agency := agency_of(work):
        conditions.append(col(MatchProposal.agency) == agency)
    return conditions


async def show(work: UnitOfWork, protector: Protector, rows: Sequence[MatchProposal]) -> list[Shown]:
    """Return proposals, which are the actor's to see, with what they are about; that they are read is not recorded."""
    subjects = [one.subject_id for one in rows]
    asked = [(one.agency, one.kind, one.value) for one in rows]
    samples = await load_samples(work.session, await raw(work.session), protector, asked, subjects)
    found = await work.session.execute(select(SubjectRow).where(col(SubjectRow.subject_id).in_(subjects)))
    known = {one.subject_id: one for one in found.scalars()}
    shown = []
    for one, key in zip(rows, asked, strict=True):
        sample, subject = samples.get(key), known.get(one.subject_id)
        if sample and sample.personal and work.actor.kind != "agency":
            sample = sample._replace(name=None)  # a person's, perhaps: the agency alone that gave it reads it
        name = subject.name if subject and not is_sealed(subject.name) else None
        shown.append(Shown(one, sample, subject.uscc if subject else None, name))
    return shown
