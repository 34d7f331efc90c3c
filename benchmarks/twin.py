"""The same job as an idiomatic FastAPI and SQLModel service does it: one session per request, one object per row.

Served by uvicorn over the database of an initialised instance (its environment); no part of the service, only of the
benchmark. It keeps the same promises: a token and a proof that are used once, a key, a consent that is locked and
verified, four counters that are locked, an entry with its sealed payload, an answer that is signed once all is durable.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, FastAPI, Header, HTTPException, Request
from pydantic import BaseModel
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from connectors.model.calendar import day_of
from connectors.store.subjects import find_subject
from consent.statements import is_receipt, receipt_claims
from consent.store import read_terms
from consent.tables import ConsentHead, ConsentUse, ConsentVersion
from gateway.gateway import Gateway, open_gateway
from gateway.identity.tables import Client, Institution, Once
from gateway.identity.tokens.access_tokens import AccessToken, TokenError, read
from gateway.identity.tokens.dpop import Proof, ProofError, read_proof
from gateway.identity.tokens.marks import proof_mark
from gateway.inquiries.computing import compute_result
from gateway.inquiries.tables import Idempotency, Inquiry
from gateway.quota.tables import QuotaLedger, QuotaLimit, QuotaPeriod
from gateway.runtime.events import event_of
from gateway.runtime.settings import load_settings
from signing.canonical import canonical_bytes, sha256_hex
from signing.jws import sign_jws


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the instance."""
    async with open_gateway(load_settings()) as app.state.gateway:
        yield


app = FastAPI(lifespan=lifespan)


class Question(BaseModel):
    """What is asked."""

    subject: str
    product: str
    purpose: str


class Answer(BaseModel):
    """What is answered."""

    inquiry: UUID
    score: int | None
    band: str | None
    entry: UUID
    answer: str


async def opened(request: Request) -> Gateway:
    """Give the instance."""
    gateway: Gateway = request.app.state.gateway
    return gateway


async def transaction(gateway: Annotated[Gateway, Depends(opened)]) -> AsyncIterator[AsyncSession]:
    """Open the request's session; it commits before the answer is sent."""
    async with gateway.database.begin("twin") as session:
        yield session


async def caller(
    request: Request,
    gateway: Annotated[Gateway, Depends(opened)],
    authorization: Annotated[str, Header()],
    dpop: Annotated[str, Header()],
) -> tuple[AccessToken, Proof]:
    """Let in who has a token and a proof of its key."""
    now, text = datetime.now(UTC).timestamp(), authorization.partition(" ")[2]
    try:
        token = read(text, gateway.issuer.keys, gateway.issuer.name, now)
        url = gateway.settings.issuer + request.url.path
        proof = read_proof(dpop, method=request.method, url=url, now=now, token=text)
    except (TokenError, ProofError) as fault:
        raise HTTPException(401) from fault
    if token.confirmation != ("jkt", proof.thumbprint):
        raise HTTPException(401)
    return token, proof


Session = Annotated[AsyncSession, Depends(transaction, scope="function")]


