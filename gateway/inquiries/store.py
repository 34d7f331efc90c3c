"""Inquiries in the database: keys claimed once, intents written before a provider is asked, each settled once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from audit.events import Event
from gateway.identity.tokens.marks import CLAIM, Mark, first_of, mark_values
from gateway.inquiries.admission import Admission, Refusal
from gateway.inquiries.answers import Signed
from gateway.inquiries.bases.basis import Basis, basis_members, consent_of, kind_of
from gateway.inquiries.obligations import NOTHING_DUE, due_for
from gateway.inquiries.request import InquiryRequest
from gateway.inquiries.tables import STORED
from gateway.quota.books import Held
from gateway.quota.ledger import close
from gateway.quota.products import RISK_WATCH
from gateway.runtime.actor import Actor
from gateway.runtime.work import UnitOfWork
from signing.packed import pack, unpack

# One statement for both: who asks is proven, and what it is asked under. Keys are claimed in one order by everybody.
_CLAIM = text(f"""
    WITH proven AS ({CLAIM}), claimed AS (
        INSERT INTO idempotency (account, key, request_digest, inquiry_id, created_at, once)
        SELECT account, key, digest, inquiry, now(), once
        FROM unnest(CAST(:accounts AS text[]), CAST(:names AS text[]), CAST(:digests AS bytea[]),
                    CAST(:inquiries AS uuid[]), CAST(:once AS boolean[])) AS m (account, key, digest, inquiry, once)
        ORDER BY account, key ON CONFLICT DO NOTHING RETURNING inquiry_id)
    SELECT (SELECT array_agg(key) FROM proven) AS proven, (SELECT array_agg(inquiry_id) FROM claimed) AS claimed
""")  # noqa: S608 - a constant of marks.py
_EARLIER = text(f"""
    SELECT k.inquiry_id, k.request_digest, {STORED} AS answer, i.subject_id
    FROM idempotency k JOIN inquiry i USING (inquiry_id) WHERE k.account = :account AND k.key = :key
""")  # noqa: S608 - our own words
_LOCK_INTENTS = text("""
    SELECT inquiry_id FROM inquiry WHERE inquiry_id = ANY(CAST(:inquiries AS uuid[])) AND state = 'admitted'
    ORDER BY inquiry_id FOR UPDATE
""")
_FREE = text("""
    DELETE FROM idempotency i
    USING unnest(CAST(:accounts AS text[]), CAST(:names AS text[]), CAST(:inquiries AS uuid[]))
        AS m (account, key, inquiry_id)
    WHERE i.account = m.account AND i.key = m.key AND i.inquiry_id = m.inquiry_id AND (NOT i.once OR :forms)
