"""Files of cases over HTTP: handed in before the step that names them."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Path, Request
from starlette.responses import Response

from gateway.consents.evidence_routes import ENDINGS
from gateway.consents.files import LONGEST_FILE
from gateway.disposal.documents import file_document
from gateway.disposal.files import add_file, read_file
from gateway.disposal.tables import DisposalFile
from gateway.identity.caller import working
from gateway.runtime.work import UnitOfWork
from gateway.web.router import Router

router = Router(prefix="/v1/cases", tags=["案件处置 Cases"])
Seeing = Annotated[UnitOfWork, Depends(working("cases", "audit"), scope="function")]
Digest = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]


@router.post(
    "/{case_id}/files",
    status_code=201,
    max_body_size=LONGEST_FILE,
    summary="交案件材料 Hand in a file of a case",
    openapi_extra={"requestBody": {"required": True, "content": {"application/octet-stream": {}}}},
)
async def add(case_id: UUID, request: Request, work: Seeing) -> dict[str, Any]:
    """Take up a PDF, a picture, JSON or text, as Content-Type says; it is sealed, and its digest is in the log."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return file_document(await add_file(work, case_id, media_type, await request.body()))


@router.get(
    "/{case_id}/files/{sha256}",
    summary="读案件材料 A file of a case",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}, "description": "The file."}},
)
async def read(case_id: UUID, sha256: Digest, work: Seeing) -> Response:
    """Return the file as it was handed in, to be saved and not shown; that it was read is in the log."""
    return case_file_response(*await read_file(work, case_id, sha256))


def case_file_response(taken: DisposalFile, content: bytes) -> Response:
    """Return a file to be saved, under a name that says which it is; it is never shown as a page."""
    name = f"case-{taken.sha256[:12]}{ENDINGS[taken.media_type]}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type="application/octet-stream", headers=headers)
