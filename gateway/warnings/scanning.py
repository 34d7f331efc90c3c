"""Many customers asked about together: by the risk watch, and by a joint answer of several scores.

Each enterprise is two questions, for risk warnings and for the score by a joint answer (docs/providers.md), put in
batches that the worker asks: each has its own verdict, its own charge and its own signed answer, as in any batch.
All or none: where the quota has no room for all of them, none is asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from connectors.personal.sealing import Protector
from gateway.inquiries.asking import Question
from gateway.inquiries.batches.batch import BatchRequest, open_batch
from gateway.inquiries.batches.tables import InquiryBatch
from gateway.providers.registered import EMBEDDED, find_registered
from gateway.quota.products import RISK_WATCH
from gateway.runtime.denial import Denial, DeniedError
from gateway.runtime.errors import GatewayError
from gateway.runtime.locks import Lock, take
from gateway.runtime.work import UnitOfWork
from gateway.warnings.asking import PURPOSE
from gateway.warnings.tables import JointScan, JointScanBatch
from signing.canonical import canonical_bytes, sha256_hex

MOST_SCANNED = 2000
PER_BATCH = 250  # enterprises: two questions each
_SUBSCRIBED = text("""
    SELECT uscc FROM warning_subscription
    WHERE institution = :institution AND status = 'active'
      AND (CAST(:passed_on AS text) IS NULL OR intermediary = :passed_on)
    ORDER BY uscc LIMIT :most
""")
_BATCHES = text("SELECT batch_id FROM joint_scan_batch WHERE scan_id = :scan ORDER BY place")
_LISTED = text("""
    SELECT s.scan_id, s.account, s.provider, s.total, s.created_at, count(r.number) AS questions,
        count(i.inquiry_id) FILTER (WHERE i.state <> 'admitted') AS done
    FROM joint_scan s JOIN joint_scan_batch b USING (scan_id) JOIN inquiry_batch_row r USING (batch_id)
    LEFT JOIN inquiry i USING (inquiry_id)
    WHERE s.institution = :institution AND (CAST(:scan AS uuid) IS NULL OR s.scan_id = :scan)
    GROUP BY s.scan_id ORDER BY s.scan_id DESC LIMIT :most
