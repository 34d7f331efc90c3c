"""A scan's life in the database: begun, done piece by piece, finished or given up; one runs at a time.

A run that is under way when its process ends stays `running`: whoever holds the lock of scans next goes on with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from gateway.runtime.work import UnitOfWork
from gateway.scores.distributions import write_distribution
from gateway.scores.scan_tables import ScanPiece, ScanRun, ScoreBasis
from scoring_adapter.tags.value import Status
from signing.canonical import canonical_bytes

_NEWEST = text("SELECT run_id FROM scan_run WHERE state = 'finished' AND kind <> 'as-of' ORDER BY run_id DESC LIMIT 1")
_DONE = text("""
    SELECT run_id, CASE WHEN state = 'finished' THEN pieces ELSE
        (SELECT count(*) FROM scan_piece p WHERE p.run_id = r.run_id) END AS done
    FROM scan_run r WHERE run_id = ANY(CAST(:runs AS uuid[]))
""")
_INSERT_BASIS = text("""
    INSERT INTO score_basis (digest, model, catalogue, parts, blocked, series)
    VALUES (:digest, :model, :catalogue, :parts, CAST(:blocked AS jsonb), :series) ON CONFLICT (digest) DO NOTHING
""")


@dataclass(frozen=True)
class Basis:
    """What results rest on besides the subjects' own rows: the card, the tags, their parts, what cannot be computed."""

    model: str
    catalogue: str
    parts: tuple[str, ...]
    blocked: Mapping[str, Status]
    series: str  # a digest of what the series hold that tags are taken from

    def digest(self) -> bytes:
        """Return SHA-256 over all of it."""
        return sha256(
            canonical_bytes([self.model, self.catalogue, list(self.parts), dict(self.blocked), self.series])
        ).digest()

    @property
    def salt(self) -> bytes:
        """What a result's digest holds of it: the card and the tags. What is blocked shows in what comes out."""
        return canonical_bytes([self.model, self.catalogue, list(self.parts)])


@dataclass(frozen=True)
class RunPlan:
    """What a scan is to do: over these files of the column store, after everything marked up to `mark`; one that goes
    on from another run's results computes the `chosen` subjects, 8 bytes each.
    """

    kind: str  # full, incremental, as-of
    as_of: date
    engine: str
    mark: int
    pieces: int
    files: list[str]
    since: UUID | None = None
    chosen: bytes | None = None


@dataclass(frozen=True)
class PieceDone:
    """What came of a piece."""

    number: int
    subjects: int
    changed: int
    rose: int
    fell: int
    digest: bytes


async def put_basis(session: AsyncSession, basis: Basis) -> int:
    """Return the number a basis is kept under, kept now where it was not."""
    digest = basis.digest()
    found = select(col(ScoreBasis.basis_id)).where(col(ScoreBasis.digest) == digest)
    known = (await session.execute(found)).scalar_one_or_none()
    if known is None:
        values = {
            "digest": digest, "model": basis.model, "catalogue": basis.catalogue, "parts": list(basis.parts),
            "blocked": canonical_bytes(dict(basis.blocked)).decode(), "series": basis.series,
        }  # fmt: skip
        await session.execute(_INSERT_BASIS, values)
        known = (await session.execute(found)).scalar_one()
    return int(known or 0)


async def get_basis(session: AsyncSession, basis_id: int) -> Basis:
    """Return a basis by its number."""
    row = (await session.execute(select(ScoreBasis).where(col(ScoreBasis.basis_id) == basis_id))).scalar_one()
    return Basis(row.model, row.catalogue, tuple(row.parts), row.blocked, row.series)


async def find_running(session: AsyncSession) -> ScanRun | None:
    """Return the run that is under way, or was when its process ended."""
    return (await session.execute(select(ScanRun).where(col(ScanRun.state) == "running"))).scalar_one_or_none()


async def find_newest(session: AsyncSession) -> ScanRun | None:
    """Return the newest finished run whose results are read."""
    newest = (await session.execute(_NEWEST)).scalar_one_or_none()
    return None if newest is None else await session.get(ScanRun, newest)


async def list_runs(session: AsyncSession, limit: int) -> list[ScanRun]:
    """Return the newest runs first."""
    query = select(ScanRun).order_by(col(ScanRun.run_id).desc()).limit(limit)
    return list((await session.execute(query)).scalars())


