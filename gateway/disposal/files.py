"""Files that show something of a case: sealed in the database, read back only as they were taken up."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from connectors.store.numbers import find_by_numbers
from gateway.consents.files import LONGEST_FILE, TYPES
from gateway.disposal.parties import get_case, side_of
from gateway.disposal.tables import DisposalFile
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from signing.canonical import sha256_hex
from signing.errors import SealError
from signing.sealing import seal, unseal

MOST_OF_CASE = 100


async def add_file(work: UnitOfWork, case_id: UUID, media_type: str, content: bytes) -> DisposalFile:
    """Take up a file of a case that is not closed; the same one again is there already.

    Raises DeniedError for whoever takes no steps of it, for a file that is not what it says, and where there is no
    place for more.
    """
    _check(media_type, content)
    row = await get_case(work, case_id, lock=True)
    if await side_of(work) is None:
        raise DeniedError("case-person-needed")
    if row.closed_at is not None:
        raise DeniedError("case-step-state", case_state=row.state)
    digest = sha256_hex(content)
    known = await work.session.get(DisposalFile, (case_id, digest))
    if known is not None:
        return known
    if await _count(work, case_id) >= MOST_OF_CASE:
        raise DeniedError("evidence-refused", f"一案最多 {MOST_OF_CASE} 个文件 a case has at most {MOST_OF_CASE} files")
    sealed, entry = seal(work.keys.kek, content, _context(case_id, digest)), uuid7()
    taken = DisposalFile(
        case_id=case_id, sha256=digest, media_type=media_type, size=len(content), sealed=sealed,
        sealed_sha256=sha256_hex(sealed), taken_by=work.actor.name, taken_at=work.now, event_id=entry,
    )  # fmt: skip
    payload = {
        "case": str(case_id), "sha256": digest, "media_type": media_type, "size": len(content),
        "sealed": taken.sealed_sha256,
    }  # fmt: skip
    subject = (await find_by_numbers(work.session, [row.subject]))[row.subject]
    await work.record(
        "case.evidenced", payload, subject=subject.subject_id, outcome="taken", exchange=case_id, event_id=entry
    )  # fmt: skip
    work.session.add(taken)
    await work.session.flush()
    return taken


async def read_file(work: UnitOfWork, case_id: UUID, sha256: str) -> tuple[DisposalFile, bytes]:
    """Return a file of a case that the actor sees, and record that it was read. Raises DeniedError."""
    row = await get_case(work, case_id)
    taken = await work.session.get(DisposalFile, (row.id, sha256))
    if taken is None:
        raise DeniedError("case-file-not-found")
    try:
        content = unseal(work.keys.kek, taken.sealed, _context(case_id, sha256))
    except SealError as fault:
        raise DeniedError("case-file-damaged") from fault
    await work.record("case.evidence_read", {"case": str(case_id), "sha256": sha256}, outcome="read", exchange=case_id)
    return taken, content


async def find_files(work: UnitOfWork, case_id: UUID, named: Sequence[str]) -> list[str]:
    """Return the digests of files of a case that are named, once each. Raises DeniedError for one it has not."""
    digests = list(dict.fromkeys(named))
    for digest in digests:
        if await work.session.get(DisposalFile, (case_id, digest)) is None:
            raise DeniedError("case-file-not-found")
    return digests


def _check(media_type: str, content: bytes) -> None:
    if media_type not in TYPES or not content.startswith(TYPES[media_type]):
        raise DeniedError("evidence-refused", f"Content-Type: 须与内容相符 as the content is: {', '.join(TYPES)}")
    if not 1 <= len(content) <= LONGEST_FILE:
        raise DeniedError("evidence-refused", f"1 至 to {LONGEST_FILE} 字节 bytes")


async def _count(work: UnitOfWork, case_id: UUID) -> int:
    query = select(func.count()).select_from(DisposalFile).where(col(DisposalFile.case_id) == case_id)
    return int((await work.session.execute(query)).scalar_one())


def _context(case_id: UUID, sha256: str) -> bytes:
    return f"case-evidence:{case_id}:{sha256}".encode()
