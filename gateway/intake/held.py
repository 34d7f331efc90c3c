"""Held submissions: kept aside as they came, until a person accepts or discards them, or nobody did in time.

1. Hold: the bytes go to the spool first, then the row and its event; the same submission sent again is the same one.
2. Accept: the bytes are taken in without being judged; the decision joins the batch's transaction.
3. Discard, or expire: the decision is recorded, then the bytes are deleted. A sweep deletes what a crash left over.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import msgspec
from sqlalchemy import func, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from connectors.quality.drift import Finding, in_words
from gateway.intake.admission import agency_seen, check_decider, sees
from gateway.intake.documents import held_document
from gateway.intake.held_files import as_file, forget, keep_mapping, keep_sealed, open_mapping
from gateway.intake.held_loss import look_over, with_loss
from gateway.intake.submission import Submission
from gateway.intake.tables import HeldSubmission
from gateway.runtime.actor import PROGRAM, Actor
from gateway.runtime.clock import now
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from signing.canonical import canonical_bytes, sha256_hex

KEPT_DAYS = 30
ORPHAN_SECONDS = 3600
OWN_MAPPING = Finding("mapping", "", "按随文件给出的映射读取", "it is read by a mapping that was handed in with it")
PART = Finding("part", "", "只是清单的一部分，不终止任何记录", "it is only a part of a list, and ends nothing")
_SAME = text("""
    SELECT held_id FROM held_delivery
    WHERE (agency, dataset, sender_batch, digest) = (:agency, :dataset, :sender, :digest) AND status = 'waiting'
""")
_DECIDE = text("""
    UPDATE held_delivery SET status = :status, decided_by = :actor, decided_at = :now, batch_id = :batch,
        event_id = :event WHERE held_id = :held AND status = 'waiting' RETURNING held_id
""")
_EXPIRED = text("""
    SELECT held_id FROM held_delivery WHERE status = 'waiting' AND expires_at <= :now FOR UPDATE SKIP LOCKED
""")
_WAITING = text("SELECT held_id FROM held_delivery WHERE status = 'waiting'")
# Accepted although values jumped: those values are the new normal.
_ACCEPTED = text("""
    SELECT batch_id FROM held_delivery WHERE agency = :agency AND dataset = :dataset AND status = 'accepted'
        AND findings @? '$[*] ? (@.kind == "unit" || @.kind == "empty" || @.kind == "rejected"
                                 || @.kind == "unresolved")'
""")
_COUNTS = text("""
    SELECT agency, dataset, count(*) FILTER (WHERE held_at >= :since), count(*) FILTER (WHERE status = 'waiting')
    FROM held_delivery WHERE agency = ANY(:agencies) AND (held_at >= :since OR status = 'waiting')
    GROUP BY agency, dataset
""")


def held_file(spool: Path, held_id: UUID) -> Path:
    """Return where a held submission's bytes stand."""
    return spool / "held" / str(held_id)


