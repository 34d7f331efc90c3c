"""`POST /v1/datasets/{dataset}/batches:check`: what would become of a file; nothing of it is stored."""

import asyncio
import base64
import tempfile
from pathlib import Path
from typing import Annotated, Any

from fastapi import Header, Query, Request

from gateway.intake.admission import check_dataset, known_dataset, with_mappings
from gateway.intake.routes import DatasetName, Pusher, TheIntake
from gateway.intake.trial_documents import trial_document
from gateway.intake.trials import check_sample
from gateway.runtime.denial import DeniedError
from gateway.web.body import receive
from gateway.web.dependencies import TheSettings, Units
from gateway.web.router import OWN_LIMIT, Router

router = Router(prefix="/v1", tags=["提交 Submit"])
MOST_MAPPING = 24_000  # characters of Base64: 18 KB, as much as a head may hold
Rows = Annotated[int | None, Query(ge=1, description="只试前多少行 Try the first rows only.")]
MappingHeader = Annotated[
    str | None,
    Header(
        alias="Mapping",
        max_length=MOST_MAPPING,
        description="试用的映射文件，Base64；同 `xinqiao agency check --mapping` A mapping file to try, in Base64.",
    ),
]


@router.post(
    "/datasets/{dataset}/batches:check",
    max_body_size=OWN_LIMIT,
    summary="试报一个批次 Try a batch without storing it",
    openapi_extra={"requestBody": {"required": True, "content": {"application/octet-stream": {}}}},
)
async def check(
    dataset: DatasetName, request: Request, units: Units, intake: TheIntake, settings: TheSettings, agency: Pusher,
    rows: Rows = None, mapping: MappingHeader = None,
) -> dict[str, Any]:  # fmt: skip
    """Map a file as pushing it would, and return counts per outcome and reason, the first refused rows, how often each
    field is filled, whether it would be held, and what a full list would end. Counted as in an empty store. With
    `Mapping`, that mapping is tried beside those of the catalogue, one of the same id in the place of the other.
    """
    wanted = known_dataset(dataset)
    async with units.begin("sample.admit", agency) as work:
        await check_dataset(work, wanted)
    if mapping:
        wanted = await asyncio.to_thread(with_mappings, wanted, "mapping", _decoded(mapping))
    with tempfile.NamedTemporaryFile(dir=intake.spool) as file:
        path = Path(file.name)
        received = await receive(request, path, settings.max_upload_bytes)
        return trial_document(await check_sample(units, agency, intake, wanted, path, received.digest, rows))


def _decoded(mapping: str) -> bytes:
    """Return what stands in Base64 in a header. Raises DeniedError."""
    try:
        return base64.b64decode(mapping, validate=True)
    except ValueError as fault:
        reason = "映射应为 Base64 the mapping is to be in Base64"
        member = {"name": "header.Mapping", "reason": reason}
        raise DeniedError("invalid-request", reason, invalid_params=[member]) from fault
