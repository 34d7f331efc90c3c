"""Who asked about an enterprise: inquiries, however they ended, and requests for its consent, by their ids.

The ids hold the time (UUIDv7), so that both kinds are one list. What was asked is found by the code it was asked about,
whether an enterprise of that code is known here or not: denied questions too. Read by auditors and by the enterprise;
who may ask is decided there, and each of them records that it was asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.store.subjects import Subject, identifiers_of
from consent.requests import Requested, Wanted, find_requests

OUTCOMES = ("answered", "denied", "failed", "open")  # of an inquiry; a denial and a failure have a reason beside it
_FAILED = "state = 'expired' OR outcome IN ('upstream-unavailable', 'upstream-invalid')"
# How an inquiry ended, as one of OUTCOMES.
ENDING = f"""CASE WHEN state = 'answered' THEN 'answered' WHEN state = 'admitted' THEN 'open'
    WHEN {_FAILED} THEN 'failed' ELSE 'denied' END"""
COLUMNS = f"""inquiry_id, created_at, settled_at, account, person, institution, intermediary, product, purpose,
    provider, consent_id, consent_version, units, event_id, outcome AS reason, {ENDING} AS ending,
    delete_by, deleted_at, legal_basis, duty,
    (SELECT law || article FROM duty_basis d WHERE d.code = inquiry.duty AND d.institution = inquiry.institution)
        AS law"""  # noqa: S608 - our own words
# By the index (uscc, inquiry_id), one code after the other: no more than a page is read of each.
_INQUIRIES = text(f"""
    SELECT i.* FROM unnest(CAST(:codes AS text[])) AS c (code) CROSS JOIN LATERAL (
        SELECT * FROM (
            SELECT {COLUMNS} FROM inquiry
            WHERE uscc = c.code AND (CAST(:after AS uuid) IS NULL OR inquiry_id > :after)) told
        WHERE (CAST(:institution AS text) IS NULL OR :institution IN (institution, intermediary))
            AND (CAST(:account AS text) IS NULL OR account = :account)
            AND (CAST(:person AS text) IS NULL OR person = :person)
            AND (CAST(:purpose AS text) IS NULL OR purpose = :purpose)
            AND (CAST(:since AS timestamptz) IS NULL OR created_at >= :since)
            AND (CAST(:until AS timestamptz) IS NULL OR created_at < :until)
            AND (CAST(:outcome AS text) IS NULL OR :outcome IN (ending, reason))
        ORDER BY inquiry_id LIMIT :most) i
    ORDER BY inquiry_id LIMIT :most
""")  # noqa: S608 - a constant of this module
_ONE = text(f"SELECT {COLUMNS} FROM inquiry WHERE inquiry_id = :inquiry")  # noqa: S608
_USAGE = text("""
    SELECT inquiry_id, result_id, version, account, content, recorded_at, event_id FROM usage_result
    WHERE inquiry_id = ANY(CAST(:inquiries AS uuid[])) ORDER BY inquiry_id, version
