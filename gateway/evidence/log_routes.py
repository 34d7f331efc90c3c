"""The log as a static-looking tree (C2SP tlog-tiles): checkpoint and hash tiles, which tell nothing about anybody.

Bundles of entries name clients and subjects; they are not served here but exported for the auditor.
"""

import re

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse, Response

from audit.errors import ProofError
from audit.proofs import find_latest, tile_reader
from audit.tiles import WIDTH
from gateway.runtime.denial import DeniedError
from gateway.web.dependencies import Gw, Transaction
from signing.merkle import HASH_BYTES

router = APIRouter(prefix="/audit/log", tags=["audit 审计"])
_TILE = re.compile(r"([0-9]|[1-5][0-9])/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}


@router.get("/checkpoint", summary="Latest signed tree head 最新检查点", response_class=PlainTextResponse)
async def checkpoint(gateway: Gw, session: Transaction) -> Response:
    """Return the newest checkpoint as a signed note (C2SP tlog-checkpoint)."""
    latest = await find_latest(session, gateway.audit.log_id)
    if latest is None:
        raise DeniedError("not-yet-published", "No checkpoint is published yet: is the worker running?")
    return PlainTextResponse(latest[1], headers={"Cache-Control": "no-cache"})


@router.get("/tile/{path:path}", summary="A tile of hashes 哈希块", response_class=Response)
async def tile(path: str, gateway: Gw, session: Transaction) -> Response:
    """Return the hashes of a tile, 32 bytes each; a partial tile names its width (`.p/W`)."""
    match = _TILE.fullmatch(path)
    if match is None:
        raise DeniedError("no-such-tile", "A tile is named level/number or level/number.p/width.")
    number = int(match[2].replace("x", "").replace("/", ""))
    width = int(match[3] or WIDTH)
    latest = await find_latest(session, gateway.audit.log_id)
    published = (latest[0] if latest else 0) >> 8 * int(match[1])  # never show what no checkpoint covers
    if width > WIDTH or number * WIDTH + width > published:
        raise DeniedError("no-such-tile", "No published checkpoint covers this tile.")
    try:
        hashes = await tile_reader(session, gateway.audit.log_id)(int(match[1]), number)
    except ProofError as fault:
        raise DeniedError("no-such-tile", "There is no such tile.") from fault
    return Response(hashes[: width * HASH_BYTES], media_type="application/octet-stream", headers=FOR_EVER)
