"""Files that prove something about a consent: sealed in the database, read back only as they were taken up.

What a file is, its digest and that of its sealed bytes are signed with the version that took it up. A consent of which
a file is missing or another is intact no more (consent/store.py), and permits nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from consent.decision import Consent
from consent.gathered import EvidenceFile
from consent.life import OPEN
from consent.parts import EVIDENCE_KINDS
from consent.store import find_file
from consent.tables import ConsentFile
from gateway.consents.life import get_consent
from gateway.consents.versions import hold, store_version
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from signing.canonical import sha256_hex
from signing.errors import SealError
from signing.sealing import seal, unseal

LONGEST_FILE = 5 * 1024 * 1024
MOST_FILES = 10
SCAN = "paper_scan"
# What a scan's file is, by how its name ends.
SCAN_SUFFIXES = {".pdf": "application/pdf", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
# What each kind may be, and what such a file begins with.
TYPES = {
    "application/pdf": b"%PDF-", "image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff",
    "application/json": b"", "text/plain": b"",
}  # fmt: skip


@dataclass(frozen=True)
class File:
    """What is handed in."""

    kind: str
    media_type: str
    content: bytes


async def add_file(work: UnitOfWork, consent_id: UUID, file: File) -> Consent:
    """Take up a file for a consent of the acting party; the same one again is there already. Raises DeniedError."""
    check_file(file)
    consent, now = await hold(work, consent_id)
    return await take_up(work, consent, file, now)


async def take_up(work: UnitOfWork, consent: Consent, file: File, now: datetime) -> Consent:
    """Take up a sound file for a consent that this transaction holds. Raises DeniedError where there is no place."""
    consent_id, digest = consent.terms.consent_id, sha256_hex(file.content)
    if any(one.sha256 == digest for one in consent.gathered.files):
        return consent
    _check_place(consent, file, digest)
    sealed = seal(work.keys.kek, file.content, _context(consent_id, digest))
    taken = EvidenceFile(
        file.kind, digest, len(file.content), file.media_type, sha256_hex(sealed), work.actor.name, now
    )  # fmt: skip
    entry = uuid7()
    told = {"sha256": digest, "kind": file.kind, "size": len(file.content), "sealed": taken.sealed_sha256}
    work.session.add(ConsentFile(consent_id=consent_id, sha256=digest, sealed=sealed, event_id=entry))
    await work.session.flush()
    gathered = replace(consent.gathered, files=(*consent.gathered.files, taken))
    with_it = replace(consent, version=consent.version + 1, reason=None, changed_at=now, gathered=gathered)
    return await store_version(work, "consent.evidenced", with_it, now, None, told, entry)


async def read_file(work: UnitOfWork, consent_id: UUID, sha256: str) -> tuple[EvidenceFile, bytes]:
    """Return a file of a consent of the acting party.

    Raises DeniedError where there is none, or it is not the one that was taken up. That it was read is recorded.
    """
    return await open_file(work, await get_consent(work, consent_id), sha256)


async def open_file(work: UnitOfWork, consent: Consent, sha256: str) -> tuple[EvidenceFile, bytes]:
    """Return a file of a consent, and record that it was read. Raises DeniedError as read_file does."""
    consent_id = consent.terms.consent_id
    taken = next((one for one in consent.gathered.files if one.sha256 == sha256), None)
    sealed = await find_file(work.session, consent_id, sha256) if taken else None
    if taken is None:
        raise DeniedError("evidence-not-found")
    try:
        content = unseal(work.keys.kek, sealed or b"", _context(consent_id, sha256))
    except SealError as fault:
        raise DeniedError("consent-integrity-failed") from fault
    if sha256_hex(content) != sha256:
        raise DeniedError("consent-integrity-failed")
    payload = {"consent": str(consent_id), "sha256": sha256}
    await work.record(
        "consent.evidence_read", payload, institution=consent.terms.institution, outcome="read", exchange=consent_id,
    )  # fmt: skip
    return taken, content


def check_file(file: File) -> None:
    """Pass what may prove something, as it says what it is. Raises DeniedError."""
    if file.kind not in EVIDENCE_KINDS:
        raise DeniedError("evidence-refused", f"kind: {', '.join(EVIDENCE_KINDS)}")
    if file.media_type not in TYPES or not file.content.startswith(TYPES[file.media_type]):
        raise DeniedError("evidence-refused", f"Content-Type: 须与内容相符 as the content is: {', '.join(TYPES)}")
    if not 1 <= len(file.content) <= LONGEST_FILE:
        raise DeniedError("evidence-refused", f"1 至 to {LONGEST_FILE} 字节 bytes")


def _check_place(consent: Consent, file: File, digest: str) -> None:
    """Pass where the consent has not ended and has room, and a file that its terms name is what they name it."""
    if not consent.intact:
        raise DeniedError("consent-integrity-failed")
    if consent.status not in OPEN:
        raise DeniedError(f"unchangeable-{consent.status}")
    if len(consent.gathered.files) >= MOST_FILES:
        raise DeniedError("evidence-refused", f"最多 {MOST_FILES} 个文件 at most {MOST_FILES} files")
    named = {item.sha256: item for item in consent.terms.evidence}.get(digest)
    if named is not None and (named.kind, named.size) != (file.kind, len(file.content)):
        raise DeniedError("evidence-refused", "与条款所列不符 not what the terms name: kind, size")


def _context(consent_id: UUID, sha256: str) -> bytes:
    return f"consent-evidence:{consent_id}:{sha256}".encode()
