"""What one client may do within its kind, and from where."""

from dataclasses import asdict, dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy.ext.asyncio import AsyncSession

from audit.events import Event
from audit.recorder import Recorder
from gateway.identity.clients.registry import RegistrationError
from gateway.identity.clients.scopes import SCOPES
from gateway.identity.tables import Client

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class Limits:
    """Scopes, products and networks (CIDR), each None where nothing limits it; where codes may be sent."""

    scopes: list[str] | None
    products: list[str] | None
    networks: list[str] | None
    redirect_uris: list[str]


async def set_limits(
    session: AsyncSession, recorder: Recorder, *, actor: str, client_id: str, limits: Limits, now: datetime
) -> None:
    """Replace a client's limits. Raises RegistrationError for an unknown client, scope, or an unsafe address."""
    row = await session.get(Client, client_id, with_for_update=True)
    if row is None:
        raise RegistrationError(f"there is no client {client_id}")
    foreign = set(limits.scopes or ()) - SCOPES[row.kind]
    if foreign:
        raise RegistrationError(f"a client of kind {row.kind} cannot have {', '.join(sorted(foreign))}")
    for address in limits.redirect_uris:
        parts = urlsplit(address)
        if parts.fragment or not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)):
            raise RegistrationError(f"{address}: a code is sent to an https address without fragment")
    row.scopes, row.products = limits.scopes, limits.products
    row.networks, row.redirect_uris = limits.networks, limits.redirect_uris
    event = Event(
        "client.limited", actor, institution=row.institution_id,
        account=client_id if row.institution_id else None, payload={"client": client_id, **asdict(limits)},
    )  # fmt: skip
    await recorder.record(session, event, now)
    await session.flush()


async def set_signing(
    session: AsyncSession, recorder: Recorder, *, actor: str, client_id: str, required: bool, now: datetime
) -> None:
    """Say whether an agency's deliveries are refused unless signed. Raises RegistrationError where it is no agency."""
    row = await session.get(Client, client_id, with_for_update=True)
    if row is None or row.kind != "agency":
        raise RegistrationError(f"there is no agency {client_id}")
    row.must_sign = required
    await recorder.record(
        session, Event("client.signing", actor, payload={"client": client_id, "required": required}), now
    )
    await session.flush()
