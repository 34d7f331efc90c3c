"""What is gathered for a consent over HTTP: files that prove something, and a named person's own consent."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query, Request
from fastapi import Path as PathParameter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from consent.gathered import EvidenceFile
from gateway.consents.files import LONGEST_FILE, File, add_file, read_file
from gateway.consents.reading import consent_document
from gateway.consents.separate import consent_separately, take_back
from gateway.identity.caller import working
from gateway.runtime.work import UnitOfWork
from gateway.web.router import Router

router = Router(prefix="/v1/consents", tags=["授权 Consent"])
Party = Annotated[UnitOfWork, Depends(working("consents"), scope="function")]
Digest = Annotated[str, PathParameter(pattern=r"^[0-9a-f]{64}$")]
Kind = Annotated[
    Literal["e_seal", "e_licence", "paper_scan", "sms"],
    Query(description="电子印章、电子营业执照、纸质扫描、短信 What the file is."),
]


ENDINGS = {
    "application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg", "application/json": ".json",
    "text/plain": ".txt",
}  # fmt: skip


class SeparateConsent(BaseModel):
    """A named person's own consent, signed with their own key."""

    model_config = ConfigDict(extra="forbid")

    person: Annotated[str, Field(min_length=64, max_length=64, description="条款中此人的散列 As the terms name them.")]
    statement: Annotated[str, Field(max_length=8192, description="JWS over the terms; docs/consents.md.")]


@router.post(
    "/{consent_id}/files",
    status_code=201,
    max_body_size=LONGEST_FILE,
    summary="交证明文件 Hand in a file that proves something",
    openapi_extra={"requestBody": {"required": True, "content": {"application/octet-stream": {}}}},
)
async def add(consent_id: UUID, request: Request, work: Party, kind: Kind) -> dict[str, Any]:
    """Take up a PDF, a picture, JSON or text, as Content-Type says; it is sealed, and its digest is signed."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    file = File(kind, media_type, await request.body())
    return await consent_document(work, await add_file(work, consent_id, file))


@router.get(
    "/{consent_id}/files/{sha256}",
    summary="读证明文件 A file that proves something",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}, "description": "The file."}},
)
async def read(consent_id: UUID, sha256: Digest, work: Party) -> Response:
    """Return the file as it was handed in, to be saved and not shown; that it was read is in the log."""
    return file_response(*await read_file(work, consent_id, sha256))


def file_response(taken: EvidenceFile, content: bytes) -> Response:
    """Return a file to be saved, under a name that says what it is; it is never shown as a page."""
    name = f"{taken.kind}-{taken.sha256[:12]}{ENDINGS[taken.media_type]}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type="application/octet-stream", headers=headers)


@router.post("/{consent_id}/separate-consents", summary="本人单独同意 A named person's own consent")
async def consent_for_oneself(consent_id: UUID, work: Party, given: SeparateConsent) -> dict[str, Any]:
    """Take up a person's own consent to what is told of them; given twice, it is the same one."""
    return await consent_document(work, await consent_separately(work, consent_id, given.person, given.statement))


@router.delete("/{consent_id}/separate-consents/{person}", summary="撤回本人单独同意 A person's own consent taken back")
async def take_back_for_oneself(consent_id: UUID, person: Digest, work: Party) -> dict[str, Any]:
    """Take a person's own consent back: answers name them no more; taken back before, it stays so."""
    return await consent_document(work, await take_back(work, consent_id, person))
