"""The network of a portrait over HTTP, in forms that other programs read."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request
from fastapi.responses import Response

from gateway.identity.caller import working
from gateway.inquiries.listed import get_inquiry_of, reopen
from gateway.inquiries.portrait.exports import FORMS, Form, network_file
from gateway.inquiries.portrait.names import names_of
from gateway.runtime.denial import Denial
from gateway.runtime.work import UnitOfWork
from gateway.web.problems import problem
from gateway.web.router import Router

router = Router(prefix="/v1/inquiries", tags=["查询 Ask"])
Reading = Annotated[UnitOfWork, Depends(working("inquiries"), scope="function")]


@router.get(
    "/{inquiry_id}/network/{form}",
    summary="画像的关联网络 A portrait's network",
    response_class=Response,
    responses={200: {"content": {media_type: {} for _, media_type, _ in FORMS.values()}, "description": "The file."}},
)
async def network(
    inquiry_id: UUID,
    form: Annotated[Form, Path(description="形式：bods 即 BODS 0.4，ftm 即 FollowTheMoney，逐行 JSON The form.")],
    request: Request,
    work: Reading,
) -> Response:
    """Return the network of a portrait as statements of BODS 0.4, or as FollowTheMoney entities, made of the signed
    answer and of the names beside it. Given as long as the answer is.
    """
    row = await get_inquiry_of(work, inquiry_id)
    again = await reopen(work, row)
    if isinstance(again, Denial):
        return problem(request, again)
    return network_file(row.uscc, inquiry_id, again, form, await names_of(work, again))
