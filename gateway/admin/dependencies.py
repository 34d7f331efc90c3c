"""What doors are given of this room: what changes need beside a unit of work."""

from typing import Annotated

from fastapi import Depends

from connectors.personal.sealing import Protector
from gateway.admin.action import Means, means_of
from gateway.web.dependencies import TheSettings, part


async def the_means(settings: TheSettings, protector: Annotated[Protector, Depends(part("protector"))]) -> Means:
    """Return what changes need on this instance."""
    return means_of(settings, protector)


TheMeans = Annotated[Means, Depends(the_means)]
