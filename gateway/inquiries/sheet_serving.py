"""The sheet of an answer as it is handed out."""

from uuid import UUID

from starlette.responses import Response


def pdf_file(uscc: str, inquiry_id: UUID, content: bytes) -> Response:
    """Return a sheet as a file."""
    headers = {
        "Content-Disposition": f'attachment; filename="health-{uscc}-{inquiry_id}.pdf"', "Cache-Control": "no-store",
    }  # fmt: skip
    return Response(content, media_type="application/pdf", headers=headers)