@app.post("/v1/inquiries")
async def ask(
    question: Question,
    session: Session,
    gateway: Annotated[Gateway, Depends(opened)],
    known: Annotated[tuple[AccessToken, Proof], Depends(caller)],
    key: Annotated[str, Header(alias="Idempotency-Key")],
) -> Answer:
    """Answer a question."""
    (token, proof), inquiry_id, entry, now = known, uuid7(), uuid7(), datetime.now(UTC)
    bank, day = token.institution or "", day_of(now)
    await claim(session, token, proof, question, key, inquiry_id)
    client = await session.get_one(Client, token.client_id, with_for_update={"key_share": True, "read": True})
    institution = await session.get_one(Institution, bank, with_for_update={"key_share": True, "read": True})
    if (client.status, institution.status) != ("active", "active"):
        raise HTTPException(403)
    consent = await permitting(session, gateway, bank, question)
    counters = await count_in(session, token.client_id, bank)
    result = await compute_result(session, await subject_of(session, question.subject), question.product, now)
    asked = {
        "inquiry": str(inquiry_id), "subject": question.subject, "institution": bank, "account": token.client_id,
        "intermediary": None, "product": question.product, "purpose": question.purpose, "provider": "embedded",
        "consent": {"id": str(consent.consent_id), "version": consent.version},
    }  # fmt: skip
    statement = {"v": 2, "iss": gateway.settings.issuer, **asked, **result.members(), "entry": str(entry),
                 "issued_at": now.isoformat()}  # fmt: skip
    answer = sign_jws(statement, gateway.keys.signing("answer"), "xinqiao-answer+jws")
    payload = {**asked, "person": None, "answer": sha256_hex(answer.encode()), "score": result.score,
               "model": result.model, "units": 1, "day": day.isoformat()}  # fmt: skip
    event = event_of("inquiry.answered", token.client_id, payload, institution=bank, account=token.client_id,
                     outcome="answered", exchange=str(inquiry_id))  # fmt: skip
    await gateway.audit.record(session, event, now, entry)
    for counter in counters:
        counter.used += 1
    session.add(ConsentUse(
        inquiry_id=inquiry_id, consent_id=consent.consent_id, version=consent.version, account=token.client_id,
        institution=bank, product=question.product, purpose=question.purpose, used_at=now, event_id=entry,
    ))  # fmt: skip
    session.add(QuotaLedger(
        entry_id=uuid7(), inquiry_id=inquiry_id, account=token.client_id, institution=bank, product=question.product,
        units=1, day=day, event_id=entry,
    ))  # fmt: skip
    session.add(Inquiry(
        inquiry_id=inquiry_id, account=token.client_id, institution=bank, intermediary=None, subject_id=None,
        uscc=question.subject, product=question.product, purpose=question.purpose, provider="embedded",
        consent_id=consent.consent_id, consent_version=consent.version, state="answered", outcome="answered", units=1,
        answer=answer, created_at=now, expires_at=None, settled_at=now, event_id=entry,
    ))  # fmt: skip
    await session.flush()
    return Answer(inquiry=inquiry_id, score=result.score, band=result.band, entry=entry, answer=answer)


async def claim(
    session: AsyncSession, token: AccessToken, proof: Proof, question: Question, key: str, inquiry_id: UUID
) -> None:
    """Claim the proof and the key, each good once."""
    mark, now = proof_mark(proof), datetime.now(UTC)
    session.add(Once(key=mark.key, expires_at=mark.until))
    digest = bytes.fromhex(sha256_hex(canonical_bytes(question.model_dump())))
    session.add(Idempotency(
        account=token.client_id, key=key, request_digest=digest, inquiry_id=inquiry_id, created_at=now,
    ))  # fmt: skip
    try:
        await session.flush()
    except IntegrityError as fault:
        raise HTTPException(409) from fault


async def permitting(session: AsyncSession, gateway: Gateway, bank: str, question: Question) -> ConsentVersion:
    """Return the newest version of the consent that permits it, its head locked."""
    held = select(ConsentHead).where(ConsentHead.institution == bank, ConsentHead.uscc == question.subject)
    keys = gateway.keys.publics("consent")
    for head in (await session.execute(held.order_by(col(ConsentHead.consent_id)).with_for_update())).scalars():
        newest = select(ConsentVersion).where(ConsentVersion.consent_id == head.consent_id)
        version = (await session.execute(newest.order_by(col(ConsentVersion.version).desc()).limit(1))).scalar_one()
        terms = read_terms(version.terms)
        claims = receipt_claims(version.consent_id, version.version, version.status, sha256_hex(version.terms),
                                version.recorded_at)  # fmt: skip
        sound = is_receipt(version.receipt, keys, claims) and version.status == "active"
        if sound and question.product in terms.products and question.purpose == terms.purpose:
            return version
    raise HTTPException(403)


async def count_in(session: AsyncSession, account: str, bank: str) -> list[QuotaPeriod]:
    """Return the four counters, locked, each below its plan's limit."""
    day = day_of(datetime.now(UTC))
    counters = []
    for scope, scope_id in (("account", account), ("institution", bank)):
        for period, starts in (("day", day), ("month", day.replace(day=1))):
            limits = select(QuotaLimit).where(
                QuotaLimit.scope == scope, QuotaLimit.scope_id == scope_id, QuotaLimit.period == period
            )
            newest = limits.order_by(col(QuotaLimit.effective_from).desc()).limit(1)
            limit = (await session.execute(newest)).scalar_one()
            key = (scope, scope_id, "*", "unit", period, starts)
            counter = await session.get(QuotaPeriod, key, with_for_update=True)
            if counter is None:
                counter = QuotaPeriod(scope=scope, scope_id=scope_id, period=period, starts=starts, used=0)
                session.add(counter)
            if counter.used + 1 > (limit.most or 0):
                raise HTTPException(429)
            counters.append(counter)
    return counters


async def subject_of(session: AsyncSession, code: str) -> UUID:
    """Return the id of an enterprise on record."""
    found = await find_subject(session, "uscc", code)
    if found is None:
        raise HTTPException(404)
    return found.subject_id