async def hold(
    units: UnitsOfWork, actor: Actor, spool: Path, submission: Submission, findings: list[Finding]
) -> HeldSubmission:
    """Keep a submission aside, and return it. Raises MalformedError where it cannot be read to its end."""
    held_id, dataset = uuid7(), submission.dataset
    names = {"agency": dataset.agency, "dataset": dataset.dataset, "sender": submission.sender_batch}
    kept = held_file(spool, held_id)
    unread = await asyncio.to_thread(look_over, submission)
    with as_file(submission, spool) as file:
        file_digest = await asyncio.to_thread(keep_sealed, units.keys.kek, held_id, file, kept)
    if submission.mapping:
        keep_mapping(units.keys.kek, held_id, submission.mapping, kept)
        findings = [*findings, OWN_MAPPING]
    if submission.part and dataset.delivery == "full_list":
        findings = [*findings, PART]
    async with units.begin("batch.hold", actor) as work:
        session = work.session
        await take(session, Lock.HELD_SUBMISSION, submission.sender_batch)
        same = (await session.execute(_SAME, {**names, "digest": submission.digest})).scalar_one_or_none()
        held = await session.get(HeldSubmission, same) if same else None
        if held is None:
            signature, told = submission.signature, with_loss(findings, unread)
            until = work.now + timedelta(days=KEPT_DAYS)
            payload = {
                **names, "held": str(held_id), "digest": submission.digest.hex(), "file": file_digest.hex(),
                "way": submission.way, "signature": sha256_hex(signature.encode()) if signature else None,
                "findings": _kinds(findings), "told": sha256_hex(canonical_bytes(told)), "until": until.isoformat(),
            }  # fmt: skip
            entry = await work.record("batch.held", payload, outcome="held", exchange=held_id, actor=submission.sent_by)
            held = HeldSubmission(
                held_id=held_id, agency=dataset.agency, dataset=dataset.dataset, sender_batch=submission.sender_batch,
                digest=submission.digest, way=submission.way, actor=submission.sent_by or actor.name,
                agency_signature=signature, file_digest=file_digest, findings=told, held_at=work.now, expires_at=until,
                status="waiting", decided_by=None, decided_at=None, batch_id=None, event_id=entry,
            )  # fmt: skip
            session.add(held)
        await session.flush()
    if same:
        forget(kept)
    return held


def mapping_of(kek: bytes, spool: Path, held: HeldSubmission) -> bytes | None:
    """Return the mapping a held submission was handed in with, None where the catalogue's own read it.

    Raises DeniedError where it is no longer there.
    """
    own = any(finding["kind"] == OWN_MAPPING.kind for finding in held.findings)
    return open_mapping(kek, held.held_id, held_file(spool, held.held_id)) if own else None


def waits(held: HeldSubmission) -> DeniedError:
    """Say that a submission is held: a person has to look at it."""
    lost = [finding for finding in held.findings if finding.get("warning")]
    others = [finding for finding in held.findings if finding not in lost]
    told = "；".join(
        [*(f"{finding['zh']} {finding['en']}" for finding in lost),
         *([in_words(msgspec.convert(others, list[Finding]))] if others else [])]
    )  # fmt: skip
    return DeniedError(
        "delivery-held",
        f"已暂存 {held.held_id}，未入库 held, not taken in：{told}。请经办人或平台运营人员接受或作废"
        f"（先看 look first: xinqiao agency held show {held.held_id}；再 then: xinqiao agency held accept|discard）。"
        "A clerk of the agency or an operator accepts or discards it.",
        **held_document(held),
    )


async def get_held(work: UnitOfWork, held_id: UUID) -> HeldSubmission:
    """Return a held submission that is the actor's to decide on. Raises DeniedError."""
    check_decider(work.actor)
    return await see_held(work, held_id)


async def see_held(work: UnitOfWork, held_id: UUID) -> HeldSubmission:
    """Return a held submission that the actor sees. Raises DeniedError."""
    held = await work.session.get(HeldSubmission, held_id)
    if held is None or not sees(work.actor, held.agency):
        raise DeniedError("held-not-found", f"没有暂存的提交 {held_id}。There is no held submission {held_id}.")
    return held


async def decide_held(work: UnitOfWork, held_id: UUID, status: str, batch_id: UUID | None = None) -> None:
    """Record a decision. Raises DeniedError where there was one before."""
    payload = {"held": str(held_id), "batch": str(batch_id) if batch_id else None}
    entry = await work.record(f"held.{status}", payload, outcome=status, exchange=held_id)
    values = {"held": held_id, "status": status, "actor": work.actor.name, "now": work.now, "batch": batch_id}
    if (await work.session.execute(_DECIDE, {**values, "event": entry})).scalar_one_or_none() is None:
        raise decided(held_id)


def decided(held_id: UUID) -> DeniedError:
    """Say that a held submission was decided on before, or expired."""
    return DeniedError("held-decided", f"暂存的提交 {held_id} 已处理。The held submission {held_id} was decided on.")


