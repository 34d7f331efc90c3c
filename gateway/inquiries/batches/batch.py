"""Putting many questions at once: opened in one transaction, then each is asked by the use case of a single one.

1. Open: the key is claimed, and the questions are written down with their inquiries' ids. All or none: the units of all
   of them are held until they are asked; where the quota has no room for all, none is asked and nothing is charged.
2. Ask, one after another, each under a key of its own: whoever asks one that was asked before gets the same answer. The
   door that opened a batch asks it, or the worker does, which also goes on where a process ended.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from connectors.personal.sealing import Protector
from gateway.identity.clients.scopes import SCOPES
from gateway.inquiries.answers import Answered
from gateway.inquiries.asking import Question, put_question, read_question
from gateway.inquiries.batches.tables import InquiryBatch, InquiryBatchRow
from gateway.inquiries.request import InquiryRequest
from gateway.inquiries.store import Asked
from gateway.quota.books import Held, find_exceeded
from gateway.quota.headers import denial_of
from gateway.quota.ledger import Holding, hold, lock, read_books
from gateway.runtime.actor import PROGRAM, Actor
from gateway.runtime.clock import database_now
from gateway.runtime.denial import Denial, DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from gateway.telemetry.metrics import Metrics
from scoring_adapter.providers.asking import Providers
from signing.canonical import canonical_bytes, sha256_hex

MOST_QUESTIONS = 500
HELD = timedelta(minutes=15)
TURN = timedelta(minutes=5)  # after that whoever asks a batch is taken for one whose process has ended
LIFE = timedelta(days=1)  # after that nobody asks what is left of it
_ROWS = text("""
    SELECT r.number, r.question, r.inquiry_id, i.state, i.outcome, i.units, h.units AS held
    FROM inquiry_batch_row r LEFT JOIN inquiry i USING (inquiry_id)
    LEFT JOIN quota_reservation h ON h.inquiry_id = r.inquiry_id AND h.state = 'open'
    WHERE r.batch_id = :batch ORDER BY r.number
