"""The log as a static-looking tree (C2SP tlog-tiles): checkpoint and hash tiles, which tell nothing about anybody.

Bundles of entries name clients and subjects; they are not served here but exported for the auditor.
"""

import re

from fastapi import Request
from fastapi.responses import PlainTextResponse, Response

from audit.tiles import WIDTH
from gateway.evidence.log import get_checkpoint, get_tile
from gateway.runtime.actor import ANYONE
from gateway.runtime.denial import DeniedError
from gateway.web.dependencies import Units, commit_point
from gateway.web.router import Router

router = Router(prefix="/audit/log", tags=["审计 Audit"])
_TILE = re.compile(r"([0-9]|[1-5][0-9])/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}


@router.head("/checkpoint", include_in_schema=False)
@router.get("/checkpoint", summary="最新检查点 Latest signed tree head", response_class=PlainTextResponse)
async def checkpoint(request: Request, units: Units) -> Response:
    """Return the newest checkpoint as a signed note (C2SP tlog-checkpoint)."""
    async with units.begin(commit_point(request), ANYONE) as work:
        note = await get_checkpoint(work)
    return PlainTextResponse(note, headers={"Cache-Control": "no-cache"})


@router.head("/tile/{path:path}", include_in_schema=False)
@router.get("/tile/{path:path}", summary="哈希块 A tile of hashes", response_class=Response)
async def tile(path: str, request: Request, units: Units) -> Response:
    """Return the hashes of a tile, 32 bytes each; a partial tile names its width (`.p/W`)."""
    match = _TILE.fullmatch(path)
    if match is None:
        raise DeniedError("no-such-tile")
    number = int(match[2].replace("x", "").replace("/", ""))
    async with units.begin(commit_point(request), ANYONE) as work:
        hashes = await get_tile(work, int(match[1]), number, int(match[3] or WIDTH))
    return Response(hashes, media_type="application/octet-stream", headers=FOR_EVER)