""")


@dataclass(frozen=True)
class ScanRequest:
    """Which customers are asked about (None: all that are subscribed to), by which joint answer, under which key."""

    key: str
    subjects: Sequence[str] | None
    provider: str

    def digest(self) -> bytes:
        """Return the digest that the key stands for."""
        asked = {"provider": self.provider, "subjects": None if self.subjects is None else list(self.subjects)}
        return bytes.fromhex(sha256_hex(canonical_bytes(asked)))


class _RefusedError(GatewayError):
    """A batch of a scan was denied: none of them is asked."""

    def __init__(self, denial: Denial) -> None:
        super().__init__(denial.reason)
        self.denial = denial


async def open_scan(work: UnitOfWork, protector: Protector, wanted: ScanRequest) -> JointScan | Denial:
    """Write a scan of the acting account down, or return the one that its key stands for, or why none is asked.

    Raises DeniedError where there is nobody to ask about, too many, or no such provider.
    """
    actor = work.actor
    await take(work.session, Lock.INQUIRY_BATCH, f"{actor.client_id} scan {wanted.key}")
    query = select(JointScan).where(col(JointScan.account) == actor.client_id, col(JointScan.key) == wanted.key)
    earlier = (await work.session.execute(query)).scalar_one_or_none()
    if earlier is not None:
        return earlier if earlier.digest == wanted.digest() else Denial("idempotency-key-reused")
    await _demand_provider(work, wanted.provider)
    subjects = await _subjects_of(work, wanted)
    scan = JointScan(
        scan_id=uuid7(), institution=actor.institution_id or "", account=actor.client_id, person=actor.person,
        key=wanted.key, digest=wanted.digest(), provider=wanted.provider, total=len(subjects), created_at=work.now,
    )  # fmt: skip
    try:
        async with work.session.begin_nested():
            work.session.add(scan)
            await work.session.flush()
            for place, begins in enumerate(range(0, len(subjects), PER_BATCH), 1):
                batch = await _open_part(work, protector, scan, place, subjects[begins : begins + PER_BATCH])
                work.session.add(JointScanBatch(scan_id=scan.scan_id, place=place, batch_id=batch.batch_id))
            await work.session.flush()
    except _RefusedError as fault:
        payload = {
            "batch": str(scan.scan_id), "total": 2 * len(subjects), "partial": False,
            "digest": wanted.digest().hex(), "person": actor.person,
        }  # fmt: skip
        await work.record(
            "inquiry.batched", payload, institution=actor.institution_id, account=actor.client_id,
            outcome=fault.denial.reason,
        )  # fmt: skip
        return fault.denial
    return scan


async def get_scan(work: UnitOfWork, scan_id: UUID) -> tuple[Row[Any], list[InquiryBatch]]:
    """Return a scan of the acting institution with how far it is, and its batches in their order.

    Raises DeniedError for another's, and for none.
    """
    values = {"institution": work.actor.institution_id, "scan": scan_id, "most": 1}
    found = (await work.session.execute(_LISTED, values)).one_or_none()
    if found is None:
        raise DeniedError("joint-scan-not-found")
    ids = (await work.session.execute(_BATCHES, {"scan": scan_id})).scalars()
    batches = [await work.session.get_one(InquiryBatch, one) for one in ids]
    if work.actor.intermediary not in {None, batches[0].intermediary}:
        raise DeniedError("joint-scan-not-found")
    return found, batches


async def list_scans(work: UnitOfWork, limit: int) -> Sequence[Row[Any]]:
    """Return the acting institution's scans, newest first, with how many questions of each are done."""
    values = {"institution": work.actor.institution_id, "scan": None, "most": limit}
    return (await work.session.execute(_LISTED, values)).all()


async def list_providers(work: UnitOfWork) -> list[str]:
    """Return by what a scan may score: joint answers first, then single providers, then the embedded card."""
    found = await find_registered(work.session)
    serving = [name for name, one in sorted(found.items()) if not one.suspended]
    joint = [name for name in serving if hasattr(found[name].provider, "serving")]
    return [*joint, *(name for name in serving if name not in joint), EMBEDDED]


async def _demand_provider(work: UnitOfWork, provider: str) -> None:
    serving = await list_providers(work)
    if provider not in serving:
        raise DeniedError("unknown-provider", f"provider：须为其中之一 must be one of: {', '.join(serving)}")


async def _subjects_of(work: UnitOfWork, wanted: ScanRequest) -> list[str]:
    if wanted.subjects is None:
        values = {
            "institution": work.actor.institution_id, "passed_on": work.actor.intermediary, "most": MOST_SCANNED + 1,
        }  # fmt: skip
        subjects = list((await work.session.execute(_SUBSCRIBED, values)).scalars())
    else:
        subjects = list(dict.fromkeys(wanted.subjects))
    if not 1 <= len(subjects) <= MOST_SCANNED:
        raise DeniedError("joint-scan-size", found=len(subjects))
    return subjects


async def _open_part(
    work: UnitOfWork, protector: Protector, scan: JointScan, place: int, subjects: Sequence[str]
) -> InquiryBatch:
    questions = [
        question
        for subject in subjects
        for question in (
            Question(subject=subject, product=RISK_WATCH, purpose=PURPOSE, narrow=True),
            Question(subject=subject, product="score", purpose=PURPOSE, provider=scan.provider),
        )
    ]
    # A blank stands in no key of a program: these are never one of theirs.
    key = f"scan {scan.scan_id} {place}"
    batch = await open_batch(work, protector, BatchRequest(key, questions, partial=False, later=True))
    if isinstance(batch, Denial):
        raise _RefusedError(batch)
    return batch