async def count_pieces(session: AsyncSession, runs: Sequence[UUID]) -> dict[UUID, int]:
    """Return how many pieces of these runs are done: of one that is finished all, whose rows may be gone (past.py)."""
    return {row.run_id: row.done for row in await session.execute(_DONE, {"runs": list(runs)})}


async def list_pieces(session: AsyncSession, run_id: UUID) -> list[ScanPiece]:
    """Return the pieces of a run that are done, by number."""
    query = select(ScanPiece).where(col(ScanPiece.run_id) == run_id).order_by(col(ScanPiece.number))
    return list((await session.execute(query)).scalars())


async def start_run(work: UnitOfWork, plan: RunPlan, basis: Basis, moment: datetime) -> ScanRun:
    """Begin a run that knows what there was at a moment, and record it.

    Raises IntegrityError where one is under way: the lock of scans is to be held.
    """
    run_id = uuid7()
    payload: dict[str, Any] = {
        "run": str(run_id), "kind": plan.kind, "as_of": plan.as_of.isoformat(), "engine": plan.engine,
        "model": basis.model, "catalogue": basis.catalogue, "blocked": dict(basis.blocked),
        "files": _digest_of_names(plan.files), "pieces": plan.pieces, "since": str(plan.since) if plan.since else None,
    }  # fmt: skip
    event = await work.record("scan.started", payload, outcome="started")
    run = ScanRun(
        run_id=run_id, kind=plan.kind, as_of=plan.as_of, engine=plan.engine, state="running",
        basis_id=await put_basis(work.session, basis), mark=plan.mark, files=plan.files, since=plan.since,
        chosen=plan.chosen, pieces=plan.pieces, started_at=moment, event_id=event,
    )  # fmt: skip
    work.session.add(run)
    await work.session.flush()
    return run


async def add_piece(session: AsyncSession, run_id: UUID, done: PieceDone) -> None:
    """Note a piece as done. Raises IntegrityError where it is already."""
    session.add(ScanPiece(run_id=run_id, **vars(done)))
    await session.flush()


async def finish_run(work: UnitOfWork, run_id: UUID) -> ScanRun:
    """Finish a run whose pieces are all done: its counts, and one digest over theirs, which the log is told."""
    run, pieces = await _get_running(work.session, run_id), await list_pieces(work.session, run_id)
    if len(pieces) != run.pieces:
        raise ValueError(f"{len(pieces)} of {run.pieces} pieces are done")
    run.state, run.finished_at, run.digest = "finished", work.now, digest_of(pieces)
    for name in ("subjects", "changed", "rose", "fell"):
        setattr(run, name, sum(getattr(piece, name) for piece in pieces))
    payload = {
        "run": str(run_id), "digest": run.digest.hex(), "subjects": run.subjects, "changed": run.changed,
        "rose": run.rose, "fell": run.fell, "distribution": await _distribute(work.session, run),
    }  # fmt: skip
    run.closing_event_id = await work.record("scan.finished", payload, outcome="finished")
    await work.session.flush()
    return run


async def _distribute(session: AsyncSession, run: ScanRun) -> str | None:
    """Write how the scores of the run's day lie, where it is the first of it; return the digest."""
    if run.kind == "as-of":
        return None
    basis = await get_basis(session, run.basis_id)
    return await write_distribution(session, basis.model, run.as_of, run.run_id)


async def fail_run(work: UnitOfWork, run_id: UUID, fault: str) -> None:
    """Give a run up that cannot be finished as it was begun."""
    run = await _get_running(work.session, run_id)
    run.state, run.finished_at, run.fault = "failed", work.now, fault
    run.closing_event_id = await work.record("scan.failed", {"run": str(run_id), "fault": fault}, outcome="failed")
    await work.session.flush()


def digest_of(pieces: Sequence[ScanPiece]) -> bytes:
    """Return SHA-256 over the digests of pieces, in order."""
    return sha256(b"".join(piece.digest for piece in pieces)).digest()


def _digest_of_names(names: Sequence[str]) -> str:
    """Return SHA-256 over the files' names, in hex: what each holds, the log was told when it was written."""
    return sha256("\n".join(sorted(names)).encode()).hexdigest()


async def _get_running(session: AsyncSession, run_id: UUID) -> ScanRun:
    query = select(ScanRun).where(col(ScanRun.run_id) == run_id, col(ScanRun.state) == "running").with_for_update()
    return (await session.execute(query)).scalar_one()