""")
# Of two workers that ask for the next one, each takes another.
_NEXT = text("""
    UPDATE inquiry_batch SET turn_until = :until WHERE batch_id = (
        SELECT b.batch_id FROM inquiry_batch b
        WHERE b.created_at > :since AND (b.turn_until IS NULL OR b.turn_until <= :now) AND EXISTS (
            SELECT FROM inquiry_batch_row r LEFT JOIN inquiry i USING (inquiry_id)
            WHERE r.batch_id = b.batch_id AND i.inquiry_id IS NULL)
        ORDER BY b.batch_id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING batch_id
""")
_LISTED = text("""
    SELECT b.batch_id, b.account, b.person, b.total, b.created_at, count(i.inquiry_id) AS done,
           count(i.inquiry_id) FILTER (WHERE i.state = 'answered') AS answered
    FROM inquiry_batch b JOIN inquiry_batch_row r USING (batch_id) LEFT JOIN inquiry i USING (inquiry_id)
    WHERE b.institution = :institution GROUP BY b.batch_id ORDER BY b.batch_id DESC LIMIT :limit
""")


@dataclass(frozen=True)
class BatchRequest:
    """Questions under one key of the account; `partial`: as many as the quota has room for, else all or none; `later`:
    left to the worker, whoever put them; `numbers`: of a spreadsheet the row of each, else they are counted from 1.
    """

    key: str
    questions: Sequence[Question]
    partial: bool
    later: bool = False
    numbers: Sequence[int] = ()

    def numbered(self) -> Sequence[int]:
        """Return the number of each question."""
        return self.numbers or range(1, len(self.questions) + 1)

    def digest(self) -> bytes:
        """Return the digest that the key stands for."""
        asked = {"partial": self.partial, "questions": [one.members() for one in self.questions]}
        return bytes.fromhex(sha256_hex(canonical_bytes(asked)))


async def open_batch(work: UnitOfWork, protector: Protector, wanted: BatchRequest) -> InquiryBatch | Denial:
    """Write a batch of the acting account down, or return the one that its key stands for, or why none is asked."""
    actor = work.actor
    await take(work.session, Lock.INQUIRY_BATCH, f"{actor.client_id} {wanted.key}")
    query = select(InquiryBatch).where(
        col(InquiryBatch.account) == actor.client_id, col(InquiryBatch.key) == wanted.key
    )
    earlier = (await work.session.execute(query)).scalar_one_or_none()
    if earlier is not None:
        same = (earlier.digest, earlier.intermediary) == (wanted.digest(), actor.intermediary)
        return earlier if same else Denial("idempotency-key-reused")
    requests = [
        read_question(one, protector, actor, by_form=actor.person is not None, of_many=True) for one in wanted.questions
    ]
    day, now, denial = await _hold(work, requests, holds=not wanted.partial)
    until = None if wanted.partial else now + HELD
    payload = {
        "batch": str(batch_id := uuid7()), "total": len(requests), "partial": wanted.partial,
        "digest": wanted.digest().hex(), "person": actor.person,
    }  # fmt: skip
    entry = await work.record(
        "inquiry.batched", payload, institution=actor.institution_id, account=actor.client_id,
        outcome=denial.reason if denial else "taken", at=now,
    )  # fmt: skip
    if denial is not None:
        return denial
    batch = InquiryBatch(
        batch_id=batch_id, account=actor.client_id, institution=actor.institution_id or "", person=actor.person,
        through=actor.through, intermediary=actor.intermediary, key=wanted.key, digest=wanted.digest(),
        partial=wanted.partial, total=len(requests), day=day, held_until=until, created_at=now, event_id=entry,
        turn_until=None if actor.person or wanted.later else now + TURN,
    )  # fmt: skip
    work.session.add(batch)
    work.session.add_all(
        InquiryBatchRow(batch_id=batch_id, number=number, question=question.members(), inquiry_id=asked.inquiry_id)
        for number, question, asked in zip(wanted.numbered(), wanted.questions, requests, strict=True)
    )
    await work.session.flush()
    return batch


async def ask_rows(
    units: UnitsOfWork, providers: Providers, protector: Protector, batch: InquiryBatch, metrics: Metrics | None
) -> dict[int, Answered | Denial]:
    """Ask the questions of a batch that nobody has asked; return how these ended, by their number."""
    actor = actor_of(batch)  # as it stands is judged with each question
    async with units.begin("inquiry-batch.read", PROGRAM) as work:
        rows, now = await read_rows(work, batch.batch_id), await database_now(work.session)
    return {
        row.number: await _ask(units, providers, protector, actor, batch, row, now, metrics)
        for row in rows if row.state is None
    }  # fmt: skip


async def give_rows(
    units: UnitsOfWork,
    providers: Providers,
    protector: Protector,
    actor: Actor,
    batch: InquiryBatch,
    numbers: Collection[int] | None = None,
) -> dict[int, Answered | Denial]:
    """Give the answers of a batch again, or of some of its numbers, to the account as it acts now, where standing and
    consent still permit it; return them with the denials, by their number.
    """
    async with units.begin("inquiry-batch.read", PROGRAM) as work:
        rows, now = await read_rows(work, batch.batch_id), await database_now(work.session)
    ended: dict[int, Answered | Denial] = {}
    for row in rows:
        if numbers is not None and row.number not in numbers:
            continue
        if row.state == "answered":
            ended[row.number] = await _ask(units, providers, protector, actor, batch, row, now, None)
        elif row.state == "denied":
            ended[row.number] = Denial(row.outcome, members={"inquiry": str(row.inquiry_id)})
    return ended


def actor_of(batch: InquiryBatch) -> Actor:
    """Return who put a batch: the account, for the person it acted for, or in whose name an intermediary did."""
    return Actor(
        batch.account, "account", batch.institution, scopes=SCOPES["account"], person=batch.person,
        through=batch.through, intermediary=batch.intermediary,
    )  # fmt: skip


async def work_batches(units: UnitsOfWork, providers: Providers, protector: Protector) -> bool:
    """Ask what is left of the next batch that a person put, or whose process has ended; tell whether there was one.

    No transaction is open meanwhile. Should two be at one batch after all, each question is still asked once, by its
    key.
    """
    async with units.begin("inquiry-batch.claim", PROGRAM) as work:
        now = await database_now(work.session)
        values = {"now": now, "since": now - LIFE, "until": now + TURN}
        claimed = (await work.session.execute(_NEXT, values)).scalar_one_or_none()
        if claimed is None:
            return False
        batch = await work.session.get_one(InquiryBatch, claimed)
    await ask_rows(units, providers, protector, batch, None)
    return True


async def get_batch(work: UnitOfWork, batch_id: UUID) -> tuple[InquiryBatch, Sequence[Row[Any]]]:
    """Return a batch of the acting institution with its rows; an intermediary's in its name are those it passed on.

    Raises DeniedError for another's, and for none.
    """
    batch, actor = await work.session.get(InquiryBatch, batch_id), work.actor
    if (
        batch is None
        or batch.institution != actor.institution_id
        or actor.intermediary not in {None, batch.intermediary}
    ):
        raise DeniedError("inquiry-batch-not-found")
    return batch, await read_rows(work, batch_id)


async def read_rows(work: UnitOfWork, batch_id: UUID) -> Sequence[Row[Any]]:
    """Return number, question, inquiry_id, the inquiry's state, outcome and units (None: not asked yet), and the units
    that are held for it.
    """
    return (await work.session.execute(_ROWS, {"batch": batch_id})).all()


async def list_batches(work: UnitOfWork, limit: int) -> Sequence[Row[Any]]:
    """Return the acting institution's batches, newest first, with how many of each are done and answered."""
    values = {"institution": work.actor.institution_id, "limit": limit}
    return (await work.session.execute(_LISTED, values)).all()


async def _hold(
    work: UnitOfWork, requests: Sequence[InquiryRequest], *, holds: bool
) -> tuple[date, datetime, Denial | None]:
    """Hold the units of all questions at what they cost at a moment, for HELD from then on, unless none are to be held;
    return the day, the moment, and whether there is no room for all of them.
    """
    charges = [one.charge() for one in requests if one.unreadable is None]
    if not charges:
        return work.now.date(), await database_now(work.session), None
    day = await lock(work.session, charges)
    now = await database_now(work.session)
    if not holds:
        return day, now, None
    books = await read_books(work.session, charges, day, now)
    charges = [books.priced(one) for one in charges]
    for place, charge in enumerate(charges):
        rooms = books.rooms_of(charge)
        if exceeded := find_exceeded(rooms, charge.units):
            denial = denial_of(exceeded, rooms)
            return day, now, replace(denial, members={**denial.members, "room_for": place, "asked": len(charges)})
        books.take(charge)
    await hold(work.session, [Holding(charge, day, now + HELD) for charge in charges])
    return day, now, None


async def _ask(
    units: UnitsOfWork, providers: Providers, protector: Protector, actor: Actor, batch: InquiryBatch, row: Row[Any],
    now: datetime, metrics: Metrics | None,
) -> Answered | Denial:  # fmt: skip
    question = Question.model_validate(row.question)
    request = read_question(
        question, protector, actor, by_form=actor.person is not None, of_many=True
    )  # fmt: skip
    # A blank stands in no key of a program: a batch's key is never one of theirs.
    holds = batch.held_until is not None and now < batch.held_until and row.held is not None
    reserved = Held(batch.day, row.held) if holds else None
    asked = Asked(f"batch {batch.batch_id} {row.number}", question.digest(), None, reserved)
    try:
        return await put_question(units, providers, actor, replace(request, inquiry_id=row.inquiry_id), asked, metrics)
    except DeniedError as fault:  # its entry could not be written: it was not asked, and is asked again
        return fault.denial
