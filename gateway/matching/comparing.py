"""A run: all names that wait are compared with the register, and what may be theirs is kept as proposals.

1. Read the names that wait and the register. Names that are kept sealed are opened for the comparison alone.
2. Compare them, in no transaction: it may take minutes.
3. Keep the run and its proposals. What nobody decided on before is outdated by them; what was decided is not proposed
   again, nor what found its enterprise meanwhile.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from connectors.matching.proposing import Candidate, Compared, Named, compare
from connectors.matching.reading import Registered, Waiting, load_register, load_waiting
from connectors.personal.sealing import Protector
from gateway.matching.tables import MatchProposal, MatchRun
from gateway.runtime.actor import Actor
from gateway.runtime.database import raw
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from signing.canonical import canonical_bytes, sha256_hex

RUNNERS = frozenset({"operator", "machine", "program"})
Identifier = tuple[str, str]  # kind and value
_OUTDATE = text("UPDATE match_proposal SET status = 'outdated' WHERE status = 'open'")
_DECIDED = text("SELECT agency, kind, value, subject_id FROM match_proposal WHERE status <> 'outdated'")
_STILL_WAIT = text("""
    SELECT DISTINCT r.agency, r.identifier_type, r.identifier_value
    FROM unnest(CAST(:kinds AS text[]), CAST(:values AS text[])) AS w (kind, value)
    JOIN record r ON r.identifier_type = w.kind AND r.identifier_value = w.value
    WHERE r.subject_id IS NULL AND r.superseded_at IS NULL
""")


@dataclass(frozen=True)
class _Read:
    waiting: Sequence[Waiting]
    register: Sequence[Registered]

    @property
    def names(self) -> dict[Identifier, Waiting]:
        """What is compared: once for each identifier, whichever agencies have it."""
        return {(one.kind, one.value): one for one in self.waiting if one.name}


async def run_comparison(units: UnitsOfWork, protector: Protector, actor: Actor, python: str = "") -> MatchRun:
    """Compare all names that wait with the register, and return the run. Raises DeniedError, MatchingError."""
    if actor.kind not in RUNNERS:
        raise DeniedError("insufficient-scope", "只有管理员可以发起比对。Only operators have names compared.")
    async with units.begin("match.read", actor) as work:
        waiting = await load_waiting(work.session, await raw(work.session), protector)
        read = _Read(waiting, await load_register(work.session))
    names = [Named(f"{kind}\n{value}", one.name or "", one.district) for (kind, value), one in read.names.items()]
    register = [Named(one.subject_id.hex, one.name, one.uscc[2:8]) for one in read.register]
    compared = await asyncio.to_thread(compare, names, register, python)
    async with units.begin("match.keep", actor) as work:
        await take(work.session, Lock.MATCHING)
        return await _keep(work, read, compared)


async def _keep(work: UnitOfWork, read: _Read, compared: Compared) -> MatchRun:
    await work.session.execute(_OUTDATE)
    names, run_id = read.names, uuid7()
    found = await _still_open(work.session, compared.candidates)
    personal = sum(one.personal for one in names.values())
    payload = {
        "run": str(run_id), "digest": compared.digest, "names": len(names), "opened": personal,
        "subjects": len(read.register), "proposals": len(found), "found": proposals_digest(found),
        "versions": dict(compared.versions),
    }  # fmt: skip
    entry = await work.record("match.compared", payload, outcome="compared")
    run = MatchRun(
        run_id=run_id, made_at=work.now, digest=compared.digest, versions=dict(compared.versions), names=len(names),
        subjects=len(read.register), proposals=len(found), event_id=entry,
    )  # fmt: skip
    work.session.add(run)
    await work.session.flush()
    for proposal in found:
        proposal.run_id, proposal.event_id = run_id, entry
        work.session.add(proposal)
    await work.session.flush()
    return run


async def _still_open(session: AsyncSession, candidates: Sequence[Candidate]) -> list[MatchProposal]:
    """Return the proposals to keep: for each agency that still has records by the identifier, undecided before."""
    identifiers = {one.wanted: _identifier(one.wanted) for one in candidates}
    kinds, values = ([one[at] for one in identifiers.values()] for at in range(2))
    agencies: dict[Identifier, list[str]] = {}
    for agency, kind, value in await session.execute(_STILL_WAIT, {"kinds": kinds, "values": values}):
        agencies.setdefault((kind, value), []).append(agency)
    decided = {tuple(row) for row in await session.execute(_DECIDED)}
    return [
        MatchProposal(
            proposal_id=uuid7(), run_id=UUID(int=0), agency=agency, kind=kind, value=value, subject_id=subject,
            weight=Decimal(str(one.weight)), levels=dict(one.levels), status="open", event_id=UUID(int=0),
        )
        for one in candidates
        for kind, value in [identifiers[one.wanted]]
        for agency in sorted(agencies.get((kind, value), ()))
        for subject in [UUID(one.subject)]
        if (agency, kind, value, subject) not in decided
    ]  # fmt: skip


def proposals_digest(proposals: Iterable[MatchProposal]) -> str:
    """Return SHA-256 of what a run proposed, as the verifier reads it from the rows."""
    rows = [
        [str(one.proposal_id), one.agency, one.kind, one.value, str(one.subject_id), f"{one.weight:.3f}", one.levels]
        for one in proposals
    ]
    return sha256_hex(canonical_bytes(sorted(rows, key=lambda row: str(row[0]))))


def _identifier(wanted: str) -> Identifier:
    kind, _, value = wanted.partition("\n")
    return kind, value
