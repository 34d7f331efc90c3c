"""Adding and suspending institutions and clients: each an event in the same transaction."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from connectors.catalogue.load import agencies
from connectors.conversion.code_faults import fault_of_unified
from connectors.conversion.identifiers import Kind, read_identifier
from connectors.model.nearest import unknown
from gateway.identity.clients.own_keys import check_unused
from gateway.identity.clients.owners import OWNED, check_owner
from gateway.identity.clients.scopes import SCOPES
from gateway.identity.clients.unknown import no_institution
from gateway.identity.tables import Client, ClientKey, Institution
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.work import UnitOfWork
from signing.canonical import canonical_digest
from signing.errors import SignatureError
from signing.jws import SMALLEST_RSA_BITS, import_public

CLASSES = ("bank", "guarantee", "micro_loan", "government", "other")
_DIVISION = re.compile(r"[1-9][0-9]{3}(?!00)[0-9]{2}")  # a county of GB/T 2260: a province or a city ends in 00
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{1,62}")


Agreement = tuple[date | None, date | None]  # first and last day, None where open


async def add_institution(
    work: UnitOfWork, *, institution_id: str, name: str, kind: str, agreement: Agreement = (None, None)
) -> None:
    """Register an institution. Raises DeniedError where the id is taken or malformed, or the class unknown."""
    check_id(institution_id)
    if kind not in CLASSES:
        raise DeniedError("change-refused", f"没有此类机构 {kind!r} is no class of institution: {', '.join(CLASSES)}")
    await take(work.session, Lock.NEW_ID, institution_id)
    if await work.session.get(Institution, institution_id):
        raise DeniedError("change-refused", f"机构已存在 the institution {institution_id} exists already")
    payload = {"name": name, "class": kind, **_days(agreement)}
    row = Institution(
        institution_id=institution_id, name=name, class_=kind, status="active", created_at=work.now,
        event_id=await work.record("institution.added", payload, institution=institution_id, outcome="active"),
        agreement_from=agreement[0], agreement_until=agreement[1],
    )  # fmt: skip
    work.session.add(row)
    await work.session.flush()


async def set_agreement(work: UnitOfWork, *, institution_id: str, agreement: Agreement) -> None:
    """Set the first and last day of an institution's agreement. Raises DeniedError."""
    row = await work.session.get(Institution, institution_id, with_for_update=True)
    if row is None:
        raise await no_institution(work, institution_id)
    days = _days(agreement)
    row.agreement_from, row.agreement_until = agreement
    await work.record("institution.agreement", days, institution=institution_id, outcome="set")
    await work.session.flush()


async def add_client(
    work: UnitOfWork,
    *,
    client_id: str,
    kind: str,
    jwk: Mapping[str, Any],
    institution_id: str | None,
    subject: str | None = None,
    person: str | None = None,
    not_before: datetime | None = None,
) -> None:
    """Register a client with its public key, good from `not_before`; a signatory with the USCC it acts for.

    A client of an administrator belongs to `person`; where none is named, to the one of the same id.
    Raises DeniedError.
    """
    check_id(client_id)
    if kind not in SCOPES:
        raise DeniedError("change-refused", f"没有此类客户端 {kind!r} is no kind of client: {', '.join(SCOPES)}")
    if (kind == "account") != (institution_id is not None):
        raise DeniedError(
            "change-refused",
            "账户须属于机构，其他客户端不属于机构 an account belongs to an institution, and nothing else does",
        )
    uscc = read_uscc(subject) if kind == "signatory" else None
    owner = person or (client_id if kind in OWNED else None)
    await check_owner(work, kind, owner)
    if kind == "agency":
        check_agency(client_id)
    if kind == "office":
        check_office(client_id)
    if institution_id is not None and await work.session.get(Institution, institution_id) is None:
        raise await no_institution(work, institution_id)
    await take(work.session, Lock.NEW_ID, client_id)
    if await work.session.get(Client, client_id):
        raise DeniedError("change-refused", f"客户端已存在 the client {client_id} exists already")
    public = read_public_key(jwk)
    await check_unused(work, public)
    payload = {
        "client": client_id, "kind": kind, "subject": uscc, "person": owner, "kid": public["kid"],
        "key": canonical_digest(public),
        "not_before": not_before.isoformat() if not_before else None,
    }  # fmt: skip
    event = await work.record(
        "client.added", payload, institution=institution_id, account=client_id if institution_id else None,
        outcome="active",
    )  # fmt: skip
    row = Client(
        client_id=client_id, kind=kind, institution_id=institution_id, subject=uscc, person_id=owner,
        status="active", created_at=work.now, event_id=event,
    )  # fmt: skip
    work.session.add(row)
    await work.session.flush()
    key = ClientKey(
        client_id=client_id, kid=public["kid"], public=public, status="active", created_at=work.now, event_id=event,
        not_before=not_before,
    )  # fmt: skip
    work.session.add(key)
    await work.session.flush()