""")


@dataclass(frozen=True)
class QuestionFilter:
    """Which questions, None meaning any: a half-open period, who asked, what for, how it ended.

    `institution` is who asks or passes the question on, `person` whom an account asked for, as the log
    names them. `outcome` is one of OUTCOMES, a reason of the error table, or where a consent stands.
    """

    since: datetime | None = None
    until: datetime | None = None
    institution: str | None = None
    account: str | None = None
    purpose: str | None = None
    outcome: str | None = None
    person: str | None = None


@dataclass(frozen=True)
class Reported:
    """What the institution did with an answer, by one report: its version and content, when, and its entry."""

    version: int
    account: str
    content: Mapping[str, Any]
    recorded_at: datetime
    entry: UUID


@dataclass(frozen=True)
class AnsweredOn:
    """The kind of basis that an answer rests on; on a duty, its code and the law."""

    kind: str
    duty: str | None = None
    law: str | None = None

    def members(self) -> dict[str, str | None]:
        """Return it as statements name it."""
        return {"kind": self.kind, **({"duty": self.duty, "law": self.law} if self.kind == "duty" else {})}


@dataclass(frozen=True)
class Question:
    """One question: who asked what for, on which consent, and how it ended.

    `id` is the inquiry's, or the consent's. `outcome` is one of OUTCOMES and `reason` says why nothing was answered; of
    a request for consent, `outcome` is where the consent stands now. `entry` records that it was asked (an embedded
    answer's and a denial's entry records how it ended, too). `consent` is its id and version; of a denied question it
    is the one that was named, without version; `basis` is what it was answered on. An answer may be kept until
    `keep_until`, by its consent, and was said to be deleted at `deleted_at`.
    """

    kind: Literal["inquiry", "consent-request"]
    id: UUID
    asked_at: datetime
    institution: str
    account: str
    intermediary: str | None
    products: Sequence[str]
    purpose: str
    provider: str | None
    consent: tuple[UUID, int | None] | None
    outcome: str
    reason: str | None
    units: int
    entry: UUID
    person: str | None = None
    usage: tuple[Reported, ...] = ()
    keep_until: datetime | None = None
    deleted_at: datetime | None = None
    basis: AnsweredOn | None = None


async def codes_of(session: AsyncSession, subject: Subject) -> list[str]:
    """Return all that a question about this enterprise may have named: its USCC, former codes, hashes of its names."""
    known = {value for _, value in await identifiers_of(session, subject.subject_id)}
    return sorted(known | ({subject.uscc, subject.uscc[8:17]} if subject.uscc else set()))


async def list_questions(
    session: AsyncSession,
    codes: Sequence[str],
    wanted: QuestionFilter,
    after: UUID | None,
    limit: int,
    now: datetime,
) -> list[Question]:
    """Return up to `limit` questions that named one of these codes, by id beyond `after`, oldest first."""
    asked = {**vars(wanted), "codes": list(codes), "after": after, "most": limit}
    inquiries = [question_of(row) for row in await session.execute(_INQUIRIES, asked)]
    terms = Wanted(
        wanted.institution, wanted.account, wanted.purpose, wanted.since, wanted.until, status=wanted.outcome
    )
    # No consent is requested for a person.
    found = [] if wanted.person else await find_requests(session, codes, terms, after, limit, now)
    requests = [question_of_request(one) for one in found]
    page = sorted([*inquiries, *requests], key=lambda one: one.id)[:limit]
    usage = await _find_usage(session, [one.id for one in page if one.outcome == "answered"])
    return [replace(one, usage=tuple(usage.get(one.id, ()))) for one in page]


async def question_named(session: AsyncSession, inquiry_id: UUID) -> Question | None:
    """Return one inquiry, with what was done with its answer."""
    row = (await session.execute(_ONE, {"inquiry": inquiry_id})).one_or_none()
    if row is None:
        return None
    usage = await _find_usage(session, [inquiry_id])
    return replace(question_of(row), usage=tuple(usage.get(inquiry_id, ())))


async def _find_usage(session: AsyncSession, inquiries: Sequence[UUID]) -> dict[UUID, list[Reported]]:
    found: dict[UUID, list[Reported]] = {}
    if inquiries:
        for row in await session.execute(_USAGE, {"inquiries": list(inquiries)}):
            told = Reported(row.version, row.account, orjson.loads(row.content), row.recorded_at, row.event_id)
            found.setdefault(row.inquiry_id, []).append(told)
    return found


def question_of(row: Any) -> Question:  # noqa: ANN401 - a row of COLUMNS
    """Return the question that a row of COLUMNS tells."""
    consent = (row.consent_id, row.consent_version) if row.consent_id else None
    reason = row.reason if row.ending in {"denied", "failed"} else None
    basis = AnsweredOn(row.legal_basis or "consent", row.duty, row.law) if row.ending == "answered" else None
    return Question(
        "inquiry", row.inquiry_id, row.created_at, row.institution, row.account, row.intermediary, (row.product,),
        row.purpose, row.provider, consent, row.ending, reason, row.units, row.event_id, row.person,
        keep_until=row.delete_by, deleted_at=row.deleted_at, basis=basis,
    )  # fmt: skip


def question_of_request(one: Requested) -> Question:
    """Return the question that a request for consent is."""
    terms = one.terms
    return Question(
        "consent-request", terms.consent_id, one.asked_at, terms.institution, one.account, None, terms.products,
        terms.purpose, None, (terms.consent_id, one.version), one.status, None, 0, one.entry,
    )  # fmt: skip