""")
_FREE_ONE = text("DELETE FROM idempotency WHERE inquiry_id = :inquiry AND account = :account AND NOT once")
_COLUMNS = {
    "inquiry_id": "uuid", "account": "text", "person": "text", "institution": "text", "intermediary": "text",
    "subject_id": "uuid", "uscc": "text", "product": "text", "purpose": "text", "provider": "text",
    "consent_id": "uuid", "consent_version": "integer", "legal_basis": "text", "duty": "text", "state": "text",
    "outcome": "text", "units": "integer", "packed": "bytea", "created_at": "timestamptz",
    "expires_at": "timestamptz", "settled_at": "timestamptz", "report_by": "timestamptz",
    "delete_by": "timestamptz", "event_id": "uuid",
}  # fmt: skip
_ADD = text(f"""
    INSERT INTO inquiry ({", ".join(_COLUMNS)})
    SELECT * FROM unnest({", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in _COLUMNS.items())})
""")  # noqa: S608 - our own words
_SETTLED = ("inquiry_id", "state", "outcome", "units", "packed", "report_by", "delete_by")
_SETTLE = text(f"""
    UPDATE inquiry i SET state = s.state, outcome = s.outcome, units = s.units, packed = s.packed, settled_at = now(),
        report_by = s.report_by, delete_by = s.delete_by
    FROM unnest({", ".join(f"CAST(:{name} AS {_COLUMNS[name]}[])" for name in _SETTLED)}) AS s ({", ".join(_SETTLED)})
    WHERE i.inquiry_id = s.inquiry_id AND i.state = 'admitted'
""")  # noqa: S608 - our own words
_EXPIRED = text("""
    SELECT inquiry_id, account, institution, subject_id FROM inquiry
    WHERE state = 'admitted' AND expires_at <= clock_timestamp() ORDER BY expires_at LIMIT 100 FOR UPDATE SKIP LOCKED
""")
_PURGE = text("DELETE FROM idempotency WHERE created_at < now() - interval '48 hours'")


@dataclass(frozen=True)
class Asked:
    """What an inquiry is asked under: the account's idempotency key, the digest (SHA-256) of the request it stands for,
    and the proof that came with it, where there was one; its units that are held, where they were before.
    """

    key: str
    digest: bytes
    proof: Mark | None
    reserved: Held | None = None


@dataclass(frozen=True)
class Member:
    """A question as it is put: by whom, what, and under what."""

    actor: Actor
    request: InquiryRequest
    asked: Asked

    @property
    def key(self) -> tuple[str, str]:
        """Return the key it is asked under: no two accounts share one."""
        return self.request.account, self.asked.key


@dataclass(frozen=True)
class Earlier:
    """What a key stood for before: the inquiry, whether the request was the same, its answer once there is one, and the
    enterprise it was about.
    """

    inquiry_id: UUID
    same: bool
    answer: str | None
    subject_id: UUID | None


class Claim(Enum):
    """How claiming a question's proof and key ended."""

    OWN = "own"  # both are its own
    PROOF_USED = "proof-used"  # the proof was used before; the key is not claimed
    KEY_TAKEN = "key-taken"  # the proof is its own; the key stands, or stood a moment ago, for another question


async def claim_keys(session: AsyncSession, members: Sequence[Member]) -> list[Claim]:
    """Claim proof and key of each question; a second claimer waits for the first one's commit.

    Of several here that want the same, the first gets it.
    """
    marks = first_of([[one.asked.proof] if one.asked.proof else [] for one in members])
    keys: dict[tuple[str, str], int] = {}
    for place, one in enumerate(members):
        keys.setdefault(one.key, place)
    wanted = [members[place] for place in keys.values()]
    values = {
        **_keys_of(wanted), "digests": [one.asked.digest for one in wanted],
        "once": [one.request.by_form for one in wanted], **mark_values(mark for _, mark in marks.values()),
    }  # fmt: skip
    row = (await session.execute(_CLAIM, values)).one()
    proven, claimed = set(row.proven or ()), set(row.claimed or ())
    found = []
    for place, one in enumerate(members):
        proof = one.asked.proof
        if proof and (proof.key not in proven or marks[proof.key][0] != place):
            found.append(Claim.PROOF_USED)
        elif keys[one.key] == place and one.request.inquiry_id in claimed:
            found.append(Claim.OWN)
        else:
            found.append(Claim.KEY_TAKEN)
    unproven = [one for one, claim in zip(members, found, strict=True) if claim is Claim.PROOF_USED]
    await free_keys(session, unproven, forms=True)
    return found


async def find_earlier(session: AsyncSession, member: Member) -> Earlier | None:
    """Return what a key stands for; None where it was freed meanwhile, and may be claimed."""
    names = {"account": member.request.account, "key": member.asked.key}
    row = (await session.execute(_EARLIER, names)).one_or_none()
    if row is None:
        return None
    answer = unpack(row.answer) if row.answer is not None else None
    return Earlier(row.inquiry_id, row.request_digest == member.asked.digest, answer, row.subject_id)


async def free_keys(session: AsyncSession, members: Sequence[Member], *, forms: bool = False) -> None:
    """Free the keys of these questions, those of forms only where it is said."""
    if members:
        await session.execute(_FREE, {**_keys_of(members), "forms": forms})


async def add_intents(work: UnitOfWork, admitted: Sequence[tuple[Member, Admission, datetime]]) -> None:
    """Write, before providers are asked, that they will be, each with the instant until which its intent holds."""
    if not admitted:
        return
    entries = [uuid7() for _ in admitted]
    await work.recorder.record_all(
        work.session,
        [
            (entry, _intent_of(work, member, admission), admission.now)
            for entry, (member, admission, _) in zip(entries, admitted, strict=True)
        ],
    )
    rows = [
        {**_row(member.request, admission.subject.subject_id, entry, admission.now, admission.consent),
         "expires_at": expires_at}
        for entry, (member, admission, expires_at) in zip(entries, admitted, strict=True)
    ]  # fmt: skip
    await _add_rows(work.session, rows)


def _intent_of(work: UnitOfWork, member: Member, admission: Admission) -> Event:
    request, consent = member.request, admission.consent
    assert consent is not None, "a provider is asked on a consent alone"  # noqa: S101 - see check_provider
    return replace(work, actor=member.actor).event(
        "inquiry.admitted",
        {"inquiry": str(request.inquiry_id), "person": request.person, "provider": request.provider,
         "consent": {"id": str(consent.terms.consent_id), "version": consent.version},
         "legal_basis": basis_members(consent)},
        institution=request.institution, account=request.account, subject=admission.subject.subject_id,
        outcome="admitted", exchange=request.inquiry_id,
    )  # fmt: skip


async def lock_intents(session: AsyncSession, inquiries: Sequence[UUID]) -> set[UUID]:
    """Keep intents from being closed by anybody else; return those that are still open.

    Whoever ends a relayed inquiry takes this lock first: its reservation, its row and its key have one end.
    """
    return set((await session.execute(_LOCK_INTENTS, {"inquiries": list(inquiries)})).scalars())


async def store_answers(
    session: AsyncSession, answered: Sequence[tuple[InquiryRequest, Admission, UUID, Signed]], *, intended: bool
) -> None:
    """Store answers with their entries: with their intents, or at once where there were none."""
    rows = [
        {
            **_row(request, admission.subject.subject_id, entry, admission.now, admission.basis),
            "state": "answered", "outcome": "answered", "units": admission.taken.charge.units,
            "packed": pack(answer.text, answer.statement), "settled_at": admission.now, **_due_for(request, admission),
        }
        for request, admission, entry, answer in answered
    ]  # fmt: skip
    await (_settle_rows if intended else _add_rows)(session, rows)


async def close_unanswered(work: UnitOfWork, denied: Sequence[tuple[Member, Refusal, UUID]], *, intended: bool) -> None:
    """Settle inquiries without an answer, with their entries, and free their keys, unless those are of forms."""
    rows = [
        {
            **_row(one.request, refusal.subject_id, entry, work.now, None), "state": "denied",
            "outcome": refusal.denial.reason, "settled_at": work.now,
        }
        for one, refusal, entry in denied
    ]  # fmt: skip
    await (_settle_rows if intended else _add_rows)(work.session, rows)
    await free_keys(work.session, [one for one, *_ in denied])


async def expire_intents(work: UnitOfWork) -> None:
    """Close inquiries whose process died while a provider was being asked: nothing was answered, nothing is charged."""
    session = work.session
    for row in (await session.execute(_EXPIRED)).all():
        await work.record(
            "inquiry.expired", institution=row.institution, account=row.account, subject=row.subject_id,
            outcome="expired", exchange=row.inquiry_id, actor=row.account,
        )  # fmt: skip
        await close(session, [row.inquiry_id], "released")
        values = {"state": "expired", "outcome": "expired", "units": 0, "packed": None, **NOTHING_DUE}
        await _settle_rows(session, [{**values, "inquiry_id": row.inquiry_id}])
        await session.execute(_FREE_ONE, {"inquiry": row.inquiry_id, "account": row.account})
    await session.execute(_PURGE)


async def _add_rows(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        await session.execute(_ADD, {name: [row[name] for row in rows] for name in _COLUMNS})


async def _settle_rows(session: AsyncSession, rows: Sequence[Mapping[str, object]]) -> None:
    if rows:
        await session.execute(_SETTLE, {name: [row[name] for row in rows] for name in _SETTLED})


def _keys_of(members: Sequence[Member]) -> dict[str, object]:
    return {
        "accounts": [one.request.account for one in members], "names": [one.asked.key for one in members],
        "inquiries": [one.request.inquiry_id for one in members],
    }  # fmt: skip


def _due_for(request: InquiryRequest, admission: Admission) -> Mapping[str, datetime | None]:
    """Return when what is owed for an answer is due: on another basis than a consent, nothing is; no report of what was
    done with a risk, on which nothing is decided.
    """
    if admission.consent is None:
        return NOTHING_DUE
    due = due_for(admission.consent.terms, admission.now)
    return {**due, "report_by": None} if request.product == RISK_WATCH else due


def _row(
    request: InquiryRequest, subject_id: UUID | None, entry: UUID, now: datetime, basis: Basis | None
) -> dict[str, object]:
    """Return a row of an inquiry that is admitted, on no basis where it was denied."""
    consent = consent_of(basis) if basis else None
    return {
        "inquiry_id": request.inquiry_id, "account": request.account, "person": request.person,
        "institution": request.institution, "intermediary": request.intermediary, "subject_id": subject_id,
        "uscc": request.uscc, "product": request.product, "purpose": request.purpose, "provider": request.provider,
        "consent_id": consent.terms.consent_id if consent else request.consent_id,
        "consent_version": consent.version if consent else None,
        "legal_basis": kind_of(basis) if basis else None, "duty": request.duty,
        "state": "admitted", "outcome": "admitted", "units": 0, "packed": None, "created_at": now,
        "expires_at": None, "settled_at": None, **NOTHING_DUE, "event_id": entry,
    }  # fmt: skip
