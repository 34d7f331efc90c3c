"""A file that has arrived whole: admitted in its turn and taken in, whichever way it came."""

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from connectors.decoding.corrections import CorrectionError
from connectors.decoding.decode import decode
from connectors.errors import ConnectorError
from connectors.model.datasets import Dataset
from connectors.store.tables import Batch
from gateway.gateway import Gateway
from gateway.intake.held import HeldError
from gateway.intake.take_in import BatchConflictError, Sender, take_in
from gateway.quality.documents import held_document
from gateway.runtime.denial import DeniedError


async def take_file(
    gateway: Gateway,
    sender: Sender,
    dataset: Dataset,
    path: Path,
    digest: bytes,
    *,
    then: Callable[[AsyncSession], Awaitable[None]] | None = None,
) -> tuple[Batch, bool]:
    """Take a file in and return its batch, and whether it was new. Raises DeniedError."""
    async with gateway.gate.admit(dataset, path.stat().st_size):
        try:
            return await take_in(gateway, sender, dataset, digest, partial(decode, path), then=then, file=path)
        except HeldError as fault:
            raise DeniedError("delivery-held", str(fault), **held_document(fault.held)) from fault
        except CorrectionError as fault:
            raise DeniedError("correction-refused", str(fault)) from fault
        except ConnectorError as fault:
            raise DeniedError("malformed-delivery", str(fault)) from fault
        except BatchConflictError as fault:
            raise DeniedError("batch-conflict", str(fault)) from fault
