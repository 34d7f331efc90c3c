"""A credential of an enterprise's own newest score, for the enterprise to show: to whom, and how much, is its choice.

1. Find the newest answer about the acting signatory's enterprise that has a score, whoever asked; who did is not told.
2. Bind it to the key the signatory logs in with: nobody else can show it.
3. Sign it, for a few days: what was issued is not revoked, it ends. Nothing is kept but the entry.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import col, select

from connectors.store.subjects import find_subject
from gateway.identity.tables import ClientKey
from gateway.inquiries.tables import STORED
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from signing.canonical import sha256_hex
from signing.jws import payload_of
from signing.packed import unpack
from signing.selective import issue

LIFE = timedelta(days=7)
OLDEST = timedelta(days=30)
SHOWABLE = ("score", "band", "percentile", "dimensions")
LOOKED_AT = 20  # the newest answers: some may have no score
_NEWEST = text(f"""
    SELECT {STORED} AS answer, settled_at FROM inquiry
    WHERE uscc = :uscc AND state = 'answered' AND product = 'score' AND settled_at > :since
    ORDER BY inquiry_id DESC LIMIT :most
""")  # noqa: S608 - our own words


def type_of(issuer: str) -> str:
    """Return the type of the credential (`vct`)."""
    return f"{issuer}/credentials/score"


async def issue_credential(work: UnitOfWork, *, offered: bool) -> dict[str, Any]:
    """Return a credential of the acting signatory's enterprise, what it can disclose and until when it holds.

    Raises DeniedError where it is not offered here, for whoever is no signatory with a key, and without a score.
    """
    if not offered:
        raise DeniedError("sharing-not-offered")
    if work.actor.kind != "signatory" or work.actor.subject is None:
        raise DeniedError("insufficient-scope", "只有企业签署人可以取得。Only an enterprise's signatory may.")
    now = await database_now(work.session)
    key = await _key_of(work, now)
    answer, answered_at = await find_newest_score(work, work.actor.subject, now)
    until = now + LIFE
    showable = {name: answer[name] for name in SHOWABLE if answer.get(name) is not None}
    claims = {
        "iss": work.issuer, "vct": type_of(work.issuer), "sub": work.actor.subject, "iat": int(now.timestamp()),
        "exp": int(until.timestamp()), "model": answer["model"], "answered_at": int(answered_at.timestamp()),
        "cnf": {"jwk": key},
    }  # fmt: skip
    credential = issue(claims, showable, work.keys.signing("answer"))
    subject = await find_subject(work.session, "uscc", work.actor.subject)
    payload = {"members": sorted(showable), "digest": sha256_hex(credential.encode()), "until": until.isoformat()}
    entry = await work.record(
        "credential.issued", payload, subject=subject.subject_id if subject else None, outcome="issued"
    )
    return {
        "credential": credential, "type": claims["vct"], "members": sorted(showable), "until": until.isoformat(),
        "entry": str(entry),
    }  # fmt: skip


async def _key_of(work: UnitOfWork, now: datetime) -> dict[str, Any]:
    """Return the public key the acting client logs in with now, the newest where it has two."""
    query = select(ClientKey).where(
        col(ClientKey.client_id) == work.actor.client_id, col(ClientKey.status) == "active",
        (col(ClientKey.not_after).is_(None)) | (col(ClientKey.not_after) > now),
        (col(ClientKey.not_before).is_(None)) | (col(ClientKey.not_before) <= now),
    )  # fmt: skip
    row = (await work.session.execute(query.order_by(col(ClientKey.created_at).desc()).limit(1))).scalar_one_or_none()
    if row is None:
        raise DeniedError("holder-key-missing")
    return {name: row.public[name] for name in ("kty", "crv", "x", "y", "n", "e") if name in row.public}


async def find_newest_score(work: UnitOfWork, uscc: str, now: datetime) -> tuple[dict[str, Any], datetime]:
    """Return the newest answer with a score about an enterprise, and when it was given. Raises DeniedError."""
    values = {"uscc": uscc, "since": now - OLDEST, "most": LOOKED_AT}
    for row in await work.session.execute(_NEWEST, values):
        answer = payload_of(unpack(row.answer))
        if answer.get("score") is not None and answer.get("band") is not None:
            return answer, row.settled_at
    raise DeniedError("nothing-to-share")
