"""What enterprises signed on paper, over HTTP: what waits, a request with the text of the paper, its scan, its entry.

The second officer approves the entry or sends it back as any change: POST /v1/admin/changes/{id}/{decision}.
"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request
from fastapi import Path as PathParameter
from starlette.responses import Response

from gateway.admin.dependencies import TheMeans
from gateway.admin.paper import Signed, enter_paper, find_entries_of, find_waiting_papers
from gateway.admin.routes import change_document
from gateway.consents.evidence_routes import file_response
from gateway.consents.files import LONGEST_FILE
from gateway.consents.on_paper import find_request, read_scan, take_scan
from gateway.consents.reading import consent_document, file_documents
from gateway.identity.caller import working
from gateway.runtime.work import UnitOfWork
from gateway.web.router import Router

router = Router(prefix="/v1/admin/paper", tags=["管理 Administration"])
Officer = Annotated[UnitOfWork, Depends(working("admin"), scope="function")]
Digest = Annotated[str, PathParameter(pattern=r"^[0-9a-f]{64}$")]


@router.get("", summary="待办的纸质授权 Papers that wait")
async def waiting(
    work: Officer,
    subject: Annotated[
        str | None, Query(max_length=64, description="企业 Those of this enterprise, by its USCC.")
    ] = None,
) -> dict[str, Any]:
    """Return requests with a scan that nobody has entered, and entries that nobody has checked."""
    found = await find_waiting_papers(work, uscc=subject)
    return {
        "to_enter": [await consent_document(work, one) for one in found.to_enter],
        "to_check": [change_document(change) for change, _ in found.to_check],
    }


@router.get("/{consent_id}", summary="请求与纸上的文字 A request, and what the paper has to say")
async def show(consent_id: UUID, work: Officer) -> dict[str, Any]:
    """Return a request as it stands with the text that the enterprise signs on paper, its digest, the scans that were
    handed in, and the entries that wait to be checked.
    """
    found = await find_request(work, consent_id)
    return {
        "consent": await consent_document(work, found.consent),
        "text": [{"label": label, "text": said} for label, said in found.lines],
        "shown": found.shown,
        "scans": file_documents(found.scans),
        "entries": [change_document(one) for one in await find_entries_of(work, consent_id)],
    }


@router.post(
    "/{consent_id}/scans",
    status_code=201,
    max_body_size=LONGEST_FILE,
    summary="交扫描件 Hand in the scan of a signed paper",
    openapi_extra={"requestBody": {"required": True, "content": {"application/octet-stream": {}}}},
)
async def scan(consent_id: UUID, request: Request, work: Officer) -> dict[str, Any]:
    """Take up a PDF, a PNG or a JPEG, as Content-Type says; it is sealed, and its digest is signed."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return {"scan": await take_scan(work, consent_id, media_type, await request.body())}


@router.get(
    "/{consent_id}/scans/{sha256}",
    summary="看扫描件 The scan of a signed paper",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}, "description": "The file."}},
)
async def read(consent_id: UUID, sha256: Digest, work: Officer) -> Response:
    """Return the scan as it was handed in; that it was read is in the log."""
    return file_response(*await read_scan(work, consent_id, sha256))


@router.post("/{consent_id}", status_code=202, summary="录入纸质授权 Enter a signed paper")
async def enter(consent_id: UUID, signed: Signed, means: TheMeans, work: Officer) -> dict[str, Any]:
    """Enter who signed what is on a scan; it waits until another officer has checked it. The same scan again is the
    same entry while it waits.
    """
    return change_document(await enter_paper(work, means, consent_id, signed))
