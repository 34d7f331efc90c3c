"""Taking in a file of consents that an institution collected elsewhere.

1. Open: the file is known by its digest; sent again, it is the same import.
2. Each row in a transaction of its own, all or nothing: the request, by the rules of every request; then its scan,
   which waits for the platform's two officers as every paper does, or the approvals, which are the signatories' own and
   bring it in force at once. What became of it is written down in the same transaction; why a row is refused, in
   another.
3. A file whose process ended is sent again, and goes on where it was.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from connectors.conversion.identifiers import Kind, read_identifier
from consent.decision import Consent
from consent.reading import read_terms
from consent.tables import ConsentHead
from consent.terms import SCHEMA, Terms
from gateway.consents.drafting import complete, draft
from gateway.consents.files import add_file
from gateway.consents.imports.archive import read_archive
from gateway.consents.imports.rows import ConsentFileRead, Made, Row, ScannedRow, SignedRow, WrongRow
from gateway.consents.imports.signed import read_signed
from gateway.consents.imports.tables import ConsentImport, ConsentImportRow
from gateway.consents.life import change_consent, request_consent
from gateway.runtime.actor import Actor
from gateway.runtime.denial import Denial, DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from gateway.web.error_table import ERRORS
from signing.canonical import sha256_hex
from signing.errors import SignatureError
from signing.jws import key_id_of

LARGEST_IMPORT = 32 * 1024 * 1024
ARCHIVE, SIGNED = "application/zip", "application/x-ndjson"
READERS = {ARCHIVE: ("archive", read_archive), SIGNED: ("signed", read_signed)}
# What whoever asked said of terms themselves; all else comes from the template of the purpose.
_NAMED = frozenset({
    "fetch_type", "access_mode", "data_life", "legal_basis", "limits", "required_approvals", "tier", "data_from",
})  # fmt: skip
_LATER = frozenset({429, 500, 502, 503, 504})  # it is the service that cannot take the row now
_SIGNATORY = text("""
    SELECT k.client_id FROM client_key k JOIN client c USING (client_id) JOIN client_standing s USING (client_id)
    WHERE k.kid = :kid AND c.kind = 'signatory' AND c.subject = :uscc AND s.stopped IS NULL ORDER BY k.client_id LIMIT 1
""")


def read_file(media_type: str, content: bytes) -> ConsentFileRead:
    """Read a file of consents, whose media type says which kind it is. Raises DeniedError."""
    if media_type not in READERS:
        raise DeniedError("import-refused", f"Content-Type: {ARCHIVE}, {SIGNED}")
    if not content:
        raise DeniedError("import-refused", "文件是空的 the file is empty")
    kind, reader = READERS[media_type]
    return ConsentFileRead(kind, bytes.fromhex(sha256_hex(content)), reader(content))


async def take_import(units: UnitsOfWork, actor: Actor, file: ConsentFileRead) -> UUID:
    """Take in every row that was not yet; return the import's id. Raises DeniedError for who may not, and where the
    service cannot go on now.
    """
    import_id = await open_import(units, actor, file)
    await take_rows(units, actor, import_id, file)
    return import_id


async def open_import(units: UnitsOfWork, actor: Actor, file: ConsentFileRead) -> UUID:
    """Open the import that a file is; return its id. Raises DeniedError for who may not."""
    async with units.begin("consent-import.open", actor) as work:
        return await _open(work, file)


async def take_rows(units: UnitsOfWork, actor: Actor, import_id: UUID, file: ConsentFileRead) -> None:
    """Take in every row of a file that was not yet. Raises DeniedError where the service cannot go on now."""
    async with units.begin("consent-import.rows", actor) as work:
        done = {row.number for row in await read_rows(work, import_id)}
    for row in file.rows:
        if row.number not in done:
            await _take_row(units, actor, import_id, row)


async def get_import(work: UnitOfWork, import_id: UUID) -> tuple[ConsentImport, Sequence[ConsentImportRow]]:
    """Return an import of the acting institution with what became of its rows. Raises DeniedError."""
    found = await work.session.get(ConsentImport, import_id)
    if found is None or found.institution != work.actor.institution_id:
        raise DeniedError("import-not-found")
    return found, await read_rows(work, import_id)


async def list_imports(work: UnitOfWork, limit: int) -> Sequence[ConsentImport]:
    """Return the acting institution's imports, newest first."""
    query = select(ConsentImport).where(col(ConsentImport.institution) == work.actor.institution_id)
    found = await work.session.execute(query.order_by(col(ConsentImport.import_id).desc()).limit(limit))
    return found.scalars().all()


async def read_rows(work: UnitOfWork, import_id: UUID) -> Sequence[ConsentImportRow]:
    """Return what became of an import's rows so far."""
    query = select(ConsentImportRow).where(col(ConsentImportRow.import_id) == import_id)
    return (await work.session.execute(query.order_by(col(ConsentImportRow.number)))).scalars().all()


