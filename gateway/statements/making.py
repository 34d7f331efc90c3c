"""Making a statement: the month's questions as the enterprise is told of them, signed over their digest, once.

1. Hold the enterprise's month; a statement that was made before is that one.
2. Read every question of the month, however it ended, in the words of the enterprise's own list.
3. Write it down as canonical JSON, sign its digest, record that it was made.
"""

from collections.abc import Sequence
from typing import Any

from sqlmodel import col, select

from connectors.store.subjects import find_subject
from gateway.inquiries.own_questions import documents_of
from gateway.inquiries.questions import Question, QuestionFilter, list_questions
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.work import UnitOfWork
from gateway.statements.months import Month, month_of, read_month
from gateway.statements.tables import EnterpriseStatement
from signing.canonical import canonical_bytes, sha256_hex
from signing.jws import sign_jws

STATEMENT_TYPE = "xinqiao-enterprise-statement+jws"
PAGE, MOST = 500, 20_000
EARLIEST_MONTHS = 36  # how far back one is made on demand


def enterprise_of(work: UnitOfWork) -> str:
    """Return the acting signatory's enterprise. Raises DeniedError for whoever is none."""
    if work.actor.kind != "signatory" or work.actor.subject is None:
        raise DeniedError("insufficient-scope", "只有企业签署人可以查看。Only an enterprise's signatory may.")
    return work.actor.subject


async def get_statement(work: UnitOfWork, text: str) -> EnterpriseStatement:
    """Return the statement of a month of the acting signatory's enterprise, made now where it was not. DeniedError."""
    uscc, now = enterprise_of(work), await database_now(work.session)
    month = read_month(text, now)
    if month < month_of(now).stepped(-EARLIEST_MONTHS):
        raise DeniedError("no-such-month")
    return await make_statement(work, uscc, month)


async def list_statements(work: UnitOfWork) -> list[EnterpriseStatement]:
    """Return the statements that were made for the acting signatory's enterprise, newest first."""
    query = select(EnterpriseStatement).where(col(EnterpriseStatement.uscc) == enterprise_of(work))
    return list((await work.session.execute(query.order_by(col(EnterpriseStatement.month).desc()))).scalars())


async def make_statement(work: UnitOfWork, uscc: str, month: Month) -> EnterpriseStatement:
    """Return the statement of a month that is over, made and signed the first time it is asked for."""
    await take(work.session, Lock.NEW_ID, f"statement:{uscc}:{month}")
    made = await work.session.get(EnterpriseStatement, (uscc, str(month)))
    if made is not None:
        return made
    now = await database_now(work.session)
    subject = await find_subject(work.session, "uscc", uscc)
    asked = await documents_of(work, await _asked(work, uscc, month))
    content = canonical_bytes(
        {
            "v": 1, "issuer": work.issuer, "enterprise": uscc, "name": subject.name if subject else None,
            "month": str(month), "since": month.since.isoformat(), "until": month.until.isoformat(),
            "made_at": now.isoformat(), "counts": _counts(asked), "questions": asked,
        }
    )  # fmt: skip
    digest = sha256_hex(content)
    claims = {
        "v": 1, "iss": work.issuer, "enterprise": uscc, "month": str(month), "sha256": digest,
        "questions": len(asked), "at": now.isoformat(),
    }  # fmt: skip
    signature = sign_jws(claims, work.keys.signing("answer"), STATEMENT_TYPE)
    payload = {
        "enterprise": uscc, "month": str(month), "questions": len(asked), "digest": digest,
        "signature": sha256_hex(signature.encode()),
    }  # fmt: skip
    entry = await work.record(
        "statement.made", payload, subject=subject.subject_id if subject else None, outcome="made", at=now
    )
    row = EnterpriseStatement(
        uscc=uscc, month=str(month), questions=len(asked), content=content, signature=signature, made_at=now,
        event_id=entry,
    )  # fmt: skip
    work.session.add(row)
    await work.session.flush()
    return row


async def _asked(work: UnitOfWork, uscc: str, month: Month) -> Sequence[Question]:
    """Return every question of a month, oldest first. Raises DeniedError for more than a statement holds."""
    wanted, found, after = QuestionFilter(since=month.since, until=month.until), list[Question](), None
    now = await database_now(work.session)
    while len(found) <= MOST:
        page = await list_questions(work.session, [uscc], wanted, after, PAGE, now)
        found += page
        if len(page) < PAGE:
            return found
        after = page[-1].id
    raise DeniedError("statement-too-long")


def _counts(asked: Sequence[dict[str, Any]]) -> dict[str, int]:
    counts = dict.fromkeys(("answered", "denied", "failed", "open", "consent-request"), 0)
    for one in asked:
        counts["consent-request" if one["kind"] == "consent-request" else one["outcome"]] += 1
    return {"all": len(asked), **counts}
