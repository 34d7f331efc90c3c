"""`POST /v1/datasets/{dataset}/batches:check`: what would become of a file; nothing of it is stored."""

import tempfile
from pathlib import Path
from typing import Annotated, Any

from fastapi import Query, Request

from gateway.catalogue.trials import check_sample, trial_document
from gateway.intake.admission import check_dataset, known_dataset
from gateway.intake.routes import DatasetName, Pusher, TheIntake
from gateway.web.body import receive
from gateway.web.dependencies import TheSettings, Units
from gateway.web.router import OWN_LIMIT, Router

router = Router(prefix="/v1", tags=["提交 Submit"])
Rows = Annotated[int | None, Query(ge=1, description="只试前多少行 Try the first rows only.")]


@router.post(
    "/datasets/{dataset}/batches:check",
    max_body_size=OWN_LIMIT,
    summary="试报一个批次 Try a batch without storing it",
    openapi_extra={"requestBody": {"required": True, "content": {"application/octet-stream": {}}}},
)
async def check(
    dataset: DatasetName, request: Request, units: Units, intake: TheIntake, settings: TheSettings, agency: Pusher,
    rows: Rows = None,
) -> dict[str, Any]:  # fmt: skip
    """Map a file as pushing it would, and return counts per outcome and reason, the first refused rows, and how
    often each field is filled. Counted as in an empty store: what was handed in before is not looked at.
    """
    wanted = known_dataset(dataset)
    async with units.begin("sample.admit", agency) as work:
        await check_dataset(work, wanted)
    with tempfile.NamedTemporaryFile(dir=intake.spool) as file:
        path = Path(file.name)
        received = await receive(request, path, settings.max_upload_bytes)
        return trial_document(await check_sample(units, agency, intake.gate, wanted, path, received.digest, rows))
