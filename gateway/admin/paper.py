"""Entering what an enterprise signed on paper: the first officer's part; the second one's is to decide on the change.

The scan is handed in first, by an officer (gateway/consents/on_paper.py) or by the institution; a request that has one
is in the queue, and an officer enters who signed. Who signed is known by the number of their document of identity, of
which a keyed hash is kept and nothing else.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlmodel import col, select

from consent.decision import Consent
from consent.store import load_consents
from consent.waiting_papers import find_on_paper
from gateway.admin.action import Means
from gateway.admin.changes import WAITS_DAYS, ask_change
from gateway.admin.consent_actions import ApproveOnPaper
from gateway.admin.tables import Change
from gateway.consents.holders import holder_of
from gateway.consents.on_paper import find_request, hold_request, judge_paper
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

MOST_QUEUED = 500
ACTION = "consent.paper"
READERS = frozenset({"operator", "machine"})
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", max_length=64)]


class Signed(BaseModel):
    """A signed paper: its scan and the text it says, each by its digest; who signed it, as what, and when."""

    model_config = ConfigDict(extra="forbid")

    scan: Annotated[Digest, Field(description="扫描件的 SHA-256 The scan.")]
    shown: Annotated[Digest, Field(description="纸上文字的 SHA-256 The text, as the request shows it.")]
    id_number: Annotated[str, Field(max_length=64, description="证件号码，只留散列 Only a keyed hash of it is kept.")]
    role: Literal["legal_rep", "agent"]
    signed_on: date
    reference: Annotated[
        str | None, Field(min_length=1, max_length=200, description="代理人的委托书号 An agent's mandate.")
    ] = None
    until: Annotated[AwareDatetime | None, Field(description="委托至何时 Until when the mandate lasts.")] = None


@dataclass(frozen=True)
class Waiting:
    """What waits for officers: requests with a scan that nobody has entered, and entries that nobody has checked."""

    to_enter: list[Consent]
    to_check: list[tuple[Change, Consent]]


async def enter_paper(work: UnitOfWork, means: Means, consent_id: UUID, signed: Signed) -> Change:
    """Enter a signed paper, and return the change that waits for the second officer; the same scan again is the same
    entry while it waits. Raises DeniedError.
    """
    change = await hold_request(work, consent_id)
    for waiting in await _find_entries(work, [consent_id]):
        if waiting.action["scan"] == signed.scan:
            return waiting
    action = ApproveOnPaper(
        consent=consent_id, subject=change.consent.terms.uscc, scan=signed.scan, shown=signed.shown,
        holder=holder_of(means.protector, signed.id_number), role=signed.role, signed_on=signed.signed_on,
        reference=signed.reference, until=signed.until,
    )  # fmt: skip
    await judge_paper(work, action.paper())
    return await ask_change(work, means, action)


async def find_waiting_papers(work: UnitOfWork, *, uscc: str | None = None, limit: int = MOST_QUEUED) -> Waiting:
    """Return what waits for officers, the next to lapse first, of one enterprise where asked. Raises DeniedError."""
    if work.actor.kind not in READERS:
        raise DeniedError("insufficient-scope", "纸质授权由安全管理员办理 Security administrators see to paper.")
    keys, now = work.keys.publics("consent"), await database_now(work.session)
    entries = [one for one in await _find_entries(work) if uscc in {None, one.action["subject"]}]
    ids = [UUID(one.action["consent"]) for one in entries]
    asked = {one.terms.consent_id: one for one in await load_consents(work.session, ids, keys, now)}
    pairs = [(one, asked[consent]) for one, consent in zip(entries, ids, strict=True) if consent in asked]
    scanned = await find_on_paper(work.session, keys, now, uscc=uscc, limit=limit)
    return Waiting(
        [one for one in scanned if one.terms.consent_id not in asked],
        [(change, consent) for change, consent in pairs if consent.status == "requested"],
    )


async def find_entries_of(work: UnitOfWork, consent_id: UUID) -> list[Change]:
    """Return the entries of a request that wait to be checked, for an officer. Raises DeniedError."""
    await find_request(work, consent_id)
    return await _find_entries(work, [consent_id])


async def _find_entries(work: UnitOfWork, consents: list[UUID] | None = None) -> list[Change]:
    query = select(Change).where(
        col(Change.status) == "waiting", col(Change.action)["action"].astext == ACTION,
        col(Change.asked_at) >= work.now - timedelta(days=WAITS_DAYS),
    )  # fmt: skip
    if consents is not None:
        query = query.where(col(Change.action)["consent"].astext.in_([str(one) for one in consents]))
    return list((await work.session.execute(query.order_by(col(Change.change_id)).limit(MOST_QUEUED))).scalars())
