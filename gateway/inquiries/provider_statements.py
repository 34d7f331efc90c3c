"""What providers signed of the answers they gave: kept with the answer, so that it can be verified later."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from uuid_utils.compat import uuid7

from gateway.inquiries.answering import Given
from gateway.inquiries.finding import OVERSEERS, find_own_inquiry
from gateway.providers.tables import ProviderStatement, ProviderVersion
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from scoring_adapter.providers.mapping import Statement
from scoring_adapter.providers.terms import terms_of
from signing.canonical import sha256_hex
from signing.detached import verify_detached
from signing.errors import SignatureError


async def keep_statements(work: UnitOfWork, given: Sequence[Given]) -> None:
    """Keep what was signed of answers that were given just now, each with its entry; most answers are not signed."""
    entries, rows = [], []
    for one in given:
        for provider, statement in _signed(one):
            entry, inquiry = uuid7(), one.request.inquiry_id
            told = {
                "inquiry": str(inquiry), "provider": provider, "version": statement.version,
                "body": sha256_hex(statement.body), "signature": statement.signature,
            }  # fmt: skip
            event = replace(work, actor=one.member.actor).event(
                "provider.signed", told, institution=one.request.institution, account=one.request.account,
                subject=one.admission.subject.subject_id, outcome="signed", exchange=inquiry,
            )  # fmt: skip
            entries.append((entry, event, one.admission.now))
            rows.append(ProviderStatement(
                inquiry_id=inquiry, provider=provider, version=statement.version, body=statement.body,
                signature=statement.signature, event_id=entry,
            ))  # fmt: skip
    if rows:
        await work.recorder.record_all(work.session, entries)
        work.session.add_all(rows)
        await work.session.flush()


async def read_statements(work: UnitOfWork, inquiry_id: UUID) -> list[dict[str, Any]]:
    """Return what was signed of an inquiry's answer, with the key that was agreed then, and whether it holds; that it
    was read is recorded. Raises DeniedError where there is no such inquiry, and for whoever is no overseer.
    """
    if work.actor.kind not in OVERSEERS:
        raise DeniedError("insufficient-scope", "只有审计人员可以查看。Auditors alone see what providers signed.")
    row = await find_own_inquiry(work, inquiry_id)
    if row is None:
        raise DeniedError("inquiry-not-found")
    query = (
        select(ProviderStatement, ProviderVersion)
        .join(
            ProviderVersion,
            (col(ProviderVersion.provider) == col(ProviderStatement.provider))
            & (col(ProviderVersion.version) == col(ProviderStatement.version)),
        )
        .where(col(ProviderStatement.inquiry_id) == inquiry_id)
        .order_by(col(ProviderStatement.provider))
    )
    found = [_told(row, version) for row, version in (await work.session.execute(query)).all()]
    await work.record(
        "provider.statement_read", {"inquiry": str(inquiry_id), "found": len(found)}, subject=row.subject_id,
        outcome="read", exchange=inquiry_id,
    )  # fmt: skip
    return found


def _signed(one: Given) -> Iterator[tuple[str, Statement]]:
    """Yield who signed what of an answer: its provider, or the parts of a joint one."""
    if one.result.statement is not None:
        yield one.request.provider, one.result.statement
    for part in one.result.parts:
        if not isinstance(part.result, str) and part.result.statement is not None:
            yield part.head["provider"], part.result.statement


def _told(row: ProviderStatement, version: ProviderVersion) -> dict[str, Any]:
    key = terms_of(version.terms).signing or {}
    try:
        verify_detached(row.signature, row.body, key)
        holds = True
    except SignatureError:
        holds = False
    return {
        "provider": row.provider, "version": row.version, "holds": holds, "key": dict(key), "signature": row.signature,
        "body": b64encode(row.body).decode(), "entry": str(row.event_id),
    }  # fmt: skip
