"""The sheet of an answer as it is handed out."""

from uuid import UUID

from starlette.responses import Response

from gateway.inquiries.health import HEALTH_CHECK
from gateway.inquiries.portrait.rules import PORTRAIT

NAMES = {HEALTH_CHECK: "health", PORTRAIT: "portrait"}


def pdf_file(product: str, uscc: str, inquiry_id: UUID, content: bytes) -> Response:
    """Return a sheet as a file."""
    headers = {
        "Content-Disposition": f'attachment; filename="{NAMES[product]}-{uscc}-{inquiry_id}.pdf"',
        "Cache-Control": "no-store",
    }  # fmt: skip
    return Response(content, media_type="application/pdf", headers=headers)
