"""A statement as it is handed out: a document, and files of each form."""

from typing import Any

import orjson
from starlette.responses import Response

from gateway.statements.pdf import as_pdf
from gateway.statements.sheet import as_csv
from gateway.statements.tables import EnterpriseStatement
from signing.canonical import sha256_hex

TYPES = {"csv": "text/csv", "pdf": "application/pdf", "json": "application/json", "jws": "application/jose"}


def statement_document(row: EnterpriseStatement, *, whole: bool) -> dict[str, Any]:
    """Return a statement as the interface shows it; `whole` with its content."""
    content = orjson.loads(row.content)
    return {
        "month": row.month, "enterprise": row.uscc, "made_at": row.made_at.isoformat(), "counts": content["counts"],
        "sha256": sha256_hex(row.content), "signature": row.signature, "entry": str(row.event_id),
        **({"content": row.content.decode()} if whole else {}),
    }  # fmt: skip


def file_of(row: EnterpriseStatement, form: str) -> Response:
    """Return a statement as a file. Raises DeniedError where PDF cannot be set here."""
    content: bytes | str
    if form == "csv":
        content = as_csv(orjson.loads(row.content))
    elif form == "pdf":
        content = as_pdf(row.content, row.signature)
    else:
        content = row.content if form == "json" else row.signature
    name = f"statement-{row.uscc}-{row.month}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=TYPES[form], headers=headers)
