"""The platforms an instance knows: where they are, which key their receipts are signed with, who we are there."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from audit.events import Event
from gateway.gateway import Gateway
from gateway.platforms.tables import Peer
from gateway.runtime.errors import GatewayError
from signing.errors import SignatureError
from signing.jws import import_public

ROLES = ("brain", "city", "province")


class PeerError(GatewayError):
    """The platform cannot be registered as asked."""


async def set_peer(
    gateway: Gateway,
    session: AsyncSession,
    *,
    actor: str,
    peer_id: str,
    role: str,
    url: str,
    jwk: Mapping[str, Any],
    client_id: str,
    status: str,
) -> None:
    """Register a platform, or replace what is known of it; of a whole key document, its delivery key counts.

    Raises PeerError with what is wrong.
    """
    found = jwk.get("delivery", jwk)
    try:
        import_public(found)
        kid = str(found["kid"])
    except (SignatureError, ValueError, TypeError, KeyError, AttributeError) as fault:
        raise PeerError("公钥无效 the key is no public JWK with a kid") from fault
    if role not in ROLES or not url.startswith(("http://", "https://")) or url.endswith("/"):
        raise PeerError(f"role: {', '.join(ROLES)}; url: the platform's issuer, without a final slash")
    payload = {"peer": peer_id, "role": role, "url": url, "kid": kid, "status": status}
    event = await gateway.audit.record(session, Event("peer.set", actor, payload=payload), datetime.now(UTC))
    row = Peer(peer_id=peer_id, role=role, url=url, jwk=dict(found), client_id=client_id, status=status, event_id=event)
    await session.merge(row)
    await session.flush()
