"""A file that has arrived whole: admitted in its turn and taken in, whichever way it came."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from connectors.datasets import Dataset
from connectors.errors import ConnectorError
from connectors.file_source import FileSource
from connectors.tables import Batch
from gateway.intake import BatchConflictError, Sender, take_in
from gateway.problems import ProblemError
from gateway.state import Gateway


async def take_file(
    gateway: Gateway,
    sender: Sender,
    dataset: Dataset,
    path: Path,
    digest: bytes,
    *,
    then: Callable[[AsyncSession], Awaitable[None]] | None = None,
) -> tuple[Batch, bool]:
    """Take a file in and return its batch, and whether it was new. Raises ProblemError."""
    async with gateway.gate.admit(dataset, path.stat().st_size):
        try:
            return await take_in(gateway, sender, dataset, digest, FileSource({"path": path}).open, then=then)
        except ConnectorError as fault:
            raise ProblemError("malformed-delivery", 422, str(fault)) from fault
        except BatchConflictError as fault:
            raise ProblemError("batch-conflict", 409, str(fault)) from fault