async def discard_held(units: UnitsOfWork, actor: Actor, spool: Path, held_id: UUID) -> HeldSubmission:
    """Throw a held submission away, and return it. Raises DeniedError."""
    async with units.begin("held.discard", actor) as work:
        held = await get_held(work, held_id)
        await decide_held(work, held_id, "discarded")
        await work.session.refresh(held)
    forget(held_file(spool, held_id))
    return held


async def expire_held(units: UnitsOfWork, spool: Path) -> None:
    """End what nobody decided on, and delete the bytes that no waiting submission needs."""
    async with units.begin("held.expire", PROGRAM) as work:
        for held_id in (await work.session.execute(_EXPIRED, {"now": work.now})).scalars().all():
            await decide_held(work, held_id, "expired")
        waiting = {str(held_id) for held_id in (await work.session.execute(_WAITING)).scalars()}
    await asyncio.to_thread(_sweep, held_file(spool, uuid7()).parent, waiting)


async def list_held(
    session: AsyncSession,
    agency: str | None,
    status: str | None = None,
    after: UUID | None = None,
    most: int = 50,
) -> list[HeldSubmission]:
    """Return held submissions, oldest first, of one agency or of all."""
    conditions = [col(HeldSubmission.agency) == agency] if agency else []
    conditions += [col(HeldSubmission.status) == status] if status else []
    conditions += [col(HeldSubmission.held_id) > after] if after else []
    query = select(HeldSubmission).where(*conditions).order_by(col(HeldSubmission.held_id)).limit(most)
    return list((await session.execute(query)).scalars())


async def read_held(
    work: UnitOfWork, status: str | None = None, after: UUID | None = None, most: int = 50
) -> list[HeldSubmission]:
    """Return the held submissions that the actor sees, oldest first; that they were read is recorded."""
    rows = await list_held(work.session, agency_seen(work.actor), status, after, most)
    await work.record("held.read", {"count": len(rows)}, outcome="read")
    return rows


async def read_held_page(work: UnitOfWork, status: str, offset: int, most: int) -> tuple[list[HeldSubmission], int]:
    """Return some of the held submissions that the actor sees, of a status or of all (""), newest first; and how many.

    That they were read is recorded.
    """
    agency = agency_seen(work.actor)
    conditions = [col(HeldSubmission.agency) == agency] if agency else []
    conditions += [col(HeldSubmission.status) == status] if status else []
    total = (
        await work.session.execute(select(func.count()).select_from(HeldSubmission).where(*conditions))
    ).scalar_one()
    query = select(HeldSubmission).where(*conditions).order_by(col(HeldSubmission.held_id).desc())
    rows = list((await work.session.execute(query.offset(offset).limit(most))).scalars())
    await work.record("held.read", {"count": len(rows)}, outcome="read")
    return rows, int(total)


async def count_held(
    session: AsyncSession, agencies: Sequence[str], since: datetime
) -> dict[tuple[str, str], tuple[int, int]]:
    """Return, by agency and dataset, how many submissions were held since, and how many wait now."""
    found = await session.execute(_COUNTS, {"agencies": list(agencies), "since": since})
    return {(agency, dataset): (held, waiting) for agency, dataset, held, waiting in found}


async def accepted_batches(session: AsyncSession, agency: str, dataset: str) -> list[UUID]:
    """Return the batches of a dataset whose values differed from those before, and that a person accepted."""
    return list((await session.execute(_ACCEPTED, {"agency": agency, "dataset": dataset})).scalars())


def _kinds(findings: list[Finding]) -> list[dict[str, str]]:
    return [{"kind": finding.kind, "column": finding.column} for finding in findings]


def _sweep(folder: Path, waiting: set[str]) -> None:
    old = now().timestamp() - ORPHAN_SECONDS
    for path in folder.glob("*"):
        if path.stem not in waiting and path.stat().st_mtime < old:
            path.unlink(missing_ok=True)