async def _open(work: UnitOfWork, file: ConsentFileRead) -> UUID:
    actor = work.actor
    if actor.kind != "account" or actor.institution_id is None:
        raise DeniedError("not-yours-to-decide", "只有机构账户可以导入授权。Only an account hands consents in.")
    await take(work.session, Lock.CONSENT_IMPORT, f"{actor.institution_id} {file.digest.hex()}")
    query = select(ConsentImport.import_id).where(
        col(ConsentImport.institution) == actor.institution_id, col(ConsentImport.digest) == file.digest
    )
    earlier: UUID | None = (await work.session.execute(query)).scalar_one_or_none()
    if earlier is not None:
        return earlier
    import_id = uuid7()
    payload = {
        "import": str(import_id), "kind": file.kind, "digest": file.digest.hex(), "total": len(file.rows),
        "person": actor.person,
    }  # fmt: skip
    entry = await work.record(
        "consent.imported", payload, institution=actor.institution_id, account=actor.client_id, outcome="taken",
        exchange=import_id,
    )  # fmt: skip
    work.session.add(
        ConsentImport(
            import_id=import_id, institution=actor.institution_id, account=actor.client_id, person=actor.person,
            kind=file.kind, digest=file.digest, total=len(file.rows), created_at=work.now, event_id=entry,
        )
    )  # fmt: skip
    await work.session.flush()
    return import_id


async def _take_row(units: UnitsOfWork, actor: Actor, import_id: UUID, row: Row) -> None:
    """Take in a row, or write down why not. Raises DeniedError where it is the service that cannot."""
    try:
        async with units.begin("consent-import.row", actor) as work:
            if await _is_first(work, import_id, row):
                await _write(work, import_id, row, await _make(work, row))
    except DeniedError as fault:
        denial = fault.denial
        if ERRORS[denial.reason].status in _LATER:
            raise
        async with units.begin("consent-import.row-refused", actor) as work:
            if await _is_first(work, import_id, row):
                await _write(work, import_id, row, Made(denial.reason, detail=denial.detail or None))


async def _is_first(work: UnitOfWork, import_id: UUID, row: Row) -> bool:
    """Tell whether nobody has taken the row yet; whoever takes it at the same time waits."""
    await take(work.session, Lock.CONSENT_IMPORT, f"{import_id} {row.number}")
    return await work.session.get(ConsentImportRow, (import_id, row.number)) is None


async def _write(work: UnitOfWork, import_id: UUID, row: Row, made: Made) -> None:
    told: dict[str, Any] = {"outcome": made.outcome, "detail": made.detail, "consent_id": made.consent_id}
    work.session.add(
        ConsentImportRow(import_id=import_id, number=row.number, subject=_code_of(row), recorded_at=work.now, **told)
    )
    await work.session.flush()


def _code_of(row: Row) -> str:
    """Return the enterprise's code; nothing for what is none: it could be a person's number, which is not kept."""
    code = read_identifier(row.subject)
    return code.value if code.kind is Kind.USCC else ""


async def _make(work: UnitOfWork, row: Row) -> Made:
    match row:
        case WrongRow():
            return Made(row.reason, detail=row.detail)
        case ScannedRow():
            requested = await request_consent(work, await draft(work, row.request))
            made = await add_file(work, requested.terms.consent_id, row.scan)
        case SignedRow():
            made = await _make_signed(work, row)
    return Made(made.status, made.terms.consent_id)


async def _make_signed(work: UnitOfWork, row: SignedRow) -> Consent:
    """Store the terms as a request, then each approval as its signatory's own."""
    terms = await _read_terms(work, row.terms)
    made = await request_consent(work, terms)
    for approval in row.approvals:
        boss = await _find_signatory(work, terms, approval)
        changed = await change_consent(replace(work, actor=boss), terms.consent_id, "approve", approval)
        if isinstance(changed, Denial):
            raise DeniedError(changed.reason, changed.detail, headers=None, **changed.members)
        made = changed
    return made


async def _read_terms(work: UnitOfWork, signed: bytes) -> Terms:
    """Return terms that are spelled as they are signed, say what the template of their purpose says now, and are of a
    consent that is not there yet. Raises DeniedError.
    """
    try:
        terms = read_terms(signed)
        canonical, code = terms.canonical(), read_identifier(terms.uscc)
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise DeniedError("invalid-terms", "terms: 不完整 not whole") from fault
    if canonical != signed or terms.schema != SCHEMA or terms.consent_id.version != 7:
        raise DeniedError(
            "invalid-terms", "terms: 须与 POST /v1/consent-imports/drafts 所给的一致 as that call gives them"
        )
    if code.kind is not Kind.USCC or code.value != terms.uscc:
        raise DeniedError("invalid-subject")
    if terms.institution != work.actor.institution_id:
        raise DeniedError("not-yours-to-decide", "条款是另一机构的 the terms are another institution's")
    if (await complete(work, terms, _NAMED)).canonical() != canonical:
        raise DeniedError(
            "consent-shown-otherwise", "条款与现行模板或名称不符 not as the template and the names are now"
        )
    if await work.session.get(ConsentHead, terms.consent_id) is not None:
        raise DeniedError("import-consent-there")
    return terms


async def _find_signatory(work: UnitOfWork, terms: Terms, approval: str) -> Actor:
    """Return the signatory of the enterprise whose key an approval names. Raises DeniedError for nobody's."""
    try:
        values = {"kid": key_id_of(approval), "uscc": terms.uscc}
    except SignatureError as fault:
        raise DeniedError("approval-invalid") from fault
    client: str | None = (await work.session.execute(_SIGNATORY, values)).scalar_one_or_none()
    if client is None:
        raise DeniedError("approval-invalid", "不是本企业签署人登记的密钥 by no registered key of its signatories")
    return Actor(client, "signatory", subject=terms.uscc)
