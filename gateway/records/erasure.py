"""Erasing a person (PIPL article 47): the salts of all that is held of a subject are destroyed; nothing else changes.

Canonical bytes, seals and proofs still verify; what was personal in them cannot be read any more, by anybody. What
arrives of the subject later is sealed to nobody, under its code and under each name that is its alone.
"""

from connectors.conversion.identifiers import read_identifier
from connectors.personal.erasure import close_parties
from connectors.personal.sealing import Protector
from connectors.store.subjects import find_subject, identifiers_of
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

ERASERS = frozenset({"operator", "machine"})


async def erase_subject(work: UnitOfWork, protector: Protector, uscc: str, reason: str) -> int:
    """Destroy a subject's salts; return how many references are closed for good.

    Raises DeniedError for whoever is no operator, and where the enterprise is unknown.
    """
    if work.actor.kind not in ERASERS:
        raise DeniedError("insufficient-scope", "只有管理员可以删除。Only operators erase a person.")
    subject = await find_subject(work.session, "uscc", read_identifier(uscc).value)
    if subject is None:
        raise DeniedError("subject-not-found", "未归集该企业。This enterprise is not known.")
    own = {("uscc", str(subject.uscc)), ("organisation_code", str(subject.uscc)[8:17])}
    parties = own | {*await identifiers_of(work.session, subject.subject_id)}
    refs = [protector.ref_of(kind, value) for kind, value in parties]
    await close_parties(work.session, refs, work.now)
    payload = {"reason": reason, "references": len(refs)}
    await work.record("subject.erased", payload, subject=subject.subject_id, outcome="erased")
    return len(refs)