def check_agency(code: str) -> None:
    """Pass for an agency of the catalogue: nothing could be handed in by another. Raises DeniedError."""
    known = {code: agency.zh for code, agency in agencies().items()}
    if code not in known:
        raise DeniedError("change-refused", unknown("agency", code, known))


def check_office(code: str) -> None:
    """Pass for the division code of a county, as a disposal office is named. Raises DeniedError."""
    if not _DIVISION.fullmatch(code):
        raise DeniedError(
            "change-refused",
            f"处置办须为县（市、区）的六位行政区划代码 {code!r}: an office is named by its county's code of six digits",
        )


def _days(agreement: Agreement) -> dict[str, str | None]:
    begins, ends = agreement
    if begins and ends and begins > ends:
        raise DeniedError("change-refused", "协议结束早于开始 the agreement ends before it begins")
    return {"from": begins.isoformat() if begins else None, "until": ends.isoformat() if ends else None}


def read_public_key(jwk: Mapping[str, Any]) -> dict[str, Any]:
    """Return the public members with the thumbprint as kid where none is named. A private key is refused."""
    if "d" in jwk:
        raise DeniedError(
            "change-refused",
            "这是私钥：请自己保管，登记公钥 this is a private key: keep it, and register its public half",
        )
    try:
        given = import_public(jwk)
        key = type(given).import_key(given.as_pem(private=False))  # one spelling: numbers may be led by zeros
        members = {str(name): value for name, value in key.as_dict(private=False).items()}
        thumbprint = key.thumbprint()
    except (SignatureError, ValueError, TypeError, KeyError) as fault:
        raise DeniedError(
            "change-refused", "不是 Ed25519、P-256 或 RSA 的公钥 the key is no public JWK of Ed25519, P-256 or RSA"
        ) from fault
    if members["kty"] == "RSA" and 6 * len(members["n"]) < SMALLEST_RSA_BITS:  # base64url: six bits a character
        raise DeniedError("change-refused", f"RSA 密钥太短 an RSA key has at least {SMALLEST_RSA_BITS} bits")
    return {**members, "kid": str(jwk.get("kid") or thumbprint)}


def read_uscc(subject: str | None) -> str:
    """Return the code of the enterprise a signatory acts for. Raises DeniedError where it is none."""
    code = read_identifier(subject)
    if code.kind is not Kind.USCC:
        raise DeniedError(
            "change-refused",
            "签署人代表企业，请给出统一社会信用代码 "
            "a signatory acts for an enterprise: give its unified social credit code"
            f"；{fault_of_unified(subject or '')}",
        )
    return code.value


def check_id(identifier: str) -> None:
    """Raise DeniedError unless it has the form of an id."""
    if not _ID.fullmatch(identifier):
        raise DeniedError(
            "change-refused",
            f"编号 {identifier!r} 不合规则 is no id: 2 to 63 of a-z 0-9 . _ -, not starting with a mark",
        )
