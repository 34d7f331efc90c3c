"""Adding and suspending institutions and clients: each an event in the same transaction."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from audit.events import Event
from audit.recorder import Recorder
from connectors.conversion.identifiers import Kind, read_identifier
from gateway.identity.clients.scopes import SCOPES
from gateway.identity.tables import Client, ClientKey, Institution
from gateway.runtime.errors import GatewayError
from signing.errors import SignatureError
from signing.jws import SMALLEST_RSA_BITS, import_public

CLASSES = ("bank", "guarantee", "micro_loan", "other")
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{1,62}")


Agreement = tuple[date | None, date | None]  # first and last day, None where open


class RegistrationError(GatewayError):
    """The institution or client cannot be registered as asked."""


async def add_institution(
    session: AsyncSession,
    recorder: Recorder,
    *,
    actor: str,
    institution_id: str,
    name: str,
    kind: str,
    agreement: Agreement = (None, None),
    now: datetime,
) -> None:
    """Register an institution. Raises RegistrationError where the id is taken or malformed, or the class unknown."""
    check_id(institution_id)
    if kind not in CLASSES:
        raise RegistrationError(f"{kind!r} is no class of institution: {', '.join(CLASSES)}")
    if await session.get(Institution, institution_id):
        raise RegistrationError(f"the institution {institution_id} exists already")
    event = Event(
        "institution.added",
        actor,
        institution=institution_id,
        payload={"name": name, "class": kind, **_days(agreement)},
    )
    row = Institution(
        institution_id=institution_id, name=name, class_=kind, status="active", created_at=now,
        event_id=await recorder.record(session, event, now),
        agreement_from=agreement[0], agreement_until=agreement[1],
    )  # fmt: skip
    session.add(row)
    await session.flush()


async def set_agreement(
    session: AsyncSession,
    recorder: Recorder,
    *,
    actor: str,
    institution_id: str,
    agreement: Agreement,
    now: datetime,
) -> None:
    """Set the first and last day of an institution's agreement. Raises RegistrationError."""
    row = await session.get(Institution, institution_id, with_for_update=True)
    if row is None:
        raise RegistrationError(f"there is no institution {institution_id}")
    event = Event("institution.agreement", actor, institution=institution_id, payload=_days(agreement))
    row.agreement_from, row.agreement_until = agreement
    await recorder.record(session, event, now)
    await session.flush()


async def add_client(
    session: AsyncSession,
    recorder: Recorder,
    *,
    actor: str,
    client_id: str,
    kind: str,
    jwk: Mapping[str, Any],
    institution_id: str | None,
    subject: str | None = None,
    now: datetime,
) -> None:
    """Register a client with its public key; a signatory with the USCC it acts for. Raises RegistrationError."""
    check_id(client_id)
    if kind not in SCOPES:
        raise RegistrationError(f"{kind!r} is no kind of client: {', '.join(SCOPES)}")
    if (kind == "account") != (institution_id is not None):
        raise RegistrationError("an account belongs to an institution, and nothing else does")
    uscc = _uscc(subject) if kind == "signatory" else None
    if institution_id is not None and await session.get(Institution, institution_id) is None:
        raise RegistrationError(f"there is no institution {institution_id}: add it first")
    if await session.get(Client, client_id):
        raise RegistrationError(f"the client {client_id} exists already")
    public = read_public_key(jwk)
    event = Event(
        "client.added", actor, institution=institution_id, account=client_id if institution_id else None,
        payload={"client": client_id, "kind": kind, "kid": public["kid"]},
    )  # fmt: skip
    row = Client(
        client_id=client_id, kind=kind, institution_id=institution_id, subject=uscc, status="active",
        created_at=now, event_id=await recorder.record(session, event, now),
    )  # fmt: skip
    session.add(row)
    await session.flush()
    session.add(
        ClientKey(
            client_id=client_id, kid=public["kid"], public=public, status="active", created_at=now,
            event_id=row.event_id,
        )
    )  # fmt: skip
    await session.flush()


def _days(agreement: Agreement) -> dict[str, str | None]:
    begins, ends = agreement
    if begins and ends and begins > ends:
        raise RegistrationError("the agreement ends before it begins")
    return {"from": begins.isoformat() if begins else None, "until": ends.isoformat() if ends else None}


def read_public_key(jwk: Mapping[str, Any]) -> dict[str, Any]:
    """Return the public members with the thumbprint as kid where none is named. A private key is refused."""
    if "d" in jwk:
        raise RegistrationError("this is a private key: keep it, and register its public half")
    try:
        key = import_public(jwk)
        members = {str(name): value for name, value in key.as_dict(private=False).items()}
        thumbprint = key.thumbprint()
    except (SignatureError, ValueError, TypeError, KeyError) as fault:
        raise RegistrationError("the key is no public JWK of Ed25519, P-256 or RSA") from fault
    if members["kty"] == "RSA" and 6 * len(members["n"]) < SMALLEST_RSA_BITS:  # base64url: six bits a character
        raise RegistrationError(f"an RSA key has at least {SMALLEST_RSA_BITS} bits")
    return {**members, "kid": str(jwk.get("kid") or thumbprint)}


def _uscc(subject: str | None) -> str:
    code = read_identifier(subject)
    if code.kind is not Kind.USCC:
        raise RegistrationError("a signatory acts for an enterprise: give its unified social credit code")
    return code.value


def check_id(identifier: str) -> None:
    """Raise RegistrationError unless it has the form of an id."""
    if not _ID.fullmatch(identifier):
        raise RegistrationError(f"{identifier!r} is no id: 2 to 63 of a-z 0-9 . _ -, not starting with a mark")
