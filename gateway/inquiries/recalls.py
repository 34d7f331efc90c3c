"""Recall notices: whoever was given an answer that rests on a record is told when that record is taken back.

Repaired, annulled after an objection or withdrawn by its agency, a record leaves every later answer at once. Those who
were given an earlier one about its enterprise within RECALLED_WITHIN are told which answer it is and what became of a
record behind it, never which record. Not told is who has said that the answer is deleted. What an outside provider
rests on is not known here, and nobody is told of it. An answer that was given without its basis is computed again.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from audit.search import first_id
from connectors.records.hiding import TakenBack, find_taken_back
from gateway.cards.in_force import find_card
from gateway.inquiries.computing import compute_result
from gateway.inquiries.granting import grant_told, limits_of
from gateway.inquiries.outputs.salt import salted
from gateway.inquiries.replay import own_part
from gateway.inquiries.tables import STORED, Recall
from gateway.runtime.clock import database_now
from gateway.runtime.work import UnitOfWork
from signing.canonical import canonical_bytes, sha256_hex
from signing.jws import payload_of
from signing.packed import unpack

RECALLED_WITHIN = timedelta(days=365)
PAGE = 200
ENDINGS = frozenset({"record.withdrawn", "record.repaired", "record.annulled"})
# By the index (subject_id, inquiry_id).
_ANSWERS = text(f"""
    SELECT inquiry_id, institution, account, product, {STORED} AS answer FROM inquiry
    WHERE subject_id = :subject AND inquiry_id >= :since AND inquiry_id > :after AND state = 'answered'
        AND deleted_at IS NULL
    ORDER BY inquiry_id LIMIT :most
""")  # noqa: S608 - our own words
_OWN = text("""
    SELECT r.recall_id, r.inquiry_id, r.kind, r.told_at, r.event_id, i.account, i.uscc, i.product, i.purpose,
           i.created_at, count(*) OVER () AS total
    FROM recall r JOIN inquiry i USING (inquiry_id)
    WHERE r.institution = :institution AND (CAST(:before AS uuid) IS NULL OR r.recall_id < :before)
        AND (CAST(:inquiry AS uuid) IS NULL OR r.inquiry_id = :inquiry)
    ORDER BY r.recall_id DESC OFFSET :offset LIMIT :limit
""")
_COUNT = text("SELECT count(*) FROM recall WHERE recall_id >= :since")
_LISTED = text("""
    SELECT recall_id AS recall, inquiry_id AS inquiry, institution, account, kind, told_at, event_id AS entry
    FROM recall WHERE (CAST(:institution AS text) IS NULL OR institution = :institution)
    ORDER BY recall_id DESC LIMIT :limit
""")


async def recall(work: UnitOfWork, leaf: Mapping[str, Any]) -> None:
    """Tell of the answers that rest on the record that a leaf of the log takes back, an event for each institution."""
    if leaf["type"] not in ENDINGS:
        return
    entry, kind = UUID(leaf["id"]), str(leaf["outcome"])
    now = await database_now(work.session)
    for taken in await find_taken_back(work.session, entry):
        told = await _find_told(work.session, taken, now)
        for institution, answers in sorted(told.items()):
            inquiries = [str(row.inquiry_id) for row in answers]
            event = await work.record(
                "recall.noticed",
                {"kind": kind, "answers": len(inquiries), "inquiries": sha256_hex(canonical_bytes(inquiries))},
                institution=institution, subject=taken.subject_id, outcome=kind,
            )  # fmt: skip
            rows = [
                {"recall_id": uuid7(), "act_entry": entry, "inquiry_id": row.inquiry_id, "institution": institution,
                 "account": row.account, "kind": kind, "told_at": now, "event_id": event}
                for row in answers
            ]  # fmt: skip
            await work.session.execute(insert(Recall), rows)


async def _find_told(session: AsyncSession, taken: TakenBack, now: datetime) -> dict[str, list[Row[Any]]]:
    """Return the answers that rest on what is taken back, by institution, oldest first."""
    told, after = defaultdict[str, list[Row[Any]]](list), UUID(int=0)
    values = {"subject": taken.subject_id, "since": first_id(now - RECALLED_WITHIN), "most": PAGE}
    while rows := (await session.execute(_ANSWERS, {**values, "after": after})).all():
        for row in rows:
            if await _rests(session, row, taken):
                told[row.institution].append(row)
        after = rows[-1].inquiry_id
    return told


async def _rests(session: AsyncSession, row: Row[Any], taken: TakenBack) -> bool:
    """Tell whether an answer rests on what is taken back; where it was given without its basis, by computing it again
    from what was known then.
    """
    told = payload_of(unpack(row.answer))
    basis = own_part(told).get("basis")
    if basis is not None and "records" not in basis:
        moment = datetime.fromisoformat(told["issued_at"])
        limits = limits_of(grant_told(told), moment)
        card = await find_card(session, told["model"])
        result = await compute_result(
            session, taken.subject_id, row.product, moment, as_then=True, limits=limits, card=card
        )  # fmt: skip
        basis = result.details["basis"]
    return basis is not None and rests_on(basis, taken.digests)


def rests_on(basis: Mapping[str, Any], digests: Iterable[str]) -> bool:
    """Tell whether a basis names one of these records: as they are, or with the salt that it tells. Pure."""
    salt = bytes.fromhex(basis.get("salt") or "")
    return not {salted(one, salt) if salt else one for one in digests}.isdisjoint(basis["records"])


async def list_recalls(
    work: UnitOfWork, *, limit: int, before: UUID | None = None, offset: int = 0, inquiry: UUID | None = None
) -> Sequence[Row[Any]]:
    """Return notices to the acting institution, of one inquiry where asked, newest first: recall_id, inquiry_id, kind,
    told_at, event_id, and of the inquiry account, uscc, product, purpose, created_at; `total` is how many there are.
    """
    values = {
        "institution": work.actor.institution_id, "before": before, "inquiry": inquiry, "offset": offset,
        "limit": limit,
    }  # fmt: skip
    return (await work.session.execute(_OWN, values)).all()


async def list_all_recalls(work: UnitOfWork, *, limit: int, institution: str | None = None) -> list[dict[str, Any]]:
    """Return notices to all institutions, or to one, newest first: ids and states, for whoever runs the instance."""
    rows = await work.session.execute(_LISTED, {"institution": institution, "limit": limit})
    return [dict(row) for row in rows.mappings()]


async def count_recalls(session: AsyncSession, since: datetime) -> int:
    """Return how many notices were given since a moment."""
    found: int = (await session.execute(_COUNT, {"since": first_id(since)})).scalar_one()
    return found


def recall_document(row: Row[Any]) -> dict[str, Any]:
    """Return a notice as the interface shows it."""
    return {
        "recall": str(row.recall_id), "inquiry": str(row.inquiry_id), "kind": row.kind,
        "told_at": row.told_at.isoformat(), "account": row.account, "subject": row.uscc, "product": row.product,
        "purpose": row.purpose, "answered_at": row.created_at.isoformat(), "entry": str(row.event_id),
    }  # fmt: skip
