"""The platforms an instance knows: where they are, which key their receipts are signed with, who we are there."""

from collections.abc import Mapping
from typing import Any

from gateway.platforms.tables import Peer
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from signing.canonical import canonical_digest
from signing.errors import SignatureError
from signing.jws import import_public

ROLES = ("brain", "city", "province", "market-regulator", "police", "supervisor")


async def set_peer(
    work: UnitOfWork, *, peer_id: str, role: str, url: str, jwk: Mapping[str, Any], client_id: str, status: str
) -> None:
    """Register a platform, or replace what is known of it; of a whole key document, its delivery key counts.

    Raises DeniedError with what is wrong.
    """
    found = jwk.get("delivery", jwk)
    try:
        import_public(found)
        kid = str(found["kid"])
    except (SignatureError, ValueError, TypeError, KeyError, AttributeError) as fault:
        raise DeniedError("invalid-request", "公钥无效。The key is no public JWK with a kid.") from fault
    if role not in ROLES or not url.startswith(("http://", "https://")) or url.endswith("/"):
        detail = (
            f"role 须为 {'、'.join(ROLES)}；url 为其 issuer，末尾无斜线。"
            f"role: {', '.join(ROLES)}; url: the platform's issuer, without a final slash."
        )
        raise DeniedError("invalid-request", detail)
    payload = {
        "peer": peer_id, "role": role, "url": url, "kid": kid, "key": canonical_digest(dict(found)),
        "client": client_id, "status": status,
    }  # fmt: skip
    event = await work.record("peer.set", payload, outcome=status)
    row = Peer(peer_id=peer_id, role=role, url=url, jwk=dict(found), client_id=client_id, status=status, event_id=event)
    await work.session.merge(row)
    await work.session.flush()
