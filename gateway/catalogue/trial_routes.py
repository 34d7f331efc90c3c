"""`POST /v1/datasets/{dataset}/batches:check`: what would become of a delivery; nothing of it is stored."""

import asyncio
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from connectors.catalogue.trial import Trial, try_out
from connectors.decoding.decode import decode
from connectors.errors import ConnectorError
from connectors.model.datasets import Dataset
from gateway.catalogue.trials import trial_document
from gateway.intake.routes import DatasetName, Pusher, get_own_dataset
from gateway.runtime.denial import DeniedError
from gateway.runtime.spool import spool_of
from gateway.web.body import receive
from gateway.web.dependencies import Gw

router = APIRouter(prefix="/v1", tags=["push 报送"])
Rows = Annotated[int | None, Query(ge=1, description="只试前多少行 Try the first rows only.")]


@router.post(
    "/datasets/{dataset}/batches:check",
    summary="Try a batch without storing it 试报一个批次",
    openapi_extra={"requestBody": {"required": True, "content": {"application/octet-stream": {}}}},
)
async def check(
    dataset: DatasetName, request: Request, gateway: Gw, agency: Pusher, rows: Rows = None
) -> dict[str, Any]:
    """Map a delivery as pushing it would, and return counts per outcome and reason, the first refused rows, and how
    often each field is filled. Counted as in an empty store: what was delivered before is not looked at.
    """
    wanted = get_own_dataset(dataset, agency)
    with tempfile.NamedTemporaryFile(dir=spool_of(gateway)) as file:
        path = Path(file.name)
        await receive(request, path, gateway.settings.max_upload_bytes)
        async with gateway.gate.admit(wanted, path.stat().st_size):
            trial = await asyncio.to_thread(_try, wanted, path, datetime.now(UTC).date(), rows)
    return trial_document(trial)


def _try(dataset: Dataset, path: Path, today: date, rows: int | None) -> Trial:
    try:
        return try_out(dataset, decode(path), today, rows)
    except ConnectorError as fault:
        raise DeniedError("malformed-delivery", str(fault)) from fault
